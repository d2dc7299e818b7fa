/* test_secret.c - passwords from commands and credential files
 * Owns:     a folder under /tmp, removed at the end.
 * Must not: wait for longer than a few seconds.
 * Fails:    by TAP.
 * Tests:    fetcher/secret/secret.c */
#include "fetcher/secret/secret.h"
#include "fetcher/store/store.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>
// cmocka wants the headers above first
#include <cmocka.h>
#include <glib/gstdio.h>

static char *folder;

static const struct {
  const char *command;
  const char *want;    /* NULL: refused */
  const char *message; /* part of the refusal */
} commands[] = {
  { "echo secret", "secret" },
  { "printf 'no newline'", "no newline" },
  { "printf 'first\\nsecond\\n'", "first" },
  { "echo \"two  words\"", "two  words" },
  { "echo $((40 + 2))", "42" },
  { "printf x | tr x y", "y" },
  { "VALUE=1 sh -c 'echo v$VALUE'", "v1" },
  { "cat", NULL, "nothing" }, /* standard input is empty */
  { "true", NULL, "nothing" },
  { "printf '\\nlater\\n'", NULL, "nothing" },
  { "echo secret; exit 3", NULL, "exit status 3" },
  { "/nonexistent/command", NULL, "cannot be started" },
  { "kill -9 $$", NULL, "killed" },
  { "printf 'a\\r\\n'", NULL, "carriage return" },
  { "printf 'a\\000b\\n'", NULL, "NUL" },
  { "head -c 4096 /dev/zero | tr '\\0' a", "*" },
  { "head -c 4097 /dev/zero | tr '\\0' a", NULL, "more than 4096" },
  { "head -c 300000 /dev/zero | tr '\\0' a", NULL, "more than 4096" },
  /* a long tail neither blocks nor kills the command */
  { "echo first; head -c 300000 /dev/zero; echo end", "first" },
};

static void the_first_line_of_a_command_is_the_password(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
    const AccountConfig account = { .name = (char *)"home", .password_command = (char *)commands[i].command };
    g_autoptr(GError) error = NULL;
    char *secret = secret_get(&account, SECRET_ANY, &error);
    if (commands[i].want == NULL) {
      assert_null(secret);
      assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_AUTH));
      assert_non_null(strstr(error->message, "password-command"));
      assert_non_null(strstr(error->message, commands[i].message));
      assert_null(strstr(error->message, "secret;"));
    } else {
      assert_non_null(secret);
      if (*commands[i].want == '*')
        assert_int_equal(strlen(secret), 4096);
      else
        assert_string_equal(secret, commands[i].want);
    }
    secret_free(secret);
  }
}

/* Past the deadline the command and all it started are gone. */
static void past_the_deadline_the_command_and_all_it_started_are_gone(void **state)
{
  g_autofree char *mark = g_build_filename(folder, "mark", NULL);
  g_autofree char *command = g_strdup_printf("(sleep 2; touch %s) & sleep 60", mark);
  g_autoptr(GError) error = NULL;
  gint64 start = g_get_monotonic_time();
  assert_null(secret_from_command(command, SECRET_ANY, 1, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_AUTH));
  assert_non_null(strstr(error->message, "in time"));
  assert_in_range(g_get_monotonic_time() - start, 900000, 1900000);
  g_usleep(1500000);
  assert_false(g_file_test(mark, G_FILE_TEST_EXISTS));
}

/* The command hears of a refusal, and of none that is not ours to tell. */
static void the_command_hears_of_a_refusal_that_is_its_own(void **state)
{
  const AccountConfig account = { .name = (char *)"home",
                                  .password_command = (char *)"echo ${BACKSTOP_REFUSED-unset}" };
  g_setenv("BACKSTOP_REFUSED", "1", TRUE);
  char *first = secret_get(&account, SECRET_ANY, NULL);
  g_unsetenv("BACKSTOP_REFUSED");
  char *second = secret_get(&account, SECRET_AFTER_REFUSAL, NULL);
  assert_string_equal(first, "unset");
  assert_string_equal(second, "1");
  assert_null(g_getenv("BACKSTOP_REFUSED"));
  secret_free(first);
  secret_free(second);
}

/* An agent that the command starts keeps our pipe open; the answer does not wait for it. */
static void an_agent_that_the_command_leaves_behind_is_not_waited_for(void **state)
{
  g_autoptr(GError) error = NULL;
  gint64 start = g_get_monotonic_time();
  char *secret = secret_from_command("sleep 3 & echo quick", SECRET_ANY, 30, &error);
  assert_non_null(secret);
  assert_string_equal(secret, "quick");
  assert_in_range(g_get_monotonic_time() - start, 0, 2500000);
  secret_free(secret);
}

static const struct {
  const char *text;
  gssize length;
  const char *want;
} files[] = {
  { "secret\n", -1, "secret" }, { "secret", -1, "secret" }, { "one\ntwo\n", -1, "one" }, { "", 0, NULL },
  { "\n", -1, NULL },           { "a\r\n", -1, NULL },      { "a\0b\n", 4, NULL },
};

