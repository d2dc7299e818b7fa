/* imap_session.c - a signed-in IMAP store on a scripted server
 * Owns:     opening and ending such a session.
 * Must not: be linked into a program that is installed; leave loopback.
 * Fails:    as a test.
 * Tests:    used by tests/fetcher/imap/ */
#include "tests/rigs/imap_session.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

void session_open_with(Session *session, const Conversation *conversation, guint timeout)
{
  *session = (Session){ .server = server_start(peer_converse, conversation) };
  AccountConfig account = { .name = (char *)"test",
                            .host = (char *)"localhost",
                            .port = server_port(session->server),
                            .security = conversation->cert != CERT_NONE ? SECURITY_TLS : SECURITY_NONE,
                            .ca_file = conversation->cert != CERT_NONE ? (char *)certs_ca_file() : NULL,
                            .user = (char *)"gertrude",
                            .timeout = timeout };
  session->store = imap_open(&account, "secret", &session->error);
  if (session->error != NULL) print_error("%s\n", session->error->message);
  assert_non_null(session->store);
}

void session_open(Session *session, const Conversation *conversation) { session_open_with(session, conversation, 30); }

void session_select(Session *session)
{
  FolderStatus status;
  assert_true(session->store->class->select(session->store, "INBOX", &status, &session->error));
}

const char *session_end(Session *session)
{
  g_clear_pointer(&session->store, store_close);
  server_stop(session->server);
  return server_heard(session->server);
}

void session_free(Session *session)
{
  session_end(session);
  server_free(session->server);
  g_clear_error(&session->error);
}

void assert_outcome(const Session *session, gboolean done, int code, const char *words)
{
  const GError *error = session->error;
  if ((error != NULL ? error->code : -1) != code || (error != NULL && strstr(error->message, words) == NULL))
    print_error("%s\n", error != NULL ? error->message : "no error");
  assert_int_equal(done, code < 0);
  assert_int_equal(error != NULL ? error->code : -1, code);
  if (error != NULL) assert_non_null(strstr(error->message, words));
}
