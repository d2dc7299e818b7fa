/* trust_words.h - sentences about what is known of sent mail, for the command line and the window: how the test of
 * coverage stands, which addresses no account lists, and which verdicts have mended themselves. In the language of the
 * program's text domain. */
#pragma once
#include "ledger/account.h"
#include "ledger/answers.h"
#include "ledger/heal.h"
#include "ledger/journal.h"
#include "ledger/unlisted.h"
#include "ledger/wish.h"

/* "162 of 200 answers to me@example.org name mail that is known ...": the numbers, and where too many are missing, for
 * which time nothing is moved and what to do. trusted: the account has trust-sent. The caller frees. */
char *trust_words_test(const CoverageTest *test, gboolean trusted);
/* Has this account trust-sent? accounts: list of Account*. */
gboolean trust_is_given(const GPtrArray *accounts, const char *account);
/* For which time coverage of the address fails, Unix seconds. */
gint64 trust_test_from(const CoverageTest *test);
gint64 trust_test_to(const CoverageTest *test);

/* Which pattern would cover these bounces. The caller frees. */
char *trust_words_unlisted(const Unlisted *unlisted);

#define TRUST_HEALED_DAYS 30

/* What has come of judging again. Ids (gint64), ascending. */
typedef struct {
  GArray *back;   /* went back by themselves within TRUST_HEALED_DAYS */
  GArray *coming; /* go back by themselves at the next pass */
  GArray *told;   /* lie in quarantine, and would not be moved now: the owner decides */
} Healed;
void healed_clear(Healed *healed);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Healed, healed_clear)
/* Of account or (NULL) all. healed: zeroed. */
gboolean healed_read(Ledger *ledger, const char *account, gint64 now, Healed *healed, GError **error);
/* The word of `restore --because` that stands for Healed.told. */
#define TRUST_JUDGED_AGAIN "judged-again"
/* One sentence each; NULL: there are none. The caller frees. */
char *trust_words_back(const Healed *healed);
char *trust_words_coming(const Healed *healed);
char *trust_words_told(const Healed *healed);
/* What came of one entry, a sentence; state: where the entry is now. The caller frees. */
char *trust_words_healing(const Healing *healing, gboolean coming, MoveState state);
/* *itself: this request to restore was made because the entry was judged again, not by the owner. */
gboolean wish_is_healing(Ledger *ledger, const Wish *wish, gboolean *itself, GError **error);
/* *coming: an open request brings this entry back. */
gboolean healing_is_coming(Ledger *ledger, const Healing *healing, gboolean *coming, GError **error);
