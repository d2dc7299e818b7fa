/* keywords.c - words and regular expressions in what a bounce returns
 * Owns:     how they are compared, and how much work a pattern may cost.
 * Must not: decide; look at a clock, since a verdict must not depend on how busy a machine is.
 * Fails:    never; a pattern that reaches its limit of work has found nothing, and is told.
 * Tests:    tests/filter/test_keywords.c */
#define PCRE2_CODE_UNIT_WIDTH 8
#include "filter/keywords.h"
#include "filter/fold.h"
#include "filter/normalise.h"
#include <pcre2.h>
#include <string.h>

#define PATTERN_READ ((gsize)4096) /* bytes of text that patterns are tried on */
#define PROBE_READ ((gsize)2048)   /* bytes of each text that a new pattern is tried on */
/* A match begins and ends within a window: what an endless repeat may run over at each place where it begins. */
#define WINDOW ((gsize)512)
#define WINDOW_STEP ((gsize)384)
#define PATTERN_WORK 100000 /* items of a pattern that are tried in one report */
#define REPORT_WORK 150000  /* the same of all patterns */
#define COMPILED_MOST ((gsize)65536)
#define DEPTH_MOST 5000
#define HEAP_MOST 1024 /* KiB */
#define NESTED_MOST 20
#define SPACELESS 0x2e80 /* from this character on, most scripts write words without spaces */

struct Keyword {
  KeywordKind kind;
  char *text;
  GString *folded; /* of a word */
  pcre2_code *code;
};

/* What a pattern may still cost. pcre2's own limit counts anew at each place where a match may begin, so the items that
 * are tried are counted here. */
typedef struct {
  guint pattern, report;
} Work;

static int count_work(pcre2_callout_block *block, void *data)
{
  Work *work = data;
  (void)block;
  if (work->pattern == 0 || work->report == 0) return PCRE2_ERROR_MATCHLIMIT;
  work->pattern--;
  work->report--;
  return 0;
}

/* What came of one. */
typedef enum { FOUND_NOT, FOUND, FOUND_TOO_COSTLY } Search;

/* One window after the other; what stands before a window can be seen from it. */
static Search match_windows(const pcre2_code *code, pcre2_match_data *match, pcre2_match_context *context,
                            const char *text, gsize length)
{
  for (gsize start = 0;; start = utf8_floor(text, start + WINDOW_STEP)) {
    const gboolean last = start + WINDOW >= length;
    const gsize end = last ? length : utf8_floor(text, start + WINDOW);
    const guint32 options = PCRE2_NO_UTF_CHECK | (last ? 0 : PCRE2_NOTEOL);
    const int rc = pcre2_match(code, (PCRE2_SPTR)text, end, start, options, match, context);
    if (rc >= 0) return FOUND;
    if (rc != PCRE2_ERROR_NOMATCH) return FOUND_TOO_COSTLY;
    if (last) return FOUND_NOT;
  }
}

static Search match_pattern(const Keyword *keyword, const char *text, gsize length, Work *work)
{
  pcre2_match_context *context = pcre2_match_context_create(NULL);
  pcre2_match_data *match = pcre2_match_data_create(1, NULL);
  Search found = FOUND_TOO_COSTLY;
  if (context != NULL && match != NULL) {
    pcre2_set_callout(context, count_work, work);
    pcre2_set_depth_limit(context, DEPTH_MOST);
    pcre2_set_heap_limit(context, HEAP_MOST);
    found = match_windows(keyword->code, match, context, text, length);
  }
  pcre2_match_data_free(match);
  pcre2_match_context_free(context);
  return found;
}

/* Does a word of these letters go on over this border? */
static gboolean goes_on(gunichar before, gunichar after)
{
  return before < SPACELESS && after < SPACELESS && g_unichar_isalnum(before) && g_unichar_isalnum(after);
}

