/* test_mail_files.c - messages of files, mboxes, Maildirs: where one ends and the next begins
 * Owns:     a folder under /tmp, removed at the end.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/disk/mail_files.c, fetcher/disk/find_message.c */
#include "fetcher/disk/find_message.h"
#include "fetcher/disk/mail_files.h"
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
// cmocka wants the headers above first
#include <cmocka.h>
#include <glib/gstdio.h>

static char *folder;

static gboolean collect(GBytes *message, gpointer data)
{
  gsize length;
  const char *text = g_bytes_get_data(message, &length);
  g_string_append_len(data, text != NULL ? text : "", (gssize)length);
  g_string_append_c(data, '|');
  return TRUE;
}

static char *put(const char *name, const char *text, gssize length)
{
  char *path = g_build_filename(folder, name, NULL);
  g_autofree char *parent = g_path_get_dirname(path);
  assert_int_equal(g_mkdir_with_parents(parent, 0700), 0);
  assert_true(g_file_set_contents(path, text, length, NULL));
  return path;
}

static void expect(const char *path, gsize limit, const char *want)
{
  g_autoptr(GString) got = g_string_new(NULL);
  g_autoptr(GError) error = NULL;
  assert_true(mail_files_each(path, limit, collect, got, &error));
  assert_null(error);
  assert_string_equal(got->str, want);
}

#define FROM "From me@example.org Thu Nov 20 21:28:48 2025\n"

static const struct {
  const char *text;
  gsize limit;
  const char *want; /* each message followed by | */
} files[] = {
  { "", 100, "" },
  { "Subject: one\n\nbody\n", 100, "Subject: one\n\nbody\n|" },
  { "Subject: one\n\nbody", 9, "Subject: |" },
  { "Subject: x\n\nFrom the desk of\n", 100, "Subject: x\n\nFrom the desk of\n|" },
  { FROM, 100, "|" },
  { FROM "A: 1\n\nx\n", 100, "A: 1\n\nx\n|" },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n", 100, "A: 1\n\nx\n|B: 2\n\ny\n|" },
  { FROM "A: 1\n\nx\n\n\n\n" FROM "B: 2\n", 100, "A: 1\n\nx\n\n\n|B: 2\n|" },
  /* a separator needs an empty line before it, and a time of day */
  { FROM "A: 1\n\nx\n" FROM "y\n", 200, "A: 1\n\nx\n" FROM "y\n|" },
  { FROM "A: 1\n\nFrom now on\n", 100, "A: 1\n\nFrom now on\n|" },
  /* a bare one, as Thunderbird writes it: alone, at the start, among dated ones */
  { "From \n", 100, "|" },
  { "From ", 100, "|" },
  { "From \nA: 1\n\nx\n\n", 100, "A: 1\n\nx\n|" },
  { "From \r\nA: 1\r\n\r\nx\r\n\r\n", 100, "A: 1\r\n\r\nx\r\n|" },
  { "From \nA: 1\n\nx\n\nFrom \nB: 2\n\ny\n\n", 100, "A: 1\n\nx\n|B: 2\n\ny\n|" },
  { "From \r\nA: 1\r\n\r\nx\r\n\r\nFrom \r\nB: 2\r\n\r\n", 100, "A: 1\r\n\r\nx\r\n|B: 2\r\n|" },
  { FROM "A: 1\n\nx\n\nFrom \nB: 2\n\ny\n\n" FROM "C: 3\n\nFrom \r\nD: 4\n", 100,
    "A: 1\n\nx\n|B: 2\n\ny\n|C: 3\n|D: 4\n|" },
  { "From  \t \nA: 1\n\nFrom   \r\nB: 2\n", 100, "A: 1\n|B: 2\n|" },
  /* none: no empty line before it, quoted, no space, something after it, no line end yet, nothing a file begins with */
  { "From \nA: 1\n\nx\nFrom \ny\n\n", 100, "A: 1\n\nx\nFrom \ny\n|" },
  { "From \nA: 1\n\nx\n\n>From \ny\n\n", 100, "A: 1\n\nx\n\nFrom \ny\n|" },
  { "From \nA: 1\n\nFrom\ny\n\nFrom\r\nz\n", 100, "A: 1\n\nFrom\ny\n\nFrom\r\nz\n|" },
  { "From \nA: 1\n\nFrom here on\n\nFrom -\n", 100, "A: 1\n\nFrom here on\n\nFrom -\n|" },
  { "From \nA: 1\n\nx\n\nFrom ", 100, "A: 1\n\nx\n\nFrom |" },
  { "From \nA: 1\n\nx\n\nFrom \r", 100, "A: 1\n\nx\n\nFrom \r|" },
  { "From\nA: 1\n\nFrom \nB: 2\n", 100, "From\nA: 1\n\nFrom \nB: 2\n|" },
  /* quoting is undone by one */
  { FROM "A: 1\n\n>From x\n>>From y\n> From z\n>Fro\n", 100, "A: 1\n\nFrom x\n>From y\n> From z\n>Fro\n|" },
  /* line ends of another system */
  { "From a 10:20 2025\r\nA: 1\r\n\r\nx\r\n\r\nFrom b 10:21 2025\r\nB: 2\r\n", 100, "A: 1\r\n\r\nx\r\n|B: 2\r\n|" },
  /* each message is cut at the limit, not the file */
  { FROM "A: 12345\n\n" FROM "B: 2\n", 5, "A: 12|B: 2\n|" },
};

