/* ledger.c - opening the ledger file.
 * Owns:     the data folder's and the file's permissions, and the settings of a connection.
 * Must not: know a table.
 * Fails:    LEDGER_ERROR; nothing is left open.
 * Tests:    tests/ledger/test_open.c */
#include "ledger/ledger.h"
#include "ledger/db.h"
#include "ledger/private.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FILE_NAME "ledger.db"
#define BUSY_MS 10000

static gboolean open_failed(GError **error, const char *path, const char *what, const char *remedy)
{
  g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_OPEN, "%s %s: %s.", path, what, remedy);
  return FALSE;
}

gboolean data_folder_check(const char *dir, gboolean create, GError **error)
{
  struct stat info;
  if (create && g_mkdir_with_parents(dir, 0700) != 0)
    return open_failed(error, dir, "cannot be made", g_strerror(errno));
  if (stat(dir, &info) != 0) {
    g_set_error(error, LEDGER_ERROR, errno == ENOENT ? LEDGER_ERROR_MISSING : LEDGER_ERROR_OPEN,
                "The data folder %s cannot be opened: %s.", dir, g_strerror(errno));
    return FALSE;
  }
  if (!S_ISDIR(info.st_mode)) return open_failed(error, dir, "is not a folder", "choose another data folder");
  if (info.st_uid != geteuid())
    return open_failed(error, dir, "belongs to another user", "choose a data folder of your own");
  if ((info.st_mode & (S_IWGRP | S_IWOTH)) != 0)
    return open_failed(error, dir, "can be written by others", "run chmod 700 on it, or choose another data folder");
  return TRUE;
}

static gboolean missing(const char *path, GError **error)
{
  g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_MISSING,
              "There is no ledger at %s yet: run “backstop once”, or name the right data folder with --data.", path);
  return FALSE;
}

/* SQLite gives -wal and -shm the mode of the file itself, so this one is made first, whatever the umask. */
static gboolean make_file(const char *path, GError **error)
{
  int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd >= 0) return close(fd) == 0;
  if (errno == EEXIST) return TRUE;
  if (errno != ENOSPC && errno != EDQUOT) return open_failed(error, path, "cannot be made", g_strerror(errno));
  g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_FULL,
              "There is no room to make the ledger %s: free some space on its disk and try again.", path);
  return FALSE;
}

/* fd: of the file itself (O_PATH), so that nothing put in its place meanwhile is changed. By way of /proc, since
 * fchmod() does not take such a descriptor. */
static gboolean check_file(const char *path, int fd, GError **error)
{
  struct stat info;
  g_autofree char *itself = g_strdup_printf("/proc/self/fd/%d", fd);
  if (fstat(fd, &info) != 0) return open_failed(error, path, "cannot be opened", g_strerror(errno));
  if (S_ISLNK(info.st_mode))
    return open_failed(error, path, "is a link",
                       "move the file itself here, or name the folder that has it with --data");
  if (!S_ISREG(info.st_mode))
    return open_failed(error, path, "is not a file", "move it away, or choose another data folder");
  if (info.st_uid != geteuid())
    return open_failed(error, path, "belongs to another user", "choose a data folder of your own");
  if ((info.st_mode & 077) != 0 && chmod(itself, 0600) != 0)
    return open_failed(error, path, "cannot be closed to others", g_strerror(errno));
  if (faccessat(AT_FDCWD, itself, R_OK | W_OK, AT_EACCESS) != 0)
    return open_failed(error, path, "cannot be written", g_strerror(errno));
  return TRUE;
}

/* The descriptor is one of O_PATH: closing any other one of a file drops the locks that another connection of this
 * process has on the file. */
static gboolean prepare_file(const char *path, gboolean create, GError **error)
{
  if (create && !make_file(path, error)) return FALSE;
  int fd = open(path, O_PATH | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0)
    return errno == ENOENT ? missing(path, error) : open_failed(error, path, "cannot be opened", g_strerror(errno));
  gboolean good = check_file(path, fd, error);
  close(fd);
  return good;
}

/* The file's path without links, as SQLite wants it where it follows none. The caller frees. */
static char *straight_path(const char *dir)
{
  char *real = realpath(dir, NULL);
  char *path = g_build_filename(real != NULL ? real : dir, FILE_NAME, NULL);
  free(real);
  return path;
}

/* Is the needle, which has no capital letters, in this ASCII text? This is the common case, and needs no copy. */
static gboolean ascii_has(const char *text, const char *needle)
{
  char first = *needle;
  gsize length = strlen(needle);
  for (; *text != '\0'; text++)
    if (g_ascii_tolower(*text) == first && g_ascii_strncasecmp(text, needle, length) == 0) return TRUE;
  return length == 0;
}

