/* test_box_store.c - a store made of boxes: numbers, moves between boxes of any kind, and removals that come late
 * Owns:     a folder under /tmp (the rig's), ledgers in memory.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/box/box_store.c, fetcher/box/shelf.c, fetcher/box/program_box.c */
#include "fetcher/box/box_store.h"
#include "ledger/account.h"
#include "ledger/configure.h"
#include "tests/rigs/mbox_rig.h"
#include <glib/gstdio.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

/* A box in memory, as POP3 is one: what is removed is there until commit(). */
typedef struct {
  Box base;
  GPtrArray *texts; /* "KEY-text" */
  guint session;
} LateBox;

static char *late_stamp(Box *box, GError **error) { return g_strdup_printf("%u", ((LateBox *)box)->session); }

static gboolean late_list(Box *box, GError **error)
{
  LateBox *late = (LateBox *)box;
  g_array_set_size(box->items, 0);
  for (guint i = 0; i < late->texts->len; i++) {
    const char *text = late->texts->pdata[i];
    BoxItem item = { .key = box_key(text, strcspn(text, "-")), .size = strlen(text), .where = i };
    g_array_append_val(box->items, item);
  }
  box_count_twins(box->items);
  return TRUE;
}

static gboolean late_read(Box *box, const guint *items, guint n, BoxPart part, gsize limit, BoxCallback callback,
                          gpointer data, GError **error)
{
  for (guint i = 0; i < n; i++) {
    const BoxItem *item = box_item(box, items[i]);
    const char *text = ((LateBox *)box)->texts->pdata[item->where];
    if (item->length != 0) continue; /* removed */
    if (strstr(text, "refused") != NULL) {
      g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "refused");
      return FALSE;
    }
    g_autoptr(GBytes) bytes = g_bytes_new(text, MIN(strlen(text), limit));
    callback(items[i], bytes, data);
  }
  return TRUE;
}

static gboolean late_fetch(Box *box, guint item, int fd, GError **error)
{
  const char *text = ((LateBox *)box)->texts->pdata[box_item(box, item)->where];
  if (strstr(text, "broken") != NULL) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_MESSAGE, "not whole");
    return FALSE;
  }
  return write(fd, text, strlen(text)) == (ssize_t)strlen(text);
}

static gboolean late_remove(Box *box, const guint *items, guint n, GError **error)
{
  for (guint i = 0; i < n; i++) g_array_index(box->items, BoxItem, items[i]).length = 1;
  return TRUE;
}

static gboolean late_commit(Box *box, GError **error)
{
  LateBox *late = (LateBox *)box;
  g_autoptr(GPtrArray) kept = g_ptr_array_new_with_free_func(g_free);
  for (guint i = 0; i < box->items->len; i++)
    if (box_item(box, i)->length == 0) g_ptr_array_add(kept, g_strdup(late->texts->pdata[box_item(box, i)->where]));
  g_ptr_array_unref(late->texts);
  late->texts = g_steal_pointer(&kept);
  late->session++;
  return TRUE;
}

static void late_free(Box *box)
{
  g_ptr_array_unref(((LateBox *)box)->texts);
  g_free(box);
}

static const BoxClass late_class = { .stamp = late_stamp,
                                     .list = late_list,
                                     .read = late_read,
                                     .fetch = late_fetch,
                                     .remove = late_remove,
                                     .commit = late_commit,
                                     .free = late_free };

static Box *late_new(const char *const *texts)
{
  LateBox *late = g_new0(LateBox, 1);
  box_init(&late->base, &late_class, "INBOX");
  late->base.removes_late = late->base.renumbers = TRUE;
  late->texts = g_ptr_array_new_with_free_func(g_free);
  for (; *texts != NULL; texts++) g_ptr_array_add(late->texts, g_strdup(*texts));
  return &late->base;
}

static Ledger *new_ledger(void)
{
  GError *error = NULL;
  const AccountSetup setup = { (char *)"home", (char *)"*" };
  Ledger *ledger = ledger_open(NULL, LEDGER_MEMORY, &error);
  assert_true(account_configure(ledger, &setup, 1, &error));
  return ledger;
}

static void put(const char *path, const char *part, const char *text)
{
  g_autofree char *file = g_build_filename(path, part, NULL);
  assert_true(g_file_set_contents(file, text, -1, NULL));
}

static char *maildir(const char *name)
{
  char *path = rig_path(name);
  g_autoptr(Box) box = maildir_box_new(path);
  assert_true(box->class->make(box, NULL));
  return path;
}

