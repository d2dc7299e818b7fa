/* score_corpus.c - the filter on real mail, where there is some
 * Owns:     the bars: bounces recognised, other mail left alone, ids and recipients found.
 * Must not: be needed for make check; without a corpus it says so.
 * Fails:    exit 1 below a bar; --verbose names every message it got wrong.
 * Tests:    itself */
#include "filter/filter.h"
#include "filter/normalise.h"

#include <stdio.h>
#include <string.h>

typedef struct {
  guint bounces, recognised, others, taken, with_ids, ids_found, with_recipients, recipients_found, candidates,
      missed_candidates, strange_ids;
  gboolean verbose;
} Score;

/* Labels that are wrong, and why: these messages are not scored for what the label claims. */
static const struct {
  const char *file, *reason;
} argued[] = {
  { "bounce/sisimai_lhost-sendmail-14.eml",
    "a person forwards a bounce inline (From a person, Subject Fwd:, every line quoted)" },
  { "bounce/sisimai_lhost-apachejames-01.eml", "the recipient's label has eleven zeros, the message twelve" },
  { "bounce/sisimai_lhost-office365-04.eml",
    "the label is an address that only a link names; Final-Recipient and To have another" },
};

static gboolean is_argued(const char *file)
{
  for (guint i = 0; i < G_N_ELEMENTS(argued); i++)
    if (strcmp(file, argued[i].file) == 0) return TRUE;
  return FALSE;
}

static gboolean any_of(GPtrArray *found, char **labelled, char *(*normal)(const char *))
{
  for (; *labelled != NULL; labelled++) {
    g_autofree char *wanted = normal(*labelled);
    if (wanted != NULL && list_has(found, wanted)) return TRUE;
  }
  return FALSE;
}

static char *normal_id(const char *text) { return id_normalise(text, -1); }
static char *normal_address(const char *text) { return address_normalise(text, FALSE); }

static void miss(const Score *score, const char *what, const char *file, const Report *report)
{
  if (!score->verbose) return;
  printf("# %s: %s (%s)", what, file, report_kind_name(report->kind));
  for (guint i = 0; i < report->original.message_ids->len; i++)
    printf(" id=%s", (char *)report->original.message_ids->pdata[i]);
  for (guint i = 0; i < report->recipients->len; i++) printf(" rcpt=%s", (char *)report->recipients->pdata[i]);
  for (guint i = 0; i < report->signals->len; i++) printf(" %s", ((Evidence *)report->signals->pdata[i])->code);
  printf("\n");
}

static void score_bounce(Score *score, const char *file, const Report *report, const char *ids, const char *recipients)
{
  gboolean recognised = report->kind != REPORT_NONE && report->kind != REPORT_FEEDBACK;
  score->bounces++;
  score->recognised += recognised;
  if (!recognised) miss(score, "not recognised", file, report);
  g_auto(GStrv) wanted_ids = g_strsplit(ids, " ", -1), wanted = g_strsplit(recipients, " ", -1);
  if (*ids != '\0') {
    gboolean found = any_of(report->original.message_ids, wanted_ids, normal_id);
    score->with_ids++;
    score->ids_found += found;
    if (!found) miss(score, "id not found", file, report);
    for (guint i = 0; i < report->original.message_ids->len; i++) {
      char *one[] = { report->original.message_ids->pdata[i], NULL };
      g_autoptr(GPtrArray) known = g_ptr_array_new_with_free_func(g_free);
      id_collect(ids, known, 100);
      if (any_of(known, one, normal_id)) continue;
      score->strange_ids++;
      miss(score, "another id too", file, report);
    }
  }
  if (*recipients != '\0') {
    gboolean found = any_of(report->recipients, wanted, normal_address);
    score->with_recipients++;
    score->recipients_found += found;
    if (!found) miss(score, "recipient not found", file, report);
  }
}

static void score_message(Score *score, const char *folder, char **row)
{
  g_autofree char *path = g_build_filename(folder, row[0], NULL), *data = NULL;
  gsize length;
  if (!g_file_get_contents(path, &data, &length, NULL)) return;
  g_autoptr(GBytes) bytes = g_bytes_new_static(data, length);
  g_autoptr(Report) report = filter_read(bytes);
  const char *end = g_strstr_len(data, length, "\n\n");
  if (end == NULL) end = g_strstr_len(data, length, "\r\n\r\n");
  gboolean candidate = filter_candidate(data, end != NULL ? (gsize)(end - data) + 1 : length);
  if (is_argued(row[0])) return;
  if (strcmp(row[1], "bounce") == 0) {
    score_bounce(score, row[0], report, row[2], row[3]);
    score->missed_candidates += !candidate;
    if (!candidate) miss(score, "not a candidate", row[0], report);
  } else if (strcmp(row[1], "no") == 0 || strcmp(row[1], "report") == 0) {
    gboolean taken = report->kind != REPORT_NONE && report->kind != REPORT_FEEDBACK;
    score->others++;
    score->candidates += candidate;
    score->taken += taken;
    if (taken) miss(score, "taken for a report", row[0], report);
  }
}

static gboolean bar(const char *what, guint part, guint whole, double least)
{
  double share = whole > 0 ? (double)part / whole : 1;
  printf("# %-32s %5u of %5u  %6.2f %%  (bar %.1f %%)\n", what, part, whole, share * 100, least * 100);
  return share >= least;
}

int main(int argc, char **argv)
{
  const char *top = g_getenv("top_srcdir"), *named = g_getenv("BACKSTOP_CORPUS");
  g_autofree char *folder =
      named != NULL ? g_strdup(named) : g_build_filename(top != NULL ? top : ".", "..", "shared", "corpus", NULL);
  g_autofree char *labels = g_build_filename(folder, "labels.tsv", NULL), *text = NULL;
  if (!g_file_get_contents(labels, &text, NULL, NULL)) {
    printf("1..0 # SKIP no corpus (set BACKSTOP_CORPUS to a folder with labels.tsv)\n");
    return 0;
  }
  filter_init();
  Score score = { .verbose = argc > 1 && strcmp(argv[1], "--verbose") == 0 };
  g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_auto(GStrv) row = g_strsplit(*line, "\t", -1);
    if (g_strv_length(row) >= 4) score_message(&score, folder, row);
  }
  gboolean good = bar("bounces recognised", score.recognised, score.bounces, 0.995);
  good &= bar("bounces that are candidates", score.bounces - score.missed_candidates, score.bounces, 0.995);
  good &= bar("other mail left alone", score.others - score.taken, score.others, 1);
  good &= bar("id of the original found", score.ids_found, score.with_ids, 0.995);
  good &= bar("failed recipient found", score.recipients_found, score.with_recipients, 0.98);
  printf("# other mail that is a candidate:  %u of %u; ids besides the labelled: %u\n", score.candidates, score.others,
         score.strange_ids);
  printf("1..1\n%s 1 - filter on real mail\n", good ? "ok" : "not ok");
  return good ? 0 : 1;
}
