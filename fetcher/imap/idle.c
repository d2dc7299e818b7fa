/* idle.c - the IMAP store: waiting for news of the selected folder
 * Owns:     IDLE (RFC 2177), from before its "+" to the answer to DONE.
 * Must not: wake up without need; miss what came between the last command and IDLE; leave before the answer to DONE.
 * Fails:    STORE_ERROR_MAILBOX when the server refuses to IDLE, and STORE_CAN_WAIT is gone; LINK.
 * Tests:    tests/fetcher/imap/test_idle.c */
#include "fetcher/imap/private.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* After so many looks at the connection that brought no news, with less than CALM milliseconds between them, the
 * connection is left alone before each further look: for PAUSE milliseconds, doubled each time up to LONGEST. */
#define LOOKS 20
#define CALM 30000
#define PAUSE 1000
#define LONGEST 60000

guint imap_idle_renewal = 28 * 60 * 1000;

typedef struct {
  ImapStore *store;
  gboolean idling; /* "+" was seen */
  gboolean ended;  /* by the tagged answer */
} Idle;

static gboolean has_news(const ImapStore *store) { return store->came || store->gone > 0; }

/* FALSE: it was BYE. */
static gboolean take(Idle *idle, const Reply *reply)
{
  if (reply->kind == REPLY_BYE) {
    imap_take_bye(idle->store, reply);
    return FALSE;
  }
  imap_take_news(idle->store, reply);
  if (idle->idling && has_news(idle->store)) idle->store->base.can &= ~(guint)STORE_MAY_BE_MUTE;
  if (reply->kind == REPLY_GO_ON) idle->idling = TRUE;
  if (reply->tagged) idle->ended = TRUE;
  return TRUE;
}

/* Reads until "+" or the tagged answer, no longer than the server may take for any command. */
static gboolean hear_answer(Idle *idle, gboolean until_idling, GError **error)
{
  ImapStore *store = idle->store;
  Reply reply;
  while (!idle->ended && !(until_idling && idle->idling))
    if (!imap_hear(store, store->tag, &reply) || !take(idle, &reply)) return imap_broken(store, error);
  return TRUE;
}

/* Takes all that has come. */
static gboolean look(Idle *idle, GError **error)
{
  ImapStore *store = idle->store;
  gboolean whole = TRUE;
  Reply reply;
  while (whole && !idle->ended)
    if (!imap_hear_now(store, store->tag, &reply, &whole) || (whole && !take(idle, &reply)))
      return imap_broken(store, error);
  return TRUE;
}

static int wait_on(struct pollfd *fds, guint n, int milliseconds)
{
  int ready;
  do ready = poll(fds, n, milliseconds);
  while (ready < 0 && errno == EINTR);
  return ready;
}

static int pause_before(guint looks) { return looks < LOOKS ? 0 : MIN(PAUSE << MIN(looks - LOOKS, 10), LONGEST); }

/* Sleeps until there is news, the server ended the command, or one of fds[0..n-1] can be read; fds[n] is the
 * connection's. */
static gboolean sleep_on(Idle *idle, struct pollfd *fds, guint n, GError **error)
{
  for (guint *looks = &idle->store->looks;; ++*looks) {
    if (!look(idle, error)) return FALSE;
    if (has_news(idle->store) || idle->ended) return TRUE;
    /* The kernel keeps what a server sends that speaks much and tells of no news. */
    if (*looks >= LOOKS && wait_on(fds, n, pause_before(*looks)) > 0) return TRUE;
    fds[n].events = stream_events(idle->store->stream);
    gint64 began = g_get_monotonic_time();
    int ready = wait_on(fds, n + 1, -1);
    if (ready < 0) {
      g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "Waiting failed: %s.", g_strerror(errno));
      stream_abandon(idle->store->stream);
      return FALSE;
    }
    if (fds[n].revents == 0) return TRUE;
    for (guint i = 0; i < n; i++)
      if (fds[i].revents != 0) return TRUE;
    if (g_get_monotonic_time() - began >= CALM * 1000) *looks = 0;
  }
}

static gboolean refused(ImapStore *store, GError **error)
{
  store->base.can &= ~(guint)STORE_CAN_WAIT;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX,
              "%s offers IDLE but refused it: it can only be asked now and then.", stream_where(store->stream));
  return FALSE;
}

/* One IDLE command, from its tag to its tagged answer. */
static gboolean idle_once(ImapStore *store, struct pollfd *fds, guint n, GError **error)
{
  Idle idle = { .store = store };
  if (!imap_send(store, "IDLE", IMAP_BUDGET, READER_KEEP)) return imap_broken(store, error);
  if (!hear_answer(&idle, TRUE, error)) return FALSE;
  if (!idle.ended && !sleep_on(&idle, fds, n, error)) return FALSE;
  /* The server ended IDLE before DONE. Do not try IDLE again, which might go on for ever. */
  if (idle.ended) return refused(store, error);
  stream_command(store->stream, IMAP_BUDGET);
  if (!stream_write(store->stream, "DONE\r\n", 6)) return imap_broken(store, error);
  return hear_answer(&idle, FALSE, error);
}

/* A timer for imap_idle_renewal from now. If the computer sleeps then, the timer goes off when it wakes up. */
static int renewal_timer(GError **error)
{
  struct itimerspec when = { .it_value = { imap_idle_renewal / 1000, (long)(imap_idle_renewal % 1000) * 1000000 } };
  int timer = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  if (timer >= 0 && timerfd_settime(timer, 0, &when, NULL) == 0) return timer;
  g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "No timer is left: %s.", g_strerror(errno));
  if (timer >= 0) close(timer);
  return -1;
}

gboolean imap_wait(Store *base, const int *wake, guint n, gboolean *changed, GError **error)
{
  ImapStore *store = (ImapStore *)base;
  if (!imap_need_folder(store, error)) return FALSE;
  if (!(base->can & STORE_CAN_WAIT)) return refused(store, error);
  g_autofree struct pollfd *fds = g_new0(struct pollfd, n + 2);
  gboolean done = TRUE, woken = FALSE;
  for (guint i = 0; i < n; i++) fds[i + 1] = (struct pollfd){ .fd = wake[i], .events = POLLIN };
  fds[n + 1].fd = stream_fd(store->stream);
  while (done && !woken && !has_news(store)) {
    fds[0] = (struct pollfd){ .fd = renewal_timer(error), .events = POLLIN };
    done = fds[0].fd >= 0 && idle_once(store, fds, n + 1, error);
    if (fds[0].fd >= 0) close(fds[0].fd);
    for (guint i = 1; i <= n; i++) woken = woken || fds[i].revents != 0;
  }
  if (!done) return FALSE;
  *changed = has_news(store);
  store->came = FALSE;
  store->gone = 0;
  return TRUE;
}
