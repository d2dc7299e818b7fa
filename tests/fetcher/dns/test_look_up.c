/* test_look_up.c - one wait for all that is missing: rounds, what is stored, and when it ends
 * Owns:     programs that stand in for backstop-resolver, and ledgers in memory.
 * Must not: ask a name server; need a quiet machine.
 * Fails:    by TAP.
 * Tests:    fetcher/dns/look_up.c */
#include "fetcher/dns/look_up.h"
#include "tests/rigs/ledger_rig.h"
#include <signal.h>
#include <unistd.h>

#define WAIT ((gint64)60 * G_USEC_PER_SEC)

/* A name server with one record a row of `case`. */
#define SERVER                                                                                                         \
  "T=\"$(printf '\\t')\"\nwhile IFS=\"$T\" read n t m; do\n"                                                           \
  "case \"$t $m\" in\n"                                                                                                \
  "'TXT a.example') echo \"$n${T}found${T}600${T}plain${T}v=spf1 include:b.example mx -all\" ;;\n"                     \
  "'TXT b.example') echo \"$n${T}found${T}600${T}plain${T}v=spf1 ip4:192.0.2.0/24 ~all\" ;;\n"                         \
  "'MX a.example') echo \"$n${T}found${T}600${T}plain${T}10 mx.example\" ;;\n"                                         \
  "'A mx.example') echo \"$n${T}found${T}600${T}plain${T}198.51.100.1\" ;;\n"                                          \
  "'TXT loop.example') echo \"$n${T}found${T}600${T}plain${T}v=spf1 include:loop.example -all\" ;;\n"                  \
  "'TXT broken.example') echo \"$n${T}failed${T}0${T}plain\" ;;\n"                                                     \
  "*) echo \"$n${T}none${T}600${T}plain\" ;;\n"                                                                        \
  "esac\ndone\n"

typedef struct {
  Ledger *ledger;
  DnsType type;
  const char *name;
  guint called;
} Wanted;

/* Wants one answer, for as long as it is not stored. */
static gboolean collect(gpointer data, GPtrArray *questions, GError **error)
{
  Wanted *wanted = data;
  DnsAnswer *answer = NULL;
  wanted->called++;
  if (!dns_get(wanted->ledger, wanted->type, wanted->name, g_get_real_time() / G_USEC_PER_SEC, &answer, error))
    return FALSE;
  if (answer == NULL) dns_want(questions, wanted->type, wanted->name);
  dns_answer_free(answer);
  return TRUE;
}

static char *script_file(const char *folder, const char *script)
{
  char *path = g_build_filename(folder, "resolver", NULL);
  g_autofree char *text = g_strconcat("#!/bin/sh\n", script, NULL);
  assert_true(g_file_set_contents_full(path, text, -1, G_FILE_SET_CONTENTS_NONE, 0700, NULL));
  return path;
}

/* Looks up what is wanted by such a program; what is stored then (NULL: nothing). */
static DnsAnswer *look_up(Ledger *ledger, const char *script, DnsType type, const char *name, gint64 *left,
                          char **problem)
{
  GError *error = NULL;
  char *folder = rig_folder();
  g_autofree char *path = script_file(folder, script);
  g_autoptr(DnsClient) client = dns_client_new(path, NULL, TRUE);
  Wanted wanted = { ledger, type, name, 0 };
  DnsAnswer *answer = NULL;
  OK(dns_look_up(client, ledger, collect, &wanted, left, problem, &error));
  assert_true(wanted.called < 20);
  OK(dns_get(ledger, type, name, g_get_real_time() / G_USEC_PER_SEC, &answer, &error));
  rig_remove(folder);
  return answer;
}

static void an_spf_record_is_followed_round_after_round(void **state)
{
  static const struct {
    const char *domain, *want; /* want: NULL where it has no record */
    DnsState state;
  } rows[] = {
    { "a.example", "+192.0.2.0/24 +198.51.100.1/32 -all", DNS_FOUND },
    { "loop.example", "uall", DNS_FOUND },
    { "none.example", NULL, DNS_NONE },
    { "broken.example", NULL, DNS_FAILED },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Ledger) ledger = rig_ledger();
    g_autofree char *problem = NULL;
    gint64 left = WAIT;
    g_autoptr(DnsAnswer) answer = look_up(ledger, SERVER, DNS_RANGES, rows[i].domain, &left, &problem);
    const char *got = answer != NULL && answer->values->len == 1 ? answer->values->pdata[0] : NULL;
    if (answer == NULL || answer->state != rows[i].state || g_strcmp0(got, rows[i].want) != 0 || problem != NULL)
      fail_msg("%s: got %s, %s", rows[i].domain, got, problem);
    /* made once a day, and again soon where a name server failed */
    assert_true(rows[i].state == DNS_FAILED ? answer->ttl <= DNS_SHORTEST : answer->ttl > DNS_LONGEST - 600);
  }
}

static void a_resolver_that_fails_is_told_and_not_asked_again_at_once(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autofree char *problem = NULL, *again = NULL;
  gint64 left = WAIT;
  g_autoptr(DnsAnswer) answer = look_up(ledger, "exit 1\n", DNS_A, "h.example", &left, &problem);
  assert_non_null(problem);
  assert_true(g_str_has_prefix(problem, "Names are not looked up: "));
  assert_true(answer != NULL && answer->state == DNS_FAILED);
  /* a program that would answer is not even started: nothing is missing */
  const gint64 before = left;
  g_autoptr(DnsAnswer) same = look_up(ledger, SERVER, DNS_A, "h.example", &left, &again);
  assert_int_equal(left, before); /* where nothing is asked, what went wrong last is true still */
  assert_null(again);
  assert_int_equal(same->state, DNS_FAILED);
  OK(error == NULL);
}

static void the_wait_has_an_end_and_there_is_no_second_one(void **state)
{
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autofree char *problem = NULL, *again = NULL;
  gint64 left = 200 * 1000;
  g_autoptr(DnsAnswer) answer = look_up(ledger, "exec sleep 999\n", DNS_A, "h.example", &left, &problem);
  assert_int_equal(left, 0);
  assert_non_null(strstr(problem, "in time"));
  assert_int_equal(answer->state, DNS_FAILED);
  /* the time of this pass is over: something else is not asked for */
  g_autoptr(DnsAnswer) other = look_up(ledger, SERVER, DNS_A, "mx.example", &left, &again);
  assert_null(other);
}

/* The ledger cannot be written, or facts cannot be made: that is an error of the pass. */
static gboolean fail_to_collect(gpointer data, GPtrArray *questions, GError **error)
{
  g_set_error(error, LEDGER_ERROR, LEDGER_ERROR_IO, "no");
  return FALSE;
}

static void a_ledger_that_fails_is_an_error(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(DnsClient) client = dns_client_new("/nowhere/x", NULL, TRUE);
  g_autofree char *problem = NULL;
  gint64 left = WAIT;
  FAILS(dns_look_up(client, ledger, fail_to_collect, NULL, &left, &problem, &error), LEDGER_ERROR_IO);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(an_spf_record_is_followed_round_after_round),
    cmocka_unit_test(a_resolver_that_fails_is_told_and_not_asked_again_at_once),
    cmocka_unit_test(the_wait_has_an_end_and_there_is_no_second_one),
    cmocka_unit_test(a_ledger_that_fails_is_an_error),
  };
  signal(SIGPIPE, SIG_IGN);
  cmocka_set_message_output(CM_OUTPUT_TAP);
  return cmocka_run_group_tests(tests, NULL, NULL);
}
