/* recipients.h - failed recipients and the reporter's words, where only a report's text tells them. */
#pragma once
#include "filter/report.h"

/* Does the text list an address as failed: in a list that a line introduces, beside a server's answer, or behind a
 * label? */
gboolean recipients_listed(const char *text, gsize length);

/* Takes status and diagnostic from text (decoded, up to the cut mark) where the report has none yet; when recipients
 * are wanted, adds the addresses that it most likely reports as failed. Those in ours count only where there is no
 * other. report->rank tells how they are known. */
void recipients_from_text(Report *report, const char *text, gsize length, GPtrArray *ours, gboolean wanted);
