/* test_change.c - changes to an mbox: what is put, carried, removed, and what a full disk makes of it
 * Owns:     nothing; the folder is the rig's.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/mbox/mbox.c, mbox_write.c, mbox_rewrite.c */
#include "tests/rigs/mbox_rig.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#define ABC FROM "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n\n" FROM "C: 3\n\nz\n\n"
#define BARE "From \nA: 1\n\nx\n\nFrom \r\nB: 2\r\n\r\ny\r\n\r\n" FROM "C: 3\n\nz\n\nFrom \nD: 4\n\n"
#define PUT_DATE " Thu Nov 20 21:28:48 +0000 2025\n"

static const struct {
  const char *before, *message;
  const char *after; /* what is added */
  const char *given; /* what the box gives of it; NULL: the message */
} puts_[] = {
  { "", "A: 1\n\nx\n", "From MAILER-DAEMON" PUT_DATE "A: 1\n\nx\n\n", NULL },
  { "", "Return-Path: <me@example.org>\nA: 1\n\nx\n",
    "From me@example.org" PUT_DATE "Return-Path: <me@example.org>\nA: 1\n\nx\n\n", NULL },
  { "", "Return-Path: <>\n\n", "From MAILER-DAEMON" PUT_DATE "Return-Path: <>\n\n\n", NULL },
  { "", "Return-Path: <a b>\n\n", "From MAILER-DAEMON" PUT_DATE "Return-Path: <a b>\n\n\n", NULL },
  { "", "A: 1\n\nReturn-Path: <no>\n", "From MAILER-DAEMON" PUT_DATE "A: 1\n\nReturn-Path: <no>\n\n", NULL },
  /* quoted, at the start too, and unquoted again */
  { "", "From x 10:20\nA: 1\n\nFrom y 10:20\n>From z\n>> From\nFro",
    "From MAILER-DAEMON" PUT_DATE ">From x 10:20\nA: 1\n\n>From y 10:20\n>>From z\n>> From\nFro\n\n",
    "From x 10:20\nA: 1\n\nFrom y 10:20\n>From z\n>> From\nFro\n" },
  { "", "From \nA: 1\n\nFrom \r\n\nFrom \n>From \nFrom",
    "From MAILER-DAEMON" PUT_DATE ">From \nA: 1\n\n>From \r\n\n>From \n>>From \nFrom\n\n",
    "From \nA: 1\n\nFrom \r\n\nFrom \n>From \nFrom\n" },
  { "", "A: 1\n\nFrom ", "From MAILER-DAEMON" PUT_DATE "A: 1\n\n>From \n\n", "A: 1\n\nFrom \n" },
  { "", "A: 1\n\nx\n\n\n", "From MAILER-DAEMON" PUT_DATE "A: 1\n\nx\n\n\n\n", NULL },
  { "", "A: 1\r\n\r\nx\r\n", "From MAILER-DAEMON" PUT_DATE "A: 1\r\n\r\nx\r\n\n", NULL },
  { "", "", "From MAILER-DAEMON" PUT_DATE "\n", NULL },
  /* what was there is ended first */
  { FROM "Z: 1\n\nx", "A: 1\n", "\n\nFrom MAILER-DAEMON" PUT_DATE "A: 1\n\n", NULL },
  { FROM "Z: 1\n\nx\n", "A: 1\n", "\nFrom MAILER-DAEMON" PUT_DATE "A: 1\n\n", NULL },
  { FROM "Z: 1\n\nx\n\n", "A: 1\n", "From MAILER-DAEMON" PUT_DATE "A: 1\n\n", NULL },
  { FROM "Z: 1\r\n\r\nx\r\n", "A: 1\n", "\r\nFrom MAILER-DAEMON" PUT_DATE "A: 1\n\n", NULL },
  { FROM "Z: 1\r\n\r\nx\r\n\r\n", "A: 1\n", "From MAILER-DAEMON" PUT_DATE "A: 1\n\n", NULL },
  /* a message's own status fields are kept, and taken for the mbox's */
  { "", "A: 1\nStatus: RO\n\nx\n", "From MAILER-DAEMON" PUT_DATE "A: 1\nStatus: RO\n\nx\n\n", "A: 1\n\nx\n" },
};

