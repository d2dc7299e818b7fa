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
#include "fetcher/disk/safe_folder.h"
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

/* The box for restored mail, which cannot go back to the server. NULL with error. */
static Box *returns(const AccountConfig *account, const StoreHome *home, GError **error)
{
  if (account->restore_command != NULL) return program_box_new("restore-command", account->restore_command);
  if (account->restore_to != NULL)
    return safe_folder_check("restore-to", account->restore_to, error) ? disk_box_new(account->restore_to, FALSE)
                                                                       : NULL;
  g_autofree char *path = g_build_filename(home->data_dir, "restored", account->name, NULL);
  g_autofree char *absolute = g_canonicalize_filename(path, NULL);
  return maildir_box_new(absolute);
}

static Store *open_pop3(const AccountConfig *account, const StoreHome *home, const char *secret, GError **error)
{
  g_autofree char *path = config_quarantine(account, home->data_dir);
  if (!safe_folder_check("quarantine", path, error)) return NULL;
  g_autoptr(Box) back = returns(account, home, error);
  Box *inbox = back != NULL ? pop3_box_new(account, secret, error) : NULL;
  if (inbox == NULL) return NULL;
  Store *store = box_store_new(home->ledger, account->name, disk_box_new);
  box_store_add(store, inbox, BOX_WATCHED);
  box_store_add(store, disk_box_new(path, FALSE), BOX_QUARANTINE);
  box_store_add(store, g_steal_pointer(&back), BOX_RETURN);
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

static Store *open_disk(const AccountConfig *account, const StoreHome *home, gboolean mbox, GError **error)
{
  g_autofree char *quarantine = config_quarantine(account, home->data_dir);
  if (!safe_folder_check("quarantine", quarantine, error)) return NULL;
  Store *store = box_store_new(home->ledger, account->name, disk_box_new);
  for (char **path = account->folders; *path != NULL; path++)
    box_store_add(store, mbox ? mbox_box_new(*path) : maildir_box_new(*path), BOX_WATCHED);
  box_store_add(store, disk_box_new(quarantine, mbox), BOX_QUARANTINE);
  add_sent(store, account, mbox);
  add_trash(store, account, mbox);
  store->can |= STORE_CAN_WAIT;
  return store;
}

static Store *open_maildir(const AccountConfig *account, const StoreHome *home, const char *secret, GError **error)
{
  return open_disk(account, home, FALSE, error);
}

static Store *open_mbox(const AccountConfig *account, const StoreHome *home, const char *secret, GError **error)
{
  return open_disk(account, home, TRUE, error);
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
