/* test_marks.c - marks of the owner's own hand: what an original bears, and what that decides
 * Owns:     the tests of marks.c, judge_marks.c and of "alone" in received_message.c.
 * Must not: know a ledger.
 * Fails:    by TAP, naming the row.
 * Tests:    filter/marks.c, filter/judge_marks.c, filter/received_message.c */
#include "tests/filter/made_report.h"
#include "tests/filter/read_text.h"

/* A report that returns these fields, and this body behind them. */
static Report *returning(const char *fields, const char *body)
{
  g_autofree char *text = g_strdup_printf(DSN "Action: failed\nFinal-Recipient: rfc822; gone@x.test\n\n--x\n"
                                              "Content-Type: message/rfc822\n\n%sDate: Mon, 1 Jun 2026 10:00:00 +0000\n"
                                              "\n%s\n--x--\n",
                                          fields, body);
  return read_text(text);
}

/* author|answered|resenders|signers|flags */
static char *borne(const Report *report)
{
  const Original *original = &report->original;
  g_autofree char *answered = joined(original->answered), *resenders = joined(original->resenders),
                  *signers = joined(original->signers);
  return g_strdup_printf("%s|%s|%s|%s|%s%s", original->author != NULL ? original->author : "", answered, resenders,
                         signers, original->automatic ? "A" : "", original->scheduled ? "S" : "");
}

#define ME "From: Me <me@b.test>\n"
static void fields_of_an_original_are_read_for_what_they_say(void **state)
{
  static const Row rows[] = {
    { ME, "me@b.test||||" },
    { "From: \"me@b.test\" <spam@evil.test>\n", "spam@evil.test||||" }, /* a name is no address */
    { ME "Return-Path: <you@b.test>\nSender: <you@b.test>\n", "me@b.test||||" },
    { ME "From: you@b.test\n", "me@b.test||||" },
    { ME "In-Reply-To: <a@x.test>\nReferences: <b@x.test> <c@x.test>\n", "me@b.test|a@x.test c@x.test b@x.test|||" },
    { ME "Resent-From: Me <me@b.test>\n", "me@b.test||me@b.test||" },
    { ME "Auto-Submitted: auto-replied (vacation)\n", "me@b.test||||A" },
    { ME "Auto-Submitted: no\n", "me@b.test||||" },
    { ME "Precedence: bulk\n", "me@b.test||||" }, /* spam says so as well */
    { ME "Precedence: first-class\n", "me@b.test||||" },
    { ME "X-Autoreply: yes\n", "me@b.test||||A" },
    { ME "X-Mailer: Auto-Mailer\nUser-Agent: Mutt\n", "me@b.test||||" },
    { ME "Content-Type: text/calendar; method=REQUEST\n", "me@b.test||||A" },
    { ME "Content-Type: text/plain; x=\"text/calendar\"\n", "me@b.test||||" },
    { ME "Content-Type: multipart/report;\n report-type=disposition-notification; boundary=q\n", "me@b.test||||A" },
    { ME "Content-Type: text/plain; report-type=disposition-notification\n", "me@b.test||||" },
    { "From: root@b.test\nSubject: Cron <root@host> backup\n", "root@b.test||||S" },
    { "From: root@b.test\nSubject: Re: Cron <root@host> backup\n", "root@b.test||||" },
    { ME "DKIM-Signature: v=1; a=rsa-sha256;\n  D=no.test; d = Mail.B.test ; s=x\n", "me@b.test|||mail.b.test|" },
    { ME "DKIM-Signature: v=1; d=b.test; s=x\nDKIM-Signature: v=1; d=c.test\n", "me@b.test|||b.test c.test|" },
    { ME "DKIM-Signature: v=1; s=x; bd=b.test; x; =\n", "me@b.test||||" },
    { ME "DKIM-Signature: d=test\n", "me@b.test||||" }, /* nobody signs for a whole top level */
    { ME "DKIM-Signature: d=.b.test\nDKIM-Signature: d=b..test\nDKIM-Signature: d=b.test.\n", "me@b.test||||" },
    { ME "DKIM-Signature: d=b.test/x\nDKIM-Signature: d=b@b.test\nDKIM-Signature:\n", "me@b.test||||" },
    { ME "X-DKIM-Signature: d=b.test\n", "me@b.test||||" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Report) report = returning(rows[i].message, "hello");
    g_autofree char *got = borne(report);
    assert_text(i, got, rows[i].want);
  }
}

