/* pop3_session.c - a signed-in link to a scripted POP3 server, and a maildrop over it
 * Owns:     opening and ending such a session.
 * Must not: be linked into a program that is installed; leave loopback.
 * Fails:    as a test.
 * Tests:    used by tests/fetcher/pop3/ */
#include "tests/rigs/pop3_session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#define MAIL(n)                                                                                                        \
  {                                                                                                                    \
    "u" #n, "Subject: " #n "\r\n\r\nbody " #n "\r\n.\r\nline 3\r\n"                                                    \
  }
const Pop3Mail pop3_four[4] = { MAIL(1), MAIL(2), MAIL(3), MAIL(4) };

Pop3Link *pop3_open(Server *server, guint timeout)
{
  g_autoptr(GError) error = NULL;
  AccountConfig account = pop3_account(server, SECURITY_NONE);
  if (timeout != 0) account.timeout = timeout;
  Pop3Link *link = pop3_link_open(&account, POP3_SECRET, &error);
  if (error != NULL) print_error("%s\n", error->message);
  assert_non_null(link);
  return link;
}

static gboolean take(guint ask, const char *bytes, gsize length, gpointer data)
{
  Pop3Taken *taken = data;
  assert_int_equal(ask, taken->next);
  if (length == 0) {
    g_string_append_c(taken->got, '[');
    taken->had = 0;
  }
  g_string_append_len(taken->got, bytes, (gssize)length);
  taken->had += length;
  return taken->most == 0 || taken->had < taken->most;
}

static void done(guint ask, const char *refusal, gpointer data)
{
  Pop3Taken *taken = data;
  assert_int_equal(ask, taken->next++);
  g_string_append_printf(taken->got, refusal != NULL ? "!%s" : "]", refusal);
}

gboolean pop3_take(Pop3Link *link, const Pop3Ask *asks, guint n, Pop3Taken *taken, GError **error)
{
  Pop3Sink sink = { .piece = take, .done = done, .data = taken };
  return pop3_link_fetch(link, asks, n, &sink, error);
}

void pop3_session_open(Pop3Session *session, const Pop3Conversation *conversation)
{
  *session = (Pop3Session){ .server = server_start(pop3_peer, conversation), .got = g_string_new(NULL) };
  session->account = pop3_account(session->server, SECURITY_NONE);
  session->box = pop3_box_new(&session->account, POP3_SECRET, &session->error);
  if (session->box == NULL) print_error("%s\n", session->error->message);
  assert_non_null(session->box);
}

const char *pop3_session_end(Pop3Session *session)
{
  box_free(g_steal_pointer(&session->box));
  server_stop(session->server);
  return server_heard(session->server);
}

void pop3_session_free(Pop3Session *session)
{
  box_free(session->box);
  server_free(session->server);
  g_clear_error(&session->error);
  g_string_free(session->got, TRUE);
}

void pop3_session_list(Pop3Session *session, guint count)
{
  assert_true(session->box->class->list(session->box, &session->error));
  assert_int_equal(session->box->items->len, count);
}

void pop3_session_failed(Pop3Session *session, int code, const char *words)
{
  assert_non_null(session->error);
  if (session->error->code != code || strstr(session->error->message, words) == NULL)
    print_error("%d %s\n", session->error->code, session->error->message);
  assert_int_equal(session->error->code, code);
  assert_non_null(strstr(session->error->message, words));
  assert_false(pop3_knows_secret(session->error->message));
  assert_null(strstr(session->error->message, POP3_USER));
  g_clear_error(&session->error);
}

static void take_item(guint item, GBytes *bytes, gpointer data)
{
  gsize length = 0;
  const char *text = g_bytes_get_data(bytes, &length);
  g_string_append_printf(data, "%u:", item);
  g_string_append_len(data, text, (gssize)length);
  g_string_append_c(data, '|');
}

gboolean pop3_session_read(Pop3Session *session, const guint *items, guint n, BoxPart part, gsize limit)
{
  g_string_truncate(session->got, 0);
  return session->box->class->read(session->box, items, n, part, limit, take_item, session->got, &session->error);
}

/* The file that fetch() writes; NULL when it fails. */
GBytes *pop3_session_fetch(Pop3Session *session, guint item)
{
  int fd = memfd_create("message", MFD_CLOEXEC);
  assert_true(fd >= 0);
  GBytes *bytes = NULL;
  if (session->box->class->fetch(session->box, item, fd, &session->error)) {
    gsize size = (gsize)lseek(fd, 0, SEEK_END);
    char *text = g_malloc(size + 1);
    assert_int_equal(pread(fd, text, size, 0), (ssize_t)size);
    bytes = g_bytes_new_take(text, size);
  }
  close(fd);
  return bytes;
}