static gboolean is_ascii(const char *text)
{
  while ((guchar)*text - 1u < 0x7f) text++;
  return *text == '\0';
}

/* has(needle, text...): is the needle (case folded) in one of the texts? */
static void sql_has(sqlite3_context *context, int n, sqlite3_value **values)
{
  const char *needle = (const char *)sqlite3_value_text(values[0]);
  gboolean found = FALSE;
  for (int i = 1; i < n && !found && needle != NULL; i++) {
    const char *text = (const char *)sqlite3_value_text(values[i]);
    if (text == NULL) continue;
    if (is_ascii(text)) {
      found = ascii_has(text, needle);
      continue;
    }
    g_autofree char *folded = g_utf8_casefold(text, -1);
    found = strstr(folded, needle) != NULL;
  }
  sqlite3_result_int(context, found);
}

static gboolean set_up(Ledger *ledger, GError **error)
{
  int rc = sqlite3_busy_timeout(ledger->db, BUSY_MS);
  if (rc == SQLITE_OK) rc = sqlite3_extended_result_codes(ledger->db, 1);
  if (rc == SQLITE_OK) rc = sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
  if (rc == SQLITE_OK) rc = sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
  if (rc == SQLITE_OK)
    rc = sqlite3_create_function(ledger->db, "has", -1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, sql_has, NULL, NULL);
  if (rc != SQLITE_OK) return db_fail(ledger, rc, error);
  return db_exec(
      ledger,
      "PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL; PRAGMA cell_size_check = ON; PRAGMA temp_store = MEMORY;"
      "PRAGMA cache_size = -6144;"
      "PRAGMA journal_size_limit = 16777216", /* the size that the WAL reaches while much sent mail is read, see
                                               * db_begin_lightly()
                                               */
      error);
}

/* Where two programs make a ledger at once, SQLite does not wait for the other's switch to WAL, so we do. */
static gboolean use_wal(Ledger *ledger, GError **error)
{
  gint64 deadline = g_get_monotonic_time() + BUSY_MS * (gint64)1000;
  for (;;) {
    GError *problem = NULL;
    if (db_exec(ledger, "PRAGMA journal_mode = WAL", &problem)) return TRUE;
    if (!g_error_matches(problem, LEDGER_ERROR, LEDGER_ERROR_BUSY) || g_get_monotonic_time() > deadline) {
      g_propagate_error(error, problem);
      return FALSE;
    }
    g_error_free(problem);
    g_usleep(10000);
  }
}

/* With WAL, readers and the writer do not wait for each other. FULL (above) makes each commit durable, as the intent of
 * a move must be. A file that is no ledger is refused before anything is written. */
static gboolean connect(Ledger *ledger, const char *name, GError **error)
{
  /* No mutexes, since there are no threads. No statistics of memory, since no code reads them. */
  static gboolean begun;
  if (!begun) sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  begun = TRUE;
  int rc = sqlite3_open_v2(name, &ledger->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_NOFOLLOW, NULL);
  if (rc != SQLITE_OK) return db_fail(ledger, rc, error);
  return set_up(ledger, error) && schema_check(ledger, error) && use_wal(ledger, error)
         && schema_migrate(ledger, error);
}

static void finalize(gpointer statement) { sqlite3_finalize(statement); }

Ledger *ledger_open(const char *dir, LedgerMode mode, GError **error)
{
  g_autoptr(Ledger) ledger = g_new0(Ledger, 1);
  ledger->statements = g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, finalize);
  if (mode == LEDGER_MEMORY) {
    ledger->path = g_strdup("in memory");
    return connect(ledger, ":memory:", error) ? g_steal_pointer(&ledger) : NULL;
  }
  gboolean create = mode == LEDGER_CREATE;
  ledger->path = g_build_filename(dir, FILE_NAME, NULL);
  if (!data_folder_check(dir, create, error) || !prepare_file(ledger->path, create, error)) return NULL;
  g_autofree char *straight = straight_path(dir);
  if (!connect(ledger, straight, error)) return NULL;
  return g_steal_pointer(&ledger);
}

void ledger_close(Ledger *ledger)
{
  if (ledger == NULL) return;
  g_hash_table_unref(ledger->statements);
  sqlite3_close_v2(ledger->db);
  g_free(ledger->path);
  g_free(ledger);
}

void ledger_rest(Ledger *ledger) { sqlite3_db_release_memory(ledger->db); }

gint64 ledger_data_version(Ledger *ledger, GError **error)
{
  gint64 version = -1;
  return db_number(ledger, error, &version, "PRAGMA data_version", "") ? version : -1;
}