static void a_message_is_put_so_that_it_comes_back_as_it_was(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(puts_); i++) {
    g_autofree char *path = rig_file("put", puts_[i].before, -1);
    g_autofree char *want = g_strconcat(puts_[i].before, puts_[i].after, NULL);
    const char *given = puts_[i].given != NULL ? puts_[i].given : puts_[i].message;
    g_autoptr(Box) box = mbox_box_new(path);
    rig_list(box);
    int fd = rig_spool(puts_[i].message, -1);
    BoxItem like = { .stored = 1763674128 };
    gint64 key = 0;
    assert_true(box->class->put(box, fd, &like, &key, NULL));
    close(fd);
    rig_expect_file(path, want, -1);
    rig_list(box);
    guint last = box->items->len - 1;
    assert_int_equal(box_item(box, last)->key, key);
    assert_int_equal(box_item(box, last)->stored, 1763674128);
    g_autoptr(GBytes) bytes = rig_read(box, last, BOX_MESSAGE, 1000, NULL);
    assert_int_equal(g_bytes_get_size(bytes), strlen(given));
    if (given[0] != '\0') assert_memory_equal(g_bytes_get_data(bytes, NULL), given, strlen(given));
  }
}

static void a_message_without_a_time_is_put_with_the_present_one(void **state)
{
  g_autofree char *path = rig_file("put-now", "", -1), *lock = rig_path("put-now.lock");
  g_autoptr(Box) box = mbox_box_new(path);
  int fd = rig_spool("A: 1\n", -1);
  BoxItem like = { 0 };
  gint64 key, before = time(NULL);
  assert_true(box->class->put(box, fd, &like, &key, NULL));
  close(fd);
  rig_list(box);
  assert_in_range(box_item(box, 0)->stored, before, time(NULL));
  assert_false(g_file_test(lock, G_FILE_TEST_EXISTS));
}

static const struct {
  const char *before;
  guint items[3], n;
  const char *after;
} removals[] = {
  { ABC, { 0 }, 1, FROM "B: 2\n\ny\n\n" FROM "C: 3\n\nz\n\n" },
  { ABC, { 2, 0 }, 2, FROM "B: 2\n\ny\n\n" },
  { ABC, { 1, 1 }, 2, FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n" },
  { ABC, { 0, 1, 2 }, 3, "" },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\nno end", { 0 }, 1, FROM "B: 2\n\nno end" },
  { FROM "A: 1\n\nx\n\n" FROM "B: 2\n\nno end", { 1 }, 1, FROM "A: 1\n\nx\n\n" },
  { FROM "A: 1\r\n\r\nx\r\n\r\n" FROM "B: 2\r\n", { 0 }, 1, FROM "B: 2\r\n" },
  { ABC, { 0 }, 0, ABC },
  /* bare separators stay as they are */
  { BARE, { 0 }, 1, "From \r\nB: 2\r\n\r\ny\r\n\r\n" FROM "C: 3\n\nz\n\nFrom \nD: 4\n\n" },
  { BARE, { 1 }, 1, "From \nA: 1\n\nx\n\n" FROM "C: 3\n\nz\n\nFrom \nD: 4\n\n" },
  { BARE, { 3, 2 }, 2, "From \nA: 1\n\nx\n\nFrom \r\nB: 2\r\n\r\ny\r\n\r\n" },
};

static void messages_are_removed_and_the_others_stay_to_the_octet(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(removals); i++) {
    g_autofree char *path = rig_file("remove", removals[i].before, -1);
    g_autofree char *lock = rig_path("remove.lock"), *hidden = rig_path(".remove.backstop");
    struct stat status;
    assert_int_equal(chmod(path, 0640), 0);
    assert_true(g_file_set_contents(hidden, "left by one that was killed", -1, NULL));
    g_autoptr(Box) box = mbox_box_new(path);
    rig_list(box);
    for (guint again = 0; again < 2; again++) /* gone is no error */
      assert_true(box->class->remove(box, removals[i].items, removals[i].n, NULL));
    rig_expect_file(path, removals[i].after, -1);
    assert_int_equal(stat(path, &status), 0);
    assert_int_equal(status.st_mode & 07777, 0640);
    assert_false(g_file_test(lock, G_FILE_TEST_EXISTS));
    if (removals[i].n > 0) assert_false(g_file_test(hidden, G_FILE_TEST_EXISTS));
  }
}

