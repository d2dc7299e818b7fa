/* test_hostile.c - 256 KiB made to hurt: read and judged in bounded time and memory
 * Owns:     the inputs that would make a careless reader deep, quadratic or fat; and what the fuzzers found.
 * Must not: depend on the machine's load: it counts processor time, each input in a process of its own.
 * Fails:    one TAP test for each input.
 * Tests:    filter/ as a whole */
#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#if defined(BACKSTOP_ASAN) || defined(BACKSTOP_COVERAGE)
#define INSTRUMENTED 1
#else
#define INSTRUMENTED 0
#endif

#define MILLISECONDS 50
#define KIBIBYTES 16384

#define HEAD "From: MAILER-DAEMON@a.test\nReturn-Path: <>\nSubject: failure notice\nTo: me@b.test\n"
#define TEXT HEAD "\n"
#define MIXED HEAD "Content-Type: multipart/mixed; boundary=b\n\n"

/* An input: a beginning, then a piece again and again until 256 KiB are full. */
typedef struct {
  const char *name, *begin, *piece;
} Hostile;

static const Hostile inputs[] = {
  { "nothing-but-at-signs", TEXT, "@" },
  { "quoted-at-signs", TEXT, "\"@" },
  { "short-addresses", TEXT, "a@b " },
  { "addresses-on-lines", TEXT, "<a@b.test>: 550 no\n" },
  { "open-brackets", TEXT, "<" },
  { "one-long-line", TEXT, "word " },
  { "empty-lines", TEXT, "\n" },
  { "lines-of-colons", TEXT, "a:\n" },
  { "field-lines", TEXT, "Subject: x\n" },
  { "field-blocks", TEXT, "From: a@b\nTo: c@d\nSubject: e\n\n" },
  { "header-blocks", TEXT, "Received: x\nFrom: mailer-daemon\nSubject: failure notice\nMessage-ID: <a@b>\n\n" },
  { "cut-marks", TEXT, "--- original message ---\n" },
  { "quote-marks", TEXT, ">" },
  { "quoted-lines", TEXT, "> > | x\n" },
  { "folded-lines", TEXT, "X: y\n z\n" },
  { "phrases", TEXT, "could not be delivered " },
  { "beginnings-of-phrases", TEXT, "coul" },
  { "status-groups", HEAD "Content-Type: message/delivery-status\n\n",
    "Final-Recipient: rfc822; a@b\nAction: failed\n\n" },
  { "status-fields", HEAD "Content-Type: message/delivery-status\n\n", "Final-Recipient: rfc822; a@b\n" },
  { "ids", TEXT, "<1234.5678@a.test> " },
  { "bare-ids", TEXT, "1234567890@a.test " },
  { "endless-header", "From: MAILER-DAEMON@a.test\n", "X-Field: value\n" },
  { "long-field", "From: MAILER-DAEMON@a.test\nSubject: ", "x" },
  { "folded-field", "From: MAILER-DAEMON@a.test\nTo: ", "a@b.test,\n " },
  { "many-froms", "", "From: MAILER-DAEMON <a@b.test>\n" },
  { "many-subjects", "", "Subject: failure notice =?utf-8?q?x?=\n" },
  { "encoded-words", "From: MAILER-DAEMON@a.test\nSubject: ", "=?utf-8?q?a?= " },
  { "broken-encoded-words", "From: MAILER-DAEMON@a.test\nSubject: ", "=?utf-8?q?" },
  { "charsets", "From: MAILER-DAEMON@a.test\nSubject: ", "=?koi8-r?b?AA?= =?big5?b?AA?= =?x?b?AA?= " },
  { "comments", "Subject: failure notice\nFrom: ", "(" },
  { "references", HEAD "References: ", "<a@b> " },
  { "many-references", HEAD, "References: <a@b.test>\n" },
  { "failed-recipients", HEAD "X-Failed-Recipients: ", "a@b, " },
  { "boundaries", MIXED, "--b\n" },
  { "empty-parts", MIXED, "--b\n\n" },
  { "small-messages", MIXED, "--b\nContent-Type: message/rfc822\n\nSubject: failure notice\n\n" },
  { "small-texts", MIXED, "--b\n\ntext\n" },
  { "nested-multiparts", MIXED, "--b\nContent-Type: multipart/mixed; boundary=b\n\n" },
  { "nested-messages", HEAD "Content-Type: message/rfc822\n\n",
    "From: mailer-daemon\nContent-Type: message/rfc822\n\n" },
  { "no-boundary", HEAD "Content-Type: multipart/mixed; boundary=never\n\n", "--x\n" },
  { "guessed-boundary", HEAD "Content-Type: multipart/mixed\n\n", "--x\nContent-Type: multipart/mixed\n\n" },
  { "tags", HEAD "Content-Type: text/html\n\n", "<a" },
  { "styles", HEAD "Content-Type: text/html\n\n", "<style>" },
  { "references-of-html", HEAD "Content-Type: text/html\n\n", "&#x41" },
  { "base64", HEAD "Content-Transfer-Encoding: base64\n\n", "QEBA" },
  { "quoted-printable", HEAD "Content-Transfer-Encoding: quoted-printable\n\n", "=40=\n" },
  { "unknown-bytes", HEAD "Content-Type: text/plain; charset=euc-jp\n\n", "\xff" },
  { "utf-7", HEAD "Content-Type: text/plain; charset=utf-7\n\n", "+AEA-" },
  { "iso-2022", HEAD "Content-Type: text/plain; charset=iso-2022-jp\n\n", "\x1b$B%a\x1b(B" },
  { "wide-letters", TEXT, "ȺȺȺ " },
  { "parameters", "From: MAILER-DAEMON@a.test\nContent-Type: multipart/mixed", "; x=\"\\" },
  { "transcript", TEXT, ">>> RCPT TO:<a@b.test>\n<<< 550 5.1.1 no\n" },
  { "digits", TEXT, "5.1.5.1." },
};

