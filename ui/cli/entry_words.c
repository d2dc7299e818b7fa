/* entry_words.c - what the ledger's codes are called in sentences for people
 * Owns:     those words, and the JSON members of an entry.
 * Must not: open the ledger.
 * Fails:    never.
 * Tests:    tests/ui/cli/test_cli.py */
#include "ui/cli/entry_words.h"
#include <glib/gi18n.h>
#include <stdio.h>
#include <string.h>

const char *words_kind(ReportKind kind)
{
  switch (kind) {
  case REPORT_DSN_FAILED:
  case REPORT_BOUNCE: return N_("a report that a message could not be delivered");
  case REPORT_DSN_DELAYED: return N_("a report that a message is late");
  case REPORT_DSN_OTHER: return N_("a report that a message was delivered or passed on");
  case REPORT_CHALLENGE: return N_("a request to confirm that a message came from a person");
  case REPORT_VIRUS_NOTICE: return N_("a notice that a message was taken for a virus");
  case REPORT_AUTO_REPLY: return N_("an automatic reply, such as an out-of-office note");
  case REPORT_RECEIPT: return N_("a read receipt");
  case REPORT_NOTICE: return N_("a notice about mail to you");
  case REPORT_FEEDBACK: return N_("a mail provider's summary or complaint report");
  default: return N_("not an automatic report");
  }
}

const char *words_state(MoveState state)
{
  switch (state) {
  case MOVE_KEPT: return N_("left where it is");
  case MOVE_WAITING: return N_("too fresh, to be judged again");
  case MOVE_Q_INTENT: return N_("being moved to quarantine");
  case MOVE_QUARANTINED: return N_("in quarantine");
  case MOVE_R_INTENT: return N_("being restored");
  case MOVE_RESTORED: return N_("restored");
  case MOVE_D_INTENT: return N_("being deleted");
  case MOVE_DELETED: return N_("deleted");
  case MOVE_FAILED: return N_("needs your attention");
  default: return N_("unknown");
  }
}

char *words_coverage(const Coverage *coverage)
{
  if (coverage->from == 0) return g_strdup("holds no mail that Backstop has read yet");
  g_autofree char *from = print_time(coverage->from), *to = print_time(coverage->to);
  return g_strdup_printf("knows all mail sent from %s to %s", from, to);
}

char *words_gap(const CoverageGap *gap)
{
  g_autofree char *from = print_time(gap->since), *to = print_time_beside(gap->until, gap->since);
  return g_strdup_printf("gap: from %s to %s, %s; bounces for mail of that time are unsure, so they stay in the inbox "
                         "(unless unsure = quarantine)",
                         from, to, gap->reason);
}

char *words_list(const GPtrArray *texts, guint most)
{
  if (texts == NULL || texts->len == 0) return NULL;
  g_autoptr(GString) list = g_string_new(texts->pdata[0]);
  for (guint i = 1; i < MIN(texts->len, most); i++) g_string_append_printf(list, ", %s", (const char *)texts->pdata[i]);
  if (texts->len > most) g_string_append_printf(list, " and %u more", texts->len - most);
  return g_strdup(list->str);
}

void words_print_evidence(const GPtrArray *evidence, guint decided)
{
  static const char *const marks[] = {
    [EVIDENCE_FOR] = "  ✓ ",
    [EVIDENCE_AGAINST] = "  ✗ ",
    [EVIDENCE_NEUTRAL] = "  – ",
  };
  for (guint i = 0; i < evidence->len; i++) {
    const Evidence *row = evidence->pdata[i];
    g_autofree char *sentence = evidence_text(row);
    g_autofree char *text = g_strconcat(sentence, i == decided ? " (This decided.)" : "", NULL);
    print_wrapped(marks[row->side], text);
  }
}

/* The account comes last, because it is left out where there is only one. */
static const char *const entry_titles[] = { "ID",       "ARRIVED", "VERDICT", "STATE", "ABOUT",
                                            "REPORTER", "SUBJECT", "ACCOUNT", NULL };
static const char *const titles_of_one[] = {
  "ID", "ARRIVED", "VERDICT", "STATE", "ABOUT", "REPORTER", "SUBJECT", NULL
};
static const guint least[] = { 0, 0, 0, 0, 8, 8, 7, 7 };

Table *words_table_new(gboolean accounts) { return table_new(accounts ? entry_titles : titles_of_one, least); }

void words_table_add(Table *table, const Entry *entry)
{
  g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, entry->id);
  g_autofree char *arrived = print_day(entry->arrived != 0 ? entry->arrived : entry->judged);
  g_autofree char *about = words_list(entry->recipients, 1);
  const char *cells[] = { id,    arrived,         verdict_name(entry->verdict), move_state_name(entry->state),
                          about, entry->reporter, entry->original_subject,      entry->account };
  table_add(table, cells);
}

void words_entry_members(JsonBuilder *line, const Entry *entry)
{
  jsonl_number(line, "id", entry->id);
  jsonl_text(line, "account", entry->account);
  jsonl_time(line, "arrived", entry->arrived);
  jsonl_time(line, "judged", entry->judged);
  jsonl_text(line, "kind", report_kind_name(entry->kind));
  jsonl_text(line, "verdict", verdict_name(entry->verdict));
  jsonl_text(line, "state", move_state_name(entry->state));
  jsonl_time(line, "changed", entry->changed);
  jsonl_text(line, "reason", entry->reason);
  jsonl_text(line, "home", entry->home.folder);
  jsonl_text(line, "away", entry->away.folder);
  jsonl_text(line, "reporter", entry->reporter);
  jsonl_text(line, "status", entry->status);
  jsonl_text(line, "diagnostic", entry->diagnostic);
  jsonl_list(line, "recipients", entry->recipients);
  json_builder_set_member_name(line, "original");
  json_builder_begin_object(line);
  jsonl_text(line, "message_id", entry->original_id);
  jsonl_text(line, "from", entry->original_from);
  jsonl_text(line, "to", entry->original_to);
  jsonl_text(line, "subject", entry->original_subject);
  jsonl_time(line, "date", entry->original_date);
  json_builder_end_object(line);
}

void words_coverage_member(JsonBuilder *line, const GPtrArray *coverage)
{
  json_builder_set_member_name(line, "coverage");
  json_builder_begin_array(line);
  for (guint i = 0; i < coverage->len; i++) {
    const Coverage *row = coverage->pdata[i];
    json_builder_begin_object(line);
    jsonl_text(line, "account", row->account);
    jsonl_text(line, "folder", row->folder);
    jsonl_time(line, "from", row->from);
    jsonl_time(line, "to", row->to);
    json_builder_end_object(line);
  }
  json_builder_end_array(line);
}

void words_gaps_member(JsonBuilder *line, const GPtrArray *gaps)
{
  json_builder_set_member_name(line, "gaps");
  json_builder_begin_array(line);
  for (guint i = 0; i < gaps->len; i++) {
    const CoverageGap *row = gaps->pdata[i];
    json_builder_begin_object(line);
    jsonl_text(line, "account", row->account);
    jsonl_text(line, "folder", row->folder);
    jsonl_time(line, "from", row->since);
    jsonl_time(line, "to", row->until);
    jsonl_text(line, "reason", row->reason);
    json_builder_end_object(line);
  }
  json_builder_end_array(line);
}
