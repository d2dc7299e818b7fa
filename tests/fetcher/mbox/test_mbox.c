/* test_mbox.c - an mbox as a box: what is found in it, and that it is still there when it is used
 * Owns:     nothing; the folder is the rig's.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/mbox/mbox.c, fetcher/mbox/lines.c, fetcher/mbox/message.c, fetcher/mbox/scan.c */
#include "fetcher/disk/mail_files.h"
#include "fetcher/mbox/lines.h"
#include "tests/rigs/mbox_rig.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static const struct {
  const char *text, *want; /* want: each message followed by | */
} contents[] = {
  { "", "" },
  { FROM, "|" },
  { FROM "A: 1\n\nx\n", "A: 1\n\nx\n|" },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n\n", "A: 1\n\nx\n|B: 2\n\ny\n|" },
  { FROM "A: 1\n\nno newline", "A: 1\n\nno newline|" },
  { FROM "A: 1\n\nx\n\n\n\n" FROM "B: 2\n", "A: 1\n\nx\n\n\n|B: 2\n|" },
  /* no separators: no empty line before; no time of day */
  { FROM "A: 1\n\nx\n" FROM "y\n", "A: 1\n\nx\n" FROM "y\n|" },
  { FROM "A: 1\n\nFrom here on\n", "A: 1\n\nFrom here on\n|" },
  /* bare ones, as Thunderbird writes them: alone, and among dated ones */
  { "From \n", "|" },
  { "From \nA: 1\n\nx\n\n", "A: 1\n\nx\n|" },
  { "From \nX-Mozilla-Status: 0001\nA: 1\n\nx\n\nFrom \nB: 2\n\ny\n\n", "A: 1\n\nx\n|B: 2\n\ny\n|" },
  { "From \r\nX-Mozilla-Status: 0001\r\nA: 1\r\n\r\nx\r\n\r\nFrom \r\nB: 2\r\n\r\n", "A: 1\r\n\r\nx\r\n|B: 2\r\n|" },
  { FROM "A: 1\n\nx\n\nFrom \nB: 2\n\ny\n\n" FROM "C: 3\n\nFrom \r\nD: 4\n", "A: 1\n\nx\n|B: 2\n\ny\n|C: 3\n|D: 4\n|" },
  /* none: no empty line before; quoted; no space; something after it; its end is still to come */
  { "From \nA: 1\n\nx\nFrom \ny\n", "A: 1\n\nx\nFrom \ny\n|" },
  { "From \nA: 1\n\n>From \n\n>>From \r\n", "A: 1\n\nFrom \n\n>From \r\n|" },
  { "From \nA: 1\n\nFrom\n\nFrom\r\nx\n", "A: 1\n\nFrom\n\nFrom\r\nx\n|" },
  { "From \nA: 1\n\nFrom here on\n\nFrom -\n", "A: 1\n\nFrom here on\n\nFrom -\n|" },
  { "From \nA: 1\n\nx\n\nFrom ", "A: 1\n\nx\n\nFrom |" },
  /* mboxrd and mboxo: one mark goes */
  { FROM "A: 1\n\n>From x\n>>From y\n> From z\n", "A: 1\n\nFrom x\n>From y\n> From z\n|" },
  /* line ends of another system stay */
  { "From a Thu Nov 20 10:20:00 2025\r\nA: 1\r\nStatus: RO\r\n\r\nx\r\n\r\nFrom b Thu Nov 20 10:21:00 2025\r\nB: "
    "2\r\n\r\n",
    "A: 1\r\n\r\nx\r\n|B: 2\r\n|" },
  /* status fields are the mbox's, with their continuation; in the body they are text */
  { FROM
    "X-Mozilla-Status: 0001\nX-Mozilla-Status2: 00800000\nX-Mozilla-Keys:    \n \n\tx\nA: 1\n b\nSTATUS: RO\nX-Status: "
    "A\n"
    "X-Keywords:\nX-UID: 7\nContent-Length: 4\nLines: 1\nX-IMAPbase: 1 2\nX-Evolution: 0\nStatusx: 1\n\nStatus: x\n",
    "A: 1\n b\nStatusx: 1\n\nStatus: x\n|" },
  /* nothing but status fields */
  { FROM "Status: O\n\n" FROM "Status: O\n\nx\n", "|\nx\n|" },
  /* a message cut off in its header, in its separator */
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\nSubj", "A: 1\n\nx\n|B: 2\nSubj|" },
  { FROM "A: 1\n\nx\n\nFrom b Thu Nov 20 10:2", "A: 1\n\nx\n\nFrom b Thu Nov 20 10:2|" },
  /* twins */
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n\n" FROM "Status: RO\nA: 1\n\nx\n", "A: 1\n\nx\n|B: 2\n\ny\n|A: 1\n\nx\n|" },
};

