/* test_client.c - what is believed of backstop-resolver, and for how long it is waited for
 * Owns:     programs that stand in for it, as shell scripts in a folder of the test's own.
 * Must not: ask a name server; need a quiet machine.
 * Fails:    one TAP test for each table, naming the row.
 * Tests:    fetcher/dns/client.c */
#include "fetcher/dns/client.h"

#include <glib/gstdio.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <string.h>

#define LONG ((gint64)60 * G_USEC_PER_SEC)
#define BRIEF ((gint64)100 * 1000)

/* Answers every question with "none". */
#define ECHO "while read n t m; do echo \"$n\tnone\t60\tplain\"; done\n"
/* Waits for the two questions of ask_two(). */
#define HEARD "read a; read b; "

static char *folder;

/* A program that does this; the caller frees its path. */
static char *program(const char *script)
{
  char *path = g_build_filename(folder, "resolver", NULL);
  g_autofree char *text = g_strconcat("#!/bin/sh\n", script, NULL);
  unlink(path);
  assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  return path;
}

static DnsClient *client_of(const char *script)
{
  g_autofree char *path = program(script);
  return dns_client_new(path, NULL, TRUE);
}

/* Asks for the addresses of h0.example to hN.example. */
static gboolean ask(DnsClient *client, guint n, gint64 time, GPtrArray *answers, GError **error)
{
  g_autoptr(GPtrArray) questions = g_ptr_array_new_with_free_func((GDestroyNotify)dns_question_free);
  for (guint i = 0; i < n; i++) {
    g_autofree char *name = g_strdup_printf("h%u.example", i);
    g_ptr_array_add(questions, dns_question_new(DNS_A, name));
  }
  return dns_client_ask(client, questions, g_get_monotonic_time() + time, answers, error);
}

static GPtrArray *answers_new(void) { return g_ptr_array_new_with_free_func((GDestroyNotify)dns_answer_free); }

static void answers_come_in_any_order(void **state)
{
  g_autoptr(DnsClient) client = client_of(
      HEARD "printf '1\\tnone\\t30\\tsecure\\n0\\tfound\\t60\\tplain\\t192.0.2.1\\t192.0.2.2\\n'; exec sleep 99\n");
  g_autoptr(GPtrArray) answers = answers_new();
  g_autoptr(GError) error = NULL;
  assert_true(ask(client, 2, LONG, answers, &error));
  assert_null(error);
  assert_int_equal(answers->len, 2);
  const DnsAnswer *none = answers->pdata[0], *found = answers->pdata[1];
  assert_string_equal(none->question.name, "h1.example");
  assert_true(none->state == DNS_NONE && none->secure && none->ttl == 30 && none->values->len == 0);
  assert_true(found->state == DNS_FOUND && !found->secure && found->ttl == 60 && found->values->len == 2);
  assert_string_equal(found->values->pdata[1], "192.0.2.2");
}

static void one_program_answers_round_after_round(void **state)
{
  g_autofree char *count = g_build_filename(folder, "count", NULL);
  g_autofree char *script = g_strdup_printf("echo x >>%s\n" ECHO, count);
  g_autoptr(DnsClient) client = client_of(script);
  g_autoptr(GPtrArray) answers = answers_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  for (guint i = 0; i < 3; i++) assert_true(ask(client, 50, LONG, answers, &error));
  assert_int_equal(answers->len, 150);
  assert_false(ask(client, 51, LONG, answers, &error)); /* more than it may be asked in one run */
  g_clear_error(&error);
  assert_int_equal(answers->len, 150);
  dns_client_rest(client);
  assert_true(ask(client, 200, LONG, answers, &error)); /* another one */
  assert_true(g_file_get_contents(count, &text, NULL, NULL));
  assert_string_equal(text, "x\nx\n");
}

/* What it says of one question is dropped, too, where it says what it was not asked. */
static void a_liar_is_not_believed_in_anything(void **state)
{
  static const char *const lies[] = {
    "0\\tnone\\t60\\tplain\\n0\\tnone\\t60\\tplain", /* twice */
    "2\\tnone\\t60\\tplain",                         /* not asked */
    "-1\\tnone\\t60\\tplain",
    "0\\tnone\\t60",
    "0\\tsure\\t60\\tplain",
    "0\\tnone\\tlong\\tplain",
    "0\\tnone\\t-1\\tplain",
    "0\\tnone\\t60\\tgolden",
    "0\\tnone\\t60\\tplain\\t192.0.2.1",
    "0\\tfound\\t60\\tplain",
    "0\\tfound\\t60\\tplain\\t",
    "0\\tfound\\t60\\tplain\\thost.example",
    "0\\tfound\\t60\\tplain\\t2001:db8::1",
    "0\\tfound\\t60\\tplain\\t192.0.2.1\\t",
    "0\\tnone\\t60\\tplain\\0",
    "hello",
    "",
  };
  for (guint i = 0; i < G_N_ELEMENTS(lies); i++) {
    g_autofree char *script = g_strdup_printf(HEARD "printf '1\\tnone\\t60\\tplain\\n%s\\n'; exec sleep 99\n", lies[i]);
    g_autoptr(DnsClient) client = client_of(script);
    g_autoptr(GPtrArray) answers = answers_new();
    g_autoptr(GError) error = NULL;
    if (ask(client, 2, LONG, answers, &error) || answers->len > 0 || error == NULL)
      fail_msg("\"%s\" was believed", lies[i]);
    g_clear_error(&error);
    if (ask(client, 2, LONG, answers, &error) || answers->len > 0) fail_msg("\"%s\": asked again", lies[i]);
  }
}

