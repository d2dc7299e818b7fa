/* keywords.h - words and regular expressions that the owner looks for in what a bounce returns of its original. */
#pragma once
#include <glib.h>

#define KEYWORD_WORDS_MOST 100   /* of one account */
#define KEYWORD_PATTERNS_MOST 20 /* of one account: each is tried on each report that a stranger handed in */
#define KEYWORD_LONGEST 200      /* bytes */
#define KEYWORD_HITS_MOST 10     /* of one report */

typedef enum {
  KEYWORD_WORD,   /* whole words, in any case, with any white space between them */
  KEYWORD_PATTERN /* a regular expression of PCRE2, in any case; any white space is one space */
} KeywordKind;

typedef struct Keyword Keyword;

/* NULL: the text makes no keyword, and *problem says why and what to do, as the end of a sentence; the caller frees. A
 * pattern is tried on texts that are hard for it: one that takes long there is refused. */
Keyword *keyword_new(KeywordKind kind, const char *text, char **problem);
Keyword *keyword_ref(Keyword *keyword);
void keyword_unref(Keyword *keyword);

typedef struct {
  KeywordKind kind;
  char *text; /* as the owner wrote it */
  gboolean in_subject;
  gboolean costly; /* nothing was found before the limit of work was reached: that tells nothing */
} KeywordHit;
void keyword_hit_free(KeywordHit *hit);

/* Looks for keywords (Keyword*; NULL: none) in the subject and the text of an original (valid UTF-8; NULL: none came
 * back). List of KeywordHit*, at most one for each keyword; the caller owns it. NULL: none was found. Takes a few
 * milliseconds at most, whatever pattern and text are. */
GPtrArray *keywords_find(const GPtrArray *keywords, const char *subject, const char *text);
