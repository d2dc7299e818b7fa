/* doorman.c - lets mail programs in at the door, and says what they see
 * Owns:     which messages of a maildrop are hidden; the door's password.
 * Must not: hide mail from its owner because it could not be judged; delete by itself.
 * Fails:    by telling the client and the log; the mailbox stays as it was.
 * Tests:    tests/fetcher/worker/test_doorman.c, tests/e2e/test_door.py */
#include "fetcher/worker/doorman.h"
#include "fetcher/box/box_store.h"
#include "fetcher/common/log.h"
#include "fetcher/door/door.h"
#include "fetcher/pass/run.h"
#include "fetcher/pop3/box.h"
#include "fetcher/secret/secret.h"
#include "ledger/account.h"
#include <poll.h>
#include <pwd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define OPEN_AGAIN 10 /* seconds, where the port was taken */
/* Seconds. A fresh report is hidden until its second look; when that look is later than so, the client sees the report:
 * what cannot be judged must not be missed. */
#define LATE 600

struct Doorman {
  const Config *config;
  const AccountConfig *account;
  Ledger *ledger;
  Session *session;
  gboolean (*stop)(gpointer data);
  gpointer stop_data;
  Door *door;       /* NULL: not open */
  char *notice;     /* why it is not open, as log and notice say; NULL */
  int again;        /* a timer for the next try to open it; -1 */
  char *secret;     /* the client's password; NULL: not known yet */
  GArray *rows;     /* Pop3Row: the messages that the client sees; uid is borrowed from the box or from names */
  GPtrArray *names; /* made-up unique-ids, for a server without UIDL */
  Pop3Link *link;   /* of the client that is connected; borrowed */
  guint seconds;    /* until the next pass, from then on */
  gint64 passed;    /* the last one, monotonic microseconds */
};

Doorman *doorman_new(const Config *config, const AccountConfig *account, Ledger *ledger, Session *session,
                     gboolean (*stop)(gpointer data), gpointer stop_data)
{
  if (account->door_port == 0) return NULL;
  Doorman *doorman = g_new0(Doorman, 1);
  *doorman = (Doorman){ .config = config,
                        .account = account,
                        .ledger = ledger,
                        .session = session,
                        .stop = stop,
                        .stop_data = stop_data,
                        .again = -1,
                        .rows = g_array_new(FALSE, FALSE, sizeof(Pop3Row)),
                        .names = g_ptr_array_new_with_free_func(g_free) };
  return doorman;
}

void doorman_free(Doorman *doorman)
{
  if (doorman == NULL) return;
  door_free(doorman->door);
  if (doorman->again >= 0) close(doorman->again);
  g_free(doorman->notice);
  g_clear_pointer(&doorman->secret, secret_free);
  g_array_unref(doorman->rows);
  g_ptr_array_unref(doorman->names);
  g_free(doorman);
}

static void complain(const Doorman *doorman, const GError *problem)
{
  log_problem((LogAbout){ .account = doorman->account->name, .code = "door" }, problem);
}

/* problem NULL: all is well. */
static void tell(Doorman *doorman, const GError *problem)
{
  g_autoptr(GError) unsaid = NULL;
  const char *notice = problem != NULL ? problem->message : NULL;
  if (problem != NULL && g_strcmp0(notice, doorman->notice) != 0) complain(doorman, problem);
  if (!account_set_notice(doorman->ledger, doorman->account->name, NOTICE_DOOR, notice, &unsaid))
    complain(doorman, unsaid);
  g_free(doorman->notice);
  doorman->notice = g_strdup(notice);
}

/* A user that is gone since the configuration was read is nobody. */
static GArray *door_users(const AccountConfig *account)
{
  GArray *users = g_array_new(FALSE, FALSE, sizeof(uid_t));
  for (char **name = account->door_users; name != NULL && *name != NULL; name++) {
    const struct passwd *user = getpwnam(*name);
    if (user != NULL) g_array_append_val(users, user->pw_uid);
  }
  return users;
}

int doorman_fd(Doorman *doorman)
{
  g_autoptr(GError) problem = NULL;
  struct itimerspec when = { .it_value.tv_sec = OPEN_AGAIN };
  if (doorman->door != NULL) return door_fd(doorman->door);
  g_autoptr(GArray) users = door_users(doorman->account);
  doorman->door = door_open(doorman->account->door_port, (const uid_t *)(gpointer)users->data, users->len, &problem);
  tell(doorman, problem);
  if (doorman->door != NULL) return door_fd(doorman->door);
  if (doorman->again < 0) doorman->again = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  timerfd_settime(doorman->again, 0, &when, NULL);
  return doorman->again;
}

static char *ask_secret(const Doorman *doorman, GError **error)
{
  AccountConfig door = config_door(doorman->account);
  char *secret = secret_get(&door, SECRET_ANY, error);
  if (secret == NULL) g_prefix_error(error, "the door's password: ");
  g_free(door.name);
  return secret;
}

