/* test_words.c - words, patterns, and addresses that only receive: what the configuration takes, and what it refuses
 * Owns:     a file under /tmp, removed at the end.
 * Must not: read the configuration of whoever runs it.
 * Fails:    by TAP.
 * Tests:    fetcher/config/words.c */
#include "fetcher/config/config.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
// cmocka wants the headers above first
#include <cmocka.h>
#include <glib/gstdio.h>

static char *folder, *file;

#define HOME "[account home]\nhost=imap.example.org\nuser=me\n"
#define WORK "[account work]\nhost=imap.example.org\nuser=you\n"

static Config *load(const char *text, GError **error)
{
  assert_true(g_file_set_contents(file, text, -1, NULL));
  assert_int_equal(g_chmod(file, 0600), 0);
  return config_load(file, error);
}

static void all_of_it_is_off_by_default(void **state)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Config) config = load(HOME, &error);
  assert_null(error);
  assert_false(config->second_line || config->learn_words);
  assert_null(config_account(config, "home")->keywords);
}

static void an_account_has_its_own_words_and_those_of_all(void **state)
{
  g_autoptr(GError) error = NULL;
  g_autoptr(Config) config =
      load("[backstop]\nwords = cheap watches; casino ;\npatterns = \\\\bfree\\\\b.{1,9}pills\n"
           "learn-words = yes\nsecond-line = quarantine\n" HOME "words = lottery\npatterns = a\\;b ; ^win\n" WORK,
           &error);
  if (error != NULL) fail_msg("%s", error->message);
  assert_true(config->second_line && config->learn_words);
  assert_false(config->quarantine_unsure);
  assert_int_equal(config_account(config, "home")->keywords->len, 6);
  assert_int_equal(config_account(config, "work")->keywords->len, 3);
  g_autoptr(GPtrArray) hits = keywords_find(config_account(config, "home")->keywords, "Win a;b", "free red pills");
  assert_non_null(hits);
  assert_int_equal(hits->len, 3);
}

static void what_makes_no_sense_is_refused_with_key_and_remedy(void **state)
{
  static const struct {
    const char *text, *want;
  } rows[] = {
    { "[backstop]\nsecond-line = yes\n" HOME, "second-line: \"yes\" is not known; write unsure or quarantine" },
    { "[backstop]\nlearn-words = often\n" HOME, "learn-words: \"often\" is not known" },
    { "[backstop]\nwords = x\n" HOME, "[backstop] words: \"x\" is too short to be looked for; write a whole word" },
    { "[backstop]\npatterns = free(\n" HOME, "[backstop] patterns: \"free(\" is no regular expression: " },
    { HOME "patterns = ok; (a+)+b\n", "[account home] patterns: \"(a+)+b\" takes too long on some texts; begin it" },
    { HOME "patterns = x*\n", "[account home] patterns: \"x*\" fits every text" },
    { HOME "patterns = \\b\n", "patterns: cannot be read; write \\\\ for a backslash" },
    { HOME "patterns = ab1;ab2;ab3;ab4;ab5;ab6;ab7;ab8;ab9;ab10;ab11;ab12;ab13;ab14;ab15;ab16;ab17;ab18;ab19;ab20;ab21",
      "[account home] patterns: names more than 20; leave some out" },
    { "[backstop]\nreceive-only = *\n" HOME, "[backstop] receive-only: \"*\" takes every address" },
    { "[backstop]\nreceive-only = tip@my.example;*@*\n" HOME, "[backstop] receive-only: \"*@*\" takes every address" },
    { HOME "receive-only = *@*.*\n", "[account home] receive-only: \"*@*.*\" takes every address" },
    { HOME "receive-only = **\n", "[account home] receive-only: \"**\" takes every address" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Config) config = load(rows[i].text, &error);
    assert_null(config);
    if (!g_error_matches(error, CONFIG_ERROR, CONFIG_ERROR_INVALID) || strstr(error->message, rows[i].want) == NULL)
      fail_msg("row %u: %s", i, error->message);
  }
}

static void addresses_that_only_receive_are_taken(void **state)
{
  static const char *const rows[] = { "*@drop.example", "tip@my.example;news-*@my.example", "*.shop@*", "" };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *text = g_strdup_printf(HOME "receive-only = %s\n", rows[i]);
    g_autoptr(Config) config = load(text, &error);
    if (config == NULL) fail_msg("%s: %s", rows[i], error->message);
  }
}

static int begin(void **state)
{
  folder = g_dir_make_tmp("backstop-XXXXXX", NULL);
  file = g_build_filename(folder, "config", NULL);
  return folder == NULL;
}

static int end(void **state)
{
  g_unlink(file);
  g_rmdir(folder);
  g_free(file);
  g_free(folder);
  return 0;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(all_of_it_is_off_by_default),
    cmocka_unit_test(an_account_has_its_own_words_and_those_of_all),
    cmocka_unit_test(what_makes_no_sense_is_refused_with_key_and_remedy),
    cmocka_unit_test(addresses_that_only_receive_are_taken),
  };
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, begin, end);
}