static FolderStatus open_folder(Store *store, const char *name)
{
  FolderStatus status;
  GError *error = NULL;
  if (!store->class->select(store, name, &status, &error)) fail_msg("%s", error->message);
  return status;
}

static void note(const ScanRow *row, gpointer data)
{
  GString *text = data;
  if (row->unreadable) {
    g_string_append_printf(text, "%u:unreadable ", row->uid);
    return;
  }
  const char *end = memchr(row->fields, '\n', row->length);
  int length = end != NULL ? (int)(end - row->fields) : (int)row->length;
  g_string_append_printf(text, "%u:%.*s ", row->uid, length, row->fields);
}

static gint by_word(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)a, *(char *const *)b); }

/* "1:A 2:B": UIDs and first header lines of the folder, sorted. */
static void expect(Store *store, const char *folder, const char *want)
{
  GError *error = NULL;
  g_autoptr(GString) got = g_string_new(NULL);
  open_folder(store, folder);
  if (!store->class->scan(store, 1, G_MAXUINT32, NULL, note, got, &error)) fail_msg("%s", error->message);
  g_auto(GStrv) words = g_strsplit(g_strstrip(got->str), " ", -1);
  qsort(words, g_strv_length(words), sizeof *words, by_word);
  g_autofree char *text = g_strjoinv(" ", words);
  assert_string_equal(text, want);
}

/* Numbers are given once, stay with their messages from store to store, and are never given again. */
static void a_number_is_given_once_and_stays_with_its_message(void **state)
{
  g_autofree char *path = maildir("numbers"), *a = g_build_filename(path, "new", "1.a", NULL),
                  *moved = g_build_filename(path, "cur", "1.a:2,S", NULL);
  g_autoptr(Ledger) ledger = new_ledger();
  put(path, "new/1.a", "A\n");
  put(path, "new/2.b", "B\n");
  guint32 validity = 0;
  for (guint round = 0; round < 3; round++) {
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    box_store_add(store, maildir_box_new(path), BOX_WATCHED);
    FolderStatus status = open_folder(store, path);
    assert_true(validity == 0 || status.validity == validity);
    validity = status.validity;
    if (round == 0) {
      expect(store, path, "1:A 2:B");
      put(path, "new/0.c", "C\n"); /* it comes later, whatever its name says */
      expect(store, path, "1:A 2:B 3:C");
      assert_int_equal(g_rename(a, moved), 0);
      expect(store, path, "1:A 2:B 3:C");
    } else if (round == 1) {
      expect(store, path, "1:A 2:B 3:C");
      assert_int_equal(g_unlink(moved), 0);
      expect(store, path, "2:B 3:C");
      status = open_folder(store, path);
      assert_int_equal(status.count, 2);
      assert_int_equal(status.next, 4);
    } else {
      put(path, "new/1.d", "D\n");
      expect(store, path, "2:B 3:C 4:D");
    }
  }
}

/* Which messages there are in a range, and which have a size. */
static void a_range_lists_its_messages_and_the_sizes_that_are_known(void **state)
{
  g_autofree char *path = maildir("ranges");
  GError *error = NULL;
  g_autoptr(Ledger) ledger = new_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, maildir_box_new(path), BOX_WATCHED);
  put(path, "new/1500000001.a", "A\n");
  put(path, "new/1500000002.b", "BB\n");
  put(path, "new/1500000003.c", "CC\n");
  open_folder(store, path);
  g_autoptr(GArray) some = store->class->present(store, 2, 9, &error);
  g_autoptr(GArray) all = store->class->present(store, 1, G_MAXUINT32, &error);
  assert_int_equal(some->len, 2);
  assert_int_equal(g_array_index(some, guint32, 0), 2);
  assert_int_equal(all->len, 3);
  g_autoptr(GArray) sized = store->class->find(store, "", 3, 0, &error);
  g_autoptr(GArray) late = store->class->find(store, "", 3, 1500000002 + 172801, &error);
  assert_int_equal(sized->len, 2);
  assert_int_equal(late->len, 1);
}