static void a_credential_of_systemd_is_the_password(void **state)
{
  const AccountConfig account = { .name = (char *)"home" };
  g_autofree char *path = g_build_filename(folder, "home", NULL);
  g_setenv("CREDENTIALS_DIRECTORY", folder, TRUE);
  for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autoptr(GError) error = NULL;
    assert_true(g_file_set_contents(path, files[i].text, files[i].length, NULL));
    char *secret = secret_get(&account, SECRET_ANY, &error);
    if (files[i].want != NULL)
      assert_string_equal(secret, files[i].want);
    else
      assert_null(secret);
    assert_int_equal(error != NULL, files[i].want == NULL);
    secret_free(secret);
  }
}

static void without_any_password_the_remedies_are_named(void **state)
{
  const AccountConfig account = { .name = (char *)"elsewhere" };
  g_autoptr(GError) absent = NULL, unset = NULL;
  assert_null(secret_get(&account, SECRET_ANY, &absent));
  assert_non_null(strstr(absent->message, "password-command"));
  g_unsetenv("CREDENTIALS_DIRECTORY");
  assert_null(secret_get(&account, SECRET_ANY, &unset));
  assert_true(g_error_matches(unset, STORE_ERROR, STORE_ERROR_AUTH));
}

/* backstop-keyring, played by a script: what it does, and what we make of it. */
static const struct {
  const char *script;
  const char *want;
  const char *message;
  gboolean later; /* it may be there a moment later */
} keyrings[] = {
  { "echo secret; echo noise >&2", "secret" },
  { "echo \"$1 $2 $3 $4 $#\"", "lookup home imap.example.org me@example.org 4" },
  { "exit 66", NULL, "has no password" },
  { "exit 69", NULL, "no keyring can be reached", TRUE },
  { "exit 77", NULL, "is locked" },
  { "exit 5", NULL, "program failed" },
  { "kill -9 $$", NULL, "program was killed" },
  { "true", NULL, "program gives nothing" },
  { "sleep 30 & wait", NULL, "program did not end in time" },
};

static void the_keyring_is_asked_by_its_helper(void **state)
{
  const AccountConfig account = { .name = (char *)"home",
                                  .host = (char *)"imap.example.org",
                                  .user = (char *)"me@example.org" };
  g_autofree char *program = g_build_filename(folder, "home", NULL);
  for (guint i = 0; i < G_N_ELEMENTS(keyrings); i++) {
    g_autofree char *script = g_strdup_printf("#!/bin/sh\n%s\n", keyrings[i].script);
    g_autoptr(GError) error = NULL;
    assert_true(g_file_set_contents(program, script, -1, NULL));
    assert_int_equal(g_chmod(program, 0700), 0);
    char *secret = secret_from_keyring(program, &account, keyrings[i].want != NULL ? 30 : 1, &error);
    if (keyrings[i].want != NULL) {
      assert_non_null(secret);
      assert_string_equal(secret, keyrings[i].want);
    } else {
      assert_null(secret);
      assert_true(g_error_matches(error, STORE_ERROR, keyrings[i].later ? STORE_ERROR_LINK : STORE_ERROR_AUTH));
      assert_non_null(strstr(error->message, keyrings[i].message));
      assert_non_null(strstr(error->message, "backstop password home"));
      assert_non_null(strstr(error->message, "password-command"));
      assert_non_null(strstr(error->message, "LoadCredential=home"));
    }
    secret_free(secret);
  }
}

static void without_the_helper_the_keyring_is_named_as_missing(void **state)
{
  const AccountConfig account = { .name = (char *)"home" };
  g_autoptr(GError) error = NULL;
  assert_null(secret_from_keyring(NULL, &account, 1, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_AUTH));
  assert_non_null(strstr(error->message, "built without the keyring"));
}

static void a_door_without_a_password_names_its_own_remedies(void **state)
{
  const AccountConfig door = { .name = (char *)"home-door", .door_of = "home" };
  g_autoptr(GError) error = NULL;
  assert_null(secret_from_keyring(NULL, &door, 1, &error));
  assert_non_null(strstr(error->message, "backstop password --door home,"));
  assert_non_null(strstr(error->message, "add door-password-command"));
  assert_non_null(strstr(error->message, "LoadCredential=home-door"));
}

static int set_up(void **state)
{
  folder = g_dir_make_tmp("backstop-secret-XXXXXX", NULL);
  return folder == NULL;
}

static int tear_down(void **state)
{
  g_autofree char *path = g_build_filename(folder, "home", NULL);
  int result = g_unlink(path) | g_rmdir(folder);
  g_free(folder);
  return result;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_first_line_of_a_command_is_the_password),
    cmocka_unit_test(past_the_deadline_the_command_and_all_it_started_are_gone),
    cmocka_unit_test(an_agent_that_the_command_leaves_behind_is_not_waited_for),
    cmocka_unit_test(a_credential_of_systemd_is_the_password),
    cmocka_unit_test(without_any_password_the_remedies_are_named),
    cmocka_unit_test(the_command_hears_of_a_refusal_that_is_its_own),
    cmocka_unit_test(the_keyring_is_asked_by_its_helper),
    cmocka_unit_test(without_the_helper_the_keyring_is_named_as_missing),
    cmocka_unit_test(a_door_without_a_password_names_its_own_remedies),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
