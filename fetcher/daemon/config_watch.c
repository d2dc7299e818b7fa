/* config_watch.c - noticing that the configuration was changed
 * Owns:     which folders are watched: all on the way to the file, links followed.
 * Must not: read the file; know what is in it.
 * Fails:    G_FILE_ERROR at first; later, a folder that cannot be watched is passed over.
 * Tests:    tests/fetcher/daemon/test_config_watch.c, tests/e2e/test_reload.py */
#include "fetcher/daemon/config_watch.h"
#include <errno.h>
#include <glib-unix.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MOST 40 /* as the kernel follows */

/* What happens to a folder as a whole. */
#define OF_FOLDER (IN_DELETE_SELF | IN_MOVE_SELF)
/* A file that is being written is looked at when it is closed: half of a configuration may be one, too. */
#define OF_NAMES (IN_CLOSE_WRITE | IN_ATTRIB | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO)

/* A folder, and the name in it that leads to the file. */
typedef struct {
  int number; /* of inotify */
  char *folder, *name, *path;
  gboolean plain; /* the name is that of a folder, which tells itself when it goes */
} Step;

struct ConfigWatch {
  char *file;
  void (*changed)(gpointer data);
  gpointer data;
  int events;
  GArray *steps; /* Step */
  guint source, pause;
};

static void step_clear(gpointer data)
{
  Step *step = data;
  g_free(step->folder);
  g_free(step->name);
  g_free(step->path);
}

/* Watches this folder for this name. NULL: the folder is not there. */
static Step *add_step(ConfigWatch *watch, const char *folder, const char *name)
{
  int number = inotify_add_watch(watch->events, folder, OF_FOLDER | OF_NAMES | IN_ONLYDIR);
  if (number < 0) return NULL;
  const Step step = { number, g_strdup(folder), g_strdup(name), g_build_filename(folder, name, NULL), FALSE };
  g_array_append_val(watch->steps, step);
  return &g_array_index(watch->steps, Step, watch->steps->len - 1);
}

/* The path that `link`, which lies in folder, leads to, and what comes after it. The caller frees. */
static char *follow(const char *folder, const char *link, const char *rest)
{
  g_autofree char *target = g_file_read_link(link, NULL);
  if (target == NULL) return NULL;
  g_autofree char *whole = g_build_filename(target, rest, NULL);
  return g_canonicalize_filename(whole, folder);
}

/* Watches the folders on the way to path, as far as they are there. Returns the path to go on with after a link; NULL:
 * the way is at its end. Each folder is watched before its name is looked at, so that no change falls in between. */
static char *walk(ConfigWatch *watch, const char *path)
{
  g_auto(GStrv) names = g_strsplit(path + 1, "/", -1);
  g_autoptr(GString) folder = g_string_new("/");
  for (guint i = 0; names[i] != NULL; i++) {
    struct stat status;
    Step *step = add_step(watch, folder->str, names[i]);
    g_autofree char *rest = g_strjoinv("/", names + i + 1);
    if (step == NULL || lstat(step->path, &status) != 0) return NULL;
    if (S_ISLNK(status.st_mode)) return follow(folder->str, step->path, rest);
    step->plain = S_ISDIR(status.st_mode);
    g_string_assign(folder, step->path);
  }
  return NULL;
}

/* Is a folder with this number on the way? plain: only as one whose names need no watching. */
static gboolean is_on_way(const ConfigWatch *watch, int number, gboolean plain)
{
  gboolean on = FALSE;
  for (guint i = 0; i < watch->steps->len; i++) {
    const Step *step = &g_array_index(watch->steps, Step, i);
    if (step->number == number && plain && !step->plain) return FALSE;
    on = on || step->number == number;
  }
  return on;
}

/* Programs write into the home folder all day long: no event comes for the names in a folder that do not matter. */
static void quiet(const ConfigWatch *watch)
{
  for (guint i = 0; i < watch->steps->len; i++) {
    const Step *step = &g_array_index(watch->steps, Step, i);
    if (is_on_way(watch, step->number, TRUE))
      inotify_add_watch(watch->events, step->folder, OF_FOLDER | IN_ONLYDIR); /* takes the place of the wider one */
  }
}