/* Invitations hide their calendar in a part. A body that only speaks of one does not. */
static void an_invitation_is_known_by_its_part(void **state)
{
  g_autoptr(Report) invitation =
      returning(ME "Content-Type: multipart/mixed; boundary=k\n", "--k\nContent-Type: text/calendar\n\nBEGIN\n--k--");
  g_autoptr(Report) talk = returning(ME, "Please set Content-Type: text/calendar in your program");
  assert_true(invitation->original.automatic);
  assert_false(talk->original.automatic);
}

/* Whoever writes an original chooses how many of each it has. */
static void what_is_read_is_bounded(void **state)
{
  g_autoptr(GString) fields = g_string_new(ME);
  for (guint i = 0; i < 500; i++)
    g_string_append_printf(fields, "DKIM-Signature: d=d%u.test\nReferences: <r%u@x.test>\nResent-From: f%u@x.test\n", i,
                           i, i);
  g_autoptr(Report) report = returning(fields->str, "hello");
  assert_int_equal(report->original.signers->len, 8);
  assert_int_equal(report->original.answered->len, 32);
  assert_int_equal(report->original.resenders->len, 8);
}

/* To whom it came, as far as the reporter knows: the mailbox it was delivered to is another thing. */
static void to_alone_says_whom_the_reporter_took_for_the_sender(void **state)
{
  g_autoptr(Report) report = read_text("Delivered-To: box17@host.test\n" TEXT);
  g_autofree char *to = joined(report->to), *all = joined(report->addressed);
  assert_string_equal(to, "me@b.test");
  assert_string_equal(all, "box17@host.test me@b.test");
}

static char *alone_in(const char *fields)
{
  g_autofree char *text = g_strconcat("Message-ID: <a@x.test>\n", fields, NULL);
  ReceivedMessage *message = NULL;
  if (filter_scan(text, strlen(text), FALSE, &message)) return g_strdup("candidate");
  char *alone = g_strdup(message->alone);
  received_message_free(message);
  return alone;
}

#define ANN "From: Ann <ann@x.test>\n"
static void a_letter_to_one_address_by_no_list_was_received_alone(void **state)
{
  static const Row rows[] = {
    { ANN "To: me@b.test\n", "me@b.test" },
    { ANN "To: \"me@b.test\" <Me@B.test>\n", "me@b.test" },
    { ANN "To: me@b.test, you@b.test\n" },
    { ANN "To: me@b.test\nCc: you@b.test\n" },
    { ANN "Cc: me@b.test\n" },
    { ANN "To: me@b.test\nTo: you@b.test\n" },
    { ANN "To: undisclosed-recipients:;\n" },
    { ANN },
    { ANN "To: me@b.test\nList-Id: <club.x.test>\n" },
    { ANN "To: me@b.test\nPrecedence: list\n" },
    { ANN "To: me@b.test\nPrecedence: bulk\n" },
    { "From: no-reply@x.test\nTo: me@b.test\n" },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *got = alone_in(rows[i].message);
    assert_text(i, got, rows[i].want);
  }
}

static void every_mark_has_a_code_of_its_own_and_a_sentence(void **state)
{
  for (guint mark = 0; mark < MARK_N; mark++) {
    const char *code = mark_code((OwnMark)mark);
    Evidence *line = evidence_new(EVIDENCE_FOR, code, "shown.test", NULL);
    g_autofree char *text = evidence_text(line);
    assert_int_equal(mark_of_code(code), mark);
    assert_string_not_equal(match_name((Match)(MATCH_MARK + mark)), match_name(MATCH_NONE));
    assert_non_null(strstr(text, "shown.test"));
    evidence_free(line);
  }
  assert_int_equal(mark_of_code("id-in-ledger"), MARK_N);
  assert_int_equal(mark_of_code(NULL), MARK_N);
}

static Verdict *judged(guint has, guint shows, guint marks, guint reports)
{
  const Policy policy = POLICY_DEFAULT(NOW);
  g_autoptr(Report) report = make_report(REPORT_DSN_FAILED, shows);
  g_autoptr(Facts) facts = make_facts(has);
  for (guint mark = 0; mark < MARK_N; mark++)
    if (marks & 1u << mark) facts->marks[mark] = (MarkFact){ g_strdup("shown.test"), reports };
  return filter_judge(report, facts, &policy);
}