static void a_file_or_an_mbox_gives_its_messages_up_to_the_limit(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(files); i++) {
    g_autofree char *path = put("file", files[i].text, -1);
    expect(path, files[i].limit, files[i].want);
  }
}

/* Lines far longer than any buffer, in body and separator, and a message that ends exactly with one. */
static void lines_longer_than_any_buffer_end_where_they_end(void **state)
{
  g_autofree char *line = g_strnfill(200000, 'x');
  g_autofree char *text = g_strdup_printf("From a 10:20 %s\nA: 1\n\n%s\n\nFrom b 10:21 %s\nB: 2\n", line, line, line);
  g_autofree char *want = g_strdup_printf("A: 1\n\n%s\n|B: 2\n|", line);
  g_autofree char *path = put("long", text, -1);
  expect(path, 1000000, want);
  expect(path, 3, "A: |B: |");
}

/* The separator must be found wherever the buffer happens to end. */
static void a_separator_is_found_wherever_the_buffer_ends(void **state)
{
  static const char *const separators[] = { FROM, "From \n", "From \r\n" };
  for (gsize pad = 65536 - 120; pad < 65536 + 10; pad++) {
    g_autofree char *body = g_strnfill(pad, 'y');
    for (gsize i = 70; i < pad; i += 71) body[i] = '\n';
    for (guint i = 0; i < G_N_ELEMENTS(separators); i++) {
      g_autofree char *text = g_strdup_printf(FROM "A: 1\n\n%sz\n\n%sB: 2\n", body, separators[i]);
      g_autofree char *path = put("offset", text, -1);
      expect(path, 8, "A: 1\n\nyy|B: 2\n|");
    }
  }
}

static gboolean count_to_two(GBytes *message, gpointer data) { return ++*(guint *)data < 2; }

static void the_caller_can_stop_in_the_middle(void **state)
{
  guint count = 0;
  g_autofree char *path = put("stop", FROM "A: 1\n\n" FROM "A: 2\n\n" FROM "A: 3\n", -1);
  assert_true(mail_files_each(path, 100, count_to_two, &count, NULL));
  assert_int_equal(count, 2);
}

static void a_maildir_gives_cur_and_new_by_name_and_nothing_hidden(void **state)
{
  g_autofree char *root = g_build_filename(folder, "Maildir", NULL);
  g_autofree char *tmp = put("Maildir/tmp/9", "T: 9\n", -1);
  g_autofree char *hidden = put("Maildir/cur/.hidden", "H: 1\n", -1);
  g_autofree char *b = put("Maildir/cur/2:2,S", "C: 2\n", -1);
  g_autofree char *a = put("Maildir/cur/1:2,S", "From is no separator in a Maildir 10:00\n", -1);
  g_autofree char *c = put("Maildir/new/0", "N: 0\n", -1);
  expect(root, 100, "From is no separator in a Maildir 10:00\n|C: 2\n|N: 0\n|");
}

static void reading_leaves_the_time_of_the_last_reading(void **state)
{
  g_autofree char *path = put("atime", "A: 1\n", -1);
  struct timespec old[2] = { { .tv_sec = 1000000000 }, { .tv_sec = 1700000000 } };
  struct stat after;
  assert_int_equal(utimensat(AT_FDCWD, path, old, 0), 0);
  expect(path, 100, "A: 1\n|");
  assert_int_equal(stat(path, &after), 0);
  assert_int_equal(after.st_atime, 1000000000);
}

static void a_dash_reads_standard_input(void **state)
{
  g_autofree char *path = put("stdin", FROM "A: 1\n\n" FROM "B: 2\n", -1);
  int keep = dup(STDIN_FILENO), fd = open(path, O_RDONLY | O_CLOEXEC);
  assert_true(fd >= 0 && dup2(fd, STDIN_FILENO) == STDIN_FILENO);
  expect("-", 100, "A: 1\n|B: 2\n|");
  if (keep >= 0) dup2(keep, STDIN_FILENO);
  close(fd);
  close(keep);
}

