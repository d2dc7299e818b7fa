/* box_store_wait.c - waiting for new mail in boxes, and for sent mail
 * Owns:     the inotify descriptor of the store.
 * Must not: read mail.
 * Fails:    STORE_ERROR_MAILBOX where no watched box can be heard of; LINK.
 * Tests:    tests/fetcher/box/test_box_store.c */
#include "fetcher/box/private.h"
#include <errno.h>
#include <poll.h>
#include <sys/inotify.h>
#include <unistd.h>

static gboolean listen_to(BoxStore *store, GError **error)
{
  if (store->inotify < 0) store->inotify = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (store->inotify >= 0) return TRUE;
  g_set_error(error, STORE_ERROR, STORE_ERROR_MAILBOX,
              "Folders cannot be watched (%s): raise fs.inotify.max_user_instances.", g_strerror(errno));
  return FALSE;
}

/* Sent is watched as well: what comes to it is read at once, before it can be filed away. */
static gboolean is_watched(const BoxSlot *slot) { return slot->use == BOX_WATCHED || slot->use == BOX_SENT; }

/* A folder that cannot be watched, since it is not there, does not matter for the others. It is tried again each time.
 */
static gboolean listen_all(BoxStore *store, GError **error)
{
  g_autoptr(GError) problem = NULL;
  guint heard = 0;
  if (!listen_to(store, error)) return FALSE;
  for (guint i = 0; i < store->slots->len; i++) {
    const BoxSlot *slot = &g_array_index(store->slots, BoxSlot, i);
    Box *box = slot->shelf->box;
    if (!is_watched(slot) || box->class->watch == NULL) continue;
    GError **first = slot->use == BOX_WATCHED && problem == NULL ? &problem : NULL;
    if (box->class->watch(box, store->inotify, first) && slot->use == BOX_WATCHED) heard++;
  }
  if (heard > 0 || problem == NULL) return TRUE;
  g_propagate_error(error, g_steal_pointer(&problem));
  return FALSE;
}

static void drain(int fd)
{
  char events[4096];
  while (read(fd, events, sizeof events) > 0) continue;
}

static gboolean has_changed(const BoxStore *store)
{
  for (guint i = 0; i < store->slots->len; i++) {
    const BoxSlot *slot = &g_array_index(store->slots, BoxSlot, i);
    if (is_watched(slot) && shelf_has_changed(slot->shelf)) return TRUE;
  }
  return FALSE;
}

gboolean box_wait(Store *base, const int *wake, guint n, gboolean *changed, GError **error)
{
  BoxStore *store = (BoxStore *)base;
  *changed = FALSE;
  if (!listen_all(store, error)) return FALSE;
  for (;;) {
    struct pollfd fds[8] = { { .fd = store->inotify, .events = POLLIN } };
    guint used = MIN(n, G_N_ELEMENTS(fds) - 1);
    drain(store->inotify);
    *changed = has_changed(store);
    if (*changed) return TRUE;
    for (guint i = 0; i < used; i++) fds[i + 1] = (struct pollfd){ .fd = wake[i], .events = POLLIN };
    if (poll(fds, used + 1, -1) < 0 && errno != EINTR) {
      g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "Waiting failed: %s.", g_strerror(errno));
      return FALSE;
    }
    for (guint i = 0; i < used; i++)
      if (fds[i + 1].revents != 0) return TRUE;
  }
}