/* Every way from one kind of folder to another, and back. */
static void a_message_moves_from_every_kind_of_folder_to_every_other_and_back(void **state)
{
  static const struct {
    gboolean mbox, to_mbox, at_once;
  } rows[] = { { FALSE, FALSE, TRUE }, { FALSE, TRUE, FALSE }, { TRUE, FALSE, FALSE }, { TRUE, TRUE, FALSE } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *name = g_strdup_printf("from%u", i), *goal = g_strdup_printf("to%u", i), *to = rig_path(goal),
                    *from = NULL;
    GError *error = NULL;
    if (rows[i].mbox) {
      from = rig_file(name, FROM "A\n\na\n\n" FROM "B\n\nb\n\n" FROM "C\n\nc\n\n", -1);
    } else {
      from = maildir(name);
      put(from, "cur/1.a:2,S", "A\n\na\n");
      put(from, "cur/2.b:2,FS", "B\n\nb\n");
      put(from, "new/3.c", "C\n\nc\n");
    }
    g_autoptr(Ledger) ledger = new_ledger();
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    box_store_add(store, disk_box_new(from, FALSE), BOX_WATCHED);
    box_store_add(store, disk_box_new(to, rows[i].to_mbox), BOX_QUARANTINE);
    expect(store, from, "1:A 2:B 3:C");
    assert_int_equal((store->can & STORE_MOVES_AT_ONCE) != 0, rows[i].at_once && g_file_test(to, G_FILE_TEST_EXISTS));
    const guint32 uids[] = { 1, 3, 99 };
    g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
    g_autoptr(GArray) back = g_array_new(FALSE, TRUE, sizeof(UidPair));
    if (!store->class->move(store, uids, 3, to, pairs, &error)) fail_msg("%u: %s", i, error->message);
    assert_int_equal(pairs->len, 2);
    guint32 sum = 0;
    for (guint n = 0; n < 2; n++) {
      const UidPair *pair = &g_array_index(pairs, UidPair, n);
      assert_true(pair->from == 1 || pair->from == 3);
      assert_int_equal(pair->to, pair->from == 1 ? 1 : 2);
      sum += pair->to;
    }
    assert_int_equal(sum, 3);
    expect(store, from, "2:B");
    expect(store, to, "1:A 2:C");
    if (!store->class->sync(store, to, &error)) fail_msg("%s", error->message);
    const guint32 second = 2;
    assert_true(store->class->move(store, &second, 1, from, back, &error));
    assert_int_equal(g_array_index(back, UidPair, 0).to, 4);
    expect(store, to, "1:A");
    expect(store, from, "2:B 4:C");
    const guint32 first = 1;
    open_folder(store, to);
    assert_true(store->class->remove(store, &first, 1, &error));
    expect(store, to, "");
  }
}

/* What an mbox would give back as another message is not moved there: it stays, nothing of it lies in the mbox, and
 * those beside it are moved. */
static void what_an_mbox_would_give_back_changed_is_not_moved_there(void **state)
{
  static const char *const odd[] = { "B\nStatus: RO\n\nb\n", "B\nLines: 3\n\nb\n", "B\nContent-Length: 2\n\nb\n",
                                     "B\n\nno end" };
  for (guint i = 0; i < G_N_ELEMENTS(odd); i++) {
    g_autofree char *name = g_strdup_printf("odd%u", i), *goal = g_strdup_printf("odd%u.away", i),
                    *from = maildir(name), *to = rig_path(goal);
    GError *error = NULL;
    put(from, "new/1.a", "A\n\na\n");
    put(from, "new/2.b", odd[i]);
    put(from, "new/3.c", "C\n\nc\n");
    g_autoptr(Ledger) ledger = new_ledger();
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    box_store_add(store, maildir_box_new(from), BOX_WATCHED);
    box_store_add(store, mbox_box_new(to), BOX_QUARANTINE);
    open_folder(store, from);
    const guint32 uids[] = { 1, 2, 3 };
    g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
    gboolean moved = store->class->move(store, uids, 3, to, pairs, &error);
    if (moved) fail_msg("%s was moved", odd[i]);
    assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
    assert_non_null(strstr(error->message, "cannot hold"));
    g_clear_error(&error);
    expect(store, from, "2:B");
    open_folder(store, to);
    g_autoptr(GArray) there = store->class->present(store, 1, G_MAXUINT32, &error);
    assert_int_equal(there->len, 2);
    g_autofree char *file = g_build_filename(from, "new", "2.b", NULL);
    rig_expect_file(file, odd[i], -1);
  }
}