static void messages_are_listed_where_they_stand(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(contents); i++) {
    g_autofree char *path = rig_file("contents", contents[i].text, -1);
    g_autoptr(Box) box = mbox_box_new(path);
    rig_expect(box, contents[i].want);
    rig_expect(box, contents[i].want);
    for (guint n = 0, where = 0; n < box->items->len; n++) {
      assert_int_equal(box_item(box, n)->where, where);
      where += box_item(box, n)->length;
      if (n + 1 == box->items->len) assert_int_equal(where, strlen(contents[i].text));
    }
  }
}

static const struct {
  const char *from, *zone;
  gint64 want;
} dates[] = {
  { "From me@example.org Thu Nov 20 21:28:48 2025\n", "UTC", 1763674128 },
  { "From me@example.org Thu Nov 20 21:28:48 2025\n", "Etc/GMT-1", 1763670528 },
  { "From - Thu Nov 20 21:28:48 2025\r\n", "UTC", 1763674128 },
  { "From - Sat Nov  1 01:02:03 2025\n", "UTC", 1761958923 },
  { "From me Thu Nov 20 21:28:48 2025 +0100\n", "UTC", 1763670528 },
  { "From me Thu Nov 20 21:28:48 -0130 2025\n", "Etc/GMT-1", 1763679528 },
  { "From me Thu Nov 20 21:28:48 GMT 2025\n", "Etc/GMT-1", 1763674128 },
  { "From me Thu Nov 20 21:28:48 MET 2025\n", "Etc/GMT-1", 1763670528 },
  { "From me Thu Nov 20 21:28 2025\n", "UTC", 1763674080 },
  { "From me Thu, 20 Nov 2025 21:28:48\n", "UTC", 0 },
  { "From \"10:20 x\" Thu Nov 20 21:28:48 2025\n", "UTC", 1763674128 },
  { "From me 10:20 2025\n", "UTC", 0 },
  { "From me Thu Foo 20 21:28:48 2025\n", "UTC", 0 },
  { "From 21:28:48\n", "UTC", 0 },
  { "From \n", "UTC", 0 },
  { "From \r\n", "Etc/GMT-1", 0 },
};

static void a_separator_tells_when_a_message_came(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(dates); i++) {
    g_setenv("TZ", dates[i].zone, TRUE);
    tzset();
    g_autofree char *text = g_strconcat(dates[i].from, "A: 1\n", NULL);
    g_autofree char *path = rig_file("dates", text, -1);
    g_autoptr(Box) box = mbox_box_new(path);
    rig_list(box);
    assert_int_equal(box->items->len, 1);
    assert_int_equal(box_item(box, 0)->stored, dates[i].want);
  }
  g_setenv("TZ", "UTC", TRUE);
  tzset();
}

static const struct {
  const char *field;
  gboolean want;
} deleted[] = {
  { "Status: RO\n", FALSE },
  { "Status: ROD\n", TRUE },
  { "X-Status: D\n", TRUE },
  { "X-Mozilla-Status: 0009\n", TRUE },
  { "X-Mozilla-Status: 1001\n", FALSE },
  { "x-mozilla-status: 0008\n", TRUE },
  { "Subject: D\n", FALSE },
  { "X-Mozilla-Status2: 00000008\n", FALSE },
};

static void what_a_mail_program_marked_as_deleted_is_told(void **state)
{
  gint64 key = 0;
  for (guint i = 0; i < G_N_ELEMENTS(deleted); i++) {
    g_autofree char *text = g_strconcat(FROM "A: 1\n", deleted[i].field, "\nx\n", NULL);
    g_autofree char *path = rig_file("deleted", text, -1);
    g_autoptr(Box) box = mbox_box_new(path);
    rig_list(box);
    assert_int_equal(box->items->len, 1);
    assert_int_equal(box_item(box, 0)->deleted, deleted[i].want);
    if (strncmp(deleted[i].field, "Subject", 7) == 0) continue;
    if (key == 0) key = box_item(box, 0)->key;
    assert_int_equal(box_item(box, 0)->key, key);
  }
}

