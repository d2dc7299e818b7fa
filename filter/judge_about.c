/* judge_about.c - is it about mail to the owner, or to somebody the owner wrote to? Rules 6 and 8 of
 *                 doc/design/verdicts.md
 * Owns:     how much it weighs that the failed recipient was written to.
 * Must not: look anything up.
 * Fails:    never.
 * Tests:    tests/filter/test_judge.c */
#include "filter/case.h"

#define DAY ((gint64)86400)
#define RECENT_DAYS 14                  /* no server keeps trying for longer */
#define DATES_APART ((gint64)36 * 3600) /* as for the fit of rule 5 */
#define WEAKLY 5                        /* reports a week that are cleared by no more than that */

/* Mail that is addressed to the owner is not from the owner. From alone would say nothing: forgers choose it, and the
 * report of a forged message comes to the envelope's sender. */
void judge_to_owner(Case *c)
{
  static const char *const codes[] = { "original-to-you", "you-failed", "delivered-to-you" };
  const Facts *facts = c->facts;
  const char *const found[] = { facts->to_owner, facts->failed_owner, facts->delivered_owner };
  for (guint i = 0; i < G_N_ELEMENTS(found); i++) {
    if (found[i] == NULL) continue;
    case_note(c, EVIDENCE_NEUTRAL, codes[i], "s", found[i]);
    case_settle(c, VERDICT_UNSURE);
  }
}

static void weigh_recent(Case *c)
{
  const Facts *facts = c->facts;
  case_note(c, EVIDENCE_FOR, "recipient-recent", "siu", facts->written_to, facts->written, RECENT_DAYS);
  if (facts->written_reports >= WEAKLY) {
    case_note(c, EVIDENCE_AGAINST, "recipient-often", "u", facts->written_reports);
    case_settle(c, VERDICT_UNSURE);
    return;
  }
  case_settle(c, VERDICT_GENUINE);
}

static gint64 came(const Case *c) { return c->facts->need_to > 0 ? c->facts->need_to : c->policy->now; }

/* When the report was written: by its own Date, unless it came before that. */
static gint64 written(const Case *c) { return c->report->date > 0 ? MIN(c->report->date, came(c)) : came(c); }

/* Was the recipient written to when the original says that it was sent, however long ago? Who forges a report seldom
 * knows when the owner writes to whom. */
static gboolean written_then(const Case *c)
{
  gint64 date = c->report->original.date;
  return date > 0 && ABS(c->facts->written - date) <= DATES_APART && !case_id_tells(c);
}

void judge_written_to(Case *c)
{
  const Facts *facts = c->facts;
  if (facts->written_to == NULL) return;
  gboolean recent = written(c) - facts->written <= RECENT_DAYS * DAY, later = facts->written > came(c) + DAY;
  if (!facts->automatic) {
    case_note(c, EVIDENCE_NEUTRAL, "recipient-excluded", "si", facts->written_to, facts->written);
  } else if (later) {
    if (case_shows_id(c) && facts->covered) return; /* by its id it is no message of the owner's, whenever it came */
    case_note(c, EVIDENCE_FOR, "recipient-later", "si", facts->written_to, facts->written);
    case_settle(c, VERDICT_UNSURE);
  } else if (recent && case_id_tells(c)) {
    case_note(c, EVIDENCE_NEUTRAL, "recipient-foreign-id", "si", facts->written_to, facts->written);
  } else if (recent) {
    weigh_recent(c);
  } else if (written_then(c)) {
    case_note(c, EVIDENCE_FOR, "recipient-then", "si", facts->written_to, facts->written);
    case_settle(c, VERDICT_UNSURE);
  } else if (case_shows_id(c) && facts->covered) {
    case_note(c, EVIDENCE_NEUTRAL, "recipient-known-foreign-id", "si", facts->written_to, facts->written);
  } else {
    case_note(c, EVIDENCE_FOR, "recipient-known", "si", facts->written_to, facts->written);
    case_settle(c, VERDICT_UNSURE);
  }
}

/* Does the id it shows speak against this other name? Whoever passed the mail on, a list or a forwarder, may have given
 * it another id, whatever became of ids on their straight way. */
static gboolean id_denies(const Case *c, OtherName how)
{
  if (how == OTHER_RECIPIENT) return FALSE;
  return how == OTHER_NAME ? case_id_tells(c) : case_shows_id(c);
}

/* A server may know a recipient by another name than the sender does: where no id tells more, a message to somebody who
 * may be the same person is reason enough to leave the report in sight. */
void judge_other_name(Case *c)
{
  static const char *const codes[] = { [OTHER_NAME] = "other-name",
                                       [OTHER_RECIPIENT] = "other-recipient",
                                       [OTHER_NEIGHBOUR] = "domain-recent",
                                       [OTHER_REPORTER] = "reporter-recent" };
  const Facts *facts = c->facts;
  if (facts->other == NULL) return;
  if (id_denies(c, facts->other_how)) return;
  case_note(c, EVIDENCE_FOR, codes[facts->other_how], "si", facts->other, facts->other_written);
  case_settle(c, VERDICT_UNSURE);
}

/* A gateway on the recipient's side may give a message another id and tag its subject, whatever became of ids on other
 * ways. */
void judge_alike(Case *c)
{
  const Facts *facts = c->facts;
  const Found *alike = &facts->alike;
  if (alike->shown == NULL) return;
  case_note(c, EVIDENCE_FOR, facts->alike_again ? "sent-again" : "subject-alike", "sm", alike->shown, alike->sent);
  case_settle(c, VERDICT_UNSURE);
}
