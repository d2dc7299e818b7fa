/* test_settle.c - the connection is cut before and after every single step; the next pass ends where an undisturbed one
 * does. */
#include "ledger/wish.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define SPREAD 5 /* make check cuts at one step of so many */

#include <cmocka.h>

/* How the server moves: in one step, in three, or as POP3 does (fake_store.h). */
typedef enum { AT_ONCE, COPIES, LATE } Way;

/* What is to be done, after a first pass where it is about mail in quarantine. */
typedef enum {
  QUARANTINE,
  RESTORE,
  DELETE_TO_TRASH,
  DELETE_FOR_GOOD,
  OUT_OF_TRASH,
  BACK_INTO_QUARANTINE,
  HEAL,
  TWINS
} Work;

static void rename_folder(FakeServer *server, const char *from, const char *to)
{
  FakeFolder *folder = fake_folder(server, from);
  g_free(folder->name);
  folder->name = g_strdup(to);
  folder->use = 0;
}

static void wish_the_opposite(Fake *fake, gboolean restored)
{
  g_autoptr(GError) problem = NULL;
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    if (entry->state != (restored ? MOVE_RESTORED : MOVE_DELETED)) continue;
    assert_true(wish_add(fake->ledger, restored ? WISH_QUARANTINE : WISH_RESTORE, entry->id, NULL, &problem) > 0);
  }
}

static void prepare(Fake *fake, Work work)
{
  static const WishVerb verbs[] = { [RESTORE] = WISH_RESTORE,
                                    [DELETE_TO_TRASH] = WISH_DELETE,
                                    [DELETE_FOR_GOOD] = WISH_REMOVE,
                                    [OUT_OF_TRASH] = WISH_DELETE,
                                    [BACK_INTO_QUARANTINE] = WISH_RESTORE };
  g_autoptr(GError) problem = NULL;
  if (work == TWINS) { /* the same forged bounce, delivered twice */
    const FakeMessage *first = fake_folder(fake->server, "INBOX")->messages->pdata[2];
    gsize size;
    const char *bytes = g_bytes_get_data(first->bytes, &size);
    g_autofree char *text = g_strndup(bytes, size);
    fake_add(fake->server, "INBOX", text, first->stored);
  }
  if (work == QUARANTINE || work == TWINS) return;
  if (work == DELETE_FOR_GOOD) rename_folder(fake->server, "Trash", "Old");
  if (!fake_pass(fake, NULL, &problem)) fail_msg("%s", problem->message);
  if (work == HEAL) /* its Sent copy comes late: what it answers is judged again, and goes back */
    return fake_sent(fake, "forged-2@spam.example", "victim-2@example.com", fake->now - (gint64)5 * 86400 - 120);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  for (guint i = 0, wished = 0; i < entries->len && wished < 2; i++) {
    const Entry *entry = entries->pdata[i];
    if (entry->state != MOVE_QUARANTINED) continue;
    wished++;
    assert_true(wish_add(fake->ledger, verbs[work], entry->id, NULL, &problem) > 0);
  }
  if (work != OUT_OF_TRASH && work != BACK_INTO_QUARANTINE) return;
  if (!fake_pass(fake, NULL, &problem)) fail_msg("%s", problem->message);
  wish_the_opposite(fake, work == BACK_INTO_QUARANTINE);
}

/* The mailbox and the journal after an undisturbed run (cut 0), or after one that was cut and then run again until it
 * goes through. */
static char *outcome(Work work, Way way, guint cut, gboolean cut_after, guint *steps)
{
  Fake *fake = fake_new();
  g_autoptr(GError) problem = NULL;
  fake->server->copies = way != AT_ONCE;
  if (way == LATE) {
    fake->server->late = fake->server->keeps_no_keywords = TRUE;
    fake_folder(fake->server, "Returned");
  }
  prepare(fake, work);
  fake->server->cut = cut;
  fake->server->cut_after = cut_after;
  gboolean done = fake_pass(fake, NULL, &problem);
  *steps = fake->server->steps;
  assert_int_equal(done, cut == 0 || cut > *steps);
  g_clear_error(&problem);
  fake->server->cut = 0;
  for (int i = 0; i < 2; i++)
    if (!fake_pass(fake, NULL, &problem)) fail_msg("after cut %u: %s", cut, problem->message);
  g_autofree char *snapshot = fake_snapshot(fake->server);
  GString *text = g_string_new(snapshot);
  g_autoptr(GPtrArray) wishes = wish_open(fake->ledger, NULL, &problem);
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  JournalCounts counts;
  assert_true(journal_counts(fake->ledger, NULL, &counts, &problem));
  for (guint i = 0; i < MOVE_N; i++) g_string_append_printf(text, "\n%s %u", move_state_name(i), counts.by_state[i]);
  g_string_append_printf(text, "\nentries %u, open wishes %u", entries->len, wishes->len);
  fake_free(fake);
  return g_string_free(text, FALSE);
}

