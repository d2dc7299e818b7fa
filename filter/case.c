/* case.c - how a judge writes down what it found
 * Owns:     the form in which ids, times and sent messages become arguments of a line of evidence.
 * Must not: decide.
 * Fails:    never.
 * Tests:    tests/filter/test_judge.c */
#include "filter/case.h"

#include "filter/normalise.h"

#define LISTED_MOST 3 /* ids or addresses that a line names at most */
#define LISTED_LONGEST 120

static void add_number(GPtrArray *args, gint64 number)
{
  g_ptr_array_add(args, g_strdup_printf("%" G_GINT64_FORMAT, number));
}

static void add_list(GPtrArray *args, const GPtrArray *list)
{
  add_number(args, list->len);
  for (guint i = 0; i < MIN(list->len, LISTED_MOST); i++)
    g_ptr_array_add(args, text_one_line(g_ptr_array_index(list, i), LISTED_LONGEST));
}

static void add_sent(GPtrArray *args, const SentFact *sent)
{
  g_ptr_array_add(args, g_strdup(sent != NULL && sent->subject != NULL ? sent->subject : ""));
  add_number(args, sent != NULL ? sent->date : 0);
  g_ptr_array_add(args, g_strdup(sent != NULL && sent->folder != NULL ? sent->folder : ""));
  g_ptr_array_add(args, g_strdup(sent != NULL && sent->account != NULL ? sent->account : ""));
}

/* Its code and arguments; what has none is its sentence. */
static void add_evidence(GPtrArray *args, const Evidence *evidence)
{
  g_ptr_array_add(args, g_strdup(evidence->text != NULL ? evidence->text : evidence->code));
  for (char **arg = evidence->args; *arg != NULL; arg++) g_ptr_array_add(args, g_strdup(*arg));
}

void case_note(Case *c, EvidenceSide side, const char *code, const char *types, ...)
{
  g_autoptr(GPtrArray) args = g_ptr_array_new_with_free_func(g_free);
  va_list list;
  va_start(list, types);
  for (const char *type = types; *type != '\0'; type++) {
    const char *text = *type == 's' ? va_arg(list, const char *) : NULL;
    if (*type == 's')
      g_ptr_array_add(args, g_strdup(text != NULL ? text : ""));
    else if (*type == 'i')
      add_number(args, va_arg(list, gint64));
    else if (*type == 'u')
      add_number(args, va_arg(list, guint));
    else if (*type == 'e')
      add_evidence(args, va_arg(list, const Evidence *));
    else if (*type == 'm')
      add_sent(args, va_arg(list, const SentFact *));
    else
      add_list(args, va_arg(list, const GPtrArray *));
  }
  va_end(list);
  g_ptr_array_add(args, NULL);
  g_ptr_array_add(c->verdict->evidence, evidence_new_args(side, code, (const char *const *)args->pdata));
}

void case_settle(Case *c, VerdictCode code)
{
  if (c->settled) return;
  c->settled = TRUE;
  c->verdict->code = code;
  c->verdict->decided = c->verdict->evidence->len - 1;
}

gboolean case_shows_id(const Case *c) { return c->report->original.message_ids->len > 0; }

gboolean case_id_tells(const Case *c)
{
  return case_shows_id(c) && c->facts->id.shown == NULL && c->facts->covered && c->facts->ids_survive;
}
