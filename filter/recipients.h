/* recipients.h - failed recipients and the reporter's words, where only a report's text tells them. */
#pragma once
#include "filter/report.h"

/* Adds the addresses that text (decoded, up to the cut mark) most likely reports as failed to report->recipients, never one of
 * those in ours. Takes status and diagnostic from the text too where the report has none yet. */
void recipients_from_text(Report *report, const char *text, gsize length, GPtrArray *ours);