/* Items that were not removed can be used without a new listing; one that was is gone. */
static void what_was_not_removed_can_be_read_without_a_new_listing(void **state)
{
  g_autofree char *path = rig_file("remove-read", ABC, -1);
  g_autoptr(Box) box = mbox_box_new(path);
  rig_list(box);
  const guint second = 1;
  assert_true(box->class->remove(box, &second, 1, NULL));
  g_autoptr(GError) error = NULL;
  assert_null(rig_read(box, 1, BOX_MESSAGE, 100, &error));
  assert_null(error);
  g_autoptr(GBytes) third = rig_read(box, 2, BOX_MESSAGE, 100, &error);
  assert_null(error);
  assert_memory_equal(g_bytes_get_data(third, NULL), "C: 3\n\nz\n", 8);
  rig_expect(box, "A: 1\n\nx\n|C: 3\n\nz\n|");
}

/* What others did between list() and remove() of the second message. */
static const struct {
  const char *now;
  const char *after;
} meanwhile[] = {
  { FROM "Status: RO\nA: 1\n\nx\n\n" FROM "Status: RO\nB: 2\n\ny\n\n" FROM "C: 3\n\nz\n\n",
    FROM "Status: RO\nA: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n" },
  { FROM "B: 2\nX-Status: D\n\ny\n\n" FROM "C: 3\n\nz\n\n", FROM "C: 3\n\nz\n\n" },
  { FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n", FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n" },
  { ABC FROM "D: 4\n", FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n" FROM "D: 4\n" },
  { FROM "B: 2\n\ny\n\n" ABC, FROM "B: 2\n\ny\n\n" FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n" }, /* a twin came */
  { "", "" },
};

static void what_changed_since_the_listing_is_respected_by_a_removal(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(meanwhile); i++) {
    g_autofree char *path = rig_file("meanwhile", ABC, -1);
    g_autoptr(Box) box = mbox_box_new(path);
    g_autoptr(GError) error = NULL;
    rig_list(box);
    g_autofree char *again = rig_file("meanwhile", meanwhile[i].now, -1);
    const guint second = 1;
    gboolean good = box->class->remove(box, &second, 1, &error);
    if (!good) fail_msg("row %u: %s", i, error->message);
    rig_expect_file(path, meanwhile[i].after, -1);
  }
}

static void messages_are_carried_from_mbox_to_mbox_as_they_stand(void **state)
{
  static const char first[] = "From - Thu Nov 20 21:28:48 2025\nX-Mozilla-Status: 0001\nA: 1\n\n>From x\n>>From y\n\n";
  static const char third[] = "From c Thu Nov 20 21:28:48 2025\nStatus: RO\nC: 3\n\nno end";
  g_autofree char *before = g_strconcat(first, FROM "B: 2\n\n", third, NULL);
  g_autofree char *path = rig_file("carry", before, -1), *to_path = rig_file("carry-to", FROM "Z: 0\n\nz", -1);
  g_autofree char *want = g_strconcat(FROM "Z: 0\n\nz\n\n", first, third, "\n\n", NULL);
  g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(to_path);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  gboolean at_once = TRUE;
  rig_list(box);
  assert_true(box->class->carry(box, NULL, 0, to, moved, &at_once, NULL));
  assert_false(at_once);
  const guint items[] = { 2, 0 };
  assert_true(box->class->carry(box, items, 2, to, moved, &at_once, NULL));
  rig_expect_file(path, FROM "B: 2\n\n", -1);
  rig_expect_file(to_path, want, -1);
  assert_int_equal(moved->len, 2);
  rig_expect(to, "Z: 0\n\nz\n|A: 1\n\nFrom x\n>From y\n|C: 3\n\nno end\n|");
  for (guint i = 0; i < 2; i++) {
    assert_int_equal(g_array_index(moved, BoxMove, i).item, 2 * i);
    assert_int_equal(g_array_index(moved, BoxMove, i).key, box_item(to, i + 1)->key);
  }
  /* carried again: gone, no error, no move */
  g_array_set_size(moved, 0);
  assert_true(box->class->carry(box, items, 2, to, moved, &at_once, NULL));
  assert_int_equal(moved->len, 0);
  rig_expect_file(to_path, want, -1);
}

/* Bare separators go over as they are, that of the file's first line as well, and are ones there. */
static void bare_separators_are_carried_as_they_are(void **state)
{
  g_autofree char *path = rig_file("bare", BARE, -1), *to_path = rig_file("bare-to", "From \r\nZ: 0\r\n\r\nz\r\n", -1);
  g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(to_path);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  gboolean at_once;
  rig_list(box);
  assert_int_equal(box->items->len, 4);
  for (guint i = 0; i < 4; i++) assert_int_equal(box_item(box, i)->stored != 0, i == 2);
  const guint items[] = { 0, 1, 3 };
  assert_true(box->class->carry(box, items, 3, to, moved, &at_once, NULL));
  rig_expect_file(path, FROM "C: 3\n\nz\n\n", -1);
  rig_expect_file(to_path,
                  "From \r\nZ: 0\r\n\r\nz\r\n\r\n"
                  "From \nA: 1\n\nx\n\nFrom \r\nB: 2\r\n\r\ny\r\n\r\nFrom \nD: 4\n\n",
                  -1);
  rig_expect(to, "Z: 0\r\n\r\nz\r\n|A: 1\n\nx\n|B: 2\r\n\r\ny\r\n|D: 4\n|");
  assert_int_equal(moved->len, 3);
  for (guint i = 0; i < 3; i++) assert_int_equal(g_array_index(moved, BoxMove, i).key, box_item(to, i + 1)->key);
}

/* A first line that would be no separator elsewhere, or a last one that would be: there is no shorter way. */
static void a_message_whose_lines_would_read_differently_there_is_not_carried(void **state)
{
  static const char *const rows[] = { "From me\nA: 1\n\nx\n", "From \nA: 1\n\nx\n\nFrom ",
                                      "From \nA: 1\n\nx\n\nFrom \r" };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *path = rig_file("no", rows[i], -1), *to_path = rig_file("no-to", FROM "Z: 0\n", -1);
    g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(to_path);
    g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
    g_autoptr(GError) error = NULL;
    gboolean at_once;
    rig_list(box);
    assert_int_equal(box->items->len, 1);
    const guint first = 0;
    assert_false(box->class->carry(box, &first, 1, to, moved, &at_once, &error));
    assert_null(error);
    rig_expect_file(to_path, FROM "Z: 0\n", -1);
    rig_expect_file(path, rows[i], -1);
  }
}