static void what_is_no_mail_is_refused_by_its_name(void **state)
{
  g_autoptr(GString) got = g_string_new(NULL);
  g_autoptr(GError) missing = NULL, plain = NULL;
  g_autofree char *absent = g_build_filename(folder, "absent", NULL);
  assert_false(mail_files_each(absent, 100, collect, got, &missing));
  assert_true(g_error_matches(missing, G_IO_ERROR, G_IO_ERROR_NOT_FOUND));
  assert_non_null(strstr(missing->message, absent));
  assert_false(mail_files_each(folder, 100, collect, got, &plain));
  assert_true(g_error_matches(plain, G_IO_ERROR, G_IO_ERROR_IS_DIRECTORY));
  assert_int_equal(got->len, 0);
}

/* One message of a folder, by what it is: its size as the folder counts it, or as a server does. */
static void one_message_is_found_by_its_fingerprint_whatever_its_line_ends(void **state)
{
  static const char text[] = "Message-ID: <b@x>\n\nthe one\n";
  static const struct {
    const char *body; /* after the Message-ID's line */
    guint64 size;
    gboolean found;
  } rows[] = { { "\nthe one\n", 27, TRUE },
               { "\nthe one\n", 30, TRUE }, /* with CRLF */
               { "\nthe one\n", 28, FALSE },
               { "\nanother\n", 27, FALSE } };
  g_autofree char *in = put("find/cur/1.a:2,", "Message-ID: <a@x>\n\nthe one\n", -1),
                  *it = put("find/new/2.b,W=30", text, -1), *none = put("find/tmp/3.c", text, -1),
                  *maildir = g_build_filename(folder, "find", NULL),
                  *mbox = put(
                      "find.mbox",
                      FROM "Message-ID: <a@x>\n\nthe one\n\n" FROM "Status: RO\nMessage-ID: <b@x>\n\nthe one\n\n", -1);
  for (guint i = 0; i < 2 * G_N_ELEMENTS(rows); i++) {
    gboolean in_mbox = i % 2 == 1;
    GError *error = NULL;
    Fingerprint fingerprint = { 0 };
    g_autofree char *whole = g_strconcat("Message-ID: <b@x>\n", rows[i / 2].body, NULL);
    g_autoptr(GBytes) head = g_bytes_new(whole, strlen(whole));
    fingerprint_init(&fingerprint, "b@x", rows[i / 2].size, head);
    g_autoptr(GBytes) found = find_message(in_mbox ? mbox : maildir, &fingerprint, 1000, &error);
    fingerprint_clear(&fingerprint);
    assert_null(error);
    /* the Maildir has its size from its name */
    gboolean want = rows[i / 2].found && (in_mbox || rows[i / 2].size == 30);
    if ((found != NULL) != want) fail_msg("row %u in %s", i / 2, in_mbox ? "the mbox" : "the Maildir");
    if (found != NULL) assert_memory_equal(g_bytes_get_data(found, NULL), text, sizeof text - 1);
  }
  GError *error = NULL;
  Fingerprint any = { .message_id = (char *)"" };
  assert_null(find_message("/nonexistent/folder", &any, 10, &error));
  assert_int_equal(error->domain, G_IO_ERROR);
  g_error_free(error);
}

static int set_up(void **state)
{
  folder = g_dir_make_tmp("backstop-local-XXXXXX", NULL);
  return folder == NULL;
}

static int tear_down(void **state)
{
  const char *argv[] = { "rm", "-rf", folder, NULL };
  gboolean good = g_spawn_sync(NULL, (char **)argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, NULL, NULL);
  g_free(folder);
  return !good;
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_file_or_an_mbox_gives_its_messages_up_to_the_limit),
    cmocka_unit_test(lines_longer_than_any_buffer_end_where_they_end),
    cmocka_unit_test(a_separator_is_found_wherever_the_buffer_ends),
    cmocka_unit_test(the_caller_can_stop_in_the_middle),
    cmocka_unit_test(a_maildir_gives_cur_and_new_by_name_and_nothing_hidden),
    cmocka_unit_test(reading_leaves_the_time_of_the_last_reading),
    cmocka_unit_test(what_is_no_mail_is_refused_by_its_name),
    cmocka_unit_test(a_dash_reads_standard_input),
    cmocka_unit_test(one_message_is_found_by_its_fingerprint_whatever_its_line_ends),
  };
  return cmocka_run_group_tests(tests, set_up, tear_down);
}
