/* test_newsender.c - the newsender allowlist and the deny list
 * Owns:     ledgers in memory.
 * Must not: touch a disk.
 * Fails:    by TAP.
 * Tests:    ledger/newsender.c */
#include "ledger/db.h"
#include "tests/rigs/ledger_rig.h"

#define T0 ((gint64)1600000000)

static const struct {
  const char *typed, *want; /* NULL: refused */
} entries[] = {
  { "bob@example.org", "bob@example.org" },
  { "  Bob@Example.ORG ", "bob@example.org" },
  { "Bob <Bob@Example.org>", "bob@example.org" },
  { "\"Bob, the <other>\" <bob@example.org>", "bob@example.org" },
  { "<bob@example.org>", "bob@example.org" },
  { "example.org", "@example.org" },
  { "@Example.org", "@example.org" },
  { "*@example.org", "@example.org" },
  { "@localhost", "@localhost" },
  { "münchen.example", "@münchen.example" },
  { "mailer-daemon@example.org", "mailer-daemon@example.org" },
  { "MAILER-DAEMON", NULL },
  { "postmaster", NULL },
  { "<Postmaster>", NULL },
  { "bob", NULL },
  { "", NULL },
  { "@", NULL },
  { "*", NULL },
  { "bob@", NULL },
  { "two words@example.org", NULL },
  { "bob@exa mple.org", NULL },
  { ".example.org", NULL },
  { "example.org.", NULL },
  { "exa..mple.org", NULL },
  { "example.org\n", "@example.org" },
  { "exam\nple.org", NULL },
  { "bob@example.org\xff", NULL },
  { "https://example.org/", NULL },
};

static void what_is_typed_becomes_an_address_or_a_domain_or_is_refused(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(entries); i++) {
    g_autoptr(GError) error = NULL;
    g_autofree char *got = newsender_parse(entries[i].typed, &error);
    if (g_strcmp0(got, entries[i].want) != 0) fail_msg("“%s”: %s", entries[i].typed, got);
    if (got != NULL) continue;
    assert_true(g_error_matches(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED));
    assert_true(g_utf8_validate(error->message, -1, NULL));
    assert_null(strchr(error->message, '\n'));
  }
}

static gboolean collect(const char *entry, gint64 written, gpointer data)
{
  g_string_append_printf(data, " %s", entry);
  return TRUE;
}

static void assert_list(Ledger *ledger, NewsenderList list, const char *want)
{
  GError *error = NULL;
  g_autoptr(GString) got = g_string_new(NULL);
  OK(newsender_list(ledger, list, collect, got, &error));
  assert_string_equal(got->str, want);
}

static void the_newer_word_of_the_owner_about_an_address_counts(void **state)
{
  GError *error = NULL;
  gboolean excluded = TRUE;
  g_autoptr(Ledger) ledger = rig_ledger();
  OK(newsender_add(ledger, NEWSENDER_ALLOW, "bob@y.example", &error));
  OK(newsender_add(ledger, NEWSENDER_ALLOW, "@a.example", &error));
  OK(newsender_add(ledger, NEWSENDER_DENY, "@z.example", &error));
  OK(newsender_add(ledger, NEWSENDER_DENY, "@z.example", &error));
  assert_list(ledger, NEWSENDER_ALLOW, " @a.example bob@y.example");
  assert_list(ledger, NEWSENDER_DENY, " @z.example");
  OK(newsender_add(ledger, NEWSENDER_DENY, "bob@y.example", &error)); /* the newer word counts */
  assert_list(ledger, NEWSENDER_ALLOW, " @a.example");
  assert_list(ledger, NEWSENDER_DENY, " @z.example bob@y.example");
  FAILS(newsender_add(ledger, NEWSENDER_AUTOMATIC, "bob@y.example", &error), LEDGER_ERROR_REFUSED);

  FAILS(newsender_remove(ledger, NEWSENDER_ALLOW, "bob@y.example", &excluded, &error), LEDGER_ERROR_MISSING);
  assert_true(excluded); /* set on success only */
  OK(newsender_remove(ledger, NEWSENDER_DENY, "bob@y.example", &excluded, &error));
  assert_false(excluded);
  FAILS(newsender_remove(ledger, NEWSENDER_DENY, "bob@y.example", &excluded, &error), LEDGER_ERROR_MISSING);
  OK(newsender_remove(ledger, NEWSENDER_ALLOW, "@a.example", NULL, &error));
  assert_list(ledger, NEWSENDER_ALLOW, "");
}