/* A line longer than any buffer, and octets that no text has. */
static void lines_of_any_length_and_octets_of_any_value_come_through(void **state)
{
  g_autoptr(GString) text = g_string_new(FROM "A: 1\n\n");
  for (guint i = 0; i < 700000; i++) g_string_append_c(text, i % 1000 == 5 ? '\0' : (char)('a' + i % 26));
  g_string_append(text, "\n\n");
  gsize end = text->len;
  g_string_append(text, FROM "B: 2\n\ny\n");
  g_autofree char *path = rig_file("octets", text->str, (gssize)text->len);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  assert_int_equal(box->items->len, 2);
  assert_int_equal(box_item(box, 1)->where, end);
  g_autoptr(GBytes) bytes = rig_read(box, 0, BOX_MESSAGE, G_MAXUINT32, NULL);
  gsize length, from = strlen(FROM);
  const char *got = g_bytes_get_data(bytes, &length);
  assert_int_equal(length, end - from - 1);
  assert_memory_equal(got, text->str + from, length);
  int fd = rig_spool("", 0);
  assert_true(box->class->fetch(box, 0, fd, NULL));
  g_autofree char *copy = g_malloc(length + 1);
  assert_int_equal(pread(fd, copy, length + 1, 0), length);
  assert_memory_equal(copy, got, length);
  close(fd);
}

static const struct {
  BoxPart part;
  gsize limit;
  const char *want;
} parts[] = {
  { BOX_HEADER, 100, "A: 1\nB: 2\n" },
  { BOX_HEADER, 3, "A: " },
  { BOX_HEADER, 0, "" },
  { BOX_MESSAGE, 12, "A: 1\nB: 2\n\nF" },
  { BOX_MESSAGE, 100, "A: 1\nB: 2\n\nFrom x\n" },
};

static void header_and_whole_are_read_up_to_the_limit(void **state)
{
  g_autofree char *path = rig_file("parts", FROM "A: 1\nStatus: O\nB: 2\n\n>From x\n\n" FROM "C: 3\n", -1);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
    g_autoptr(GBytes) bytes = rig_read(box, 0, parts[i].part, parts[i].limit, NULL);
    assert_non_null(bytes);
    assert_int_equal(g_bytes_get_size(bytes), strlen(parts[i].want));
    if (parts[i].want[0] != '\0')
      assert_memory_equal(g_bytes_get_data(bytes, NULL), parts[i].want, strlen(parts[i].want));
  }
}

/* A header longer than what makes the key, and longer than what is read at once. */
static void a_long_header_comes_whole(void **state)
{
  g_autoptr(GString) text = g_string_new(FROM);
  for (guint i = 0; i < 4000; i++) g_string_append_printf(text, "X-Field-%u: the value of it\n", i);
  g_string_append(text, "Status: D\n\nbody\n");
  g_autofree char *path = rig_file("header", text->str, -1);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  assert_true(box_item(box, 0)->deleted);
  g_autoptr(GBytes) bytes = rig_read(box, 0, BOX_HEADER, G_MAXUINT32, NULL);
  assert_int_equal(g_bytes_get_size(bytes), text->len - strlen(FROM "Status: D\n\nbody\n"));
  g_autoptr(GBytes) start = rig_read(box, 0, BOX_MESSAGE, 70000, NULL);
  assert_int_equal(g_bytes_get_size(start), 70000);
}

/* What others do to the file between list() and read(): what is given is the message that was listed, or nothing. */
static const struct {
  const char *before, *after;
  const char *want; /* of the second message; NULL: MESSAGE */
} changes[] = {
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n", FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n\n" FROM "C: 3\n", "B: 2\n\ny\n" },
  { FROM "X-Mozilla-Status: 0000\nA: 1\n\nx\n\n" FROM "X-Mozilla-Status: 0000\nB: 2\n\ny\n",
    FROM "X-Mozilla-Status: 0009\nA: 1\n\nx\n\n" FROM "X-Mozilla-Status: 0001\nB: 2\n\ny\n", "B: 2\n\ny\n" },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n", FROM "A: 1\n\nx\n\n" FROM "B: 2\nStatus: RO\n\ny\n", "B: 2\n\ny\n" },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n", FROM "A: 1\n\nx\n\n" FROM "C: 2\n\ny\n", NULL },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n", FROM "A: 1\nStatus: RO\n\nx\n\n" FROM "B: 2\n\ny\n", NULL },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n", FROM "A: 1\n\nx\n\n" FROM "B: 2\n\nyy\n", NULL },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n", FROM "A: 1\n\nx\n\n" FROM "B: 2\n\n", NULL },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n", FROM "A: 1\n\nxx\n" FROM "B: 2\n\ny\n", NULL },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n", FROM "B: 2\n\ny\n", NULL },
  { "From \nA: 1\n\nx\n\nFrom \nB: 2\n\ny\n", "From \nA: 1\n\nx\n\nFrom \nB: 2\n\ny\n\nFrom \nC: 3\n", "B: 2\n\ny\n" },
  { "From \r\nA: 1\n\nx\n\nFrom \r\nB: 2\n\ny\n", "From \r\nA: 1\n\nx\n\nFrom \r\nStatus: RO\nB: 2\n\ny\n",
    "B: 2\n\ny\n" },
  { "From \nA: 1\n\nx\n\nFrom \nB: 2\n\ny\n", "From \nA: 1\n\nxx\nFrom \nB: 2\n\ny\n", NULL },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n", "", NULL },
};

