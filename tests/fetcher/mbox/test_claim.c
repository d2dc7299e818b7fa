/* test_claim.c - an mbox whose messages say by Content-Length where they end
 * Owns:     nothing; the folder is the rig's.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/mbox/claim.c, fetcher/mbox/lines.c, fetcher/mbox/scan.c, fetcher/mbox/change.c */
#include "tests/rigs/mbox_rig.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define PASTED FROM "P: 1\n\npasted\n"      /* 58 octets */
#define LETTER "read:\n\n" PASTED "\nend\n" /* 70 octets */
#define CL(n) "Content-Length: " #n "\n"
#define B FROM "B: 2\n\ny\n\n" /* 54 octets */
#define C FROM "C: 3\n\nz\n\n"

/* What each message is, followed by |; and for each whether it is left alone (-) or may be moved (+). */
static const struct {
  const char *name, *text, *want, *moves;
} readings[] = {
  { "a claim that the separators agree with", FROM "A: 1\n" CL(2) "\nx\n\n" B, "A: 1\n\nx\n|B: 2\n\ny\n|", "++" },
  { "a pasted separator before the end of the claim", FROM "A: 1\n" CL(70) "\n" LETTER "\n" B,
    "A: 1\n\n" LETTER "|B: 2\n\ny\n|", "-+" },
  { "the same at the end of the file", B FROM "A: 1\n" CL(70) "\n" LETTER "\n", "B: 2\n\ny\n|A: 1\n\n" LETTER "|",
    "+-" },
  { "the same, whose empty line is missing", FROM "A: 1\n" CL(70) "\n" LETTER, "A: 1\n\n" LETTER "|", "-" },
  { "a claim that counts the empty line", FROM "A: 1\n" CL(71) "\n" LETTER "\n" B, "A: 1\n\n" LETTER "|B: 2\n\ny\n|",
    "-+" },
  { "a claim beyond the end of the file", FROM "A: 1\n" CL(5000) "\nx\n\n" B C, "A: 1\n\nx\n|B: 2\n\ny\n|C: 3\n\nz\n|",
    "+++" },
  { "a claim that ends in the middle of a line", FROM "A: 1\n" CL(20) "\nx\n\n" B, "A: 1\n\nx\n|B: 2\n\ny\n|", "++" },
  { "a stranger's claim that spans the next message", FROM "A: 1\n" CL(57) "\nx\n\n" B C,
    "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n|C: 3\n\nz\n|", "-+" },
  { "a claim that ends before a separator without an empty line", FROM "A: 1\n" CL(2) "\nx\n" FROM "D: 4\n\nd\n\n" B,
    "A: 1\n\nx\n" FROM "D: 4\n\nd\n|B: 2\n\ny\n|", "-+" },
  { "two claims, of which the pasted piece meets one", FROM "A: 1\n" CL(6) CL(70) "\n" LETTER "\n" B,
    "A: 1\n\n" LETTER "|B: 2\n\ny\n|", "-+" },
  { "two claims, of which one is met by the true end", FROM "A: 1\n" CL(2) CL(3000) "\nx\n\n" B,
    "A: 1\n\nx\n|B: 2\n\ny\n|", "++" },
  { "nine claims", FROM CL(2) CL(2) CL(2) CL(2) CL(2) CL(2) CL(2) CL(2) CL(2) "\nx\n\n" B, "\nx\n|B: 2\n\ny\n|", "-+" },
  { "a body of nothing", FROM "A: 1\n" CL(0) "\n" B, "A: 1\n|B: 2\n\ny\n|", "++" },
  { "a body of one empty line", FROM "A: 1\n" CL(1) "\n\n\n" B, "A: 1\n\n\n|B: 2\n\ny\n|", "++" },
  { "letters in the number", FROM "A: 1\nContent-Length: 70x\n\n" LETTER "\n" B,
    "A: 1\n\nread:\n|P: 1\n\npasted\n\nend\n|B: 2\n\ny\n|", "+++" },
  { "a negative number", FROM "A: 1\nContent-Length: -1\n\nx\n\n" B, "A: 1\n\nx\n|B: 2\n\ny\n|", "++" },
  { "a number longer than any file", FROM "A: 1\nContent-Length: 99999999999999999999999999\n\nx\n\n" B,
    "A: 1\n\nx\n|B: 2\n\ny\n|", "++" },
  { "a claim in the body", FROM "A: 1\n\n" CL(70) "\nx\n\n" B, "A: 1\n\n" CL(70) "\nx\n|B: 2\n\ny\n|", "++" },
  { "a claim in a continuation line", FROM "A: 1\n " CL(57) "\nx\n\n" B, "A: 1\n " CL(57) "\nx\n|B: 2\n\ny\n|", "++" },
  { "small letters, no space, white space after it", FROM "content-length:70 \t\r\nA: 1\n\n" LETTER "\n" B,
    "A: 1\n\n" LETTER "|B: 2\n\ny\n|", "-+" },
  { "line ends of another system",
    "From a Thu Nov 20 10:20:00 2025\r\nContent-Length: 44\r\n\r\nx\r\n\r\n"
    "From b Thu Nov 20 10:21:00 2025\r\nP: 1\r\n\r\n" B,
    "\r\nx\r\n\r\nFrom b Thu Nov 20 10:21:00 2025\r\nP: 1\r\n|B: 2\n\ny\n|", "-+" },
};

