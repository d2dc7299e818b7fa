/* made_report.h - reports and facts made of a few bits, for the tests of verdicts. */
#pragma once
#include "filter/filter.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
// cmocka wants the headers above first
#include <cmocka.h>

#define NOW ((gint64)1780000000)
#define DAYS(n) ((gint64)(n)*86400)

/* What the ledger says in a row: */
enum {
  ALLOW = 1 << 0,
  DENY = 1 << 1,
  ID = 1 << 2,
  REPLAYED = 1 << 3, /* 8 reports were matched to each message before, and it has 2 recipients; else 7 */
  REFER = 1 << 4,
  TOKEN = 1 << 5,
  FIT = 1 << 6,
  ANSWERED = 1 << 7, /* the message that fits was answered under its own id */
  RECENT = 1 << 8,
  LONG_AGO = 1 << 9,
  EXCLUDED = 1 << 10,
  OFTEN = 1 << 11, /* five of the week were cleared by RECENT alone */
  SURVIVE = 1 << 12,
  COVERED = 1 << 13,
  STALE = 1 << 14,
  WAITED = 1 << 15,
  JUST_CAME = 1 << 16,
  ID_START = 1 << 17,
  OTHER_ID = 1 << 18,
  LETTER = 1 << 19,
  TO_OWNER = 1 << 20,
  OWNER_FAILED = 1 << 21,
  DELIVERED = 1 << 22,
  NEIGHBOUR = 1 << 23,
  ANOTHER_NAME = 1 << 24,
  STRANGER = 1 << 25,
  DENY_REPORTER = 1 << 26,
  PASSED_ON = 1 << 27,
  ALIKE = 1 << 28,
  AGAIN = 1 << 29, /* alike, to an address that differs by a letter */
  LATER = 1 << 30  /* after the report came */
};

/* What the report shows. Its recipients are named, unless LISTED or MENTIONED. */
enum {
  SHOWS_ID = 1 << 0,
  SHOWS_RECIPIENT = 1 << 1,
  LISTED = 1 << 2,
  MENTIONED = 1 << 3,
  SHOWS_REFERENCE = 1 << 4,
  STATUS_PART = 1 << 5,
  HEADER = 1 << 6,
  UNREAD = 1 << 7,
  ORIGINAL_TO = 1 << 8,
  NO_DATE = 1 << 9,
  NEW_REPORT = 1 << 10,
  NEW_ORIGINAL = 1 << 11,
  FUTURE = 1 << 12,
  DATE_3 = 1 << 13, /* the original is of 3 days ago, as RECENT says, or of 40, as LONG_AGO does */
  DATE_40 = 1 << 14,
  NAMED = SHOWS_RECIPIENT | STATUS_PART
};

static inline Report *make_report(ReportKind kind, guint shows)
{
  Report *report = report_new();
  report->kind = kind;
  report->rank = shows & MENTIONED ? RANK_MENTIONED : shows & LISTED ? RANK_LISTED : RANK_NAMED;
  report->status_part = (shows & STATUS_PART) != 0;
  report->original.header = (shows & HEADER) != 0;
  report->original.unread = (shows & UNREAD) != 0;
  report->date = shows & NO_DATE ? 0 : shows & FUTURE ? NOW + DAYS(1) : shows & NEW_REPORT ? NOW - 599 : NOW - DAYS(1);
  report->original.date = shows & NEW_ORIGINAL ? NOW - 30 : shows & NO_DATE ? 0 : NOW - DAYS(2);
  if (shows & (DATE_3 | DATE_40)) report->original.date = NOW - DAYS(shows & DATE_3 ? 3 : 40) + 900;
  if (shows & SHOWS_ID) g_ptr_array_add(report->original.message_ids, g_strdup("one@b.test"));
  if (shows & SHOWS_RECIPIENT) g_ptr_array_add(report->recipients, g_strdup("gone@b.test"));
  if (shows & SHOWS_REFERENCE) g_ptr_array_add(report->refer_backs, g_strdup("two@b.test"));
  if (shows & ORIGINAL_TO) g_ptr_array_add(report->original.recipients, g_strdup("to@b.test"));
  g_ptr_array_add(report->signals, evidence_new(EVIDENCE_NEUTRAL, "daemon-from", NULL));
  return report;
}