/* Twins have numbers of their own, in both folders; and the one that stays keeps its own. */
static void twins_have_numbers_of_their_own_in_both_folders(void **state)
{
  g_autofree char *from =
                      rig_file("twins", FROM "A\n\na\n\n" FROM "B\n\nb\n\n" FROM "A\n\na\n\n" FROM "A\n\na\n\n", -1),
                  *to = rig_path("twins.away");
  GError *error = NULL;
  g_autoptr(Ledger) ledger = new_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, mbox_box_new(from), BOX_WATCHED);
  box_store_add(store, mbox_box_new(to), BOX_QUARANTINE);
  expect(store, from, "1:A 2:B 3:A 4:A");
  const guint32 uids[] = { 1, 3 };
  g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
  assert_true(store->class->move(store, uids, 2, to, pairs, &error));
  assert_int_equal(pairs->len, 2);
  assert_int_not_equal(g_array_index(pairs, UidPair, 0).to, g_array_index(pairs, UidPair, 1).to);
  expect(store, to, "1:A 2:A");
  expect(store, from, "2:B 4:A");
}

/* What is moved out of a box that removes late is in both until commit(), and is looked at no more. */
static void what_a_box_removes_late_is_in_both_folders_until_commit(void **state)
{
  static const char *const texts[] = { "A-one", "B-two", "C-three", NULL };
  g_autofree char *to = rig_path("late");
  GError *error = NULL;
  g_autoptr(Ledger) ledger = new_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, late_new(texts), BOX_WATCHED);
  box_store_add(store, maildir_box_new(to), BOX_QUARANTINE);
  expect(store, "INBOX", "1:A-one 2:B-two 3:C-three");
  assert_true((store->can & STORE_REMOVES_LATE) != 0);
  assert_true((store->can & STORE_CAN_MOVE) != 0);
  assert_true((store->can & STORE_MOVES_AT_ONCE) == 0);
  const guint32 uids[] = { 1, 3 };
  g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
  assert_true(store->class->move(store, uids, 2, to, pairs, &error));
  assert_int_equal(pairs->len, 2);
  expect(store, "INBOX", "2:B-two");
  assert_int_equal(open_folder(store, "INBOX").count, 3);
  expect(store, to, "1:A-one 2:C-three");
  assert_true((store->can & STORE_REMOVES_LATE) == 0);
  assert_true(store->class->commit(store, &error));
  assert_int_equal(open_folder(store, "INBOX").count, 1);
  expect(store, "INBOX", "2:B-two");
}

/* A Sent mbox that its mail program rewrites between the listing and the reading is listed again, and read whole. */
static void a_sent_mbox_that_is_rewritten_after_its_listing_is_listed_again(void **state)
{
  g_autofree char *path = rig_file("rewritten", FROM "A\n\na\n\n" FROM "B\n\nb\n\n" FROM "C\n\nc\n\n", -1);
  GError *error = NULL;
  g_autoptr(Ledger) ledger = new_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  g_autoptr(GString) got = g_string_new(NULL);
  box_store_add(store, mbox_box_new(path), BOX_SENT);
  open_folder(store, path);
  g_autofree char *again = rig_file("rewritten", FROM "B\n\nb\n\n" FROM "C\n\nc\n\n" FROM "D\n\nd\n\n", -1);
  assert_true(store->class->scan(store, 1, 3, NULL, note, got, &error));
  assert_string_equal(got->str, "2:B 3:C ");
  expect(store, path, "2:B 3:C 4:D");
}

/* One that cannot be read is told of, and keeps nobody from the others; it is there: read() says that it was refused,
 * and not that it is gone. */
static void a_message_that_cannot_be_read_is_told_of_and_keeps_none_from_the_others(void **state)
{
  static const char *const texts[] = { "A-one", "B-refused", "C-three", NULL };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = new_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, late_new(texts), BOX_WATCHED);
  expect(store, "INBOX", "1:A-one 2:unreadable 3:C-three");
  g_autoptr(GArray) there = store->class->present(store, 2, 2, &error);
  assert_int_equal(there->len, 1);
  assert_null(store_read(store, 2, 100, &error));
  assert_string_equal(error->message, "refused");
  g_clear_error(&error);
}

