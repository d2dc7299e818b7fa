/* judge_second.c - the second line: what is unsure, and has enough against it, moves where the owner wants that
 * Owns:     what counts as one check, how many must speak against a report, and what keeps a report in sight whatever
 *           speaks against it.
 * Must not: change a verdict; look anything up.
 * Fails:    never.
 * Tests:    tests/filter/test_second_line.c */
#include "filter/case.h"
#include <string.h>

#define LEAST 3
#define SECOND_LINE "second-line"

/* What a check looks at. What looks at the same thing may be wrong for the same reason: a new server of the owner's is
 * in no SPF record, has no name yet, and stands on a list that its address was on before. */
typedef enum { LOOKS_AT_SENDER = 1, LOOKS_AT_HOST = 2, LOOKS_AT_TEXT = 4 } LooksAt;

/* Each check counts once, however many lines it wrote. */
static const struct {
  const char *codes[3];
  LooksAt at;
} checks[] = {
  { { "signature-missing" }, LOOKS_AT_SENDER },
  { { "never-used", "receive-only" }, LOOKS_AT_SENDER },
  { { "spf-fail", "spf-softfail" }, LOOKS_AT_HOST },
  { { "reverse-none", "reverse-unconfirmed", "reverse-other" }, LOOKS_AT_HOST },
  { { "host-listed" }, LOOKS_AT_HOST },
  { { "link-listed" }, LOOKS_AT_TEXT },
  { { "word-found", "word-pattern" }, LOOKS_AT_TEXT },
  { { "word-unwanted" }, LOOKS_AT_TEXT },
};

gboolean filter_is_second_line(const char *code) { return strcmp(code, SECOND_LINE) == 0; }

static gboolean has_line(const GPtrArray *lines, guint check)
{
  for (guint i = 0; i < lines->len; i++) {
    const Evidence *line = lines->pdata[i];
    for (guint k = 0; k < G_N_ELEMENTS(checks[check].codes) && checks[check].codes[k] != NULL; k++)
      if (line->side == EVIDENCE_AGAINST && strcmp(line->code, checks[check].codes[k]) == 0) return TRUE;
  }
  return FALSE;
}

/* How many checks speak against it; 0 where all of them look at the same thing. */
static guint count_against(const GPtrArray *lines)
{
  guint n = 0, at = 0;
  for (guint i = 0; i < G_N_ELEMENTS(checks); i++) {
    if (!has_line(lines, i)) continue;
    n++;
    at |= checks[i].at;
  }
  return (at & (at - 1)) != 0 ? n : 0;
}

static gboolean speaks_for(const GPtrArray *lines)
{
  for (guint i = 0; i < lines->len; i++)
    if (((const Evidence *)lines->pdata[i])->side == EVIDENCE_FOR) return TRUE;
  return FALSE;
}

/* Is it unsure for no other reason than that the time is not covered? An own entry, mail to the owner, and a report
 * that shows too little are other reasons. */
static gboolean lacks_only_time(const Case *c)
{
  const Evidence *decided = c->verdict->evidence->pdata[c->verdict->decided];
  return c->facts->own == OWN_NONE && strcmp(decided->code, "not-covered") == 0;
}

/* Is there a Sent folder that holds what is sent from the address, as far as anybody knows? Where answers show that
 * mail is missing there, "not in Sent" tells nothing; and where another look is due, that comes first. */
static gboolean has_coverage_claim(const Facts *facts)
{
  return facts->from > 0 && facts->to > 0 && facts->unlisted == NULL && !facts->test_failed && !facts->late;
}

void judge_second_line(Case *c)
{
  Verdict *verdict = c->verdict;
  if (!c->policy->second_line || !c->settled || verdict->code != VERDICT_UNSURE || c->facts->hand != HAND_OUTSIDE)
    return;
  if (!lacks_only_time(c) || !has_coverage_claim(c->facts) || speaks_for(verdict->evidence)) return;
  const guint against = count_against(verdict->evidence);
  if (against < LEAST) return;
  case_note(c, EVIDENCE_AGAINST, SECOND_LINE, "u", against);
  verdict->decided = verdict->evidence->len - 1;
  verdict->second_line = TRUE;
}
