/* test_signer.c - who is taken for a signer of the owner's mail, and which of the keys are believed when
 * Owns:     ledgers in memory; its keys.
 * Must not: depend on the day it runs on.
 * Fails:    by TAP, naming the row.
 * Tests:    ledger/signer.c, ledger/signer_copy.c, ledger/signer_learned.c, ledger/signer_key.c */
#include "ledger/db.h"
#include "ledger/learn.h"
#include "tests/rigs/signed_rig.h"

static RigKey *key;

static int make_key(void **state)
{
  key = rig_key_new(DKIM_ED25519_SHA256, 0, 1);
  return 0;
}

static int drop_key(void **state)
{
  rig_key_free(key);
  return 0;
}

/* A bounce (or several alike) of message n comes that `domain` has signed; NULL: nobody has. */
static void comes_back(Ledger *ledger, guint n, const char *to, const char *failed, const char *domain, guint times)
{
  static guint32 uid = 1;
  g_autofree char *header = rig_header(n, to, RIG_NOW - 10 * DAY);
  g_autofree char *tags =
      domain != NULL ? g_strdup_printf("d=%s; s=one; c=relaxed; h=from:to:date:message-id", domain) : NULL;
  g_autofree char *mail = domain != NULL ? rig_sign(key, tags, header) : g_strdup(header);
  for (guint i = 0; i < times; i++) {
    g_autoptr(Report) report = rig_bounce(mail, failed);
    g_autofree char *reporter = g_strdup_printf("mailer-daemon@mx%u.example", i);
    g_free(report->reporter);
    report->reporter = g_steal_pointer(&reporter);
    g_autoptr(Facts) facts = rig_facts(ledger, report, NULL, 0);
    assert_non_null(facts->id.shown);
    g_autoptr(Entry) entry = rig_entry("home", report, facts, VERDICT_GENUINE, MOVE_KEPT, uid++);
    entry->arrived = entry->judged = RIG_NOW;
    rig_record(ledger, entry);
  }
}

static void sent_and_back(Ledger *ledger, guint n, const char *to, const char *domain)
{
  rig_has_sent(ledger, n, to, RIG_NOW - 10 * DAY);
  comes_back(ledger, n, to, to, domain, 1);
}

/* Sends and gets back `messages`, each to one of `domains` domains in turn. */
static void many_back(Ledger *ledger, guint first, guint messages, guint domains, const char *domain)
{
  for (guint i = 0; i < messages; i++) {
    g_autofree char *to = g_strdup_printf("p%u@far%u.example", i, i % domains);
    sent_and_back(ledger, first + i, to, domain);
  }
}

static guint wanted(Ledger *ledger, gint64 now)
{
  GError *error = NULL;
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  OK(signer_wants(ledger, now, 20, names, &error));
  return names->len;
}

static void a_domain_of_the_owners_is_learned_from_two_messages(void **state)
{
  static const struct {
    const char *domain;
    guint messages, wants;
  } rows[] = { { "example.org", 1, 0 }, { "example.org", 2, 1 },  { "mail.example.org", 2, 0 },
               { "ple.org", 2, 0 },     { "evil.example", 2, 0 }, { "example.org.evil.example", 2, 0 } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_ledger();
    many_back(ledger, 1, rows[i].messages, 2, rows[i].domain);
    if (wanted(ledger, RIG_NOW) != rows[i].wants) fail_msg("row %u: %u", i, wanted(ledger, RIG_NOW));
  }
}

static void another_domain_is_learned_from_messages_that_no_single_recipient_has_got(void **state)
{
  static const struct {
    guint messages, domains, others; /* others: messages that came back without a signature */
    guint wants;
  } rows[] = { { 5, 4, 0, 1 }, { 4, 4, 0, 0 }, { 30, 3, 0, 0 }, { 30, 1, 0, 0 }, { 9, 4, 3, 1 }, { 8, 4, 3, 0 } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_ledger();
    many_back(ledger, 1, rows[i].messages, rows[i].domains, "provider.example");
    many_back(ledger, 100, rows[i].others, 4, NULL);
    if (wanted(ledger, RIG_NOW) != rows[i].wants) fail_msg("row %u: %u", i, wanted(ledger, RIG_NOW));
  }
}

