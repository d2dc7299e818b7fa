/* entry_words.c - how entries, coverage and gaps are printed
 * Owns:     the table of entries, the sentences about coverage, and the JSON members of an entry.
 * Must not: open the ledger.
 * Fails:    never.
 * Tests:    tests/ui/cli/test_cmd_list.py, tests/ui/cli/test_cmd_explain.py */
#include "ui/terminal/entry_words.h"
#include <stdio.h>

char *words_coverage(const Coverage *coverage)
{
  char *lack = coverage_lack(coverage);
  if (lack != NULL) return lack;
  g_autofree char *from = print_time(coverage->from), *to = print_time(coverage->to);
  return g_strdup_printf("“%s” of account %s knows all mail sent from %s to %s", coverage->folder, coverage->account,
                         from, to);
}

char *words_gap(const CoverageGap *gap)
{
  g_autofree char *from = print_time(gap->since), *to = print_time_beside(gap->until, gap->since);
  return g_strdup_printf("gap: from %s to %s, %s; bounces for mail of that time are unsure, so they stay in the inbox "
                         "(unless unsure = quarantine)",
                         from, to, gap->reason);
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
    g_autofree char *lack = coverage_lack(row);
    jsonl_text(line, "lack", lack);
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