static void a_message_is_not_carried_to_its_own_file_or_to_none(void **state)
{
  g_autofree char *path = rig_file("same", ABC, -1), *link_path = rig_path("same-link"),
                  *absent = rig_path("no-target");
  assert_int_equal(symlink(path, link_path), 0);
  const char *const targets[] = { path, link_path, absent };
  g_autoptr(Box) box = mbox_box_new(path);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  gboolean at_once;
  rig_list(box);
  const guint first = 0;
  for (guint i = 0; i < G_N_ELEMENTS(targets); i++) {
    g_autoptr(GError) error = NULL;
    g_autoptr(Box) to = mbox_box_new(targets[i]);
    assert_false(box->class->carry(box, &first, 1, to, moved, &at_once, &error));
    assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  }
  rig_expect_file(path, ABC, -1);
  assert_int_equal(moved->len, 0);
}

/* The link stays one; the file it leads to is rewritten. */
static void a_symbolic_link_stays_and_its_file_is_rewritten(void **state)
{
  g_autofree char *path = rig_file("real/mbox", ABC, -1), *link_path = rig_path("link");
  assert_int_equal(symlink(path, link_path), 0);
  g_autoptr(Box) box = mbox_box_new(link_path);
  rig_list(box);
  const guint items[] = { 0, 2 };
  assert_true(box->class->remove(box, items, 2, NULL));
  assert_true(g_file_test(link_path, G_FILE_TEST_IS_SYMLINK));
  rig_expect_file(path, FROM "B: 2\n\ny\n\n", -1);
}

typedef enum { DO_REMOVE, DO_CARRY, DO_PUT, DO_N } Do;

