/* imap.c - the IMAP store: its connection
 * Owns:     greeting, STARTTLS, ID, the end of a session.
 * Must not: send a secret before the server's certificate and name are verified (loopback excepted); show it, or the
 *           user's name.
 * Fails:    as imap.h says.
 * Tests:    tests/fetcher/imap/test_imap.c */
#include "fetcher/imap/imap.h"
#include "fetcher/imap/private.h"

/* How many bytes a server may send after LOGOUT: too few to get more time for them (stream.h). */
#define LAST_WORDS 4095

static void imap_close(Store *base)
{
  ImapStore *store = (ImapStore *)base;
  if (store->ahead != NULL) stream_abandon(store->stream); /* nobody waits for the rest of that answer */
  if (stream_error(store->stream) == NULL) {
    stream_set_timeout(store->stream, 2);
    imap_leave_to_libetpan(store, LAST_WORDS);
  }
  store->closing = TRUE;
  /* Logs out first where the connection still works, and never expunges. */
  mailimap_free(store->session);
  stream_free(store->stream);
  reader_clear(&store->reader);
  g_string_free(store->rewritten, TRUE);
  g_hash_table_unref(store->capabilities);
  g_free(store->ahead);
  g_free(store->code);
  g_free(store->text);
  g_free(store->open);
  g_hash_table_unref(store->wire);
  g_ptr_array_unref(store->own_prefixes);
  g_ptr_array_unref(store->other_prefixes);
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
  .last = imap_last,
  .scan = imap_scan,
  .expect = imap_expect,
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

static ImapStore *imap_new(Stream *stream, const char *user)
{
  ImapStore *store = g_new0(ImapStore, 1);
  store->base.class = &imap_class;
  store->base.can = STORE_LISTS_ALL;
  store->stream = stream;
  store->session = mailimap_new(0, NULL);
  store->user = g_strdup(user);
  store->rewritten = g_string_new(NULL);
  store->mark = g_random_int();
  reader_init(&store->reader);
  store->capabilities = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  store->wire = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
  store->own_prefixes = g_ptr_array_new_with_free_func(g_free);
  store->other_prefixes = g_ptr_array_new_with_free_func(g_free);
  return store;
}

static gboolean greet(ImapStore *store, const AccountConfig *account, gboolean *signed_in, GError **error)
{
  imap_leave_to_libetpan(store, IMAP_BUDGET);
  int result = mailimap_connect(store->session, imap_stream_for_libetpan(store));
  *signed_in = result == MAILIMAP_NO_ERROR_AUTHENTICATED;
  if (!imap_check(store, result, STORE_ERROR_LINK, "talk to us", error)) return FALSE;
  if (!*signed_in || account->security != SECURITY_STARTTLS) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
              "%s signed us in before TLS (PREAUTH), so another computer may be in between: set security to tls.",
              stream_where(store->stream));
  return FALSE;
}

static gboolean start_tls(ImapStore *store, const AccountConfig *account, GError **error)
{
  const char *where = stream_where(store->stream);
  if (!imap_ask_capabilities(store, error)) return FALSE;
  if (!imap_has(store, "STARTTLS")) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
                "%s does not offer STARTTLS, or another computer in between hides it: set security to tls. The "
                "password was not sent.",
                where);
    return FALSE;
  }
  imap_leave_to_libetpan(store, IMAP_BUDGET);
  int result = mailimap_starttls(store->session);
  if (imap_has_unread(store)) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
                "Something between this computer and %s added commands before TLS began. The password was not sent.",
                where);
    return FALSE;
  }
  if (!imap_check(store, result, STORE_ERROR_FATAL, "start TLS", error)) return FALSE;
  return stream_start_tls(store->stream, account->ca_file, error);
}

/* Says who we are (RFC 2971), without which some servers let nobody work (163.com, 126.com). What they answer does not
 * matter. */
static gboolean introduce(ImapStore *store, GError **error)
{
  static const ImapAsk ask = { .doing = "hear who we are", .scope = STORE_ERROR_MAILBOX };
  if (!imap_has(store, "ID")) return TRUE;
  return imap_run(store, "ID (\"name\" \"backstop\" \"version\" \"" PACKAGE_VERSION "\")", &ask)
         || imap_broken(store, error);
}

static gboolean begin(ImapStore *store, const AccountConfig *account, const char *secret, GError **error)
{
  gboolean signed_in = FALSE;
  if (account->security == SECURITY_TLS && !stream_start_tls(store->stream, account->ca_file, error)) return FALSE;
  if (!greet(store, account, &signed_in, error)) return FALSE;
  if (account->security == SECURITY_STARTTLS && !start_tls(store, account, error)) return FALSE;
  if (!signed_in) {
    if (!imap_ask_capabilities(store, error)) return FALSE;
    if (!imap_sign_in(store, account, secret, error)) return FALSE;
  }
  /* Most servers have more capabilities after the sign-in. */
  if (!imap_ask_capabilities(store, error) || !introduce(store, error)) return FALSE;
  if (imap_has(store, "MOVE") || imap_has(store, "UIDPLUS")) store->base.can |= STORE_CAN_MOVE;
  if (imap_has(store, "MOVE")) store->base.can |= STORE_MOVES_AT_ONCE;
  if (imap_has(store, "IDLE")) store->base.can |= STORE_CAN_WAIT | STORE_MAY_BE_MUTE;
  return TRUE;
}

Store *imap_open(const AccountConfig *account, const char *secret, GError **error)
{
  Stream *stream = stream_connect_for(account, secret, error);
  if (stream == NULL) return NULL;
  g_autoptr(Store) store = &imap_new(stream, account->user)->base;
  if (!begin((ImapStore *)store, account, secret, error)) {
    /* Send nothing more to this server. */
    stream_abandon(stream);
    return NULL;
  }
  return g_steal_pointer(&store);
}
