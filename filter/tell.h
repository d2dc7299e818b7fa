/* tell.h - the report written out, once its parts are read. */
#pragma once
#include "filter/gather.h"

/* Who wrote it, whom it came to, and the ids of its own fields. */
void tell_head(Report *report, Gathered *gathered);
/* Failed recipients, ids, and whether the original could be read; report->kind is known. */
void tell_body(Report *report, const Gathered *gathered);