static guint cut_everywhere(Work work, Way way)
{
  static guint first; /* each spread begins at another step */
  guint steps, total, points = 0;
  const guint spread = fake_points(SPREAD);
  g_autofree char *undisturbed = outcome(work, way, 0, FALSE, &total);
  if (work == HEAL) assert_non_null(strstr(undisturbed, "\nrestored 1\n"));
  for (guint cut = 1 + first++ % spread; cut <= total; cut += spread)
    for (int after = 0; after < 2; after++, points++) {
      g_autofree char *disturbed = outcome(work, way, cut, after, &steps);
      if (g_strcmp0(disturbed, undisturbed) != 0)
        fail_msg("way %u, cut %s step %u of %u:\n%s\ninstead of\n%s", way, after ? "after" : "before", cut, total,
                 disturbed, undisturbed);
    }
  return points;
}

static void every_cut_ends_well(void **state)
{
  guint points = 0;
  for (Work work = QUARANTINE; work <= TWINS; work++)
    for (Way way = AT_ONCE; way <= LATE; way++) points += cut_everywhere(work, way);
  print_message("# %u points of interruption\n", points);
  assert_true(points > 800 / fake_points(SPREAD));
}

/* A mailbox whose forged bounces are in quarantine, which the journal does not know yet. */
static Fake *cut_after_the_move(void)
{
  for (guint cut = 1; cut < 100; cut++) {
    Fake *fake = fake_new();
    fake->server->cut = cut;
    fake->server->cut_after = TRUE;
    fake_pass(fake, NULL, NULL);
    fake->server->cut = 0;
    if (fake_count(fake, "Backscatter") == 3) return fake;
    fake_free(fake);
  }
  fail_msg("it was never moved");
  return NULL;
}

static void expect_all(Fake *fake, MoveState state)
{
  g_autoptr(GError) problem = NULL;
  JournalCounts counts;
  assert_true(journal_counts(fake->ledger, NULL, &counts, &problem));
  assert_int_equal(counts.by_state[state], 3);
}

/* One where they are to be moved, and have not been. */
static Fake *cut_before_the_move(void)
{
  for (guint cut = 1; cut < 100; cut++) {
    JournalCounts counts;
    g_autoptr(GError) problem = NULL;
    Fake *fake = fake_new();
    fake->server->cut = cut;
    fake_pass(fake, NULL, NULL);
    fake->server->cut = 0;
    assert_true(journal_counts(fake->ledger, NULL, &counts, &problem));
    if (counts.by_state[MOVE_Q_INTENT] == 3) return fake;
    fake_free(fake);
  }
  fail_msg("there was never an intent");
  return NULL;
}

/* A pause ends by itself: what a lost connection left before it is then moved after all. */
static void observing_carries_no_intent_out(void **state)
{
  Fake *fake = cut_before_the_move();
  assert_int_equal(fake_count(fake, "INBOX"), 6);
  fake->config.observe = TRUE;
  assert_true(fake_pass(fake, NULL, NULL));
  assert_int_equal(fake_count(fake, "INBOX"), 6);
  assert_int_equal(fake_in_state(fake, MOVE_KEPT), 4); /* and the genuine one */
  fake->config.observe = FALSE;
  assert_true(fake_pass(fake, NULL, NULL));
  expect_all(fake, MOVE_QUARANTINED);
  fake_free(fake);
}

/* A server that cannot be asked now is no reason to say that a message is where it was delivered. */
static void what_cannot_be_seen_is_settled_later(void **state)
{
  for (int way = 0; way < 3; way++) {
    Fake *fake = cut_after_the_move();
    expect_all(fake, MOVE_Q_INTENT);
    fake->server->refuses_read = way != 1;
    fake->server->scans_as_boxes_do = way == 2;
    fake->server->refuses_select = way == 1 ? "Backscatter" : NULL;
    fake_pass(fake, NULL, NULL);
    expect_all(fake, MOVE_Q_INTENT);
    fake->server->refuses_read = FALSE;
    fake->server->refuses_select = NULL;
    assert_true(fake_pass(fake, NULL, NULL));
    expect_all(fake, MOVE_QUARANTINED);
    fake_free(fake);
  }
}

