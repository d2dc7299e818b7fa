/* read.c - libFuzzer target: any bytes as a message, read and judged
 * Owns:     the promises about a report that its readers rely on: valid UTF-8, one line, capped lists.
 * Must not: be part of make check (make fuzz builds and runs it).
 * Fails:    by crashing, or by a sanitizer's word.
 * Tests:    filter/read.c and all below it, filter/judge.c */
#include "filter/filter.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
  filter_init();
  return 0;
}

static void check_text(const char *text)
{
  if (text != NULL && (!g_utf8_validate(text, -1, NULL) || strpbrk(text, "\r\n") != NULL)) abort();
}

static void check_list(const GPtrArray *list)
{
  if (list->len > 1000) abort();
  for (guint i = 0; i < list->len; i++) {
    if (list->pdata[i] == NULL) abort();
    check_text(list->pdata[i]);
  }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
  g_autoptr(GBytes) message = g_bytes_new(data, size);
  g_autoptr(Report) report = filter_read(message);
  const char *const texts[] = { report->reporter,        report->reporter_domain, report->status,
                                report->diagnostic,      report->original.from,   report->original.to,
                                report->original.subject };
  const GPtrArray *const lists[] = { report->addressed,
                                     report->recipients,
                                     report->refer_backs,
                                     report->tokens,
                                     report->original.message_ids,
                                     report->original.senders,
                                     report->original.recipients };
  for (guint i = 0; i < G_N_ELEMENTS(texts); i++) check_text(texts[i]);
  for (guint i = 0; i < G_N_ELEMENTS(lists); i++) check_list(lists[i]);
  g_autoptr(Facts) facts = facts_new();
  const Policy policy = POLICY_DEFAULT(1780000000);
  g_autoptr(Verdict) verdict = filter_judge(report, facts, &policy);
  for (guint i = 0; i < verdict->evidence->len; i++) {
    g_autofree char *text = evidence_text(verdict->evidence->pdata[i]);
    check_text(text);
  }
  if (verdict->decided >= verdict->evidence->len) abort();
  return 0;
}