/* A full disk, at every place: all or nothing. */
static void a_full_disk_at_any_place_changes_all_or_nothing(void **state)
{
  g_autofree char *body = g_strnfill(3000, 'b'),
                  *big = g_strdup_printf(FROM "A: 1\n\n%s\n\n" FROM "B: 2\n\n%s\n\n", body, body);
  struct rlimit old, tight;
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
  signal(SIGXFSZ, SIG_IGN);
  for (rlim_t limit = 0; limit < 6200; limit += 620)
    for (Do what = 0; what < DO_N; what++) {
      const char *words = what == DO_REMOVE && limit > 100 ? "nothing was taken out" : "";
      g_autofree char *path = rig_file("full", big, -1), *other = rig_file("target", FROM "T: 1\n\nt", -1);
      g_autofree char *lock = rig_path("full.lock"), *hidden = rig_path(".full.backstop");
      g_autoptr(GError) error = NULL;
      g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(other);
      g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
      rig_list(box);
      int fd = rig_spool(body, -1);
      const guint second = 1;
      gboolean at_once, good;
      gint64 key;
      tight = old;
      tight.rlim_cur = limit;
      assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
      if (what == DO_REMOVE)
        good = box->class->remove(box, &second, 1, &error);
      else if (what == DO_CARRY)
        good = box->class->carry(box, &second, 1, to, moved, &at_once, &error);
      else
        good = to->class->put(to, fd, box_item(box, 0), &key, &error);
      assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
      close(fd);
      assert_int_equal(good, error == NULL);
      if (!good) {
        assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
        assert_non_null(strstr(error->message, words));
        rig_expect_file(path, big, -1);
        rig_expect_file(other, FROM "T: 1\n\nt", -1);
      }
      if (limit > 3200) assert_true(good);
      if (limit < 3000) assert_false(good);
      assert_false(g_file_test(lock, G_FILE_TEST_EXISTS));
      assert_false(g_file_test(hidden, G_FILE_TEST_EXISTS));
    }
}

/* Any mbox, any part of it carried, then any part removed: everything else keeps its octets and its order. */
static void add_any(GRand *chance, GPtrArray *messages)
{
  static const char *const lines[] = { "x",      "",       "\r",        ">From a 10:20", "From here on",
                                       ">>From", "From x", "Status: D", "A: 1 10:20",    "\t",
                                       ".",      ">From ", "From" };
  static const char *const separators[] = { FROM, "From \n", "From \r\n" };
  GString *text = g_string_new(separators[g_rand_int_range(chance, 0, G_N_ELEMENTS(separators))]);
  if (g_rand_boolean(chance)) g_string_append(text, "X-Mozilla-Status: 0001\n");
  g_string_append_printf(text, "Message-ID: <%u@x>\n", messages->len);
  if (g_rand_boolean(chance)) g_string_append(text, "Status: RO\n");
  g_string_append_c(text, '\n');
  for (gint n = g_rand_int_range(chance, 0, 12); n > 0; n--)
    g_string_append_printf(text, "%s\n", lines[g_rand_int_range(chance, 0, G_N_ELEMENTS(lines))]);
  g_string_append_c(text, '\n');
  g_ptr_array_add(messages, g_string_free(text, FALSE));
}

/* Any of the items that are left; their octets are appended to `gone`. */
static GArray *choose(GRand *chance, GPtrArray *messages, gboolean *left, GString *gone)
{
  GArray *chosen = g_array_new(FALSE, FALSE, sizeof(guint));
  for (guint i = 0; i < messages->len; i++) {
    if (!left[i] || g_rand_int_range(chance, 0, 3) > 0) continue;
    g_array_append_val(chosen, i);
    left[i] = FALSE;
    g_string_append(gone, messages->pdata[i]);
  }
  return chosen;
}

static void expect_left(const char *path, const GPtrArray *messages, const gboolean *left)
{
  g_autoptr(GString) want = g_string_new(NULL);
  for (guint i = 0; i < messages->len; i++)
    if (left[i]) g_string_append(want, messages->pdata[i]);
  rig_expect_file(path, want->str, (gssize)want->len);
}

