/* mark_lines.h - how the command line prints what is learned of the owner's own marks, and which addresses get reports
 * although no mail is known to have left from there. */
#pragma once
#include "ledger/id_mark.h"
#include "ledger/never_used.h"
#include "ui/terminal/jsonl.h"

typedef struct {
  GPtrArray *sides; /* IdMark* */
  GPtrArray *never; /* NeverUsed*, those that got most */
  guint never_all;  /* how many there are */
} MarkLines;
void mark_lines_clear(MarkLines *lines);
/* lines: zeroed. */
gboolean mark_lines_read(Ledger *ledger, MarkLines *lines, GError **error);
void mark_lines_print(const MarkLines *lines);
/* The members "id_marks" and "never_used". */
void mark_lines_members(JsonBuilder *line, const MarkLines *lines);
