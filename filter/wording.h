/* wording.h - the words of an original, and what was learned of them (Bayes): how likely they stand in mail that the
 * owner does not want, by the way of Robinson and Fisher. */
#pragma once
#include "filter/keywords.h"

#define WORDING_WORDS_MOST 150 /* of one original */

/* The different words of an original: those of its subject as "s:lunch", those of its text as "t:lunch", in small
 * letters, of 3 to 24 letters each. Numbers, and whatever stands in an address, are left out. subject, text: NULL:
 * none. List of char*; the caller owns it. */
GPtrArray *wording_split(const char *subject, const char *text);
/* Is it a word of the subject? */
gboolean wording_in_subject(const char *word);

/* How many messages hold a word, or how many there are at all: wanted ones, and unwanted ones. */
typedef struct {
  guint good, bad;
} WordingCount;

/* Is enough known to say anything? */
gboolean wording_knows_enough(WordingCount all);
/* How much more often the word stands in unwanted mail, from 0 (never) to 1 (there alone): f(w) of Robinson, which
 * believes little where little is known. all: messages that were learned from; at least one of each kind. */
double wording_share(WordingCount word, WordingCount all);
/* The shares of several words together, from 0 (wanted) to 1 (unwanted): Fisher's method. */
double wording_combine(const double *shares, guint n);

typedef enum { WORDING_NOTHING, WORDING_GOOD, WORDING_BAD } WordingResult;
/* What n shares come to, the most telling first. WORDING_NOTHING where few of them tell anything. */
WordingResult wording_weigh(const double *shares, guint n);
/* Does this share tell anything? And how many of those that do are weighed at most? */
gboolean wording_tells(double share);
#define WORDING_WEIGHED_MOST 20

/* What words tell of a report: those that the owner looks for, and those that were learned. */
typedef struct {
  GPtrArray *hits; /* KeywordHit*; NULL: none was found */
  WordingResult learned;
  guint messages;     /* that were learned from */
  GPtrArray *weighed; /* char*: the words that weighed most, "lunch (2 %)"; NULL */
  GArray *hashes;     /* gint64: the words as the ledger keeps them to learn from; NULL: nothing is to be learned */
} WordFacts;
void word_facts_clear(WordFacts *facts);
