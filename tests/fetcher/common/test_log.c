/* test_log.c - log lines on a pipe, and in a journal played by two sockets
 * Owns:     a /run of its own, in a mount namespace.
 * Must not: write to the system's journal.
 * Fails:    by TAP; the journal is left out where namespaces are not allowed.
 * Tests:    fetcher/common/log.c */
#include "fetcher/common/log.h"
#include "fetcher/config/config.h"
#include "fetcher/store/store.h"
#include "ledger/ledger.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
// cmocka wants the headers above first
#include <cmocka.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define JOURNAL "/run/systemd/journal"

static const struct {
  LogAbout about;
  const char *text;
  const char *line;   /* on the standard error */
  const char *fields; /* in the journal, besides MESSAGE, PRIORITY and GLIB_DOMAIN */
} lines[] = {
  { { 0 }, "it begins", "test: it begins\n", "" },
  { { .account = "home" }, "50% done", "test: account home: 50% done\n", "BACKSTOP_ACCOUNT=home\n" },
  { { .account = "home", .folder = "Lists/a" },
    "gone",
    "test: account home, folder Lists/a: gone\n",
    "BACKSTOP_ACCOUNT=home\nBACKSTOP_FOLDER=Lists/a\n" },
  { { .account = "home", .folder = "INBOX", .uid = 4294967295, .code = "move" },
    "moved",
    "test: account home, folder INBOX, uid 4294967295: moved\n",
    "BACKSTOP_ACCOUNT=home\nBACKSTOP_FOLDER=INBOX\nBACKSTOP_UID=4294967295\nBACKSTOP_CODE=move\n" },
  { { .code = "reload" }, "read anew", "test: read anew\n", "BACKSTOP_CODE=reload\n" },
  /* what a server names or says stays on one line, and adds no field */
  { { .account = "home", .folder = "In\nBACKSTOP_UID=1" },
    "it said\r\n\033[2Jno",
    "test: account home, folder In BACKSTOP_UID=1: it said   [2Jno\n",
    "BACKSTOP_ACCOUNT=home\nBACKSTOP_FOLDER=In BACKSTOP_UID=1\n" },
};

/* What f() writes to the standard error, which is `to` meanwhile and is read from `from`. */
static char *captured(void (*f)(guint), guint i, int to, int from)
{
  char text[4096];
  int before = dup(STDERR_FILENO);
  dup2(to, STDERR_FILENO);
  f(i);
  dup2(before, STDERR_FILENO);
  close(before);
  ssize_t n = read(from, text, sizeof text - 1);
  assert_true(n > 0);
  return g_strndup(text, (gsize)n);
}

static void log_line(guint i) { log_about(G_LOG_LEVEL_MESSAGE, lines[i].about, "%s", lines[i].text); }

static void without_a_journal_every_record_is_one_plain_line(void **state)
{
  int ends[2];
  assert_int_equal(pipe(ends), 0);
  for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_autofree char *text = captured(log_line, i, ends[1], ends[0]);
    assert_string_equal(text, lines[i].line);
  }
  close(ends[0]);
  close(ends[1]);
}

static const struct {
  GQuark (*domain)(void);
  int code;
  const char *slug;
} problems[] = {
  { store_error_quark, STORE_ERROR_MESSAGE, "store-message" },
  { store_error_quark, STORE_ERROR_AUTH, "store-auth" },
  { store_error_quark, STORE_ERROR_FATAL, "store-fatal" },
  { ledger_error_quark, LEDGER_ERROR_OPEN, "ledger-open" },
  { ledger_error_quark, LEDGER_ERROR_FULL, "ledger-full" },
  { ledger_error_quark, LEDGER_ERROR_IO, "ledger-io" },
  { config_error_quark, CONFIG_ERROR_MISSING, "config-missing" },
  { config_error_quark, CONFIG_ERROR_INVALID, "config-invalid" },
  { store_error_quark, 1000, "other" },
  { g_file_error_quark, 3, "other" },
};

static void log_error(guint i)
{
  g_autoptr(GError) error = g_error_new(problems[i].domain(), problems[i].code, "no way");
  log_problem((LogAbout){ .account = "home" }, error);
}

static int bound(int type, const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  g_strlcpy(address.sun_path, path, sizeof address.sun_path);
  if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof address) < 0) return -1;
  return fd;
}

static int connected(const char *path)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_strlcpy(address.sun_path, path, sizeof address.sun_path);
  return connect(fd, (struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

static gboolean put(const char *path, const char *text)
{
  int fd = open(path, O_WRONLY | O_CLOEXEC);
  gboolean written = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);
  if (fd >= 0) close(fd);
  return written;
}

/* An empty /run that only we see. */
static gboolean own_run(void)
{
  g_autofree char *users = g_strdup_printf("0 %u 1", (unsigned)geteuid());
  g_autofree char *groups = g_strdup_printf("0 %u 1", (unsigned)getegid());
  if (unshare(CLONE_NEWNS | CLONE_NEWUSER) < 0 || !put("/proc/self/setgroups", "deny")
      || !put("/proc/self/uid_map", users) || !put("/proc/self/gid_map", groups))
    return FALSE;
  return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mount("none", "/run", "tmpfs", 0, NULL) == 0
         && g_mkdir_with_parents(JOURNAL, 0755) == 0;
}

/* The fields of the journal's own protocol, less the three that every line has. */
static void compare(char *datagram, const char *message, const char *priority, const char *fields)
{
  g_autofree char *want =
      g_strdup_printf("MESSAGE=%s\nPRIORITY=%s\nGLIB_DOMAIN=backstop-fetcher\n%s", message, priority, fields);
  assert_string_equal(datagram, want);
}

static void the_journal_gets_account_folder_uid_and_code_as_fields(void **state)
{
  int journal = bound(SOCK_DGRAM, JOURNAL "/socket"), output = bound(SOCK_STREAM, JOURNAL "/stdout");
  assert_true(journal >= 0 && output >= 0);
  assert_int_equal(listen(output, 1), 0);
  int standard_error = connected(JOURNAL "/stdout");
  assert_true(standard_error >= 0);
  for (guint i = 0; i < G_N_ELEMENTS(lines); i++) {
    g_autofree char *datagram = captured(log_line, i, standard_error, journal), *text = g_strdup(lines[i].text);
    compare(datagram, g_strdelimit(text, "\r\n\033", ' '), "5", lines[i].fields);
  }
  for (guint i = 0; i < G_N_ELEMENTS(problems); i++) {
    g_autofree char *datagram = captured(log_error, i, standard_error, journal);
    g_autofree char *fields = g_strdup_printf("BACKSTOP_ACCOUNT=home\nBACKSTOP_CODE=%s\n", problems[i].slug);
    compare(datagram, "no way", "4", fields);
  }
  close(standard_error);
  close(output);
  close(journal);
}

int main(void)
{
  const struct CMUnitTest pipe_only[] = { cmocka_unit_test(without_a_journal_every_record_is_one_plain_line) };
  const struct CMUnitTest both[] = { cmocka_unit_test(without_a_journal_every_record_is_one_plain_line),
                                     cmocka_unit_test(the_journal_gets_account_folder_uid_and_code_as_fields) };
  log_install("test");
  if (own_run()) return cmocka_run_group_tests(both, NULL, NULL);
  puts("# no namespaces here: the journal is not tested");
  return cmocka_run_group_tests(pipe_only, NULL, NULL);
}