/* Whoever got mail from the owner knows real ids, and can write bounces about them with any signature. */
static void a_recipient_who_knows_real_ids_teaches_no_false_signer(void **state)
{
  g_autoptr(Ledger) one = rig_ledger();
  rig_has_sent(one, 1, "eve@evil.example", RIG_NOW - 10 * DAY);
  comes_back(one, 1, "eve@evil.example", "eve@evil.example", "evil.example", 50); /* by 50 reporters */
  assert_int_equal(wanted(one, RIG_NOW), 0);

  g_autoptr(Ledger) many = rig_ledger();
  for (guint i = 0; i < 60; i++) sent_and_back(many, i, "eve@evil.example", "evil.example");
  assert_int_equal(wanted(many, RIG_NOW), 0);

  /* copies of letters to others: their ids are known to both, and what the bounce says of its recipients is eve's */
  g_autoptr(Ledger) shared = rig_ledger();
  for (guint i = 0; i < 20; i++) {
    g_autofree char *other = g_strdup_printf("p%u@far%u.example", i, i);
    g_autofree char *both = g_strdup_printf("%s, eve@evil.example", other);
    rig_has_sent(shared, i, both, RIG_NOW - 10 * DAY);
    comes_back(shared, i, other, other, "evil.example", 1);
    comes_back(shared, i, "eve@evil.example", other, "evil.example", 1);
  }
  assert_int_equal(wanted(shared, RIG_NOW), 0);

  /* who reads the owner's letters to five lists: but the true signer has signed these, and more */
  g_autoptr(Ledger) lists = rig_ledger();
  many_back(lists, 1, 12, 6, "provider.example");
  for (guint i = 0; i < 5; i++) {
    g_autofree char *to = g_strdup_printf("p%u@far%u.example", i, i % 6);
    comes_back(lists, 1 + i, to, to, "evil.example", 1);
  }
  assert_int_equal(wanted(lists, RIG_NOW), 1);
}

/* Signatures of others in the header of the owner's mail, or of the owner's in that of others, are no sighting. */
static void only_a_signed_from_of_the_sent_message_is_a_sighting(void **state)
{
  static const struct {
    const char *what, *by;
  } rows[] = { { "Me <me@example.org>", "Me <other@example.org>" },
               { "Me <me@example.org>", "a@b.example, me@example.org" } };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_ledger();
    for (guint n = 1; n <= 3; n++) {
      g_autofree char *header = rig_header(n, "p@far.example", RIG_NOW - 10 * DAY);
      g_auto(GStrv) pieces = g_strsplit(header, rows[i].what, 2);
      g_autofree char *changed = g_strjoinv(rows[i].by, pieces),
                      *mail = rig_sign(key, RIG_TAGS("example.org"), changed);
      rig_has_sent(ledger, n, "p@far.example", RIG_NOW - 10 * DAY);
      g_autoptr(Report) report = rig_bounce(mail, "p@far.example");
      rig_judges(ledger, report, n, VERDICT_GENUINE, "id-in-ledger");
    }
    assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sighting"), 0);
  }
}

/* What fits a sent message by recipient and subject, and shows another id, may be a forger's. */
static void only_a_match_by_id_teaches(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  rig_has_sent(ledger, 1, "p@far.example", RIG_NOW - 2 * DAY);
  g_autofree char *header = rig_header(1, "p@far.example", RIG_NOW - 2 * DAY);
  g_auto(GStrv) pieces = g_strsplit(header, "letter.1@", 2);
  g_autofree char *changed = g_strjoinv("other@", pieces), *mail = rig_sign(key, RIG_TAGS("example.org"), changed);
  g_autoptr(Report) report = rig_bounce(mail, "p@far.example");
  rig_judges(ledger, report, 1, VERDICT_GENUINE, "recipient-and-subject");
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sighting"), 0);
}