static void a_program_that_fails_is_an_answer_that_is_not_known(void **state)
{
  static const struct {
    const char *name, *script;
    guint answered;
  } rows[] = {
    { "ends", "exit 0\n", 0 },
    { "is killed", HEARD "kill -9 $$\n", 0 },
    { "ends in the middle of a line", HEARD "printf '0\\tnone'\n", 0 },
    { "ends half-way", HEARD "printf '0\\tnone\\t60\\tplain\\n'\n", 1 },
    { "one line without end", "while :; do printf aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; done\n",
      0 },
    { "is none", NULL, 0 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(DnsClient) client =
        rows[i].script != NULL ? client_of(rows[i].script) : dns_client_new("/nowhere/x", NULL, TRUE);
    g_autoptr(GPtrArray) answers = answers_new();
    g_autoptr(GError) error = NULL;
    if (ask(client, 2, LONG, answers, &error) || answers->len != rows[i].answered || error == NULL)
      fail_msg("%s: %u answers", rows[i].name, answers->len);
  }
  g_autoptr(DnsClient) none = dns_client_new(NULL, NULL, TRUE);
  g_autoptr(GPtrArray) answers = answers_new();
  g_autoptr(GError) error = NULL;
  assert_false(ask(none, 1, LONG, answers, &error));
  assert_non_null(strstr(error->message, "built without"));
}

static void whoever_hangs_is_left_and_killed(void **state)
{
  g_autofree char *file = g_build_filename(folder, "pid", NULL);
  g_autofree char *script = g_strdup_printf(
      "echo $$ >%s.new; mv %s.new %s\n" HEARD "printf '1\\tnone\\t60\\tplain\\n'; exec sleep 999\n", file, file, file);
  g_autoptr(DnsClient) client = client_of(script);
  g_autoptr(GPtrArray) answers = answers_new();
  g_autoptr(GError) error = NULL;
  g_autofree char *text = NULL;
  gint64 start = g_get_monotonic_time();
  /* A slow machine may need longer to start it: once more, then. */
  while (answers->len == 0 && g_get_monotonic_time() - start < LONG) {
    g_clear_error(&error);
    assert_false(ask(client, 2, 5 * BRIEF, answers, &error));
    dns_client_rest(client);
  }
  assert_non_null(strstr(error->message, "in time"));
  assert_int_equal(answers->len, 1); /* what came in time counts */
  assert_true(g_file_get_contents(file, &text, NULL, NULL));
  assert_int_equal(kill((pid_t)atoi(text), 0), -1);
}

/* It is told to nobody but the program, and no more often than needed: nothing asked, nothing started. */
static void nothing_is_started_for_nothing(void **state)
{
  g_autoptr(DnsClient) client = dns_client_new("/nowhere/x", NULL, TRUE);
  g_autoptr(GPtrArray) answers = answers_new();
  g_autoptr(GError) error = NULL;
  assert_true(ask(client, 0, LONG, answers, &error));
}

static void the_program_gets_the_servers_and_no_environment(void **state)
{
  char *servers[] = { (char *)"192.0.2.1@5353", (char *)"192.0.2.2", NULL };
  g_autofree char *said = g_build_filename(folder, "said", NULL);
  g_autofree char *script = g_strdup_printf("echo \"$* $BACKSTOP_TEST\" >%s\n" ECHO, said);
  g_autofree char *path = program(script), *text = NULL;
  g_autoptr(DnsClient) client = dns_client_new(path, servers, FALSE);
  g_autoptr(GPtrArray) answers = answers_new();
  g_autoptr(GError) error = NULL;
  g_setenv("BACKSTOP_TEST", "secret", TRUE);
  assert_true(ask(client, 1, LONG, answers, &error));
  assert_true(g_file_get_contents(said, &text, NULL, NULL));
  assert_string_equal(text, "--no-dnssec 192.0.2.1@5353 192.0.2.2 \n");
}

static int make_folder(void **state)
{
  folder = g_dir_make_tmp("backstop-client-XXXXXX", NULL);
  return folder == NULL;
}

static int remove_folder(void **state)
{
  static const char *const files[] = { "resolver", "count", "pid", "said" };
  for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autofree char *path = g_build_filename(folder, files[i], NULL);
    unlink(path);
  }
  int result = rmdir(folder);
  g_free(folder);
  return result;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(answers_come_in_any_order),
    cmocka_unit_test(one_program_answers_round_after_round),
    cmocka_unit_test(a_liar_is_not_believed_in_anything),
    cmocka_unit_test(a_program_that_fails_is_an_answer_that_is_not_known),
    cmocka_unit_test(whoever_hangs_is_left_and_killed),
    cmocka_unit_test(nothing_is_started_for_nothing),
    cmocka_unit_test(the_program_gets_the_servers_and_no_environment),
  };
  signal(SIGPIPE, SIG_IGN);
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
