/* find_trash.c - the trash that lies beside a folder on disk
 * Owns:     where it is looked for.
 * Must not: take another user's mailbox for it; make or change anything.
 * Fails:    by NULL.
 * Tests:    tests/fetcher/disk/test_find_trash.c */
#include "fetcher/disk/find_trash.h"
#include "fetcher/store/trash_names.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ENTRIES_MOST 10000 /* of one folder */

/* In /var/mail another user's name may be that of a trash. */
static gboolean is_ours(const char *path, struct stat *status)
{
  return lstat(path, status) == 0 && status->st_uid == geteuid();
}

static gboolean is_maildir(const char *path)
{
  struct stat status;
  g_autofree char *cur = g_build_filename(path, "cur", NULL), *new = g_build_filename(path, "new", NULL);
  return is_ours(path, &status) && S_ISDIR(status.st_mode) && g_file_test(cur, G_FILE_TEST_IS_DIR)
         && g_file_test(new, G_FILE_TEST_IS_DIR);
}

/* A file that is empty, or begins as an mbox does. */
static gboolean is_mbox(const char *path)
{
  struct stat status;
  char begin[5] = "";
  if (!is_ours(path, &status) || !S_ISREG(status.st_mode)) return FALSE;
  if (status.st_size == 0) return TRUE;
  FILE *file = fopen(path, "re");
  gboolean good = file != NULL && fread(begin, 1, sizeof begin, file) == sizeof begin && memcmp(begin, "From ", 5) == 0;
  if (file != NULL) fclose(file);
  return good;
}

/* Of several the first by name, so that it is the same one each time. dotted: names begin with a dot (Maildir++). */
static char *look_in(const char *folder, gboolean mbox, gboolean dotted)
{
  struct stat status;
  g_autofree char *found = NULL;
  DIR *handle = stat(folder, &status) == 0 && status.st_uid == geteuid() ? opendir(folder) : NULL;
  const struct dirent *row;
  for (guint i = 0; handle != NULL && i < ENTRIES_MOST && (row = readdir(handle)) != NULL; i++) {
    if (dotted != (row->d_name[0] == '.')) continue;
    const char *name = row->d_name + (dotted ? 1 : 0);
    if (dotted && g_ascii_strncasecmp(name, "INBOX.", 6) == 0) name += 6;
    if (!trash_name_is_usual(name)) continue;
    g_autofree char *path = g_build_filename(folder, row->d_name, NULL);
    if (!(mbox ? is_mbox(path) : is_maildir(path))) continue;
    if (found != NULL && strcmp(found, path) <= 0) continue;
    g_free(found);
    found = g_steal_pointer(&path);
  }
  if (handle != NULL) closedir(handle);
  return g_steal_pointer(&found);
}

char *disk_find_trash(const char *path, gboolean mbox)
{
  g_autofree char *beside = g_path_get_dirname(path);
  char *found = mbox ? NULL : look_in(path, FALSE, TRUE);
  if (found == NULL && !mbox) found = look_in(beside, FALSE, TRUE); /* the watched one is a folder of Maildir++ */
  return found != NULL ? found : look_in(beside, mbox, FALSE);
}
