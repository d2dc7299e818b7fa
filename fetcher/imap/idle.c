/* idle.c - the IMAP store: waiting for news of the selected folder
 * Owns:     IDLE (RFC 2177), from before its "+" to the answer to DONE.
 * Must not: wake up without need; miss what came between the last command and IDLE; leave before the answer to DONE.
 * Fails:    STORE_ERROR_MAILBOX when the server refuses to IDLE, and STORE_CAN_WAIT is gone; LINK.
 * Tests:    tests/fetcher/imap/test_idle.c */
#include "fetcher/imap/private.h"
#include "fetcher/net/guard.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* libetpan's mailimap_idle() waits for ever when a line comes before the "+", and drops that line. So this file reads
 * the lines from libetpan's buffer itself; libetpan then goes on after them. */

/* After so many looks at the connection without news, look only once in PAUSE milliseconds. */
#define LOOKS 100
#define PAUSE 1000

guint imap_idle_renewal = 28 * 60 * 1000;

typedef struct {
  ImapStore *store;
  char tag[16];
  gboolean idling; /* "+" was seen */
  gboolean ended;  /* by the tagged answer */
  gboolean bye;    /* or by BYE */
  Guard guard;     /* knows where a line ends */
  char line[256];  /* its beginning */
  gsize length;
} Idle;

/* "* 23 EXISTS", "* 3 EXPUNGE", "* VANISHED 3:5". */
static void take_data(Idle *idle, const char *data)
{
  ImapStore *store = idle->store;
  struct mailimap_selection_info *folder = store->session->imap_selection_info;
  char *end = NULL;
  guint64 number = g_ascii_isdigit(*data) ? g_ascii_strtoull(data, &end, 10) : 0;
  if (g_ascii_strncasecmp(data, "VANISHED ", 9) == 0) store->gone++;
  if (g_ascii_strncasecmp(data, "BYE", 3) == 0 && !g_ascii_isalnum(data[3])) idle->bye = TRUE;
  if (end == NULL || *end != ' ' || number > G_MAXUINT32) return;
  if (g_ascii_strcasecmp(end, " EXPUNGE") == 0 && number > 0) {
    store->gone++;
    if (folder->sel_exists > 0) folder->sel_exists--;
  } else if (g_ascii_strcasecmp(end, " EXISTS") == 0) {
    if (number > folder->sel_exists) store->came = TRUE;
    if (number < folder->sel_exists) store->gone++;
    folder->sel_exists = (guint32)number;
  }
}

static void take_line(Idle *idle)
{
  char *line = idle->line;
  gsize tag = strlen(idle->tag);
  while (idle->length > 0 && g_ascii_isspace(line[idle->length - 1])) idle->length--;
  line[idle->length] = '\0';
  if (g_str_has_prefix(line, "* ")) {
    take_data(idle, line + 2);
  } else if (*line == '+') {
    idle->idling = TRUE;
  } else if (strncmp(line, idle->tag, tag) == 0 && line[tag] == ' ') {
    idle->ended = TRUE;
  }
}

/* Takes what libetpan's buffer holds, up to the end of the command. */
static void take_buffer(Idle *idle)
{
  mailstream *buffer = idle->store->session->imap_stream;
  gsize used = 0;
  while (used < buffer->read_buffer_len && !idle->ended && !idle->bye) {
    char c = buffer->read_buffer[used++];
    gboolean literal = idle->guard.literal > 0;
    guard_feed(&idle->guard, &c, 1); /* the stream's own guard has refused what must be refused */
    if (literal) continue;
    if (c != '\n' && !idle->guard.had_literal && idle->length < sizeof idle->line - 1) idle->line[idle->length++] = c;
    if (c != '\n' || idle->guard.had_literal) continue;
    take_line(idle);
    idle->length = 0;
  }
  memmove(buffer->read_buffer, buffer->read_buffer + used, buffer->read_buffer_len - used);
  buffer->read_buffer_len -= used;
}