static Search match_word(const Keyword *keyword, const char *text)
{
  const GString *word = keyword->folded;
  const char *word_end = g_utf8_prev_char(word->str + word->len);
  for (const char *at = text; (at = strstr(at, word->str)) != NULL; at = g_utf8_next_char(at)) {
    const char *end = at + word->len;
    const gunichar before = at > text ? g_utf8_get_char(g_utf8_prev_char(at)) : ' ';
    const gunichar after = *end != '\0' ? g_utf8_get_char(end) : ' ';
    if (!goes_on(before, g_utf8_get_char(word->str)) && !goes_on(g_utf8_get_char(word_end), after)) return FOUND;
  }
  return FOUND_NOT;
}

static Search match_one(const Keyword *keyword, const GString *text, Work *work)
{
  if (keyword->kind == KEYWORD_WORD) return match_word(keyword, text->str);
  return match_pattern(keyword, text->str, utf8_floor(text->str, MIN(text->len, PATTERN_READ)), work);
}

static GString *fold(const char *text)
{
  GString *folded = text_fold(text != NULL ? text : "", text != NULL ? strlen(text) : 0);
  if (folded->len > 0 && folded->str[folded->len - 1] == ' ') g_string_truncate(folded, folded->len - 1);
  if (folded->len > 0 && *folded->str == ' ') g_string_erase(folded, 0, 1);
  return folded;
}

/* Is the pattern slow on this text, again and again, where what it needs at its end stands behind something else? */
static gboolean is_slow_on(const Keyword *keyword, const char *again, const char *tail)
{
  g_autoptr(GString) text = g_string_new(NULL);
  Work work = { PATTERN_WORK, PATTERN_WORK };
  while (text->len < PROBE_READ) g_string_append(text, again);
  g_string_append_printf(text, "!%s", tail);
  return match_pattern(keyword, text->str, text->len, &work) == FOUND_TOO_COSTLY;
}

/* The different letters and digits of a text, in small letters. */
static GString *letters_of(const char *text)
{
  GString *letters = g_string_new(NULL);
  for (const char *at = text; *at != '\0'; at = g_utf8_next_char(at)) {
    char one[8] = { 0 };
    const gunichar c = g_unichar_tolower(g_utf8_get_char(at));
    if (!g_unichar_isalnum(c)) continue;
    g_unichar_to_utf8(c, one);
    if (strstr(letters->str, one) == NULL) g_string_append(letters, one);
  }
  return letters;
}

/* Patterns are slow on texts that nearly fit everywhere: the letters that they name, one again and again, or all. */
static gboolean is_costly(const Keyword *keyword)
{
  static const char *const probes[] = { "a", "1", "a ", "a1 ", ".", "a@b.c ", "http://a.b/", "ab-" };
  g_autoptr(GString) letters = letters_of(keyword->text);
  for (guint i = 0; i < G_N_ELEMENTS(probes); i++)
    if (is_slow_on(keyword, probes[i], letters->str)) return TRUE;
  for (const char *at = letters->str; *at != '\0'; at = g_utf8_next_char(at)) {
    char one[8] = { 0 };
    g_unichar_to_utf8(g_utf8_get_char(at), one);
    if (is_slow_on(keyword, one, letters->str)) return TRUE;
  }
  return letters->len > 0 && is_slow_on(keyword, letters->str, letters->str);
}

static pcre2_code *compile(const char *text, char **problem)
{
  const guint32 options = PCRE2_UTF | PCRE2_UCP | PCRE2_CASELESS | PCRE2_NEVER_BACKSLASH_C | PCRE2_AUTO_CALLOUT;
  pcre2_compile_context *context = pcre2_compile_context_create(NULL);
  PCRE2_UCHAR words[120] = "no memory";
  PCRE2_SIZE place = 0, size = 0;
  int code = 0;
  if (context != NULL) pcre2_set_parens_nest_limit(context, NESTED_MOST);
  pcre2_code *compiled =
      context != NULL ? pcre2_compile((PCRE2_SPTR)text, PCRE2_ZERO_TERMINATED, options, &code, &place, context) : NULL;
  pcre2_compile_context_free(context);
  if (compiled == NULL) {
    pcre2_get_error_message(code, words, sizeof words);
    *problem = g_strdup_printf("is no regular expression: %s, at its byte %u; correct it", (const char *)words,
                               (guint)place + 1);
    return NULL;
  }
  if (pcre2_pattern_info(compiled, PCRE2_INFO_SIZE, &size) == 0 && size <= COMPILED_MOST) return compiled;
  pcre2_code_free(compiled);
  *problem = g_strdup("is too large once its repeats are written out; write smaller repeats");
  return NULL;
}