static gboolean is_fetched(Box *box, guint item)
{
  g_autoptr(GError) error = NULL;
  int fd = rig_spool("", 0);
  gboolean good = box->class->fetch(box, item, fd, &error);
  close(fd);
  if (!good) assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
  return good;
}

/* By both ways: carried, and removed. */
static gboolean is_moved(const char *text, guint item, gboolean carried)
{
  g_autofree char *path = rig_file("moved", text, -1), *other = rig_file("goal", "", 0);
  g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(other);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  g_autoptr(GError) error = NULL;
  gboolean at_once;
  rig_list(box);
  gboolean good = carried ? box->class->carry(box, &item, 1, to, moved, &at_once, &error)
                          : box->class->remove(box, &item, 1, &error);
  if (carried && !good && error == NULL) return is_fetched(box, item); /* no shorter way: copied */
  if (good) return TRUE;
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_MESSAGE));
  assert_non_null(strstr(error->message, "Content-Length"));
  rig_expect_file(path, text, -1);
  rig_expect_file(other, "", 0);
  return FALSE;
}

static void a_claimed_length_counts_only_where_it_is_met(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(readings); i++) {
    g_autofree char *path = rig_file("reading", readings[i].text, -1);
    g_autoptr(Box) box = mbox_box_new(path);
    print_message("%s\n", readings[i].name);
    rig_expect(box, readings[i].want);
    assert_int_equal(box->items->len, strlen(readings[i].moves));
    for (guint n = 0; n < box->items->len; n++) {
      gboolean moves = readings[i].moves[n] == '+';
      assert_int_equal(box_item(box, n)->doubtful, !moves);
      assert_int_equal(is_fetched(box, n), moves);
      assert_int_equal(is_moved(readings[i].text, n, TRUE), moves);
      assert_int_equal(is_moved(readings[i].text, n, FALSE), moves);
    }
  }
}

static void append(const char *path, const char *text)
{
  int fd = open(path, O_WRONLY | O_APPEND);
  ssize_t length = (ssize_t)strlen(text);
  assert_int_equal(write(fd, text, (gsize)length), length);
  close(fd);
}

/* The claim was not met when the file was listed; what is delivered then meets it, so that what lies in it may be a
 * part of that message: found by the next listing, and under the lock by a removal that comes before it. */