/* The beginning of an ordinary message is read, as a pass does. */
static void learn(Ledger *ledger, const char *header)
{
  GError *error = NULL;
  g_autofree char *message = g_strconcat(header, "\r\nHello\r\n", NULL);
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
  g_ptr_array_add(messages, g_bytes_new(message, MIN(strlen(message), LEARN_READ_LIMIT)));
  OK(learn_from(ledger, "home", messages, RIG_NOW, &error));
}

static void a_copy_of_a_sent_message_teaches_and_no_other_mail_does(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  for (guint n = 1; n <= 4; n++) {
    g_autofree char *header = rig_header(n, "list@lists.example", RIG_NOW - 10 * DAY);
    g_autofree char *mail = rig_sign(key, RIG_TAGS("example.org"), header);
    if (n <= 2) rig_has_sent(ledger, n, "list@lists.example", RIG_NOW - 10 * DAY);
    learn(ledger, mail);
    assert_int_equal(wanted(ledger, RIG_NOW), n >= 2);
  }
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sighting WHERE party <> 0"), 2);
}

/* A header that was cut off may have had its signature behind the cut. */
static void a_header_that_is_not_whole_does_not_tell_that_there_is_no_signature(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autofree char *header = rig_header(1, "list@lists.example", RIG_NOW - 10 * DAY), *filler = g_strnfill(17000, 'x');
  g_autofree char *cut = g_strconcat(header, "X-Long: ", filler, "\r\n", NULL);
  rig_has_sent(ledger, 1, "list@lists.example", RIG_NOW - 10 * DAY);
  learn(ledger, cut);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sighting"), 0);
  learn(ledger, strstr(header, "From:")); /* the copy in Sent: no Received */
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sighting"), 0);
  learn(ledger, header);
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sighting WHERE domain = ''"), 1);
}

static void the_ledger_keeps_few_sightings_of_a_message_and_of_a_signer(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  rig_has_sent(ledger, 1, "p@far.example", RIG_NOW - 10 * DAY);
  for (guint i = 0; i < 12; i++) {
    g_autofree char *domain = g_strdup_printf("evil%u.example", i);
    comes_back(ledger, 1, "p@far.example", "p@far.example", domain, 1);
  }
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sighting"), 8);
  many_back(ledger, 100, 120, 5, "example.org");
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM sighting WHERE domain = 'example.org'"), 100);
}

static void a_key_is_asked_once_a_day_while_it_signs(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
  g_autofree char *record = rig_key_record(key, FALSE);
  const char *const records[] = { "v=spf1 -all", record, NULL };
  many_back(ledger, 1, 2, 2, "example.org");
  OK(signer_wants(ledger, RIG_NOW, 20, names, &error));
  assert_int_equal(names->len, 1);
  assert_string_equal(names->pdata[0], "one._domainkey.example.org");
  assert_int_equal(wanted(ledger, RIG_NOW + 60), 1); /* no answer came: it is asked again */
  OK(signer_take(ledger, "one._domainkey.example.org", records, RIG_NOW, &error));
  OK(signer_take(ledger, "one._domainkey.evil.example", records, RIG_NOW, &error)); /* nobody wanted these */
  OK(signer_take(ledger, "example.org", records, RIG_NOW, &error));
  assert_int_equal(rig_number(ledger, "SELECT count(*) FROM signer_key"), 1);
  assert_int_equal(wanted(ledger, RIG_NOW + 60), 0);
  assert_int_equal(wanted(ledger, RIG_NOW + DAY), 1);
  assert_int_equal(wanted(ledger, RIG_NOW - 30 * DAY), 1);  /* the clock was wrong when it was asked */
  assert_int_equal(wanted(ledger, RIG_NOW + 200 * DAY), 0); /* it has signed nothing for long */
  g_ptr_array_set_size(names, 0);
  OK(signer_wants(ledger, RIG_NOW + DAY, 0, names, &error));
  assert_int_equal(names->len, 0);
}

