/* test_samples.c - every hand-written sample, read as the pipeline reads it
 * Owns:     the table of what each file in tests/samples is.
 * Must not: use mail that is not in the tree.
 * Fails:    one TAP test for each file, named after it.
 * Tests:    filter_candidate(), filter_read(), filter_judge() together */
#include "filter/filter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#define CUT_STEP 13 /* bytes between the places where a message is cut off */

typedef struct {
  const char *file; /* below tests/samples, without .eml */
  ReportKind kind;
  gboolean judged;        /* by default policy: FALSE means that it passes, whatever the ledger says */
  const char *ids;        /* all that it shows of its original, and no others; separated by blanks; NULL: none */
  const char *recipients; /* failed ones that must be found; separated by blanks */
  const char *reporter;   /* NULL: any */
  const char *refer_back; /* NULL: any */
} Sample;

static const Sample samples[] = {
#include "sample_bounces.h"
#include "sample_lookalikes.h"
};

static char *samples_folder(void)
{
  const char *top = g_getenv("top_srcdir");
  return g_build_filename(top != NULL ? top : ".", "tests", "samples", NULL);
}

static GBytes *sample_load(const char *file)
{
  g_autofree char *folder = samples_folder(), *path = g_strdup_printf("%s/%s.eml", folder, file);
  char *text = NULL;
  gsize length = 0;
  g_autoptr(GError) error = NULL;
  if (!g_file_get_contents(path, &text, &length, &error)) fail_msg("%s", error->message);
  return g_bytes_new_take(text, length);
}

/* The header, up to its blank line. */
static gsize header_length(const char *text, gsize length)
{
  const char *lf = g_strstr_len(text, length, "\n\n"), *crlf = g_strstr_len(text, length, "\r\n\r\n");
  if (lf == NULL || (crlf != NULL && crlf < lf)) lf = crlf;
  return lf != NULL ? (gsize)(lf - text) + 1 : length;
}

/* As the daemon does: what is no candidate is not read. */
static Report *sample_read(const char *file)
{
  g_autoptr(GBytes) message = sample_load(file);
  gsize length;
  const char *text = g_bytes_get_data(message, &length);
  return filter_candidate(text, header_length(text, length)) ? filter_read(message) : report_new();
}

static char *list_text(const GPtrArray *list)
{
  g_autoptr(GPtrArray) terminated = g_ptr_array_new();
  for (guint i = 0; i < list->len; i++) g_ptr_array_add(terminated, list->pdata[i]);
  g_ptr_array_add(terminated, NULL);
  return g_strjoinv(" ", (char **)terminated->pdata);
}

static void assert_holds(const GPtrArray *list, const char *what, const char *wanted)
{
  if (wanted == NULL) return;
  g_auto(GStrv) words = g_strsplit(wanted, " ", -1);
  for (guint i = 0; words[i] != NULL; i++) {
    gboolean found = FALSE;
    for (guint k = 0; k < list->len && !found; k++) found = strcmp(list->pdata[k], words[i]) == 0;
    g_autofree char *got = list_text(list);
    if (!found) fail_msg("%s: want %s, got: %s", what, words[i], got);
  }
}

static void assert_ids(const GPtrArray *ids, const char *wanted)
{
  assert_holds(ids, "ids", wanted);
  g_auto(GStrv) words = g_strsplit(wanted != NULL ? wanted : "", " ", -1);
  g_autofree char *got = list_text(ids);
  if (ids->len != g_strv_length(words)) fail_msg("ids: want %s, got: %s", wanted != NULL ? wanted : "none", got);
}

/* With nothing known and everything covered: the verdict that would move it, were it judged. */
static VerdictCode judge_harshly(const Report *report)
{
  g_autoptr(Facts) facts = facts_new();
  facts->covered = TRUE;
  facts->waited = TRUE;
  const Policy policy = POLICY_DEFAULT(4102444800);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  return verdict->code;
}

static void test_sample(void **state)
{
  const Sample *sample = *state;
  g_autoptr(Report) report = sample_read(sample->file);
  if (report->kind != sample->kind)
    fail_msg("kind: want %s, got %s", report_kind_name(sample->kind), report_kind_name(report->kind));
  assert_int_equal(judge_harshly(report) != VERDICT_PASS, sample->judged);
  if (sample->kind == REPORT_NONE || sample->kind == REPORT_FEEDBACK || sample->kind == REPORT_NOTICE) return;
  assert_ids(report->original.message_ids, sample->ids);
  assert_holds(report->recipients, "recipients", sample->recipients);
  assert_holds(report->refer_backs, "refers back to", sample->refer_back);
  if (sample->reporter != NULL
      && g_ascii_strcasecmp(report->reporter != NULL ? report->reporter : "", sample->reporter) != 0)
    fail_msg("reporter: want %s, got %s", sample->reporter, report->reporter != NULL ? report->reporter : "none");
}

static gboolean has_word(const char *words, const char *word)
{
  g_auto(GStrv) each = g_strsplit(words != NULL ? words : "", " ", -1);
  return g_strv_contains((const char *const *)each, word);
}

/* A returned message may be cut off anywhere: half an id must not pass for an id, or the owner's mail would look
 * foreign. */
static void a_returned_message_may_be_cut_off_anywhere(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(samples); i++) {
    g_autoptr(GBytes) message = sample_load(samples[i].file);
    for (gsize length = 0; length < g_bytes_get_size(message); length += CUT_STEP) {
      g_autoptr(GBytes) part = g_bytes_new_from_bytes(message, 0, length);
      g_autoptr(Report) report = filter_read(part);
      for (guint k = 0; samples[i].judged && k < report->original.message_ids->len; k++)
        if (!has_word(samples[i].ids, report->original.message_ids->pdata[k]))
          fail_msg("%s cut at %" G_GSIZE_FORMAT ": %s", samples[i].file, length,
                   (const char *)report->original.message_ids->pdata[k]);
    }
  }
}

static gboolean has_row(const char *folder, const char *name)
{
  g_autofree char *file = g_strdup_printf("%s/%s", folder, name);
  for (guint i = 0; i < G_N_ELEMENTS(samples); i++)
    if (g_str_has_prefix(file, samples[i].file) && strcmp(file + strlen(samples[i].file), ".eml") == 0) return TRUE;
  return FALSE;
}

static void every_sample_has_a_row(void **state)
{
  static const char *const folders[] = { "bounces", "lookalikes" };
  g_autofree char *top = samples_folder();
  guint files = 0;
  for (guint i = 0; i < G_N_ELEMENTS(folders); i++) {
    g_autofree char *path = g_build_filename(top, folders[i], NULL);
    g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
    assert_non_null(dir);
    for (const char *name; (name = g_dir_read_name(dir)) != NULL; files++)
      if (!has_row(folders[i], name)) fail_msg("%s/%s has no row in the table", folders[i], name);
  }
  assert_int_equal(files, G_N_ELEMENTS(samples));
}

int main(void)
{
  filter_init();
  struct CMUnitTest tests[G_N_ELEMENTS(samples) + 2];
  for (guint i = 0; i < G_N_ELEMENTS(samples); i++)
    tests[i] = (struct CMUnitTest){ samples[i].file, test_sample, NULL, NULL, (void *)&samples[i] };
  tests[G_N_ELEMENTS(samples)] = (struct CMUnitTest)cmocka_unit_test(every_sample_has_a_row);
  tests[G_N_ELEMENTS(samples) + 1] = (struct CMUnitTest)cmocka_unit_test(a_returned_message_may_be_cut_off_anywhere);
  return cmocka_run_group_tests_name("samples", tests, NULL, NULL);
}
