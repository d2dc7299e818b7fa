/* test_server_words.c - what a server's refusal means, and what of it may be shown
 * Owns:     refusals as servers word them.
 * Must not: speak to a server.
 * Fails:    by TAP.
 * Tests:    fetcher/net/server_words.c */
#include "fetcher/net/server_words.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

typedef struct {
  const char *code, *text;
  gboolean later;
} Row;

static const Row rows[] = {
  { "UNAVAILABLE", "User's backend is down for maintenance.", TRUE },
  { "unavailable", NULL, TRUE },
  { "THROTTLED", "Account exceeded command or bandwidth limits.", TRUE },
  { "INUSE", "Mailbox in use", TRUE },
  { "LIMIT", "Too many mailboxes", TRUE },
  { "OVERQUOTA", "Sorry", TRUE },
  { "SERVERBUG", "Internal error occurred. Refer to server log", TRUE },
  { "SYS/TEMP", "later", TRUE },
  { NULL, "Request is throttled. Suggested Backoff Time: 1299 milliseconds", TRUE },
  { NULL, "Server Unavailable. 15", TRUE },
  { NULL, "Server Busy. Please retry later.", TRUE },
  { NULL, "Too many simultaneous connections. (Failure)", TRUE },
  { NULL, "User is authenticated but not connected.", TRUE },
  { NULL, "maximum connections exceeded", TRUE },
  { "ALERT", "Temporary problem, please try again later", TRUE },
  { "AUTHENTICATIONFAILED", "Temporary authentication failure, try again later", FALSE },
  { NULL, "Invalid credentials, please try again later", FALSE },
  { NULL, "Too many failed login attempts, try again later", FALSE },
  { NULL, "Authentication failed.", FALSE },
  { "TRYCREATE", "Mailbox doesn't exist: Backscatter", FALSE },
  { "NOPERM", "Permission denied", FALSE },
  { "CANNOT", "The name is invalid", FALSE },
  { NULL, "Busybox is not a mailbox", FALSE },
  { NULL, "", FALSE },
  { "", NULL, FALSE },
  { NULL, NULL, FALSE },
};

static void a_refusal_for_now_is_told_from_one_for_good(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (server_words_later(rows[i].code, rows[i].text) != rows[i].later)
      fail_msg("[%s] %s: %s", rows[i].code != NULL ? rows[i].code : "", rows[i].text != NULL ? rows[i].text : "",
               rows[i].later ? "taken as for good" : "taken as for now");
}

static void words_that_name_the_user_are_not_passed_on(void **state)
{
  g_autofree char *named = server_words("no such user Gertrude", "gertrude"),
                  *other = server_words("no such\r\nuser...", "gertrude");
  assert_null(named);
  assert_string_equal(other, "no such user");
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(a_refusal_for_now_is_told_from_one_for_good),
                                      cmocka_unit_test(words_that_name_the_user_are_not_passed_on) };
  return cmocka_run_group_tests_name("server_words", tests, NULL, NULL);
}