static gboolean make_pattern(Keyword *keyword, char **problem)
{
  Work work = { PATTERN_WORK, PATTERN_WORK };
  keyword->code = compile(keyword->text, problem);
  if (keyword->code == NULL) return FALSE;
  if (match_pattern(keyword, "", 0, &work) == FOUND)
    *problem = g_strdup("fits every text, even an empty one; say what must stand there");
  else if (is_costly(keyword))
    *problem = g_strdup("takes too long on some texts; begin it with a letter or \\b, and bound its repeats, as "
                        "{1,10} does");
  return *problem == NULL;
}

static gboolean make_word(Keyword *keyword, char **problem)
{
  keyword->folded = fold(keyword->text);
  if (keyword->folded->len >= 2) return TRUE;
  *problem = g_strdup("is too short to be looked for; write a whole word");
  return FALSE;
}

Keyword *keyword_new(KeywordKind kind, const char *text, char **problem)
{
  *problem = NULL;
  if (strlen(text) > KEYWORD_LONGEST) {
    *problem = g_strdup_printf("is longer than %d bytes; write something shorter", KEYWORD_LONGEST);
    return NULL;
  }
  Keyword *keyword = g_rc_box_new0(Keyword);
  keyword->kind = kind;
  keyword->text = g_strdup(text);
  if (kind == KEYWORD_WORD ? make_word(keyword, problem) : make_pattern(keyword, problem)) return keyword;
  keyword_unref(keyword);
  return NULL;
}

Keyword *keyword_ref(Keyword *keyword) { return g_rc_box_acquire(keyword); }

static void clear(gpointer data)
{
  Keyword *keyword = data;
  g_free(keyword->text);
  if (keyword->folded != NULL) g_string_free(keyword->folded, TRUE);
  pcre2_code_free(keyword->code);
}

void keyword_unref(Keyword *keyword) { g_rc_box_release_full(keyword, clear); }

void keyword_hit_free(KeywordHit *hit)
{
  if (hit == NULL) return;
  g_free(hit->text);
  g_free(hit);
}

static void add_hit(GPtrArray **hits, const Keyword *keyword, gboolean in_subject, gboolean costly)
{
  KeywordHit *hit = g_new(KeywordHit, 1);
  *hit = (KeywordHit){ keyword->kind, g_strdup(keyword->text), in_subject, costly };
  if (*hits == NULL) *hits = g_ptr_array_new_with_free_func((GDestroyNotify)keyword_hit_free);
  g_ptr_array_add(*hits, hit);
}

GPtrArray *keywords_find(const GPtrArray *keywords, const char *subject, const char *text)
{
  GPtrArray *hits = NULL;
  if (keywords == NULL || (subject == NULL && text == NULL)) return NULL;
  g_autoptr(GString) in_subject = fold(subject), in_text = fold(text);
  Work work = { 0, REPORT_WORK };
  for (guint i = 0; i < keywords->len && (hits == NULL || hits->len < KEYWORD_HITS_MOST); i++) {
    const Keyword *keyword = keywords->pdata[i];
    work.pattern = PATTERN_WORK;
    const Search first = match_one(keyword, in_subject, &work);
    const Search second = first == FOUND ? FOUND_NOT : match_one(keyword, in_text, &work);
    if (first == FOUND || second == FOUND)
      add_hit(&hits, keyword, first == FOUND, FALSE);
    else if (first == FOUND_TOO_COSTLY || second == FOUND_TOO_COSTLY)
      add_hit(&hits, keyword, FALSE, TRUE);
  }
  return hits;
}
