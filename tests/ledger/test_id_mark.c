/* test_id_mark.c - right sides of ids that only the owner's mail has
 * Owns:     a ledger in memory.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP.
 * Tests:    ledger/id_mark.c ledger/own.c */
#include "ledger/configure.h"
#include "ledger/db.h"
#include "ledger/id_mark.h"
#include "ledger/received.h"
#include "tests/rigs/trust_rig.h"

#define ADDRESSES "me@mail.example.org;*@my.example"

/* Sends n letters whose ids have this right side, from "first" on. */
static void send(Ledger *ledger, const char *side, guint first, guint n)
{
  for (guint i = first; i < first + n; i++) {
    g_autofree char *id = g_strdup_printf("letter%u@%s", i, side);
    trust_send(ledger, "Sent", "me@mail.example.org", id, "friend@y.example", "Letter", RIG_NOW - (i + 1) * DAY, FALSE);
  }
}

static void receive(Ledger *ledger, const char *id)
{
  GError *error = NULL;
  ReceivedMessage message = { .message_id = (char *)id };
  const ReceivedRow row = { RIG_NOW - DAY, &message };
  OK(received_add(ledger, "home", &row, 1, RIG_NOW, &error));
}

static const char *state_of(Ledger *ledger, const char *side)
{
  GError *error = NULL;
  const char *state = "none";
  g_autoptr(GPtrArray) marks = id_marks(ledger, 100, &error);
  OK(marks != NULL);
  for (guint i = 0; i < marks->len; i++) {
    const IdMark *mark = marks->pdata[i];
    if (strcmp(mark->side, side) == 0) state = id_mark_state_name(mark->state);
  }
  return state;
}

/* The side of this id, where it is a mark to a report about it; NULL. */
static char *mark_in(Ledger *ledger, const char *id)
{
  GError *error = NULL;
  g_autoptr(Report) report = rig_report(id, "victim@z.example", NULL);
  g_autoptr(Facts) facts = ledger_facts(ledger, report, &(FactsQuery){ "home", RIG_NOW, RIG_NOW }, &error);
  OK(facts != NULL);
  return g_strdup(facts->marks[MARK_SIDE].shown);
}

/* Forgers write ids under the forged domain, so nothing that has to do with a mail domain is a mark. */
static void a_side_is_a_mark_where_it_is_learned_and_has_to_do_with_no_mail_domain(void **state)
{
  static const struct {
    const char *side;
    guint letters;
    const char *state;
  } rows[] = {
    { "desk.home.example", 30, "good" },
    { "desk.home.example", 29, "few" },
    { "Desk.Home.Example", 30, "good" },
    { "mail.example.org", 40, "domain" },    /* the domain of a listed address */
    { "pc.mail.example.org", 40, "domain" }, /* below it */
    { "example.org", 40, "domain" },         /* above it */
    { "my.example", 40, "domain" },          /* a pattern's */
    { "box.my.example", 40, "domain" },
    { "not-my.example", 30, "good" },      /* another domain, for all that it ends alike */
    { "sent.from.example", 40, "domain" }, /* mail was sent from there, though no account lists it */
    { "localhost", 40, "no-host" },
    { "localhost.localdomain", 40, "no-host" },
    { "[192.0.2.1]", 40, "no-host" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = trust_ledger(ADDRESSES, FALSE);
    g_autofree char *side = g_ascii_strdown(rows[i].side, -1), *id = g_strconcat("unknown@", rows[i].side, NULL);
    trust_send(ledger, "Sent", "old@sent.from.example", "one@elsewhere.example", "friend@y.example", "Old",
               RIG_NOW - DAY, FALSE);
    send(ledger, rows[i].side, 0, rows[i].letters);
    if (strcmp(state_of(ledger, side), rows[i].state) != 0) fail_msg("row %u: %s", i, state_of(ledger, side));
    g_autofree char *mark = mark_in(ledger, id);
    rig_assert_word(i, "mark", mark, strcmp(rows[i].state, "good") == 0 ? side : NULL);
  }
}

/* An id that was made up under a good side: a stranger must have read one first. One that is seen to do so ends it. */
static void one_stranger_who_uses_a_side_ends_it(void **state)
{
  g_autoptr(Ledger) ledger = trust_ledger(ADDRESSES, FALSE);
  send(ledger, "desk.home.example", 0, 30);
  receive(ledger, "other@elsewhere.example");
  receive(ledger, "letter3@desk.home.example"); /* a copy to himself */
  assert_string_equal(state_of(ledger, "desk.home.example"), "good");
  receive(ledger, "spam@Desk.Home.example");
  assert_string_equal(state_of(ledger, "desk.home.example"), "shared");
  g_autofree char *mark = mark_in(ledger, "unknown@desk.home.example");
  assert_null(mark);
  send(ledger, "desk.home.example", 30, 30);
  assert_string_equal(state_of(ledger, "desk.home.example"), "shared"); /* for ever */
}

/* A list may bring a letter back before its copy is in Sent: that was no stranger. */
static void what_turns_out_to_be_the_owners_was_no_stranger(void **state)
{
  g_autoptr(Ledger) ledger = trust_ledger(ADDRESSES, FALSE);
  send(ledger, "desk.home.example", 0, 30);
  receive(ledger, "letter30@desk.home.example");
  assert_string_equal(state_of(ledger, "desk.home.example"), "shared");
  send(ledger, "desk.home.example", 30, 1);
  assert_string_equal(state_of(ledger, "desk.home.example"), "good");
  receive(ledger, "spam@desk.home.example"); /* it is watched again */
  assert_string_equal(state_of(ledger, "desk.home.example"), "shared");
}

/* Strangers who use a side before it is learned count, too; and a side that is the owner's today may become the domain
 * of an address tomorrow. */
static void what_is_known_before_and_after_counts(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = trust_ledger(ADDRESSES, FALSE);
  send(ledger, "big.example", 0, 3);
  receive(ledger, "a@big.example");
  send(ledger, "big.example", 3, 40);
  send(ledger, "desk.home.example", 50, 30);
  assert_string_equal(state_of(ledger, "big.example"), "shared");
  assert_string_equal(state_of(ledger, "desk.home.example"), "good");
  const AccountSetup more = { .name = (char *)"home", .addresses = (char *)ADDRESSES ";me@home.example" };
  OK(account_configure(ledger, &more, 1, &error));
  assert_string_equal(state_of(ledger, "desk.home.example"), "domain");
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_side_is_a_mark_where_it_is_learned_and_has_to_do_with_no_mail_domain),
    cmocka_unit_test(one_stranger_who_uses_a_side_ends_it),
    cmocka_unit_test(what_turns_out_to_be_the_owners_was_no_stranger),
    cmocka_unit_test(what_is_known_before_and_after_counts),
  };
  return cmocka_run_group_tests_name("ledger_id_mark", tests, NULL, NULL);
}
