/* test_number.c - numbers for messages of folders that give none; accounts that send from another one
 * Owns:     ledgers in memory.
 * Must not: touch a disk.
 * Fails:    by TAP.
 * Tests:    ledger/number.c */
#include "ledger/configure.h"
#include "ledger/db.h"
#include "ledger/number.h"
#include "tests/rigs/ledger_rig.h"

static void update(Ledger *ledger, Numbering *numbering, gboolean anew, const char *gone, const char *come,
                   const char *stamp)
{
  GError *error = NULL;
  g_autoptr(GArray) uids = g_array_new(FALSE, FALSE, sizeof(guint32));
  g_autoptr(GArray) keys = g_array_new(FALSE, FALSE, sizeof(Number));
  for (const char *c = gone; *c != '\0'; c++) {
    guint32 uid = (guint32)(*c - '0');
    g_array_append_val(uids, uid);
  }
  for (const char *c = come; *c != '\0'; c++) {
    Number number = { .key = *c };
    g_array_append_val(keys, number);
  }
  OK(number_update(ledger, "home", "/mail", anew, uids, keys, stamp, numbering, &error));
}

/* "1a 2b": uid and key. */
static char *all(Ledger *ledger)
{
  GError *error = NULL;
  g_autoptr(GArray) numbers = number_list(ledger, "home", "/mail", &error);
  g_autoptr(GString) text = g_string_new(NULL);
  OK(numbers != NULL);
  for (guint i = 0; i < numbers->len; i++) {
    const Number *number = &g_array_index(numbers, Number, i);
    g_string_append_printf(text, "%s%u%c", i > 0 ? " " : "", number->uid, (char)number->key);
  }
  return g_string_free(g_steal_pointer(&text), FALSE);
}

static void a_number_is_never_used_twice_under_one_validity(void **state)
{
  static const struct {
    const char *gone, *come, *stamp;
    gboolean anew;
    const char *want;
    guint next, count;
  } rows[] = {
    { "", "", "s0", FALSE, "", 1, 0 },           { "", "ab", "s1", FALSE, "1a 2b", 3, 2 },
    { "1", "", "s2", FALSE, "2b", 3, 1 },        { "", "ca", "s3", FALSE, "2b 3c 4a", 5, 3 },
    { "4", "d", "s4", FALSE, "2b 3c 5d", 6, 3 }, /* never used twice */
    { "", "xy", "s5", TRUE, "1x 2y", 3, 2 },     { "12", "", "s6", FALSE, "", 3, 0 },
    { "", "z", "s7", FALSE, "3z", 4, 1 },
  };
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_auto(Numbering) numbering = { 0 };
  OK(numbering_get(ledger, "home", "/mail", &numbering, &error));
  assert_int_equal(numbering.validity, 0);
  guint32 validity = 0;
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    update(ledger, &numbering, rows[i].anew, rows[i].gone, rows[i].come, rows[i].stamp);
    g_autofree char *got = all(ledger);
    g_auto(Numbering) kept = { 0 };
    assert_string_equal(got, rows[i].want);
    OK(numbering_get(ledger, "home", "/mail", &kept, &error));
    assert_int_equal(kept.next, rows[i].next);
    assert_int_equal(kept.count, rows[i].count);
    assert_string_equal(kept.stamp, rows[i].stamp);
    assert_int_equal(kept.validity, numbering.validity);
    assert_true(i == 0 || (kept.validity > validity) == rows[i].anew);
    validity = kept.validity;
  }
}

/* A folder that is as it was costs no write; numbers are no sent mail. */
static void a_folder_that_is_as_it_was_costs_no_write(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_auto(Numbering) numbering = { 0 };
  OK(numbering_get(ledger, "home", "/mail", &numbering, &error));
  update(ledger, &numbering, FALSE, "", "abc", "s");
  gint64 changes = rig_number(ledger, "SELECT total_changes()");
  update(ledger, &numbering, FALSE, "", "", "s");
  assert_int_equal(rig_number(ledger, "SELECT total_changes()"), changes);
  assert_int_equal(sent_count(ledger, NULL, &error), 0);
  assert_int_equal(sent_count(ledger, "home", &error), 0);
}

/* An account that names another mailbox has other messages: its numbers begin anew. */
static void numbers_begin_anew_where_an_account_names_another_mailbox(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_auto(Numbering) numbering = { 0 };
  AccountSetup setup = { (char *)"home", (char *)"*", (char *)"pop3 one" };
  OK(account_configure(ledger, &setup, 1, &error));
  OK(numbering_get(ledger, "home", "/mail", &numbering, &error));
  update(ledger, &numbering, FALSE, "", "ab", "s");
  setup.mailbox = (char *)"pop3 two";
  OK(account_configure(ledger, &setup, 1, &error));
  numbering_clear(&numbering);
  OK(numbering_get(ledger, "home", "/mail", &numbering, &error));
  assert_int_equal(numbering.validity, 0);
  assert_null(numbering.stamp);
  g_autofree char *none = all(ledger);
  assert_string_equal(none, "");
  update(ledger, &numbering, FALSE, "", "c", "t");
  g_autofree char *one = all(ledger);
  assert_string_equal(one, "1c");
}

static void recorded_mail_counts_for_the_address_that_it_is_from(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  static const struct {
    const char *text;
    gint64 mine, others; /* afterwards: of me@example.org and *@my.example, of you@example.org */
  } rows[] = {
    { "Message-ID: <a@x>\r\nFrom: me@example.org\r\nDate: Tue, 10 Nov 2020 10:00:00 +0000\r\n", 1605002400, 0 },
    { "Message-ID: <b@x>\r\nFrom: Me <i@My.example>\r\nDate: Mon, 09 Nov 2020 10:00:00 +0000\r\n", 1604916000, 0 },
    { "Message-ID: <c@x>\r\nFrom: me@example.org\r\nDate: Wed, 11 Nov 2020 10:00:00 +0000\r\n", 1604916000, 0 },
    { "Message-ID: <d@x>\r\nDate: Sun, 08 Nov 2020 10:00:00 +0000\r\n", 1604916000, 0 }, /* from whom? */
    { "Message-ID: <e@x>\r\nFrom: you@example.org\r\n", 1604916000, 0 },                 /* when? */
    { "Message-ID: <f@x>\r\nFrom: you@example.org\r\nDate: Mon, 09 Nov 2020 10:00:00 +0000\r\n", 1604916000,
      1604916000 },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(SentMessage) message = sent_message_read(rows[i].text, strlen(rows[i].text));
    const SentMessage *one = message;
    OK(sent_record(ledger, &one, 1, NULL, &error));
    assert_int_equal(sent_recorded_since(ledger, "me@example.org;*@my.example", &error), rows[i].mine);
    assert_int_equal(sent_recorded_since(ledger, "you@example.org", &error), rows[i].others);
  }
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_number_is_never_used_twice_under_one_validity),
    cmocka_unit_test(a_folder_that_is_as_it_was_costs_no_write),
    cmocka_unit_test(numbers_begin_anew_where_an_account_names_another_mailbox),
    cmocka_unit_test(recorded_mail_counts_for_the_address_that_it_is_from),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