static void forget(ConfigWatch *watch, const GArray *old)
{
  for (guint i = 0; i < old->len; i++) {
    int number = g_array_index(old, Step, i).number;
    if (!is_on_way(watch, number, FALSE)) inotify_rm_watch(watch->events, number); /* the kernel may have done so */
  }
}

static void watch_way(ConfigWatch *watch)
{
  g_autoptr(GArray) old = watch->steps;
  g_autofree char *path = g_canonicalize_filename(watch->file, NULL);
  watch->steps = g_array_new(FALSE, FALSE, sizeof(Step));
  g_array_set_clear_func(watch->steps, step_clear);
  for (guint links = 0; path != NULL && links < LINKS_MOST; links++) {
    char *next = walk(watch, path);
    g_free(path);
    path = next;
  }
  quiet(watch);
  forget(watch, old);
}

/* A new plain file is looked at when its writer closes it. */
static gboolean is_written_later(const char *path)
{
  struct stat status;
  return lstat(path, &status) == 0 && S_ISREG(status.st_mode) && status.st_nlink == 1;
}

static gboolean matters(const ConfigWatch *watch, const struct inotify_event *event)
{
  if ((event->mask & IN_Q_OVERFLOW) != 0) return TRUE;
  for (guint i = 0; i < watch->steps->len; i++) {
    const Step *step = &g_array_index(watch->steps, Step, i);
    if (step->number != event->wd) continue;
    if ((event->mask & OF_FOLDER) != 0) return TRUE;
    if (event->len == 0 || strcmp(event->name, step->name) != 0) continue;
    if ((event->mask & IN_CREATE) == 0 || !is_written_later(step->path)) return TRUE;
  }
  return FALSE;
}

static gboolean on_pause(gpointer data)
{
  ConfigWatch *watch = data;
  watch->pause = 0;
  watch->changed(watch->data);
  return G_SOURCE_REMOVE;
}

static void change_soon(ConfigWatch *watch)
{
  if (watch->pause != 0) g_source_remove(watch->pause);
  watch->pause = g_timeout_add(CONFIG_WATCH_PAUSE, on_pause, watch);
}

static gboolean on_event(int fd, GIOCondition condition, gpointer data)
{
  ConfigWatch *watch = data;
  _Alignas(struct inotify_event) char events[4096];
  gboolean any = FALSE;
  gssize got;
  while ((got = read(fd, events, sizeof events)) > 0)
    for (const char *at = events; at < events + got;) {
      const struct inotify_event *event = (const struct inotify_event *)(const void *)at;
      any = matters(watch, event) || any;
      at += sizeof *event + event->len;
    }
  if (!any) return G_SOURCE_CONTINUE;
  watch_way(watch);
  change_soon(watch);
  return G_SOURCE_CONTINUE;
}

ConfigWatch *config_watch_new(const char *file, void (*changed)(gpointer data), gpointer data, GError **error)
{
  int events = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  ConfigWatch *watch = g_new0(ConfigWatch, 1);
  *watch = (ConfigWatch){ .file = g_strdup(file),
                          .changed = changed,
                          .data = data,
                          .events = events,
                          .steps = g_array_new(FALSE, FALSE, sizeof(Step)) };
  if (events >= 0) watch_way(watch);
  if (watch->steps->len == 0) {
    int code = errno;
    g_set_error(error, G_FILE_ERROR, g_file_error_from_errno(code),
                "Changes of %s cannot be watched (%s): raise fs.inotify.max_user_watches or max_user_instances.", file,
                g_strerror(code));
    config_watch_free(watch);
    return NULL;
  }
  watch->source = g_unix_fd_add(events, G_IO_IN, on_event, watch);
  change_soon(watch);
  return watch;
}

void config_watch_free(ConfigWatch *watch)
{
  if (watch == NULL) return;
  if (watch->source != 0) g_source_remove(watch->source);
  if (watch->pause != 0) g_source_remove(watch->pause);
  if (watch->events >= 0) close(watch->events);
  g_array_unref(watch->steps);
  g_free(watch->file);
  g_free(watch);
}
