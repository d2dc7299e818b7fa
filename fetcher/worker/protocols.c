/* protocols.c - the store of an account, by its protocol
 * Owns:     which store belongs to a protocol; which boxes an account on disk or of POP3 is made of.
 * Must not: read mail.
 * Fails:    as open_store.h says.
 * Tests:    tests/e2e/test_pop3.py, tests/e2e/test_disk.py */
#include "fetcher/worker/protocols.h"
#include "fetcher/box/box_store.h"
#include "fetcher/box/program_box.h"
#include "fetcher/disk/disk_box.h"
#include "fetcher/disk/find_trash.h"
#include "fetcher/imap/imap.h"
#include "fetcher/maildir/maildir.h"
#include "fetcher/mbox/mbox.h"
#include "fetcher/pop3/box.h"

static Store *open_imap(const AccountConfig *account, const StoreHome *home, const char *secret, GError **error)
{
  return imap_open(account, secret, error);
}

static void add_sent(Store *store, const AccountConfig *account, gboolean mbox)
{
  for (char **path = account->sent; path != NULL && *path != NULL; path++)
    box_store_add(store, disk_box_new(*path, mbox), BOX_SENT);
}

/* The box for restored mail, which cannot go back to the server. */
static Box *returns(const AccountConfig *account, const StoreHome *home)
{
  if (account->restore_command != NULL) return program_box_new("restore-command", account->restore_command);
  if (account->restore_to != NULL) return disk_box_new(account->restore_to, FALSE);
  g_autofree char *path = g_build_filename(home->data_dir, "restored", account->name, NULL);
  g_autofree char *absolute = g_canonicalize_filename(path, NULL);
  return maildir_box_new(absolute);
}

static Store *open_pop3(const AccountConfig *account, const StoreHome *home, const char *secret, GError **error)
{
  Box *inbox = pop3_box_new(account, secret, error);
  if (inbox == NULL) return NULL;
  g_autofree char *path = config_quarantine(account, home->data_dir);
  Store *store = box_store_new(home->ledger, account->name, disk_box_new);
  box_store_add(store, inbox, BOX_WATCHED);
  box_store_add(store, disk_box_new(path, FALSE), BOX_QUARANTINE);
  box_store_add(store, returns(account, home), BOX_RETURN);
  add_sent(store, account, FALSE);
  store->can |= STORE_HOLDS_LOCK;
  return store;
}

/* A folder that is watched, the quarantine or Sent is no trash, whatever its name: the store has it already. */
static void add_trash(Store *store, const AccountConfig *account, gboolean mbox)
{
  g_autofree char *path = disk_find_trash(account->folders[0], mbox);
  if (path != NULL) box_store_add(store, disk_box_new(path, mbox), BOX_TRASH);
}

static Store *open_disk(const AccountConfig *account, const StoreHome *home, gboolean mbox)
{
  Store *store = box_store_new(home->ledger, account->name, disk_box_new);
  for (char **path = account->folders; *path != NULL; path++)
    box_store_add(store, mbox ? mbox_box_new(*path) : maildir_box_new(*path), BOX_WATCHED);
  g_autofree char *quarantine = config_quarantine(account, home->data_dir);
  box_store_add(store, disk_box_new(quarantine, mbox), BOX_QUARANTINE);
  add_sent(store, account, mbox);
  add_trash(store, account, mbox);
  store->can |= STORE_CAN_WAIT;
  return store;
}

static Store *open_maildir(const AccountConfig *account, const StoreHome *home, const char *secret, GError **error)
{
  return open_disk(account, home, FALSE);
}

static Store *open_mbox(const AccountConfig *account, const StoreHome *home, const char *secret, GError **error)
{
  return open_disk(account, home, TRUE);
}

static StoreOpener opener_of(Protocol protocol)
{
  switch (protocol) {
  case PROTOCOL_IMAP: return open_imap;
  case PROTOCOL_POP3: return open_pop3;
  case PROTOCOL_MAILDIR: return open_maildir;
  case PROTOCOL_MBOX: return open_mbox;
  case PROTOCOL_N: break;
  }
  g_return_val_if_reached(NULL);
}

Store *protocols_open(const AccountConfig *account, const StoreHome *home, char **secret, gboolean *refused,
                      GError **error)
{
  StoreOpener open = opener_of(account->protocol);
  mbox_keep_notes_in(home->data_dir);
  return protocol_has_server(account->protocol) ? open_store(account, home, open, secret, refused, error)
                                                : open(account, home, NULL, error);
}
