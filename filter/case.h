/* case.h - one judgement while it is made: what the judges share. No other room includes it. */
#pragma once
#include "filter/filter.h"

typedef struct {
  const Report *report;
  const Facts *facts;
  const Policy *policy;
  Verdict *verdict;
  gboolean settled;
} Case;

/* Adds a line of evidence. types: a letter for each of what follows: s const char * (NULL is ""), i gint64, u guint,
 * e const Evidence * (its code, or its sentence where it has no code's, and its arguments; the last letter),
 * m const SentFact * (four arguments: subject, date, folder, account), l const GPtrArray * of char * (how many, then
 * the first of them; the last letter). */
void case_note(Case *c, EvidenceSide side, const char *code, const char *types, ...);
/* The line noted last decides, unless an earlier one did. */
void case_settle(Case *c, VerdictCode code);

/* Does it show an id of the original? And does that tell that the original is none of the owner's, since those come
 * back as they left? */
gboolean case_shows_id(const Case *c);
gboolean case_id_tells(const Case *c);

/* judge_answers.c, the rules 2 to 5: what leads to one sent message. */
void judge_own_word(Case *c);
void judge_ids(Case *c);
void judge_refer_back(Case *c);
void judge_fit(Case *c);
void judge_weak_ids(Case *c);
/* judge_marks.c, rule 7: what may be of the owner's own hand; and an address that mail never left from. */
void judge_marks(Case *c);
void judge_claimed(Case *c);
void judge_unused(Case *c);
/* judge_about.c, the rules 6 and 8: whom the mail was to. */
void judge_to_owner(Case *c);
void judge_written_to(Case *c);
void judge_other_name(Case *c);
void judge_alike(Case *c);
/* judge_signed.c, rule 7: signatures of the owner's own, and that one is missing. */
void judge_signature(Case *c);
void judge_unsigned(Case *c);
/* judge_hand.c, rule 7: the owner's own hand. Where it shows no id, rule 8 goes first, since that may clear it. */
void judge_insider(Case *c);
void judge_insider_late(Case *c);
/* judge_tools.c: what the checks of servers say, where it is left in sight. */
void judge_tools(Case *c);
/* judge_words.c: adds what the words of the original say to these lines of evidence. */
void judge_words_add(GPtrArray *lines, const WordFacts *words);
/* judge_second.c: does enough speak against what is left in sight? */
void judge_second_line(Case *c);
/* judge_shows.c, the rules 9 and 10: whether what it shows, and what is known of sent mail, are enough to say no. */
void judge_unknown(Case *c);
void judge_shown(Case *c);
void judge_coverage(Case *c);