static void any_messages_are_removed_and_carried_to_the_octet(void **state)
{
  for (guint32 seed = 0; seed < 60; seed++) {
    g_autoptr(GRand) chance = g_rand_new_with_seed(seed);
    g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func(g_free);
    for (gint n = g_rand_int_range(chance, 1, 40); n > 0; n--) add_any(chance, messages);
    g_autoptr(GString) whole = g_string_new(NULL), carried = g_string_new(NULL), removed = g_string_new(NULL);
    g_autofree gboolean *left = g_new(gboolean, messages->len);
    for (guint i = 0; i < messages->len; i++) {
      g_string_append(whole, messages->pdata[i]);
      left[i] = TRUE;
    }
    g_autofree char *path = rig_file("any", whole->str, -1), *other = rig_file("any-target", "", 0);
    g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(other);
    g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
    gboolean at_once;
    rig_list(box);
    assert_int_equal(box->items->len, messages->len);
    g_autoptr(GArray) first = choose(chance, messages, left, carried);
    assert_true(box->class->carry(box, (void *)first->data, first->len, to, moved, &at_once, NULL));
    assert_int_equal(moved->len, first->len);
    expect_left(path, messages, left);
    rig_expect_file(other, carried->str, (gssize)carried->len);
    rig_list(to);
    for (guint i = 0; i < moved->len; i++) assert_int_equal(g_array_index(moved, BoxMove, i).key, box_item(to, i)->key);
    g_autoptr(GArray) second = choose(chance, messages, left, removed);
    assert_true(box->class->remove(box, (void *)second->data, second->len, NULL));
    expect_left(path, messages, left);
  }
}

/* A rewrite keeps the owner's attributes and the access list: u::rw- u:65534:r-- g::--- m::r-- o::---. */
static void a_rewrite_keeps_the_attributes_and_the_access_list(void **state)
{
  static const guint8 list[] = { 2, 0,   0,   0,   1,   0,   6,  0, 255, 255, 255, 255, 2,   0,  4,
                                 0, 254, 255, 0,   0,   4,   0,  0, 0,   255, 255, 255, 255, 16, 0,
                                 4, 0,   255, 255, 255, 255, 32, 0, 0,   0,   255, 255, 255, 255 };
  static const char acl[] = "system.posix_acl_access", own[] = "user.backstop-test", many[] = "a\0long value";
  g_autofree char *path = rig_file("attributes", ABC, -1);
  char got[100];
  struct stat status;
  if (setxattr(path, own, many, sizeof many, 0) != 0 || setxattr(path, acl, list, sizeof list, 0) != 0) {
    print_message("# this file system has no such attributes: not tried\n");
    return;
  }
  g_autoptr(Box) box = mbox_box_new(path);
  const guint second = 1;
  rig_list(box);
  assert_true(box->class->remove(box, &second, 1, NULL));
  rig_expect_file(path, FROM "A: 1\n\nx\n\n" FROM "C: 3\n\nz\n\n", -1);
  assert_int_equal(getxattr(path, own, got, sizeof got), sizeof many);
  assert_memory_equal(got, many, sizeof many);
  assert_int_equal(getxattr(path, acl, got, sizeof got), sizeof list);
  assert_memory_equal(got, list, sizeof list);
  assert_int_equal(stat(path, &status), 0);
  assert_int_equal(status.st_mode & 07777, 0640);
}

int main(void)
{
  g_setenv("TZ", "Etc/GMT-5", TRUE);
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_rewrite_keeps_the_attributes_and_the_access_list),
    cmocka_unit_test(a_message_is_put_so_that_it_comes_back_as_it_was),
    cmocka_unit_test(a_message_without_a_time_is_put_with_the_present_one),
    cmocka_unit_test(messages_are_removed_and_the_others_stay_to_the_octet),
    cmocka_unit_test(what_was_not_removed_can_be_read_without_a_new_listing),
    cmocka_unit_test(what_changed_since_the_listing_is_respected_by_a_removal),
    cmocka_unit_test(messages_are_carried_from_mbox_to_mbox_as_they_stand),
    cmocka_unit_test(a_message_whose_lines_would_read_differently_there_is_not_carried),
    cmocka_unit_test(a_message_is_not_carried_to_its_own_file_or_to_none),
    cmocka_unit_test(a_symbolic_link_stays_and_its_file_is_rewritten),
    cmocka_unit_test(a_full_disk_at_any_place_changes_all_or_nothing),
    cmocka_unit_test(any_messages_are_removed_and_carried_to_the_octet),
    cmocka_unit_test(bare_separators_are_carried_as_they_are),
  };
  return cmocka_run_group_tests(tests, rig_set_up, rig_tear_down);
}
