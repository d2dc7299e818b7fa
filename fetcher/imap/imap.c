/* imap.c - the IMAP store: its connection
 * Owns:     greeting, STARTTLS, sign-in, the end of a session.
 * Must not: send a secret before the server's certificate and name are verified (loopback excepted); show it, or the
 *           user's name.
 * Fails:    as imap.h says.
 * Tests:    tests/fetcher/imap/test_imap.c */
#include "fetcher/imap/imap.h"
#include "fetcher/imap/private.h"
#include "fetcher/secret/secret.h"
#include <string.h>

/* What a server may say to LOGOUT: too little to buy it more time (stream.h). */
#define LAST_WORDS 4095

static void imap_close(Store *base)
{
  ImapStore *store = (ImapStore *)base;
  if (stream_error(store->stream) == NULL) {
    stream_set_timeout(store->stream, 2);
    stream_command(store->stream, LAST_WORDS);
  }
  /* Logs out first where the connection still works, and never expunges. */
  mailimap_free(store->session);
  stream_free(store->stream);
  g_hash_table_unref(store->wire);
  g_free(store->prefix);
  g_free(store->user);
  g_free(store);
}

static const StoreClass imap_class = {
  .folders = imap_folders,
  .resolve = imap_resolve,
  .create = imap_create,
  .select = imap_select,
  .peek = imap_peek,
  .scan = imap_scan,
  .present = imap_present,
  .read = imap_read,
  .find = imap_find,
  .move = imap_move,
  .copy = imap_copy,
  .remove = imap_remove,
  .mark = imap_mark,
  .claim = imap_claim,
  .prized = imap_prized,
  .wait = imap_wait,
  .close = imap_close,
};

static void no_progress(size_t current, size_t maximum, void *context) {}

static ImapStore *imap_new(Stream *stream, const char *user)
{
  ImapStore *store = g_new0(ImapStore, 1);
  store->base.class = &imap_class;
  store->base.can = STORE_LISTS_ALL;
  store->stream = stream;
  store->session = mailimap_new(0, NULL);
  store->user = g_strdup(user);
  store->wire = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  /* Without these libetpan never calls the handler that scans. */
  mailimap_set_progress_callback(store->session, no_progress, no_progress, NULL);
  return store;
}

static gboolean greet(ImapStore *store, const AccountConfig *account, gboolean *signed_in, GError **error)
{
  stream_command(store->stream, IMAP_BUDGET);
  int result = mailimap_connect(store->session, mailstream_new(stream_low(store->stream), 8192));
  *signed_in = result == MAILIMAP_NO_ERROR_AUTHENTICATED;
  if (!imap_check(store, result, STORE_ERROR_LINK, "talk to us", error)) return FALSE;
  if (!*signed_in || account->security != SECURITY_STARTTLS) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
              "%s signed us in before TLS (PREAUTH), so that anybody may be in between: set security to tls.",
              stream_where(store->stream));
  return FALSE;
}

static gboolean start_tls(ImapStore *store, const AccountConfig *account, GError **error)
{
  const char *where = stream_where(store->stream);
  if (!imap_ask_capabilities(store, error)) return FALSE;
  if (!imap_has(store, "STARTTLS")) {
    g_set_error(
        error, STORE_ERROR, STORE_ERROR_FATAL,
        "%s does not offer STARTTLS, or somebody in between hides it: set security to tls. The password was not sent.",
        where);
    return FALSE;
  }
  stream_command(store->stream, IMAP_BUDGET);
  int result = mailimap_starttls(store->session);
  if (store->session->imap_stream->read_buffer_len != 0) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
                "Something between us and %s slipped commands in before TLS began. The password was not sent.", where);
    return FALSE;
  }
  if (!imap_check(store, result, STORE_ERROR_FATAL, "start TLS", error)) return FALSE;
  return stream_start_tls(store->stream, account->ca_file, error);
}

/* A refused sign-in. The words of the server help the owner (an application password is needed), unless they repeat a
 * secret. */
static gboolean sign_in_refused(ImapStore *store, const AccountConfig *account, const char *secret, GError **error)
{
  const struct mailimap_response_info *info = store->session->imap_response_info;
  const char *code = info != NULL && info->rsp_atom != NULL ? info->rsp_atom : "";
  g_autofree char *words = imap_words(store);
  if (words != NULL && strstr(words, secret) != NULL) g_clear_pointer(&words, g_free);
  gboolean later = g_ascii_strcasecmp(code, "UNAVAILABLE") == 0 || g_ascii_strcasecmp(code, "INUSE") == 0
                   || g_ascii_strcasecmp(code, "LIMIT") == 0;
  const char *colon = words != NULL ? ": " : "", *said = words != NULL ? words : "";
  if (later)
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

static gboolean sign_in(ImapStore *store, const AccountConfig *account, const char *secret, GError **error)
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
  return imap_check(store, result, STORE_ERROR_AUTH, "sign us in", error);
}

static gboolean begin(ImapStore *store, const AccountConfig *account, const char *secret, GError **error)
{
  gboolean signed_in = FALSE;
  if (account->security == SECURITY_TLS && !stream_start_tls(store->stream, account->ca_file, error)) return FALSE;
  if (!greet(store, account, &signed_in, error)) return FALSE;
  if (account->security == SECURITY_STARTTLS && !start_tls(store, account, error)) return FALSE;
  if (!signed_in) {
    if (!imap_ask_capabilities(store, error)) return FALSE;
    if (!sign_in(store, account, secret, error)) return FALSE;
  }
  /* Most servers tell more of themselves now. */
  if (!imap_ask_capabilities(store, error)) return FALSE;
  if (imap_has(store, "MOVE") || imap_has(store, "UIDPLUS")) store->base.can |= STORE_CAN_MOVE;
  if (imap_has(store, "MOVE")) store->base.can |= STORE_MOVES_AT_ONCE;
  if (imap_has(store, "IDLE")) store->base.can |= STORE_CAN_WAIT;
  return TRUE;
}

Store *imap_open(const AccountConfig *account, const char *secret, GError **error)
{
  Stream *stream = stream_connect_for(account, secret, error);
  if (stream == NULL) return NULL;
  g_autoptr(Store) store = &imap_new(stream, account->user)->base;
  if (!begin((ImapStore *)store, account, secret, error)) {
    /* Not a word more to this server. */
    stream_abandon(stream);
    return NULL;
  }
  return g_steal_pointer(&store);
}