static void a_change_within_a_message_is_seen_before_it_is_read_or_taken(void **state)
{
  for (guint i = 0; i < 2 * G_N_ELEMENTS(changes); i++) {
    const char *want = changes[i / 2].want;
    g_autoptr(GError) error = NULL;
    g_autofree char *path = rig_file("changes", changes[i / 2].before, -1);
    g_autoptr(Box) box = mbox_box_new(path);
    rig_list(box);
    assert_int_equal(box->items->len, 2);
    g_autofree char *again = rig_file("changes", changes[i / 2].after, -1);
    g_autoptr(GBytes) bytes = rig_read(box, 1, i % 2 == 0 ? BOX_MESSAGE : BOX_HEADER, 1000, &error);
    assert_int_equal(bytes != NULL, want != NULL);
    if (want == NULL) assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
    if (want != NULL && i % 2 == 0) assert_memory_equal(g_bytes_get_data(bytes, NULL), want, strlen(want));
    int fd = rig_spool("", 0);
    assert_int_equal(box->class->fetch(box, 1, fd, NULL), want != NULL);
    close(fd);
  }
}

/* Any text: what list() finds must lie end to end, be what the reader of local files finds, and be found by read(). */
static gboolean add_message(GBytes *message, gpointer data)
{
  g_ptr_array_add(data, g_bytes_ref(message));
  return TRUE;
}

static void expect_item(Box *box, guint item, GBytes *want)
{
  g_autoptr(GBytes) whole = rig_read(box, item, BOX_MESSAGE, G_MAXUINT32, NULL);
  g_autoptr(GBytes) start = rig_read(box, item, BOX_MESSAGE, 7, NULL),
                    head = rig_read(box, item, BOX_HEADER, 100, NULL);
  assert_non_null(whole);
  assert_non_null(start);
  assert_non_null(head);
  assert_true(g_bytes_equal(whole, want));
  assert_int_equal(g_bytes_get_size(whole), box_item(box, item)->size);
  assert_int_equal(g_bytes_get_size(start), MIN(g_bytes_get_size(whole), 7));
}

static void any_text_is_split_into_messages_that_add_up_to_it(void **state)
{
  static const char *const scraps[] = {
    "From a 10:20\n", "From b 10:20\r\n", "\n",     "\n",          "\r\n",  "\r", "x",
    "From ",          ">From x\n",        "A: 1\n", "\n\nFrom 1 ", "10:20", ">>", "\n\n",
    "From \n",        "\n\nFrom \r\n",    " "
  };
  for (guint32 seed = 0; seed < 1000; seed++) {
    g_autoptr(GRand) chance = g_rand_new_with_seed(seed);
    g_autoptr(GString) text = g_string_new("From ");
    for (gint n = g_rand_int_range(chance, 0, 40); n > 0; n--)
      g_string_append(text, scraps[g_rand_int_range(chance, 0, G_N_ELEMENTS(scraps))]);
    g_autofree char *path = rig_file("any-text", text->str, -1);
    g_autoptr(GPtrArray) want = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    assert_true(mail_files_each(path, G_MAXINT, add_message, want, NULL));
    g_autoptr(Box) box = mbox_box_new(path);
    rig_list(box);
    assert_int_equal(box->items->len, want->len);
    guint64 where = 0;
    for (guint i = 0; i < want->len; i++) {
      assert_int_equal(box_item(box, i)->where, where);
      where += box_item(box, i)->length;
      expect_item(box, i, want->pdata[i]);
    }
    assert_int_equal(where, text->len);
  }
}

int main(void)
{
  g_setenv("TZ", "UTC", TRUE);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(messages_are_listed_where_they_stand),
    cmocka_unit_test(a_separator_tells_when_a_message_came),
    cmocka_unit_test(what_a_mail_program_marked_as_deleted_is_told),
    cmocka_unit_test(lines_of_any_length_and_octets_of_any_value_come_through),
    cmocka_unit_test(header_and_whole_are_read_up_to_the_limit),
    cmocka_unit_test(a_long_header_comes_whole),
    cmocka_unit_test(a_change_within_a_message_is_seen_before_it_is_read_or_taken),
    cmocka_unit_test(any_text_is_split_into_messages_that_add_up_to_it),
  };
  return cmocka_run_group_tests(tests, rig_set_up, rig_tear_down);
}