/* The server's numbers of messages that the client must not see. If the ledger cannot be read, nothing is hidden. */
static GHashTable *hidden_numbers(const Doorman *doorman, Store *store, guint32 validity)
{
  g_autoptr(GHashTable) hidden = g_hash_table_new(NULL, NULL);
  g_autoptr(GError) problem = NULL;
  Box *box = box_store_inbox(store);
  g_autoptr(GArray) held = journal_held(doorman->ledger, doorman->account->name, box->name, validity,
                                        doorman->config->observe ? 0 : run_now(), LATE, &problem);
  if (held == NULL) complain(doorman, problem);
  g_autoptr(GHashTable) uids = g_hash_table_new(NULL, NULL);
  for (guint i = 0; held != NULL && i < held->len; i++)
    g_hash_table_add(uids, GUINT_TO_POINTER(g_array_index(held, guint32, i)));
  for (guint i = 0; i < box->items->len; i++)
    if (g_hash_table_contains(uids, GUINT_TO_POINTER(box_store_uid(store, i))))
      g_hash_table_add(hidden, GUINT_TO_POINTER(pop3_box_row(box, i)->number));
  return g_steal_pointer(&hidden);
}

/* A client needs unique-ids to tell messages apart: where the server has none, makes them from the keys of the box. */
static void name_rows(Doorman *doorman, const Box *box)
{
  g_autoptr(GHashTable) keys = g_hash_table_new(NULL, NULL);
  for (guint i = 0; i < box->items->len; i++)
    g_hash_table_insert(keys, GUINT_TO_POINTER(pop3_box_row(box, i)->number), (gpointer)box_item(box, i));
  for (guint i = 0; i < doorman->rows->len; i++) {
    Pop3Row *row = &g_array_index(doorman->rows, Pop3Row, i);
    const BoxItem *item = g_hash_table_lookup(keys, GUINT_TO_POINTER(row->number));
    if (row->uid != NULL) continue;
    row->uid = item != NULL ? g_strdup_printf("%016" G_GINT64_MODIFIER "x-%u", (guint64)item->key, item->twins)
                            : g_strdup_printf("unknown-%u", row->number);
    g_ptr_array_add(doorman->names, row->uid);
  }
}

/* If the ledger cannot be written, the client still gets its mail. */
static gboolean list(const Doorman *doorman, Store *store, guint32 *validity, GError **error)
{
  FolderStatus status;
  g_autoptr(GError) problem = NULL;
  if (store->class->select(store, box_store_inbox(store)->name, &status, &problem)) {
    *validity = status.validity;
    return TRUE;
  }
  if (problem->domain == STORE_ERROR) {
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  complain(doorman, problem);
  return box_store_list(store, validity, error);
}

static gboolean take_rows(Doorman *doorman, Store *store, GError **error)
{
  guint32 validity = 0;
  Box *box = box_store_inbox(store);
  g_array_set_size(doorman->rows, 0);
  g_ptr_array_set_size(doorman->names, 0);
  if (!list(doorman, store, &validity, error)) return FALSE;
  g_autoptr(GHashTable) hidden = hidden_numbers(doorman, store, validity);
  const GArray *all = pop3_box_rows(box);
  for (guint i = 0; i < all->len; i++) {
    const Pop3Row *row = &g_array_index(all, Pop3Row, i);
    if (!g_hash_table_contains(hidden, GUINT_TO_POINTER(row->number))) g_array_append_val(doorman->rows, *row);
  }
  name_rows(doorman, box);
  return TRUE;
}

static const GArray *enter(Pop3Link **link, gpointer data, GError **error)
{
  Doorman *doorman = data;
  Store *store = session_visit(doorman->session, &doorman->seconds, error);
  doorman->passed = g_get_monotonic_time();
  if (store == NULL || !take_rows(doorman, store, error)) return NULL;
  *link = doorman->link = pop3_box_link(box_store_inbox(store));
  return doorman->rows;
}

static gboolean leave(gboolean quit, gpointer data)
{
  Doorman *doorman = data;
  g_autoptr(GError) problem = NULL;
  gboolean done = quit && doorman->link != NULL && pop3_link_quit(doorman->link, &problem);
  if (problem != NULL) complain(doorman, problem);
  doorman->link = NULL;
  session_leave(doorman->session);
  return done;
}

static gboolean must_stop(gpointer data)
{
  const Doorman *doorman = data;
  return doorman->stop(doorman->stop_data);
}

static void broke(const GError *problem, gpointer data) { complain(data, problem); }

gboolean doorman_serve(Doorman *doorman, guint *seconds)
{
  struct pollfd fd = { .fd = doorman->door != NULL ? door_fd(doorman->door) : -1, .events = POLLIN };
  g_autoptr(GError) problem = NULL;
  if (poll(&fd, 1, 0) <= 0) return FALSE;
  if (doorman->secret == NULL && (doorman->secret = ask_secret(doorman, &problem)) == NULL) complain(doorman, problem);
  DoorHost host = { .user = doorman->account->user,
                    .password = doorman->secret,
                    .enter = enter,
                    .leave = leave,
                    .stop = must_stop,
                    .broke = broke,
                    .data = doorman };
  doorman->seconds = 0;
  if (!door_serve(doorman->door, &host)) return FALSE;
  /* The client may have stayed longer than that. */
  gint64 stayed = (g_get_monotonic_time() - doorman->passed) / G_USEC_PER_SEC;
  *seconds = doorman->seconds > 0 ? (guint)MAX(doorman->seconds - stayed, 1) : 0;
  return TRUE;
}
