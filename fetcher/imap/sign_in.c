/* sign_in.c - signing in to an IMAP server (RFC 3501, 6.2; RFC 4959; XOAUTH2)
 * Owns:     the choice of the mechanism, and what a refusal means.
 * Must not: be called before the server's certificate and name are verified (loopback excepted); try a second mechanism
 *           after a refusal; show the secret or the user's name.
 * Fails:    AUTH refused, LINK try again later, FATAL no way that both sides know.
 * Tests:    tests/fetcher/imap/test_imap.c */
#include "fetcher/imap/private.h"
#include "fetcher/secret/secret.h"
#include <string.h>

/* A refused sign-in. The words of the server help the owner (an application password is needed), unless they repeat a
 * secret. */
static gboolean sign_in_refused(ImapStore *store, const AccountConfig *account, const char *secret, GError **error)
{
  g_autofree char *words = imap_words(store);
  if (words != NULL && strstr(words, secret) != NULL) g_clear_pointer(&words, g_free);
  const char *colon = words != NULL ? ": " : "", *said = words != NULL ? words : "";
  if (imap_is_later(store))
    g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "%s cannot sign us in now%s%s.", stream_where(store->stream),
                colon, said);
  else
    g_set_error(error, STORE_ERROR, STORE_ERROR_AUTH, "%s refused the sign-in%s%s: check user and %s, then try again.",
                stream_where(store->stream), colon, said,
                account->auth == AUTH_XOAUTH2 ? "the token that password-command gives" : "password");
  return FALSE;
}

/* Ways to sign in with a password, best known ones first; then the LOGIN command. */
static const char *const mechanisms[] = { "PLAIN", "LOGIN", "CRAM-MD5" };

/* try_sign_in() found no way: the server offers none, or none that this computer's SASL library has. */
enum { NOT_OFFERED = -1, NOT_INSTALLED = -2 };

/* PLAIN in one command (RFC 4959). Not by the SASL library where it can be done without: what that loads stays for as
 * long as the process lives, some two megabytes. */
static int sign_in_plain(mailimap *session, const char *user, const char *secret)
{
  gsize user_length = strlen(user), length = user_length + strlen(secret) + 2;
  char *message = g_malloc0(length + 1); /* "\0user\0secret" */
  memcpy(message + 1, user, user_length);
  memcpy(message + user_length + 2, secret, strlen(secret));
  char *encoded = g_base64_encode((const guchar *)message, length);
  char *command = g_strconcat("AUTHENTICATE PLAIN ", encoded, NULL);
  int result = imap_run(session, command);
  secret_free(command);
  secret_free(encoded);
  explicit_bzero(message, length);
  g_free(message);
  if (result == MAILIMAP_NO_ERROR) session->imap_state = MAILIMAP_STATE_AUTHENTICATED;
  return result == MAILIMAP_ERROR_CUSTOM_COMMAND ? MAILIMAP_ERROR_LOGIN : result;
}

/* Returns libetpan's result, or one of these two. A second way is tried only if nothing was sent on the first. */
static int try_sign_in(ImapStore *store, const AccountConfig *account, const char *secret)
{
  mailimap *session = store->session;
  int otherwise = NOT_OFFERED;
  if (account->auth == AUTH_XOAUTH2) {
    if (!imap_has(store, "AUTH=XOAUTH2")) return NOT_OFFERED;
    return mailimap_oauth2_authenticate(session, account->user, secret);
  }
  if (imap_has(store, "AUTH=PLAIN") && imap_has(store, "SASL-IR")) return sign_in_plain(session, account->user, secret);
  for (guint i = 0; i < G_N_ELEMENTS(mechanisms); i++) {
    g_autofree char *capability = g_strconcat("AUTH=", mechanisms[i], NULL);
    if (!imap_has(store, capability)) continue;
    int tag = session->imap_tag;
    int result =
        mailimap_authenticate(session, mechanisms[i], account->host, NULL, NULL, "", account->user, secret, NULL);
    if (session->imap_tag != tag) return result;
    otherwise = NOT_INSTALLED;
  }
  return imap_has(store, "LOGINDISABLED") ? otherwise : mailimap_login(session, account->user, secret);
}

gboolean imap_sign_in(ImapStore *store, const AccountConfig *account, const char *secret, GError **error)
{
  stream_command(store->stream, IMAP_BUDGET);
  store->session->imap_response = NULL; /* not to be taken for words about the sign-in */
  int result = try_sign_in(store, account, secret);
  explicit_bzero(store->session->imap_stream->write_buffer, store->session->imap_stream->buffer_max_size);
  if (result == NOT_OFFERED) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL, "%s does not offer to sign in with a %s: change auth.",
                stream_where(store->stream), account->auth == AUTH_XOAUTH2 ? "token (XOAUTH2)" : "password");
    return FALSE;
  }
  if (result == NOT_INSTALLED) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
                "This computer lacks what %s wants for a password (SASL): install libsasl2-modules.",
                stream_where(store->stream));
    return FALSE;
  }
  if (result == MAILIMAP_ERROR_LOGIN && stream_error(store->stream) == NULL)
    return sign_in_refused(store, account, secret, error);
  return imap_check(store, result, imap_is_later(store) ? STORE_ERROR_LINK : STORE_ERROR_AUTH, "sign us in", error);
}
