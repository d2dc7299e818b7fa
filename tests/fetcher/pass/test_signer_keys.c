/* test_signer_keys.c - when the keys of those who sign the owner's mail are asked for, and what becomes of the answers
 * Owns:     a ledger in memory that has learned one signer; a stand-in for what looks up.
 * Must not: ask a name server.
 * Fails:    by TAP, naming the row.
 * Tests:    fetcher/pass/signer_keys.c */
#include "fetcher/pass/signer_keys.h"
#include "ledger/db.h"
#include "ledger/dns.h"
#include "tests/rigs/signed_rig.h"

#define NAME "one._domainkey.example.org"

typedef struct {
  Ledger *ledger;
  DnsState state;    /* of the answer */
  const char *value; /* with DNS_FOUND */
  guint called, asked;
} Names;

/* As dns_look_up() does it: asks, stores, and asks again for what is missing still. */
static gboolean look_up(gpointer data, DnsCollect collect, gpointer collect_data, gint64 *left, char **problem,
                        GError **error)
{
  Names *names = data;
  names->called++;
  for (guint round = 0; round < 3; round++) {
    g_autoptr(GPtrArray) questions = g_ptr_array_new_with_free_func((GDestroyNotify)dns_question_free);
    g_autoptr(GPtrArray) answers = g_ptr_array_new_with_free_func((GDestroyNotify)dns_answer_free);
    if (!collect(collect_data, questions, error)) return FALSE;
    if (questions->len == 0) return TRUE;
    for (guint i = 0; i < questions->len; i++) {
      const DnsQuestion *question = questions->pdata[i];
      assert_string_equal(question->name, NAME);
      DnsAnswer *answer = dns_answer_new(question->type, question->name, names->state);
      if (names->value != NULL) g_ptr_array_add(answer->values, g_strdup(names->value));
      answer->ttl = 600;
      g_ptr_array_add(answers, answer);
      names->asked++;
    }
    if (!dns_put(names->ledger, answers, run_now(), error)) return FALSE;
  }
  fail_msg("what was answered is asked for again");
  return FALSE;
}

/* Keys that count, and those that were withdrawn. */
static gint64 published(Ledger *ledger) { return rig_number(ledger, "SELECT count(*) FROM signer_key WHERE gone = 0"); }
static gint64 withdrawn(Ledger *ledger) { return rig_number(ledger, "SELECT count(*) FROM signer_key WHERE gone > 0"); }

/* A ledger that knows a signer of today, whose key was asked for long ago. */
static Ledger *learned(const RigKey *key)
{
  GError *error = NULL;
  Ledger *ledger = rig_learned(key, "example.org", 20);
  OK(db_run(ledger, &error, "UPDATE sighting SET day = ?", "i", run_now() / DAY));
  OK(db_run(ledger, &error, "UPDATE signer_asked SET asked = 1", ""));
  return ledger;
}

static void an_answer_is_kept_and_a_failure_says_nothing(void **state)
{
  static const struct {
    const char *what;
    DnsState state;
    gboolean same, wanted;       /* answers the key that is known; the owner wants keys to be asked for */
    gint64 published, withdrawn; /* keys that count then */
    guint asked;
  } rows[] = {
    { "the same key", DNS_FOUND, TRUE, TRUE, 1, 0, 1 },
    { "nothing there", DNS_NONE, FALSE, TRUE, 0, 1, 1 },
    { "no answer", DNS_FAILED, FALSE, TRUE, 1, 0, 1 },
    { "switched off", DNS_NONE, FALSE, FALSE, 1, 0, 0 },
  };
  g_autoptr(GError) error = NULL;
  RigKey *key = rig_key_new(DKIM_ED25519_SHA256, 0, 1);
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Ledger *ledger = learned(key);
    const Config config = { .signature_keys = rows[i].wanted };
    g_autofree char *record = rig_key_record(key, FALSE);
    Names names = { ledger, rows[i].state, rows[i].same ? record : NULL, 0, 0 };
    Run run = { .config = &config,
                .ledger = ledger,
                .names = { .look_up = look_up, .data = &names, .left = DNS_WAIT } };
    for (guint again = 0; again < 2; again++) OK(signer_keys_fetch(&run, &error)); /* once a day */
    if (names.asked != rows[i].asked || published(ledger) != rows[i].published
        || withdrawn(ledger) != rows[i].withdrawn)
      fail_msg("%s: asked %u, %" G_GINT64_FORMAT " published, %" G_GINT64_FORMAT " withdrawn", rows[i].what,
               names.asked, published(ledger), withdrawn(ledger));
    ledger_close(ledger);
  }
  rig_key_free(key);
}

static void nothing_is_asked_where_no_time_is_left_or_nobody_can_be_asked(void **state)
{
  g_autoptr(GError) error = NULL;
  RigKey *key = rig_key_new(DKIM_ED25519_SHA256, 0, 1);
  Ledger *ledger = learned(key);
  const Config config = { .signature_keys = TRUE };
  Names names = { .ledger = ledger, .state = DNS_NONE };
  Run late = { .config = &config, .ledger = ledger, .names = { .look_up = look_up, .data = &names } };
  Run alone = { .config = &config, .ledger = ledger, .names = { .left = DNS_WAIT } };
  OK(signer_keys_fetch(&late, &error));
  OK(signer_keys_fetch(&alone, &error));
  assert_int_equal(names.called, 0);
  assert_int_equal(published(ledger), 1);
  ledger_close(ledger);
  rig_key_free(key);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_answer_is_kept_and_a_failure_says_nothing),
    cmocka_unit_test(nothing_is_asked_where_no_time_is_left_or_nobody_can_be_asked),
  };
  filter_init();
  return cmocka_run_group_tests_name("signer keys", tests, NULL, NULL);
}