/* One that is not whole stays; those before it are moved. */
static void a_message_that_is_not_whole_stays_and_those_before_it_are_moved(void **state)
{
  static const char *const texts[] = { "A-one", "B-broken", "C-three", NULL };
  g_autofree char *to = rig_path("broken");
  GError *error = NULL;
  g_autoptr(Ledger) ledger = new_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, late_new(texts), BOX_WATCHED);
  box_store_add(store, maildir_box_new(to), BOX_QUARANTINE);
  open_folder(store, "INBOX");
  const guint32 uids[] = { 1, 2, 3 };
  g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
  assert_false(store->class->move(store, uids, 3, to, pairs, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
  g_clear_error(&error);
  expect(store, to, "1:A-one");
  assert_true(store->class->commit(store, &error));
  expect(store, "INBOX", "2:B-broken 3:C-three");
}

/* A maildrop in which no message has kept its name begins anew; one that was emptied does not. */
static void a_maildrop_without_any_known_name_begins_anew(void **state)
{
  static const char *const before[] = { "A-x", "B-x", NULL }, *const after[] = { "C-x", "D-x", NULL },
                           *const more[] = { "D-x", "E-x", NULL }, *const none[] = { NULL };
  static const struct {
    const char *const *texts;
    const char *want;
    gboolean anew;
  } rows[] = { { before, "1:A-x 2:B-x", FALSE },
               { after, "1:C-x 2:D-x", TRUE },
               { more, "2:D-x 3:E-x", FALSE },
               { none, "", FALSE },
               { more, "4:D-x 5:E-x", FALSE } };
  g_autoptr(Ledger) ledger = new_ledger();
  guint32 validity = 0;
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    box_store_add(store, late_new(rows[i].texts), BOX_WATCHED);
    FolderStatus status = open_folder(store, "INBOX");
    assert_true(i == 0 || (status.validity > validity) == rows[i].anew);
    validity = status.validity;
    expect(store, "INBOX", rows[i].want);
  }
}

/* A Sent folder that looks as it did is not listed, by this store and the next. */
static void a_sent_folder_that_looks_as_it_did_is_not_listed(void **state)
{
  g_autofree char *path = rig_file("sent", FROM "A\n\na\n\n" FROM "B\n\nb\n\n", -1);
  g_autoptr(Ledger) ledger = new_ledger();
  for (guint round = 0; round < 2; round++) {
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    Box *box = mbox_box_new(path);
    box_store_add(store, box, BOX_SENT);
    FolderStatus status = open_folder(store, path);
    assert_int_equal(status.count, 2);
    assert_int_equal(status.next, 3);
    assert_int_equal(box->items->len, round == 0 ? 2 : 0);
    expect(store, path, "1:A 2:B"); /* the rows are there when they are asked for */
  }
}

/* A folder that nobody named before is one once it is named; what is no path is none. */
static void a_folder_exists_once_it_is_named_by_a_path(void **state)
{
  g_autofree char *path = maildir("resolve"), *other = maildir("other"), *slash = g_strconcat(other, "/", NULL),
                  *to = rig_path("resolve.away");
  GError *error = NULL;
  g_autoptr(Ledger) ledger = new_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, maildir_box_new(path), BOX_WATCHED);
  box_store_add(store, maildir_box_new(to), BOX_QUARANTINE);
  g_autofree char *known = store->class->resolve(store, path, &error),
                  *own = store->class->resolve(store, NULL, &error), *new = store->class->resolve(store, slash, &error);
  assert_string_equal(known, path);
  assert_string_equal(own, to);
  assert_string_equal(new, other);
  open_folder(store, other);
  assert_null(store->class->resolve(store, "Archive", &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  g_clear_error(&error);
  assert_false(store->class->sync(store, to, &error));
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MAILBOX));
  g_clear_error(&error);
  g_autoptr(GPtrArray) folders = store->class->folders(store, &error);
  assert_int_equal(folders->len, 2); /* the quarantine is not there yet */
}

/* A program takes what is restored, or says that it did not. */
static void a_program_takes_what_is_restored_or_says_that_it_did_not(void **state)
{
  g_autofree char *away = maildir("program"), *taken = rig_path("taken"),
                  *command = g_strdup_printf("cat > '%s'", taken);
  static const char *const failing[] = { "cat >/dev/null; exit 3", "kill -TERM $$", "/nonexistent/program" };
  GError *error = NULL;
  put(away, "new/1.a", "A\n\nwhole\n");
  for (guint i = 0; i <= G_N_ELEMENTS(failing); i++) {
    gboolean good = i == G_N_ELEMENTS(failing);
    g_autoptr(Ledger) ledger = new_ledger();
    g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
    box_store_add(store, maildir_box_new(away), BOX_QUARANTINE);
    box_store_add(store, program_box_new("restore-command", good ? command : failing[i]), BOX_RETURN);
    assert_string_equal(store->returns_to, "restore-command");
    open_folder(store, away);
    const guint32 uid = 1;
    g_autoptr(GArray) pairs = g_array_new(FALSE, TRUE, sizeof(UidPair));
    assert_int_equal(store->class->move(store, &uid, 1, "restore-command", pairs, &error), good);
    if (!good) {
      assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
      assert_non_null(strstr(error->message, "restore-command"));
      g_clear_error(&error);
      expect(store, away, "1:A");
      continue;
    }
    assert_int_equal(pairs->len, 1);
    assert_int_equal(g_array_index(pairs, UidPair, 0).to, 0);
    expect(store, away, "");
    rig_expect_file(taken, "A\n\nwhole\n", -1);
  }
}