/* What a key is asked for: a signature with this Date, while the key was seen on some days. */
static void a_key_is_believed_for_originals_of_its_own_time_alone(void **state)
{
  enum { SEEN = 1, GONE, OTHER, WITHDRAWN };
  static const struct {
    struct {
      int day, what;
    } answers[4];
    int day;
    gboolean good;
  } rows[] = {
    { { { 0, SEEN }, { 10, SEEN } }, 5, TRUE },
    { { { 0, SEEN }, { 10, SEEN } }, -1, TRUE }, /* a day of slack on either side */
    { { { 0, SEEN }, { 10, SEEN } }, -2, FALSE },
    { { { 0, SEEN }, { 10, SEEN } }, 11, TRUE },
    { { { 0, SEEN }, { 10, SEEN } }, 12, FALSE },
    { { { 0, SEEN }, { 10, SEEN }, { 11, GONE } }, 10, TRUE },
    { { { 0, SEEN }, { 10, SEEN }, { 11, GONE } }, 11, FALSE }, /* none after the withdrawal */
    { { { 0, SEEN }, { 10, SEEN }, { 11, WITHDRAWN } }, 11, FALSE },
    { { { 0, SEEN }, { 10, SEEN }, { 11, OTHER } }, 11, FALSE },
    { { { 0, SEEN }, { 10, SEEN }, { 11, OTHER } }, 9, TRUE },
    { { { 0, SEEN }, { 1, GONE }, { 9, SEEN }, { 10, SEEN } }, 5, FALSE }, /* it came back */
    { { { 0, SEEN }, { 1, GONE }, { 9, SEEN }, { 10, SEEN } }, 9, TRUE },
    { { { 0, OTHER }, { 10, OTHER } }, 5, FALSE },
    { { { 0, GONE } }, 0, FALSE },
  };
  g_autoptr(RigKey) other = rig_key_new(DKIM_ED25519_SHA256, 0, 2);
  g_autofree char *mine = rig_key_record(key, FALSE), *others = rig_key_record(other, FALSE);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    GError *error = NULL;
    g_autoptr(Ledger) ledger = rig_ledger();
    many_back(ledger, 1, 2, 2, "example.org");
    for (guint k = 0; k < 4 && rows[i].answers[k].what != 0; k++) {
      const int what = rows[i].answers[k].what;
      const char *const records[] = { what == SEEN        ? mine
                                      : what == OTHER     ? others
                                      : what == WITHDRAWN ? "v=DKIM1; p="
                                                          : NULL,
                                      NULL };
      OK(signer_take(ledger, "one._domainkey.example.org", records, RIG_NOW + rows[i].answers[k].day * DAY, &error));
    }
    g_autofree char *header = rig_header(50, "p@far.example", RIG_NOW + rows[i].day * DAY);
    g_autofree char *mail = rig_sign(key, RIG_TAGS("example.org"), header);
    g_autoptr(Report) report = rig_bounce(mail, "p@far.example");
    const FactsQuery query = { .account = "home",
                               .arrived = RIG_NOW + rows[i].day * DAY + 3600,
                               .now = RIG_NOW + rows[i].day * DAY + 3600 };
    g_autoptr(Facts) facts = ledger_facts(ledger, report, &query, &error);
    OK(facts != NULL);
    if ((facts->signature.domain != NULL) != rows[i].good) fail_msg("row %u: %d", i, !rows[i].good);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_domain_of_the_owners_is_learned_from_two_messages),
    cmocka_unit_test(another_domain_is_learned_from_messages_that_no_single_recipient_has_got),
    cmocka_unit_test(a_recipient_who_knows_real_ids_teaches_no_false_signer),
    cmocka_unit_test(only_a_signed_from_of_the_sent_message_is_a_sighting),
    cmocka_unit_test(only_a_match_by_id_teaches),
    cmocka_unit_test(a_copy_of_a_sent_message_teaches_and_no_other_mail_does),
    cmocka_unit_test(a_header_that_is_not_whole_does_not_tell_that_there_is_no_signature),
    cmocka_unit_test(the_ledger_keeps_few_sightings_of_a_message_and_of_a_signer),
    cmocka_unit_test(a_key_is_asked_once_a_day_while_it_signs),
    cmocka_unit_test(a_key_is_believed_for_originals_of_its_own_time_alone),
  };
  filter_init();
  return cmocka_run_group_tests_name("ledger_signer", tests, make_key, drop_key);
}