static const Evidence *decided_by(const Verdict *verdict) { return verdict->evidence->pdata[verdict->decided]; }

/* Each mark: five a week, whatever the ledger knows; never genuine; behind the owner's word and whatever clears. */
static void a_mark_leaves_five_in_sight_and_decides_nothing_else(void **state)
{
  static const struct {
    guint has, shows, reports;
    VerdictCode code;
    const char *decided; /* NULL: the mark itself */
  } rows[] = {
    { COVERED, SHOWS_ID | NAMED, 0, VERDICT_UNSURE, NULL },
    { COVERED, SHOWS_ID | NAMED, 4, VERDICT_UNSURE, NULL },
    { COVERED, SHOWS_ID | NAMED, 5, VERDICT_BACKSCATTER, "covered" }, /* a flood switches nothing off */
    { COVERED, SHOWS_ID | NAMED, G_MAXUINT, VERDICT_BACKSCATTER, "covered" },
    { 0, SHOWS_ID | NAMED, 5, VERDICT_UNSURE, "not-covered" }, /* ... nor does it convict */
    { 0, SHOWS_ID | NAMED, 0, VERDICT_UNSURE, NULL },
    { COVERED | STRANGER, SHOWS_ID | NAMED, 0, VERDICT_UNSURE, NULL },
    { DENY | COVERED, SHOWS_ID | NAMED, 0, VERDICT_BACKSCATTER, "own-deny" }, /* the owner has the last word */
    { ALLOW | COVERED, SHOWS_ID | NAMED, 5, VERDICT_GENUINE, "own-allow" },
    { ID | COVERED, SHOWS_ID | NAMED, 0, VERDICT_GENUINE, "id-in-ledger" },
    { RECENT | COVERED, NAMED, 0, VERDICT_GENUINE, "recipient-recent" }, /* what speaks for the owner undoes nothing */
    { RECENT | COVERED | SURVIVE, SHOWS_ID | NAMED, 0, VERDICT_UNSURE, NULL },
    { TO_OWNER | COVERED, SHOWS_ID | NAMED, 0, VERDICT_UNSURE, "original-to-you" },
    { COVERED, SHOWS_RECIPIENT | MENTIONED, 5, VERDICT_UNSURE, "only-mentioned" },
  };
  for (guint mark = 0; mark < MARK_N; mark++)
    for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
      g_autoptr(Verdict) verdict = judged(rows[i].has, rows[i].shows, 1u << mark, rows[i].reports);
      const char *want = rows[i].decided != NULL ? rows[i].decided : mark_code((OwnMark)mark);
      if (verdict->code != rows[i].code || strcmp(decided_by(verdict)->code, want) != 0)
        fail_msg("%s, row %u: %s by %s", mark_code((OwnMark)mark), i, verdict_name(verdict->code),
                 decided_by(verdict)->code);
    }
}

/* A letter whose Sent copy comes a minute late is genuine by that, and leaves the mark to others. */
static void a_fresh_report_that_only_a_mark_speaks_for_waits_for_sent(void **state)
{
  static const struct {
    guint has, shows, marks;
    gboolean fresh;
  } rows[] = {
    { COVERED, SHOWS_ID | NAMED | NEW_REPORT, 1, TRUE },
    { COVERED, SHOWS_ID | NAMED | NEW_ORIGINAL, 1, TRUE },
    { COVERED | WAITED, SHOWS_ID | NAMED | NEW_REPORT, 1, FALSE },
    { COVERED, SHOWS_ID | NAMED, 1, FALSE },
    { STALE, SHOWS_ID | NAMED, 1, TRUE }, /* another account's Sent folder is to be read first */
    { TO_OWNER | COVERED, SHOWS_ID | NAMED | NEW_REPORT, 1, FALSE }, /* another line decided */
    { 0, SHOWS_ID | NAMED | NEW_REPORT, 0, FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Verdict) verdict = judged(rows[i].has, rows[i].shows, rows[i].marks, 0);
    if (verdict->code != VERDICT_UNSURE || verdict->fresh != rows[i].fresh)
      fail_msg("row %u: %s%s", i, verdict_name(verdict->code), verdict->fresh ? ", fresh" : "");
  }
}