static gboolean has_news(const ImapStore *store) { return store->came || store->gone > 0; }

static gboolean say(ImapStore *store, const char *text)
{
  mailstream *buffer = store->session->imap_stream;
  return mailstream_write(buffer, text, strlen(text)) == (ssize_t)strlen(text) && mailstream_flush(buffer) == 0;
}

/* Reads until "+" or the tagged answer, no longer than the server may take for any command. */
static gboolean hear_answer(Idle *idle, gboolean until_idling, GError **error)
{
  ImapStore *store = idle->store;
  while (!idle->ended && !(until_idling && idle->idling)) {
    if (mailstream_feed_read_buffer(store->session->imap_stream) <= 0)
      return imap_check(store, MAILIMAP_ERROR_STREAM, STORE_ERROR_LINK, "", error);
    take_buffer(idle);
    if (idle->bye) return imap_lost(store, strchr(idle->line + 2, ' '), error);
  }
  return TRUE;
}

/* Takes all that has come. */
static gboolean look(Idle *idle, GError **error)
{
  ImapStore *store = idle->store;
  mailstream *buffer = store->session->imap_stream;
  ssize_t n = 1;
  take_buffer(idle);
  while (!idle->ended && !idle->bye
         && (n = stream_read_now(store->stream, buffer->read_buffer, buffer->buffer_max_size)) > 0) {
    buffer->read_buffer_len = (size_t)n;
    take_buffer(idle);
  }
  if (idle->bye) return imap_lost(store, strchr(idle->line + 2, ' '), error);
  return n >= 0 || imap_check(store, MAILIMAP_ERROR_STREAM, STORE_ERROR_LINK, "", error);
}

static int wait_on(struct pollfd *fds, guint n, int milliseconds)
{
  int ready;
  do ready = poll(fds, n, milliseconds);
  while (ready < 0 && errno == EINTR);
  return ready;
}

/* Sleeps until there is news, the server ended the command, or one of fds[0..n-1] can be read; fds[n] is the
 * connection's. */
static gboolean sleep_on(Idle *idle, struct pollfd *fds, guint n, GError **error)
{
  for (guint looks = 0;; looks++) {
    if (!look(idle, error)) return FALSE;
    if (has_news(idle->store) || idle->ended) return TRUE;
    /* A server that sends much without news is read only once a second; the kernel keeps what it sends. */
    if (looks >= LOOKS && wait_on(fds, n, PAUSE) > 0) return TRUE;
    fds[n].events = stream_events(idle->store->stream);
    int ready = wait_on(fds, n + 1, -1);
    if (ready < 0) {
      g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "Waiting failed: %s.", g_strerror(errno));
      stream_abandon(idle->store->stream);
      return FALSE;
    }
    if (fds[n].revents == 0) return TRUE;
    for (guint i = 0; i < n; i++)
      if (fds[i].revents != 0) return TRUE;
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
  Idle idle = { .store = store, .guard = GUARD_INIT };
  guard_command(&idle.guard, G_MAXUINT64);
  stream_command(store->stream, IMAP_BUDGET);
  if (mailimap_send_current_tag(store->session) != MAILIMAP_NO_ERROR || !say(store, "IDLE\r\n"))
    return imap_check(store, MAILIMAP_ERROR_STREAM, STORE_ERROR_LINK, "", error);
  g_snprintf(idle.tag, sizeof idle.tag, "%d", store->session->imap_tag);
  if (!hear_answer(&idle, TRUE, error)) return FALSE;
  if (!idle.ended && !sleep_on(&idle, fds, n, error)) return FALSE;
  /* The server ended IDLE before DONE. Do not try IDLE again, which might go on for ever. */
  if (idle.ended) return refused(store, error);
  guard_command(&idle.guard, G_MAXUINT64);
  stream_command(store->stream, IMAP_BUDGET);
  if (!say(store, "DONE\r\n")) return imap_check(store, MAILIMAP_ERROR_STREAM, STORE_ERROR_LINK, "", error);
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