static void a_claim_that_is_met_later_is_found_before_anything_is_removed(void **state)
{
  for (guint listed = 0; listed < 2; listed++) {
    g_autofree char *path = rig_file("later", FROM "A: 1\n" CL(110) "\nx\n\n" B, -1);
    g_autoptr(Box) box = mbox_box_new(path);
    const guint second = 1;
    rig_expect(box, "A: 1\n\nx\n|B: 2\n\ny\n|");
    append(path, C);
    if (listed) rig_expect(box, "A: 1\n\nx\n\n" B FROM "C: 3\n\nz\n|");
    if (listed) assert_true(box_item(box, 0)->doubtful);
    if (!listed) assert_true(box->class->remove(box, &second, 1, NULL)); /* it is no message any more: gone */
    rig_expect_file(path, FROM "A: 1\n" CL(110) "\nx\n\n" B C, -1);
    append(path, FROM "D: 4\n\n");
    rig_expect(box, "A: 1\n\nx\n\n" B FROM "C: 3\n\nz\n|D: 4\n|");
  }
}

/* What is taken out moves the rest up, and so may meet a claim: then nothing within it is touched. */
static void a_removal_that_would_meet_a_claim_touches_nothing_within_it(void **state)
{
  g_autofree char *path = rig_file("removal", FROM "A: 1\n" CL(57) "\nx\n\n" FROM "D: 4\n\nlonger\n\n" B C, -1);
  g_autoptr(Box) box = mbox_box_new(path);
  const guint items[] = { 1, 2 };
  rig_list(box);
  assert_int_equal(box->items->len, 4);
  assert_true(box->class->remove(box, items, 1, NULL));
  assert_true(box->class->remove(box, items + 1, 1, NULL));
  rig_expect_file(path, FROM "A: 1\n" CL(57) "\nx\n\n" B C, -1);
  rig_expect(box, "A: 1\n\nx\n\n" FROM "B: 2\n\ny\n|C: 3\n\nz\n|");
}

/* Beside what is in doubt other messages are moved, and it stays as it is, to the octet. */
static void beside_a_doubtful_message_others_are_moved_and_it_stays(void **state)
{
  g_autofree char *path = rig_file("beside", B FROM "A: 1\n" CL(70) "\n" LETTER "\n" C, -1);
  g_autofree char *other = rig_file("beside-goal", "", 0);
  g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(other);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  const guint items[] = { 0, 1, 2 };
  gboolean at_once;
  rig_list(box);
  assert_true(box->class->carry(box, items, 3, to, moved, &at_once, NULL));
  assert_int_equal(moved->len, 2);
  rig_expect_file(path, FROM "A: 1\n" CL(70) "\n" LETTER "\n", -1);
  rig_expect_file(other, B C, -1);
}

/* A claim that nothing meets is not carried along: it could be met there, by the messages that follow. */
static void a_claim_that_nothing_meets_is_not_carried_along(void **state)
{
  g_autofree char *path = rig_file("unmet", FROM "A: 1\n" CL(57) "\nx\n\n", -1), *other = rig_file("unmet-goal", "", 0);
  g_autoptr(Box) box = mbox_box_new(path), to = mbox_box_new(other);
  g_autoptr(GArray) moved = g_array_new(FALSE, FALSE, sizeof(BoxMove));
  g_autoptr(GError) error = NULL;
  const guint first = 0;
  gboolean at_once;
  rig_list(box);
  assert_false(box->class->carry(box, &first, 1, to, moved, &at_once, &error));
  assert_null(error);
  int fd = rig_spool("", 0);
  gint64 key = 0;
  assert_true(box->class->fetch(box, first, fd, NULL) && to->class->put(to, fd, box_item(box, 0), &key, NULL));
  close(fd);
  assert_int_equal(key, box_item(box, 0)->key);
  append(other, B);
  rig_expect(to, "A: 1\n\nx\n|B: 2\n\ny\n|");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_claimed_length_counts_only_where_it_is_met),
    cmocka_unit_test(a_claim_that_is_met_later_is_found_before_anything_is_removed),
    cmocka_unit_test(a_removal_that_would_meet_a_claim_touches_nothing_within_it),
    cmocka_unit_test(beside_a_doubtful_message_others_are_moved_and_it_stays),
    cmocka_unit_test(a_claim_that_nothing_meets_is_not_carried_along),
  };
  return cmocka_run_group_tests(tests, rig_set_up, rig_tear_down);
}