/* What the fuzzers found. */
static const struct {
  const char *name, *bytes;
} findings[] = {
  { "from-that-is-no-utf-8",
    "From: \xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8\xff\xfe\xfd\xfc\xfb\xfa\xf9\xf8 <a@b>\nReturn-Path: <>\n\n" },
  { "second-content-type",
    HEAD "Content-Type: x; charset=a; name=b\nContent-Type: text/plain; charset=c; name=d\n\nx" },
};

static GBytes *build(const Hostile *hostile)
{
  GString *message = g_string_new(hostile->begin);
  gsize length = strlen(hostile->piece);
  while (message->len + length <= FILTER_READ_LIMIT) g_string_append_len(message, hostile->piece, length);
  return g_string_free_to_bytes(message);
}

static void read_and_judge(GBytes *message)
{
  g_autoptr(Report) report = filter_read(message);
  g_autoptr(Facts) facts = facts_new();
  const Policy policy = POLICY_DEFAULT(1780000000);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
}

static long milliseconds(void)
{
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static long peak(void)
{
  struct rusage usage;
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_maxrss;
}

/* Instrumented, or under valgrind (BACKSTOP_SLOW set), only what is quadratic is too long. */
static gboolean is_slow(void) { return INSTRUMENTED || g_getenv("BACKSTOP_SLOW") != NULL; }

/* In a child: what one reading costs. Twice, as another program may take the processor's caches. */
static int measure(GBytes *message)
{
  long before = peak(), took = G_MAXLONG;
  for (guint i = 0; i < 2; i++) {
    long start = milliseconds();
    read_and_judge(message);
    took = MIN(took, milliseconds() - start);
  }
  long grown = peak() - before;
  gboolean too_long = took > (is_slow() ? 20 : 1) * MILLISECONDS, too_much = !is_slow() && grown > KIBIBYTES;
  if (too_long || too_much) print_message("# %ld ms, %ld KiB\n", took, grown);
  return (too_long ? 1 : 0) + (too_much ? 2 : 0);
}

static void hostile(void **state)
{
  g_autoptr(GBytes) message = build(*state);
  pid_t child = fork();
  if (child == 0) _exit(measure(message));
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_true(WIFEXITED(status));
  if (WEXITSTATUS(status) & 1) fail_msg("takes too long");
  if (WEXITSTATUS(status) & 2) fail_msg("takes too much memory");
  gsize length;
  const char *bytes = g_bytes_get_data(message, &length);
  filter_candidate(bytes, length);
  sent_message_free(sent_message_read(bytes, length));
}

static void what_fuzzing_once_found_is_read_and_judged(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(findings); i++) {
    g_autoptr(GBytes) message = g_bytes_new_static(findings[i].bytes, strlen(findings[i].bytes));
    read_and_judge(message);
    filter_candidate(findings[i].bytes, strlen(findings[i].bytes));
  }
}

int main(void)
{
  struct CMUnitTest tests[G_N_ELEMENTS(inputs) + 1] = { cmocka_unit_test(what_fuzzing_once_found_is_read_and_judged) };
  for (guint i = 0; i < G_N_ELEMENTS(inputs); i++)
    tests[i + 1] =
        (struct CMUnitTest){ .name = inputs[i].name, .test_func = hostile, .initial_state = (void *)&inputs[i] };
  filter_init();
  return cmocka_run_group_tests_name("hostile", tests, NULL, NULL);
}
