/* mark_lines.c - how the command line prints the owner's own marks, and addresses that are never sent from
 * Owns:     how many of them are shown, the JSON members.
 * Must not: decide what is a mark.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ui/cli/test_status.c */
#include "ui/terminal/mark_lines.h"
#include "ui/terminal/print.h"

#define SIDES_READ 20
#define SIDES_SHOWN 3
#define SIDE_SHOWN_FROM 5 /* messages; fewer are no habit */
#define NEVER_READ 100
#define NEVER_SHOWN 5

void mark_lines_clear(MarkLines *lines)
{
  g_clear_pointer(&lines->sides, g_ptr_array_unref);
  g_clear_pointer(&lines->never, g_ptr_array_unref);
}

gboolean mark_lines_read(Ledger *ledger, MarkLines *lines, GError **error)
{
  lines->sides = id_marks(ledger, SIDES_READ, error);
  if (lines->sides == NULL) return FALSE;
  lines->never = never_used_list(ledger, NEVER_READ, &lines->never_all, error);
  return lines->never != NULL;
}

/* NULL: nothing that the owner could wait for, or rely on. */
static char *side_text(const IdMark *mark)
{
  if (mark->state == ID_MARK_GOOD)
    return g_strdup_printf("Message-IDs that end in @%s are yours alone (in %u of your messages, in nobody else's): a "
                           "bounce that shows one is left in sight, five a week.",
                           mark->side, mark->count);
  if (mark->state == ID_MARK_FEW && mark->count >= SIDE_SHOWN_FROM)
    return g_strdup_printf("Message-IDs that end in @%s were in nobody else's mail so far: they count from %d messages "
                           "on (now %u).",
                           mark->side, ID_MARK_LEARNED, mark->count);
  return NULL;
}

static void print_never(const MarkLines *lines)
{
  g_autoptr(GString) text = g_string_new(NULL);
  guint shown = MIN(lines->never->len, NEVER_SHOWN);
  if (shown == 0) return;
  g_string_printf(text,
                  "Bounces came to %u address%s of yours from which no mail is known to have left: ", lines->never_all,
                  lines->never_all == 1 ? "" : "es");
  for (guint i = 0; i < shown; i++) {
    const NeverUsed *never = lines->never->pdata[i];
    g_string_append_printf(text, "%s%s (%u%s)", i > 0 ? ", " : "", never->address, never->count,
                           never->receive_only ? ", receive-only" : "");
  }
  if (lines->never_all > shown) g_string_append_printf(text, ", and %u more", lines->never_all - shown);
  g_string_append_c(text, '.');
  print_wrapped("", text->str);
}

void mark_lines_print(const MarkLines *lines)
{
  guint shown = 0;
  for (guint i = 0; i < lines->sides->len && shown < SIDES_SHOWN; i++) {
    g_autofree char *text = side_text(lines->sides->pdata[i]);
    if (text == NULL) continue;
    print_wrapped("", text);
    shown++;
  }
  print_never(lines);
}

void mark_lines_members(JsonBuilder *line, const MarkLines *lines)
{
  json_builder_set_member_name(line, "id_marks");
  json_builder_begin_array(line);
  for (guint i = 0; i < lines->sides->len; i++) {
    const IdMark *mark = lines->sides->pdata[i];
    json_builder_begin_object(line);
    jsonl_text(line, "side", mark->side);
    jsonl_number(line, "count", mark->count);
    jsonl_text(line, "state", id_mark_state_name(mark->state));
    json_builder_end_object(line);
  }
  json_builder_end_array(line);
  jsonl_number(line, "never_used_addresses", lines->never_all);
  json_builder_set_member_name(line, "never_used");
  json_builder_begin_array(line);
  for (guint i = 0; i < lines->never->len; i++) {
    const NeverUsed *never = lines->never->pdata[i];
    json_builder_begin_object(line);
    jsonl_text(line, "address", never->address);
    jsonl_number(line, "count", never->count);
    jsonl_time(line, "first", never->first);
    jsonl_time(line, "last", never->last);
    jsonl_boolean(line, "receive_only", never->receive_only);
    json_builder_end_object(line);
  }
  json_builder_end_array(line);
}
