/* notice.h - notices about mail to the reader, or for the keeper of a mail system. */
#pragma once
#include "filter/gather.h"

/* Is what looks like a report of that kind such a notice? Told by its own form: report->addressed is filled. */
gboolean notice_is(const Report *report, const Gathered *gathered, ReportKind kind);