/* Mail that comes ends the waiting; what came before it began counts. */
static void mail_that_comes_ends_the_waiting(void **state)
{
  g_autofree char *path = maildir("wait");
  GError *error = NULL;
  gboolean changed = FALSE;
  int wake[2];
  g_autoptr(Ledger) ledger = new_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, maildir_box_new(path), BOX_WATCHED);
  assert_int_equal(pipe(wake), 0);
  open_folder(store, path);
  assert_int_equal(write(wake[1], "x", 1), 1);
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_false(changed); /* only the descriptor */
  put(path, "new/1.a", "A\n");
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_true(changed);
  expect(store, path, "1:A");
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_false(changed); /* it was looked at */

  /* Beside it one that is not there: it was looked at in vain, and is heard of when it is there. */
  g_autofree char *later = rig_path("wait.later");
  FolderStatus status;
  box_store_add(store, mbox_box_new(later), BOX_WATCHED);
  assert_false(store->class->peek(store, later, &status, NULL));
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_false(changed);
  put(path, "new/2.a", "B\n");
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_true(changed);
  expect(store, path, "1:A 2:B");
  g_autofree char *made = rig_file("wait.later", FROM "C\n\nc\n\n", -1);
  assert_true(store->class->wait(store, wake, 1, &changed, &error));
  assert_true(changed);
  close(wake[0]);
  close(wake[1]);
}

/* A folder that cannot be written: nothing is moved out of it. */
static void nothing_is_moved_out_of_a_folder_that_cannot_be_written(void **state)
{
  g_autofree char *path = maildir("readonly"), *new = g_build_filename(path, "new", NULL),
                  *cur = g_build_filename(path, "cur", NULL);
  if (geteuid() == 0) return; /* root can write anywhere */
  g_autoptr(Ledger) ledger = new_ledger();
  g_autoptr(Store) store = box_store_new(ledger, "home", disk_box_new);
  box_store_add(store, maildir_box_new(path), BOX_WATCHED);
  put(path, "new/1.a", "A\n");
  g_chmod(new, 0500);
  g_chmod(cur, 0500);
  FolderStatus status = open_folder(store, path);
  assert_true(status.read_only);
  assert_true((store->can & STORE_CAN_MOVE) == 0);
  g_chmod(new, 0700);
  g_chmod(cur, 0700);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_number_is_given_once_and_stays_with_its_message),
    cmocka_unit_test(a_range_lists_its_messages_and_the_sizes_that_are_known),
    cmocka_unit_test(a_message_moves_from_every_kind_of_folder_to_every_other_and_back),
    cmocka_unit_test(twins_have_numbers_of_their_own_in_both_folders),
    cmocka_unit_test(what_a_box_removes_late_is_in_both_folders_until_commit),
    cmocka_unit_test(a_message_that_is_not_whole_stays_and_those_before_it_are_moved),
    cmocka_unit_test(a_sent_mbox_that_is_rewritten_after_its_listing_is_listed_again),
    cmocka_unit_test(a_maildrop_without_any_known_name_begins_anew),
    cmocka_unit_test(a_sent_folder_that_looks_as_it_did_is_not_listed),
    cmocka_unit_test(a_folder_exists_once_it_is_named_by_a_path),
    cmocka_unit_test(a_program_takes_what_is_restored_or_says_that_it_did_not),
    cmocka_unit_test(mail_that_comes_ends_the_waiting),
    cmocka_unit_test(nothing_is_moved_out_of_a_folder_that_cannot_be_written),
    cmocka_unit_test(what_an_mbox_would_give_back_changed_is_not_moved_there),
    cmocka_unit_test(a_message_that_cannot_be_read_is_told_of_and_keeps_none_from_the_others),
  };
  return cmocka_run_group_tests_name("box_store", tests, rig_set_up, rig_tear_down);
}
