/* trust_lines.h - how the command line prints what is known of sent mail (ui/common/trust_words.h). */
#pragma once
#include "ui/common/trust_words.h"
#include "ui/terminal/jsonl.h"

/* All of it that is told of one account, or (account NULL) of all together. */
typedef struct {
  const char *account;
  GPtrArray *tests;    /* CoverageTest* */
  GPtrArray *accounts; /* Account*, borrowed */
  Healed healed;
} TrustLines;
void trust_lines_clear(TrustLines *lines);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(TrustLines, trust_lines_clear)
/* account and accounts are set before. */
gboolean trust_lines_read(Ledger *ledger, TrustLines *lines, GError **error);

/* As fields of status. */
void trust_lines_print_fields(const TrustLines *lines);
/* What was judged again, as sentences below a list. */
void trust_lines_print_healed(const TrustLines *lines);
/* "answers": a list of {account, address, known, missing, senders, first, last, failed, trusted, from, to}; from, to:
 * the time for which coverage fails, null where it does not. tests: list of CoverageTest*, accounts: of Account*. */
void trust_tests_member(JsonBuilder *line, const GPtrArray *tests, const GPtrArray *accounts);
/* "judged_again": {back, coming, told}, lists of ids. */
void trust_healed_member(JsonBuilder *line, const Healed *healed);
/* "judged_again": {when, verdict, code, back, coming}, or null: what came of one entry. */
void trust_healing_member(JsonBuilder *line, const Healing *healing, gboolean coming);

/* The addresses that no account lists, a sentence for each domain; "unlisted": a list of {domain, count, last,
 * pattern}. list: of Unlisted*. */
void trust_unlisted_print(const GPtrArray *list);
void trust_unlisted_member(JsonBuilder *line, const GPtrArray *list);