static void an_excluded_address_is_no_automatic_entry_until_the_owner_allows_it(void **state)
{
  GError *error = NULL;
  gboolean excluded = FALSE;
  g_autoptr(Ledger) ledger = rig_ledger();
  rig_add(ledger, "home", "Sent", "a@me", "bob@y.example;eve@y.example;tom@z.example", "One", T0, T0);
  assert_list(ledger, NEWSENDER_AUTOMATIC, " bob@y.example eve@y.example tom@z.example");
  OK(newsender_remove(ledger, NEWSENDER_ALLOW, "eve@y.example", &excluded, &error));
  assert_true(excluded);
  assert_list(ledger, NEWSENDER_AUTOMATIC, " bob@y.example tom@z.example");
  assert_list(ledger, NEWSENDER_EXCLUDE, " eve@y.example");
  FAILS(newsender_remove(ledger, NEWSENDER_ALLOW, "eve@y.example", &excluded, &error), LEDGER_ERROR_MISSING);
  FAILS(newsender_remove(ledger, NEWSENDER_DENY, "bob@y.example", &excluded, &error), LEDGER_ERROR_MISSING);
  rig_add(ledger, "home", "Sent", "b@me", "eve@y.example", "Two", T0, T0); /* writing to her does not bring her back */
  assert_list(ledger, NEWSENDER_AUTOMATIC, " bob@y.example tom@z.example");
  OK(newsender_add(ledger, NEWSENDER_ALLOW, "eve@y.example", &error)); /* the owner's word does */
  assert_list(ledger, NEWSENDER_EXCLUDE, "");
  assert_list(ledger, NEWSENDER_AUTOMATIC, " bob@y.example eve@y.example tom@z.example");
  OK(newsender_add(ledger, NEWSENDER_EXCLUDE, "@y.example", &error));
  assert_list(ledger, NEWSENDER_AUTOMATIC, " tom@z.example");
}

typedef struct {
  guint n;
  gint64 earliest;
} Sum;

static gboolean sum_up(const char *entry, gint64 written, gpointer data)
{
  Sum *sum = data;
  sum->n++;
  sum->earliest = MIN(sum->earliest, written);
  return TRUE;
}

/* 30,010 addresses: the ten not written to for longest are dropped; an own entry never is. */
static void of_too_many_addresses_those_written_to_longest_ago_are_dropped_and_own_entries_never(void **state)
{
  GError *error = NULL;
  g_autoptr(Ledger) ledger = rig_ledger();
  g_autoptr(GPtrArray) messages = g_ptr_array_new_with_free_func((GDestroyNotify)sent_message_free);
  g_autoptr(GArray) rows = g_array_new(FALSE, FALSE, sizeof(SentRow));
  for (guint i = 0; i < NEWSENDER_CAP + 10; i++) {
    g_autofree char *id = g_strdup_printf("%u@me", i), *to = g_strdup_printf("to%u@there.example", i);
    SentMessage *message = rig_sent(id, to, NULL, T0 + i);
    g_ptr_array_add(messages, message);
    g_array_append_vals(rows, &(SentRow){ i + 1, T0 + i, message }, 1);
  }
  FolderMark mark = { .next = 1 };
  OK(newsender_add(ledger, NEWSENDER_ALLOW, "to0@there.example", &error));
  OK(sent_add(ledger, "home", "Sent", (SentRow *)(void *)rows->data, rows->len, &mark, &error));
  Sum sum = { 0, G_MAXINT64 };
  OK(newsender_list(ledger, NEWSENDER_AUTOMATIC, sum_up, &sum, &error));
  assert_int_equal(sum.n, NEWSENDER_CAP);
  assert_int_equal(sum.earliest, T0 + 10);
  OK(newsender_add(ledger, NEWSENDER_EXCLUDE, "to20000@there.example", &error)); /* makes room for one more */
  sum = (Sum){ 0, G_MAXINT64 };
  OK(newsender_list(ledger, NEWSENDER_AUTOMATIC, sum_up, &sum, &error));
  assert_int_equal(sum.n, NEWSENDER_CAP);
  assert_int_equal(sum.earliest, T0 + 9);
  assert_list(ledger, NEWSENDER_ALLOW, " to0@there.example");
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_is_typed_becomes_an_address_or_a_domain_or_is_refused),
    cmocka_unit_test(the_newer_word_of_the_owner_about_an_address_counts),
    cmocka_unit_test(an_excluded_address_is_no_automatic_entry_until_the_owner_allows_it),
    cmocka_unit_test(of_too_many_addresses_those_written_to_longest_ago_are_dropped_and_own_entries_never)
  };
  return cmocka_run_group_tests_name("ledger_newsender", tests, NULL, NULL);
}