/* All marks at once are no more than each. */
static void many_marks_clear_nothing(void **state)
{
  g_autoptr(Verdict) few = judged(COVERED, SHOWS_ID | NAMED, (1u << MARK_N) - 1, 0);
  g_autoptr(Verdict) flood = judged(COVERED, SHOWS_ID | NAMED, (1u << MARK_N) - 1, 5);
  assert_int_equal(few->code, VERDICT_UNSURE);
  assert_string_equal(decided_by(few)->code, mark_code(MARK_ANSWERS));
  assert_int_equal(flood->code, VERDICT_BACKSCATTER);
}

/* A forger writes the owner's domain into a signature as easily as into From. */
static void a_signature_that_nobody_verified_leaves_nothing_in_sight(void **state)
{
  const Policy policy = POLICY_DEFAULT(NOW);
  static const guint all[] = { COVERED, COVERED | STRANGER, 0 };
  for (guint i = 0; i < G_N_ELEMENTS(all); i++) {
    g_autoptr(Report) report = make_report(REPORT_DSN_FAILED, SHOWS_ID | NAMED);
    g_autoptr(Facts) facts = make_facts(all[i]);
    g_autoptr(Verdict) before = filter_judge(report, facts, &policy);
    facts->claimed = g_strdup("mine.test");
    g_autoptr(Verdict) after = filter_judge(report, facts, &policy);
    assert_int_equal(after->code, before->code);
    assert_string_equal(decided_by(after)->code, decided_by(before)->code);
    assert_int_equal(after->evidence->len, before->evidence->len + 1);
  }
}

/* An unused address explains; the verdict is as it was. */
static void an_unused_address_explains_and_decides_nothing(void **state)
{
  static const struct {
    gboolean tested, only;
    EvidenceSide side;
    const char *code;
  } rows[] = {
    { TRUE, FALSE, EVIDENCE_AGAINST, "never-used" },
    { TRUE, TRUE, EVIDENCE_AGAINST, "receive-only" },
    { FALSE, FALSE, EVIDENCE_NEUTRAL, "never-used-untested" },
    { FALSE, TRUE, EVIDENCE_NEUTRAL, "never-used-untested" },
  };
  const Policy policy = POLICY_DEFAULT(NOW);
  for (guint i = 0; i < G_N_ELEMENTS(rows) * 2; i++) {
    g_autoptr(Report) report = make_report(REPORT_DSN_FAILED, SHOWS_ID | NAMED);
    g_autoptr(Facts) facts = make_facts(i % 2 != 0 ? COVERED : 0);
    facts->unused = g_strdup("q7x@b.test");
    facts->unused_tested = rows[i / 2].tested;
    facts->receive_only = rows[i / 2].only;
    facts->unused_reports = 17;
    g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
    const Evidence *line = NULL;
    for (guint k = 0; k < verdict->evidence->len; k++) {
      const Evidence *each = verdict->evidence->pdata[k];
      if (strcmp(each->code, rows[i / 2].code) == 0) line = each;
    }
    assert_int_equal(verdict->code, i % 2 != 0 ? VERDICT_BACKSCATTER : VERDICT_UNSURE);
    assert_non_null(line);
    assert_int_equal(line->side, rows[i / 2].side);
    g_autofree char *text = evidence_text(line);
    assert_non_null(strstr(text, "q7x@b.test"));
    assert_non_null(strstr(text, "17"));
  }
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(fields_of_an_original_are_read_for_what_they_say),
    cmocka_unit_test(an_invitation_is_known_by_its_part),
    cmocka_unit_test(what_is_read_is_bounded),
    cmocka_unit_test(to_alone_says_whom_the_reporter_took_for_the_sender),
    cmocka_unit_test(a_letter_to_one_address_by_no_list_was_received_alone),
    cmocka_unit_test(every_mark_has_a_code_of_its_own_and_a_sentence),
    cmocka_unit_test(a_mark_leaves_five_in_sight_and_decides_nothing_else),
    cmocka_unit_test(a_fresh_report_that_only_a_mark_speaks_for_waits_for_sent),
    cmocka_unit_test(many_marks_clear_nothing),
    cmocka_unit_test(a_signature_that_nobody_verified_leaves_nothing_in_sight),
    cmocka_unit_test(an_unused_address_explains_and_decides_nothing),
  };
  return cmocka_run_group_tests_name("marks", tests, NULL, NULL);
}