/* One that is where it was and cannot be read now is not gone, whatever a scan tells: it waits, and is moved later. */
static void what_cannot_be_read_waits(void **state)
{
  for (int way = 0; way < 2; way++) {
    Fake *fake = cut_before_the_move();
    fake->server->refuses_read = TRUE;
    fake->server->scans_as_boxes_do = way == 1;
    fake_pass(fake, NULL, NULL);
    expect_all(fake, MOVE_Q_INTENT);
    fake->server->refuses_read = FALSE;
    assert_true(fake_pass(fake, NULL, NULL));
    expect_all(fake, MOVE_QUARANTINED);
    fake_free(fake);
  }
}

/* A server that sends another message than it showed: nothing is removed, and nothing stays in quarantine. */
static void what_arrives_must_be_what_was_judged(void **state)
{
  Fake *fake = fake_new();
  fake->server->copies = fake->server->late = fake->server->keeps_no_keywords = fake->server->garbles = TRUE;
  for (int i = 0; i < 2; i++) {
    assert_true(fake_pass(fake, NULL, NULL));
    assert_int_equal(fake_count(fake, "INBOX"), 6);
    assert_int_equal(fake_count(fake, "Backscatter"), 0);
    expect_all(fake, MOVE_FAILED);
  }
  fake_free(fake);
}

/* Nor does one count as deleted that was to be, and lies there unread. */
static void what_cannot_be_read_is_not_deleted(void **state)
{
  guint seen = 0;
  gboolean through = FALSE;
  for (guint cut = 1; !through; cut++) {
    JournalCounts counts;
    g_autoptr(GError) problem = NULL;
    Fake *fake = fake_new();
    prepare(fake, DELETE_FOR_GOOD);
    fake->server->cut = cut;
    through = fake_pass(fake, NULL, NULL);
    fake->server->cut = 0;
    assert_true(journal_counts(fake->ledger, NULL, &counts, &problem));
    if (counts.by_state[MOVE_D_INTENT] > 0 && fake_count(fake, "Backscatter") == 3) {
      guint deleted = counts.by_state[MOVE_DELETED];
      seen++;
      fake->server->refuses_read = fake->server->scans_as_boxes_do = TRUE;
      fake_pass(fake, NULL, NULL);
      assert_true(journal_counts(fake->ledger, NULL, &counts, &problem));
      assert_int_equal(counts.by_state[MOVE_DELETED], deleted);
      assert_int_equal(fake_count(fake, "Backscatter"), 3);
    }
    fake_free(fake);
  }
  assert_true(seen > 0);
}

/* A copy that was found where it was to go may not be on the disk yet: it is, before its source is removed. */
static void what_is_found_is_made_durable(void **state)
{
  for (Way way = COPIES; way <= LATE; way++) {
    guint seen = 0;
    gboolean through = FALSE;
    for (guint cut = 1; !through; cut++) {
      Fake *fake = fake_new();
      fake->server->copies = TRUE;
      fake->server->late = fake->server->keeps_no_keywords = way == LATE;
      fake->server->cut = cut;
      through = fake_pass(fake, NULL, NULL);
      fake->server->cut = 0;
      if (fake_count(fake, "Backscatter") == 3 && fake_count(fake, "INBOX") == 6) {
        seen++;
        assert_true(fake_pass(fake, NULL, NULL));
        assert_int_equal(fake_count(fake, "INBOX"), 3);
        assert_int_equal(fake->server->unsynced, 0);
      }
      fake_free(fake);
    }
    assert_true(seen > 0);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(every_cut_ends_well),
                                      cmocka_unit_test(observing_carries_no_intent_out),
                                      cmocka_unit_test(what_cannot_be_seen_is_settled_later),
                                      cmocka_unit_test(what_cannot_be_read_waits),
                                      cmocka_unit_test(what_cannot_be_read_is_not_deleted),
                                      cmocka_unit_test(what_is_found_is_made_durable),
                                      cmocka_unit_test(what_arrives_must_be_what_was_judged) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
