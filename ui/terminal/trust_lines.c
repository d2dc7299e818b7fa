/* trust_lines.c - how the command line prints what is known of sent mail
 * Owns:     the order of the lines, the commands that they name, the JSON members.
 * Must not: have words of its own for what the window says as well.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ui/cli/test_status.c, tests/e2e/test_disk_heal.py */
#include "ui/terminal/trust_lines.h"
#include "ui/terminal/print.h"
#include <string.h>

void trust_lines_clear(TrustLines *lines)
{
  g_clear_pointer(&lines->tests, g_ptr_array_unref);
  healed_clear(&lines->healed);
}

gboolean trust_lines_read(Ledger *ledger, TrustLines *lines, GError **error)
{
  lines->tests = coverage_tests(ledger, lines->account, error);
  return lines->tests != NULL
         && healed_read(ledger, lines->account, g_get_real_time() / G_USEC_PER_SEC, &lines->healed, error);
}

/* What lies in quarantine and would not be moved now, with the one command that brings it back. The caller frees. */
static char *told_text(const TrustLines *lines)
{
  g_autofree char *words = trust_words_told(&lines->healed);
  const char *option = lines->account != NULL ? " --account " : "";
  if (words == NULL) return NULL;
  return g_strdup_printf("%s. backstop restore --because " TRUST_JUDGED_AGAIN "%s%s brings all of it back.", words,
                         option, lines->account != NULL ? lines->account : "");
}

/* The sentences about what was judged again, those first that want something: list of char*. */
static GPtrArray *healed_texts(const TrustLines *lines)
{
  GPtrArray *texts = g_ptr_array_new_with_free_func(g_free);
  char *const each[] = { told_text(lines), trust_words_coming(&lines->healed), trust_words_back(&lines->healed) };
  for (guint i = 0; i < G_N_ELEMENTS(each); i++)
    if (each[i] != NULL) g_ptr_array_add(texts, each[i]);
  return texts;
}

void trust_lines_print_fields(const TrustLines *lines)
{
  g_autoptr(GPtrArray) healed = healed_texts(lines);
  for (guint i = 0; i < lines->tests->len; i++) {
    const CoverageTest *test = lines->tests->pdata[i];
    g_autofree char *words = trust_words_test(test, trust_is_given(lines->accounts, test->account));
    print_field(i == 0 ? "answers" : "", words);
  }
  for (guint i = 0; i < healed->len; i++) print_field(i == 0 ? "judged again" : "", healed->pdata[i]);
}

void trust_lines_print_healed(const TrustLines *lines)
{
  g_autoptr(GPtrArray) healed = healed_texts(lines);
  for (guint i = 0; i < healed->len; i++) print_wrapped("", healed->pdata[i]);
}

static void ids_member(JsonBuilder *line, const char *name, const GArray *ids)
{
  json_builder_set_member_name(line, name);
  json_builder_begin_array(line);
  for (guint i = 0; i < ids->len; i++) json_builder_add_int_value(line, g_array_index(ids, gint64, i));
  json_builder_end_array(line);
}

static void test_object(JsonBuilder *line, const CoverageTest *test, gboolean trusted)
{
  gboolean fails = test->failed && !trusted;
  json_builder_begin_object(line);
  jsonl_text(line, "account", test->account);
  jsonl_text(line, "address", test->address);
  jsonl_number(line, "known", test->known);
  jsonl_number(line, "missing", test->missing);
  jsonl_number(line, "senders", test->senders);
  jsonl_time(line, "first", test->first);
  jsonl_time(line, "last", test->last);
  jsonl_boolean(line, "failed", test->failed);
  jsonl_boolean(line, "trusted", trusted);
  jsonl_time(line, "from", fails ? trust_test_from(test) : 0);
  jsonl_time(line, "to", fails ? trust_test_to(test) : 0);
  json_builder_end_object(line);
}

void trust_tests_member(JsonBuilder *line, const GPtrArray *tests, const GPtrArray *accounts)
{
  json_builder_set_member_name(line, "answers");
  json_builder_begin_array(line);
  for (guint i = 0; i < tests->len; i++) {
    const CoverageTest *test = tests->pdata[i];
    test_object(line, test, trust_is_given(accounts, test->account));
  }
  json_builder_end_array(line);
}

void trust_healed_member(JsonBuilder *line, const Healed *healed)
{
  json_builder_set_member_name(line, "judged_again");
  json_builder_begin_object(line);
  ids_member(line, "back", healed->back);
  ids_member(line, "coming", healed->coming);
  ids_member(line, "told", healed->told);
  json_builder_end_object(line);
}

void trust_healing_member(JsonBuilder *line, const Healing *healing, gboolean coming)
{
  json_builder_set_member_name(line, "judged_again");
  if (healing == NULL) {
    json_builder_add_null_value(line);
    return;
  }
  json_builder_begin_object(line);
  jsonl_time(line, "when", healing->when);
  jsonl_text(line, "verdict", verdict_name(healing->verdict));
  jsonl_text(line, "code", healing->code);
  jsonl_boolean(line, "back", healing->back);
  jsonl_boolean(line, "coming", coming);
  json_builder_end_object(line);
}

void trust_unlisted_print(const GPtrArray *list)
{
  for (guint i = 0; i < list->len; i++) {
    g_autofree char *words = trust_words_unlisted(list->pdata[i]);
    print_wrapped("", words);
  }
}

void trust_unlisted_member(JsonBuilder *line, const GPtrArray *list)
{
  json_builder_set_member_name(line, "unlisted");
  json_builder_begin_array(line);
  for (guint i = 0; i < list->len; i++) {
    const Unlisted *one = list->pdata[i];
    g_autofree char *pattern = g_strconcat("*@", one->domain, NULL);
    json_builder_begin_object(line);
    jsonl_text(line, "domain", one->domain);
    jsonl_number(line, "count", one->count);
    jsonl_time(line, "last", one->last);
    jsonl_text(line, "pattern", pattern);
    json_builder_end_object(line);
  }
  json_builder_end_array(line);
}
