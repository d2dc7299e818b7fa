/* test_open_store.c - a secret that is refused, renewed, or refused again
 * Owns:     a folder under /tmp, removed at the end.
 * Must not: connect anywhere.
 * Fails:    by TAP.
 * Tests:    fetcher/worker/open_store.c */
#include "fetcher/secret/secret.h"
#include "fetcher/worker/open_store.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
// cmocka wants the headers above first
#include <cmocka.h>
#include <glib/gstdio.h>

static char *folder, *asked; /* a file: one letter for each time the command ran, r after a refusal */

/* The server: what it takes, what it says to it, and what it was shown. */
static const char *takes;
static StoreError answer;
static guint refusals_left; /* this many times it says AUTH whatever it is shown */
static GString *shown;
static Store store_open;

static Store *server_open(const AccountConfig *account, const StoreHome *home, const char *secret, GError **error)
{
  g_string_append_printf(shown, "%s%s", shown->len > 0 ? " " : "", secret);
  if (refusals_left == 0 && takes != NULL && strcmp(secret, takes) == 0) return &store_open;
  StoreError code = refusals_left > 0 ? STORE_ERROR_AUTH : answer;
  if (refusals_left > 0) refusals_left--;
  g_set_error(error, STORE_ERROR, code, "the server says no");
  return NULL;
}

/* old: what the command prints; new: what it prints when it is told of a refusal, "" for a failure. */
static char *command_of(const char *old, const char *new)
{
  return g_strdup_printf("if [ -n \"$BACKSTOP_REFUSED\" ]; then printf r >>'%s'; echo '%s' | grep .; "
                         "else printf a >>'%s'; echo '%s'; fi",
                         asked, new, asked, old);
}

static const struct {
  const char *cached, *old, *new; /* what is kept from before, and what the command prints */
  const char *takes;
  StoreError answer; /* to anything else */
  guint refusals;
  /* what must come of it */
  const char *asked, *shown, *kept;
  int code; /* -1: signed in */
} cases[] = {
  { NULL, "one", "two", "one", STORE_ERROR_AUTH, 0, "a", "one", "one", -1 },
  /* a cached secret is used without asking */
  { "one", "old", "two", "one", STORE_ERROR_AUTH, 0, "", "one", "one", -1 },
  /* an expired token is renewed, cached or just asked for */
  { "one", "one", "two", "two", STORE_ERROR_AUTH, 0, "r", "one two", "two", -1 },
  { NULL, "one", "two", "two", STORE_ERROR_AUTH, 0, "ar", "one two", "two", -1 },
  /* the same again is not sent again */
  { NULL, "one", "one", "two", STORE_ERROR_AUTH, 0, "ar", "one", NULL, STORE_ERROR_AUTH },
  { "one", "one", "one", "two", STORE_ERROR_AUTH, 0, "r", "one", NULL, STORE_ERROR_AUTH },
  /* the new one is refused as well: the end, with nothing kept */
  { NULL, "one", "two", "three", STORE_ERROR_AUTH, 0, "ar", "one two", NULL, STORE_ERROR_AUTH },
  { "zero", "one", "two", "one", STORE_ERROR_AUTH, 0, "r", "zero two", NULL, STORE_ERROR_AUTH },
  /* no new one is to be had */
  { "one", "one", "", "two", STORE_ERROR_AUTH, 0, "r", "one", NULL, STORE_ERROR_AUTH },
  /* none to begin with: the server hears nothing */
  { NULL, "", "two", "two", STORE_ERROR_AUTH, 0, "a", "", NULL, STORE_ERROR_AUTH },
  /* a broken connection says nothing about the secret */
  { "one", "one", "two", NULL, STORE_ERROR_LINK, 0, "", "one", "one", STORE_ERROR_LINK },
  { NULL, "one", "two", NULL, STORE_ERROR_FATAL, 0, "a", "one", "one", STORE_ERROR_FATAL },
  { "one", "one", "two", NULL, STORE_ERROR_LINK, 1, "r", "one two", "two", STORE_ERROR_LINK },
};

static void every_way_of_signing_in_asks_as_often_as_it_should(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
    g_autofree char *command = command_of(cases[i].old, cases[i].new), *letters = NULL;
    const AccountConfig account = { .name = (char *)"home", .password_command = command };
    g_autoptr(GError) error = NULL;
    char *secret = g_strdup(cases[i].cached);
    gboolean refused = -1;
    takes = cases[i].takes;
    answer = cases[i].answer;
    refusals_left = cases[i].refusals;
    g_string_truncate(shown, 0);
    assert_true(g_file_set_contents(asked, "", 0, NULL));
    Store *store = open_store(&account, NULL, server_open, &secret, &refused, &error);
    print_message("# case %u: shown \"%s\"\n", i, shown->str);
    assert_ptr_equal(store, cases[i].code < 0 ? &store_open : NULL);
    assert_int_equal(error != NULL ? error->code : -1, cases[i].code);
    assert_true(error == NULL || error->domain == STORE_ERROR);
    assert_string_equal(shown->str, cases[i].shown);
    assert_int_equal(refused, strchr(cases[i].asked, 'r') != NULL);
    assert_true(g_file_get_contents(asked, &letters, NULL, NULL));
    assert_string_equal(letters, cases[i].asked);
    assert_int_equal(g_strcmp0(secret, cases[i].kept), 0);
    secret_free(secret);
  }
}

/* Called again after a refusal, by an owner's wish, it asks anew rather than showing what was refused. */
static void a_second_try_asks_for_the_password_anew(void **state)
{
  g_autofree char *first = command_of("one", "one"), *second = command_of("two", "two");
  AccountConfig account = { .name = (char *)"home", .password_command = first };
  g_autoptr(GError) error = NULL;
  char *secret = NULL;
  gboolean refused = FALSE;
  takes = "two";
  answer = STORE_ERROR_AUTH;
  refusals_left = 0;
  g_string_truncate(shown, 0);
  assert_null(open_store(&account, NULL, server_open, &secret, &refused, &error));
  account.password_command = second;
  assert_ptr_equal(open_store(&account, NULL, server_open, &secret, &refused, NULL), &store_open);
  assert_string_equal(shown->str, "one two");
  secret_free(secret);
}

static int set_up(void **state)
{
  folder = g_dir_make_tmp("backstop-sign-in-XXXXXX", NULL);
  asked = g_build_filename(folder, "asked", NULL);
  shown = g_string_new(NULL);
  return folder == NULL;
}

static int tear_down(void **state)
{
  int result = g_unlink(asked) | g_rmdir(folder);
  g_string_free(shown, TRUE);
  g_free(asked);
  g_free(folder);
  return result;
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(every_way_of_signing_in_asks_as_often_as_it_should),
                                      cmocka_unit_test(a_second_try_asks_for_the_password_anew) };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