static inline void set_found(Found *found, const char *shown, guint has)
{
  *found = (Found){ g_strdup(shown), sent_fact_new(NOW - DAYS(2), "Lunch", "home", "Sent", 2) };
  found->sent->reports = has & REPLAYED ? 8 : 7;
}

static inline void set_people(Facts *facts, guint has)
{
  if (has & (ALIKE | AGAIN)) set_found(&facts->alike, "gone@b.test", has);
  facts->alike_again = (has & AGAIN) != 0;
  if (has & (RECENT | LONG_AGO | EXCLUDED | LATER)) {
    facts->written_to = g_strdup("gone@b.test");
    facts->written = NOW - DAYS(has & LATER ? -2 : has & LONG_AGO ? 40 : 3);
    facts->written_sent = sent_fact_new(facts->written, NULL, NULL, NULL, 1);
    facts->automatic = (has & EXCLUDED) == 0;
    facts->written_reports = has & OFTEN ? 5 : 4;
  }
  if (has & (NEIGHBOUR | ANOTHER_NAME | PASSED_ON)) {
    facts->other = g_strdup("robert@b.test");
    facts->other_written = NOW - DAYS(3);
    facts->other_how = has & NEIGHBOUR ? OTHER_NEIGHBOUR : has & PASSED_ON ? OTHER_RECIPIENT : OTHER_NAME;
  }
  facts->ids_survive = (has & SURVIVE) != 0;
  if (has & TO_OWNER) facts->to_owner = g_strdup("me@a.test");
  if (has & OWNER_FAILED) facts->failed_owner = g_strdup("me@a.test");
  if (has & DELIVERED) facts->delivered_owner = g_strdup("me@a.test");
  if (has & STRANGER) facts->stranger = g_strdup("q7x@a.test");
}

static inline Facts *make_facts(guint has)
{
  static const struct {
    guint flag;
    gsize offset;
    const char *shown;
  } found[] = { { ID, G_STRUCT_OFFSET(Facts, id), "one@b.test" },
                { REFER, G_STRUCT_OFFSET(Facts, refer_back), "two@b.test" },
                { TOKEN, G_STRUCT_OFFSET(Facts, token), "three@b.test" },
                { FIT, G_STRUCT_OFFSET(Facts, fit), "gone@b.test" },
                { ID_START, G_STRUCT_OFFSET(Facts, id_start), "one@b" },
                { OTHER_ID, G_STRUCT_OFFSET(Facts, other_id), "four@b.test" },
                { LETTER, G_STRUCT_OFFSET(Facts, letter), "five@b.test" } };
  Facts *facts = facts_new();
  facts->own = has & ALLOW ? OWN_ALLOW : has & (DENY | DENY_REPORTER) ? OWN_DENY : OWN_NONE;
  if (facts->own != OWN_NONE) {
    facts->own_entry = g_strdup("@b.test");
    facts->own_matched = g_strdup(has & DENY_REPORTER ? "mx.b.test" : "gone@b.test");
  }
  for (guint i = 0; i < G_N_ELEMENTS(found); i++)
    if (has & found[i].flag) set_found(G_STRUCT_MEMBER_P(facts, found[i].offset), found[i].shown, has);
  facts->fit_answered = (has & ANSWERED) != 0;
  set_people(facts, has);
  facts->covered = (has & COVERED) != 0;
  facts->stale = (has & STALE) != 0;
  facts->waited = (has & WAITED) != 0;
  facts->need_from = facts->from = NOW - DAYS(3);
  facts->need_to = facts->to = has & JUST_CAME ? NOW : NOW - 3600;
  if (!facts->covered) facts->gap = g_strdup("The Sent folder of account home was not read yet.");
  return facts;
}
