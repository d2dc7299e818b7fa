/* report.c - a report's life and that of the hops and signatures in it, the names of its kinds, and lines of evidence
 * Owns:     the words for kinds in the ledger and in JSON.
 * Must not: read mail.
 * Fails:    never.
 * Tests:    tests/filter/test_normalise.c */
#include "filter/report.h"

#include "filter/chain.h"
#include "filter/normalise.h"

#include <string.h>

#define EVIDENCE_TEXT_LONGEST 1000

static const char *const kind_names[REPORT_N_KINDS] = {
  [REPORT_NONE] = "none",
  [REPORT_DSN_FAILED] = "dsn-failed",
  [REPORT_DSN_DELAYED] = "dsn-delayed",
  [REPORT_DSN_OTHER] = "dsn-other",
  [REPORT_BOUNCE] = "bounce",
  [REPORT_CHALLENGE] = "challenge",
  [REPORT_VIRUS_NOTICE] = "virus-notice",
  [REPORT_AUTO_REPLY] = "auto-reply",
  [REPORT_RECEIPT] = "receipt",
  [REPORT_NOTICE] = "notice",
  [REPORT_FEEDBACK] = "feedback-report",
};

const char *report_kind_name(ReportKind kind)
{
  return (guint)kind < REPORT_N_KINDS ? kind_names[kind] : kind_names[REPORT_NONE];
}

ReportKind report_kind_parse(const char *name)
{
  for (guint kind = 0; kind < REPORT_N_KINDS; kind++)
    if (g_strcmp0(name, kind_names[kind]) == 0) return kind;
  return REPORT_NONE;
}

static Evidence *evidence_with(EvidenceSide side, const char *code, char **args, char *text)
{
  Evidence *evidence = g_new(Evidence, 1);
  *evidence = (Evidence){ side, g_strdup(code), args, text };
  return evidence;
}

Evidence *evidence_new_args(EvidenceSide side, const char *code, const char *const *args)
{
  guint n = MIN(g_strv_length((char **)args), EVIDENCE_ARGUMENTS_MOST);
  char **kept = g_new0(char *, n + 1);
  for (guint i = 0; i < n; i++) kept[i] = text_one_line(args[i], EVIDENCE_ARGUMENT_LONGEST);
  return evidence_with(side, code, kept, NULL);
}

Evidence *evidence_new(EvidenceSide side, const char *code, ...)
{
  const char *args[EVIDENCE_ARGUMENTS_MOST + 1] = { NULL };
  guint n = 0;
  va_list list;
  va_start(list, code);
  for (const char *arg; n < EVIDENCE_ARGUMENTS_MOST && (arg = va_arg(list, const char *)) != NULL; n++) args[n] = arg;
  va_end(list);
  return evidence_new_args(side, code, args);
}

Evidence *evidence_new_text(EvidenceSide side, const char *code, const char *text)
{
  return evidence_with(side, code, g_new0(char *, 1), text_one_line(text, EVIDENCE_TEXT_LONGEST));
}

Evidence *evidence_copy(const Evidence *evidence)
{
  return evidence_with(evidence->side, evidence->code, g_strdupv(evidence->args), g_strdup(evidence->text));
}

void evidence_free(Evidence *evidence)
{
  if (evidence == NULL) return;
  g_free(evidence->code);
  g_strfreev(evidence->args);
  g_free(evidence->text);
  g_free(evidence);
}

void dkim_signature_free(DkimSignature *signature)
{
  if (signature == NULL) return;
  g_free(signature->domain);
  g_free(signature->selector);
  g_free(signature->value);
  g_free(signature->from);
  g_ptr_array_unref(signature->recipients);
  g_free(signature);
}

void hop_free(Hop *hop)
{
  if (hop == NULL) return;
  g_free(hop->by);
  g_free(hop->from);
  g_free(hop->greeting);
  g_free(hop->address);
  g_free(hop);
}

Report *report_new(void)
{
  Report *report = g_new0(Report, 1);
  report->addressed = g_ptr_array_new_with_free_func(g_free);
  report->to = g_ptr_array_new_with_free_func(g_free);
  report->recipients = g_ptr_array_new_with_free_func(g_free);
  report->refer_backs = g_ptr_array_new_with_free_func(g_free);
  report->tokens = g_ptr_array_new_with_free_func(g_free);
  report->original.message_ids = g_ptr_array_new_with_free_func(g_free);
  report->original.senders = g_ptr_array_new_with_free_func(g_free);
  report->original.recipients = g_ptr_array_new_with_free_func(g_free);
  report->original.delivered = g_ptr_array_new_with_free_func(g_free);
  report->original.links = g_ptr_array_new_with_free_func(g_free);
  report->original.other_ids = g_ptr_array_new_with_free_func(g_free);
  report->original.id_prefixes = g_ptr_array_new_with_free_func(g_free);
  report->original.hops = g_ptr_array_new_with_free_func((GDestroyNotify)hop_free);
  report->hops = g_ptr_array_new_with_free_func((GDestroyNotify)hop_free);
  report->original.answered = g_ptr_array_new_with_free_func(g_free);
  report->original.resenders = g_ptr_array_new_with_free_func(g_free);
  report->original.signatures = g_ptr_array_new_with_free_func((GDestroyNotify)dkim_signature_free);
  report->original.signers = g_ptr_array_new_with_free_func(g_free);
  report->envelope_ids = g_ptr_array_new_with_free_func(g_free);
  report->signals = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
  return report;
}

void report_free(Report *report)
{
  if (report == NULL) return;
  g_free(report->message_id);
  g_free(report->reporter);
  g_free(report->reporter_domain);
  g_ptr_array_unref(report->addressed);
  g_ptr_array_unref(report->to);
  g_ptr_array_unref(report->recipients);
  g_free(report->status);
  g_free(report->diagnostic);
  g_ptr_array_unref(report->refer_backs);
  g_ptr_array_unref(report->tokens);
  g_ptr_array_unref(report->original.message_ids);
  g_free(report->original.from);
  g_free(report->original.to);
  g_free(report->original.subject);
  g_free(report->original.text);
  g_ptr_array_unref(report->original.senders);
  g_ptr_array_unref(report->original.recipients);
  g_ptr_array_unref(report->original.delivered);
  g_ptr_array_unref(report->original.links);
  g_ptr_array_unref(report->original.other_ids);
  g_ptr_array_unref(report->original.id_prefixes);
  g_ptr_array_unref(report->original.hops);
  g_ptr_array_unref(report->hops);
  g_free(report->original.author);
  g_ptr_array_unref(report->original.answered);
  g_ptr_array_unref(report->original.resenders);
  g_ptr_array_unref(report->original.signatures);
  g_ptr_array_unref(report->original.signers);
  g_ptr_array_unref(report->envelope_ids);
  g_ptr_array_unref(report->signals);
  g_free(report);
}
