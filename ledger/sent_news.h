/* sent_news.h - what becomes of answers and quarantined reports when a sent message is found. For this room alone. */
#pragma once
#include "ledger/private.h"

/* Of one batch of sent mail. */
typedef struct {
  gboolean heals;   /* there are kept reports that a sent message may clear */
  gboolean answers; /* there are answers to mail that nobody knew */
  gboolean known;   /* one of those answers names a message of this batch */
} SentNews;
gboolean sent_news_begin(SentNews *news, Ledger *ledger, GError **error);
/* An id of a message that was not known (own), the beginning of one, or the id of the letter that it answers; or a
 * recipient with the domain. All are hashes, see db_hash(). */
gboolean sent_news_id(SentNews *news, Ledger *ledger, gint64 hash, gboolean own, GError **error);
gboolean sent_news_recipient(SentNews *news, Ledger *ledger, gint64 address, gint64 domain, GError **error);
gboolean sent_news_end(SentNews *news, Ledger *ledger, GError **error);
