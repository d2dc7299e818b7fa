/* safe_folder.c - may mail be put into this folder?
 * Owns:     whose a folder must be, and who may write to it and above it.
 * Must not: make or change anything.
 * Fails:    STORE_ERROR_FATAL with the remedy.
 * Tests:    tests/fetcher/disk/test_safe_folder.c */
#include "fetcher/disk/safe_folder.h"
#include "fetcher/store/store.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define PARTS_MOST 256     /* of a path */
#define UNKNOWN_USER 65534 /* /proc/sys/kernel/overflowuid */

static gboolean refuse(const char *key, const char *part, const char *what, const char *remedy, GError **error)
{
  g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL, "%s: %s %s; %s, or choose another folder.", key, part, what,
              remedy);
  return FALSE;
}

/* Is root a user of this process's user namespace (user_namespaces(7))? In the one that systemd gives to the user's
 * service, only the user is. */
static gboolean knows_root(void)
{
  g_autofree char *map = NULL;
  if (!g_file_get_contents("/proc/self/uid_map", &map, NULL, NULL)) return TRUE;
  g_auto(GStrv) lines = g_strsplit(map, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    guint inside = 1, outside = 0, count = 0;
    if (sscanf(*line, "%u %u %u", &inside, &outside, &count) == 3 && inside == 0 && count > 0) return TRUE;
  }
  return FALSE;
}

/* Where root is not known, the kernel shows its folders as those of the user that stands for all unknown ones. They
 * must do then, since every path begins with them. */
static gboolean is_trusted(uid_t owner)
{
  return owner == geteuid() || owner == 0 || (owner == UNKNOWN_USER && !knows_root());
}

/* A link is looked at itself: its mode means nothing, its owner could change where it leads. */
static gboolean check_part(const char *key, const char *part, GError **error)
{
  struct stat info;
  if (lstat(part, &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return TRUE; /* not made yet; whoever makes it tells why that fails */
    return refuse(key, part, g_strerror(errno), "see who may read it", error);
  }
  if (!is_trusted(info.st_uid))
    return refuse(key, part, "belongs to another user, who could read or replace your mail", "change its owner", error);
  gboolean open_to_all = (info.st_mode & S_IWOTH) != 0 && (info.st_mode & S_ISVTX) == 0 && !S_ISLNK(info.st_mode);
  if (open_to_all)
    return refuse(key, part, "can be written by everybody, who could replace your mail", "run chmod o-w on it", error);
  return TRUE;
}

/* The path and every folder above it, from the top down. */
static gboolean check_all(const char *key, const char *path, GError **error)
{
  guint parts = 0;
  for (const char *end = path + strspn(path, "/"); *end != '\0'; end += strspn(end, "/")) {
    end += strcspn(end, "/");
    g_autofree char *part = g_strndup(path, (gsize)(end - path));
    if (++parts > PARTS_MOST) return refuse(key, path, "is too deep", "move it up", error);
    if (!check_part(key, part, error)) return FALSE;
  }
  return TRUE;
}

/* What the path leads to, without links, as far as it exists. The caller frees. */
static char *straight(const char *path)
{
  g_autofree char *there = g_strdup(path);
  for (;;) {
    char *real = realpath(there, NULL);
    if (real != NULL) {
      char *copy = g_strdup(real);
      free(real);
      return copy;
    }
    char *above = g_path_get_dirname(there);
    if (g_str_equal(above, there)) return above;
    g_free(there);
    there = above;
  }
}

gboolean safe_folder_check(const char *key, const char *path, GError **error)
{
  g_autofree char *real = straight(path);
  return check_all(key, path, error) && check_all(key, real, error);
}
