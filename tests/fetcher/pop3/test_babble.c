/* test_babble.c - POP3 servers that leave after any byte, and servers that babble
 * Owns:     the runs that are cut after every byte, and garbled.
 * Must not: leave loopback.
 * Fails:    as a test.
 * Tests:    fetcher/pop3/link_talk.c, fetcher/pop3/link_list.c, fetcher/pop3/link_message.c */
#include "tests/rigs/pop3_session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* A whole session. TRUE when all went through. */
static gboolean run_all(Server *server, GError **error)
{
  static const Pop3Ask asks[] = { { 1, 0 }, { 2, 1 }, { 3, -1 }, { 9, -1 } };
  AccountConfig account = pop3_account(server, SECURITY_NONE);
  g_autoptr(Pop3Link) link = pop3_link_open(&account, POP3_SECRET, error);
  if (link == NULL || pop3_link_list(link, error) == NULL) return FALSE;
  Pop3Taken taken = { .got = g_string_new(NULL) };
  gboolean fetched = pop3_take(link, asks, G_N_ELEMENTS(asks), &taken, error);
  /* An answer that was cut off is none. */
  assert_int_equal(strlen(taken.got->str) > 0 && strchr("]!e", taken.got->str[taken.got->len - 1]) != NULL
                       && taken.next == G_N_ELEMENTS(asks),
                   fetched);
  g_string_free(taken.got, TRUE);
  return fetched && pop3_link_delete(link, 2, "u2", error) && pop3_link_reset(link, error)
         && pop3_link_delete(link, 3, "u3", error) && pop3_link_quit(link, error);
}

/* The server leaves after each byte that it says: after every answer and within it. That is LINK, at once, and never
 * the end of a message or a listing. */
static void a_server_that_leaves_after_any_byte_is_a_broken_link(void **state)
{
  gsize cut = 1;
  for (gboolean through = FALSE; !through; cut++) {
    g_autoptr(GError) error = NULL;
    Pop3Conversation conversation = { POP3_FOUR, .cut = cut };
    if (cut & 1) conversation.capabilities = "USER\r\nTOP\r\nUIDL\r\n";
    Server *server = server_start(pop3_peer, &conversation);
    gint64 start = g_get_monotonic_time();
    through = run_all(server, &error);
    assert_in_range(g_get_monotonic_time() - start, 0, 8000000);
    if (!through && error->code != STORE_ERROR_LINK) print_error("byte %zu: %s\n", cut, error->message);
    if (!through) assert_int_equal(error->code, STORE_ERROR_LINK);
    if (!through) assert_non_null(strstr(error->message, "closed the connection"));
    server_free(server);
  }
  assert_in_range(cut, 300, 2000);
}

/* Says a good session's answers, some bytes of them changed by chance, and leaves. */
static void babble(Peer *peer, gconstpointer data)
{
  static const char *const scraps[] = { "\r\n", ".\r\n", "\r\n.\r\n",   ".",  "-ERR ", "+OK ", "+ ",
                                        "0",    "-",     "99999999999", "\n", "\r",    " ",    "1 1\r\n" };
  g_autoptr(GRand) chance = g_rand_new_with_seed(GPOINTER_TO_UINT(data));
  g_autoptr(GString) text = g_string_new("+OK\r\n"
                                         "+OK\r\nUSER\r\nTOP\r\nUIDL\r\nPIPELINING\r\nSASL PLAIN\r\n.\r\n+OK\r\n"
                                         "+OK\r\nTOP\r\nUIDL\r\nPIPELINING\r\n.\r\n"
                                         "+OK\r\n1 u1\r\n2 u2\r\n.\r\n+OK\r\n1 30\r\n2 30\r\n.\r\n"
                                         "+OK\r\nA: b\r\n\r\n.\r\n+OK\r\nA: b\r\n\r\n..\r\nc\r\n.\r\n-ERR no\r\n"
                                         "+OK 2 u2\r\n+OK\r\n+OK\r\n");
  for (gint changes = g_rand_int_range(chance, 0, 4); changes > 0; changes--) {
    gssize at = g_rand_int_range(chance, 6, (gint)text->len);
    gint kind = g_rand_int_range(chance, 0, 4);
    if (kind == 0) text->str[at] = (char)g_rand_int_range(chance, 0, 256);
    if (kind == 1) g_string_erase(text, at, MIN(g_rand_int_range(chance, 1, 20), (gssize)text->len - at));
    if (kind >= 2) g_string_insert(text, at, scraps[g_rand_int_range(chance, 0, G_N_ELEMENTS(scraps))]);
  }
  peer_say_bytes(peer, text->str, text->len);
  g_usleep(10000); /* not a reset before the client has read it all */
}

/* Whatever comes is an answer, or an error that says what to do; and only what makes sense is passed on. */
static void whatever_a_server_babbles_is_an_answer_or_an_error(void **state)
{
  static const Pop3Ask asks[] = { { 1, 0 }, { 2, -1 }, { 3, 5 } };
  guint through = 0;
  for (guint seed = 1; seed <= 400; seed++) {
    g_autoptr(GError) error = NULL;
    Server *server = server_start(babble, GUINT_TO_POINTER(seed));
    AccountConfig account = pop3_account(server, SECURITY_NONE);
    g_autoptr(Pop3Link) link = pop3_link_open(&account, POP3_SECRET, &error);
    const GArray *rows = link != NULL ? pop3_link_list(link, &error) : NULL;
    for (guint i = 0; rows != NULL && i < rows->len; i++) {
      const Pop3Row *row = &g_array_index(rows, Pop3Row, i);
      assert_in_range(row->number, 1, 1000000);
      assert_true(row->octets <= (guint64)1 << 40);
      if (row->uid != NULL) assert_in_range(strlen(row->uid), 1, 255);
    }
    Pop3Taken taken = { .got = g_string_new(NULL) };
    gboolean all = rows != NULL && pop3_take(link, asks, G_N_ELEMENTS(asks), &taken, &error)
                   && pop3_link_delete(link, 2, "u2", &error) && pop3_link_quit(link, &error);
    assert_true(all == (error == NULL));
    if (error != NULL) assert_true(error->domain == STORE_ERROR);
    if (error != NULL) assert_false(pop3_knows_secret(error->message));
    through += all;
    g_string_free(taken.got, TRUE);
    server_free(server);
  }
  assert_in_range(through, 50, 390); /* some were not changed, or not where it matters */
}

int main(void)
{
  static const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_server_that_leaves_after_any_byte_is_a_broken_link),
    cmocka_unit_test(whatever_a_server_babbles_is_an_answer_or_an_error),
  };
  return _cmocka_run_group_tests("pop3 babble", tests, G_N_ELEMENTS(tests), certs_set_up, certs_tear_down);
}
