/* facts_signed.c - does a signature of the owner's vouch for the original of a report, or is one missing?
 * Owns:     what a signature must sign to answer a failed recipient, and for which originals a key is asked.
 * Must not: write; judge; ask DNS.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_facts_signed.c */
#include "filter/normalise.h"
#include "ledger/ask.h"
#include "ledger/own.h"

/* Can the original have been sent when its signed Date says? Later than this, no server tries; and a key that came into
 * other hands later must not sign for long ago. */
static gboolean is_timely(const Ask *ask, const DkimSignature *signature)
{
  gint64 from = ask->came - ASK_WINDOW - ASK_DAY;
  gboolean expired = signature->expires != 0 && signature->expires < from;
  return signature->date >= from && signature->date <= ask->came + ASK_DAY && !expired;
}

/* Is this a signature that a learned signer made of mail from the owner, and does it verify? */
static gboolean is_owners(const Ask *ask, const GPtrArray *own, const DkimSignature *signature, gboolean *good,
                          GError **error)
{
  *good = FALSE;
  if (signature->from == NULL || !is_timely(ask, signature)) return TRUE;
  if (!own_has(ask->ledger, own, signature->from, good, error) || !*good) return !*good;
  g_autoptr(GPtrArray) learned = signer_learned(ask->ledger, signature->from, error);
  if (learned == NULL) return FALSE;
  *good = list_has(learned, signature->domain);
  return !*good || signer_verifies(ask->ledger, signature, good, error);
}

/* The failed recipient to whom the signed fields say that the message went; NULL. One that was taken from the
 * original's own To would only agree with itself. */
static const char *signed_recipient(const Report *report, const DkimSignature *signature)
{
  if (report->guessed) return NULL;
  for (guint i = 0; i < report->recipients->len; i++)
    if (list_has(signature->recipients, g_ptr_array_index(report->recipients, i)))
      return g_ptr_array_index(report->recipients, i);
  return NULL;
}

static guint count_pending(const Ask *ask, gint64 digest, gboolean failure)
{
  guint n = 0;
  const GPtrArray *pending = ask->query->pending;
  for (guint i = 0; pending != NULL && i < pending->len; i++) {
    const Entry *entry = g_ptr_array_index(pending, i);
    n += entry->signature == digest && entry_is_failure(entry->kind) == failure;
  }
  return n;
}

/* The signed header itself is counted, not b=: that can be written in many ways. */
static gint64 digest_number(const DkimSignature *signature)
{
  guint64 number = 0;
  for (guint i = 0; i < 8; i++) number = number << 8 | signature->digest[i];
  return (gint64)(number | 1); /* 0 says that there is none */
}

static gboolean take(const Ask *ask, const DkimSignature *signature, const char *recipient, GError **error)
{
  SignedFact *fact = &ask->facts->signature;
  gboolean failure = entry_is_failure(ask->report->kind);
  g_free(fact->domain);
  g_free(fact->from);
  *fact = (SignedFact){ .domain = g_strdup(signature->domain),
                        .from = g_strdup(signature->from),
                        .recipient = g_strdup(recipient),
                        .recipients = signature->recipients->len,
                        .digest = recipient != NULL ? digest_number(signature) : 0 };
  if (recipient == NULL) return TRUE;
  if (!signer_reports(ask->ledger, fact->digest, failure, ask->query->prior, &fact->reports, error)) return FALSE;
  fact->reports += count_pending(ask, fact->digest, failure);
  return TRUE;
}

/* A whole header without a signature of those who sign all mail from this address. */
static gboolean ask_missing(const Ask *ask, const GPtrArray *own, GError **error)
{
  const Original *original = &ask->report->original;
  gint64 date = ask_original_date(ask);
  if (!original->whole || ask->facts->signature.domain != NULL) return TRUE;
  for (guint i = 0; i < original->senders->len && ask->facts->unsigned_of == 0; i++) {
    const char *sender = g_ptr_array_index(original->senders, i);
    gboolean owners = FALSE;
    if (!own_has(ask->ledger, own, sender, &owners, error)) return FALSE;
    if (owners
        && !signer_always(ask->ledger, sender, date != 0 ? date : ask->came, original->signers,
                          &ask->facts->unsigned_of, error))
      return FALSE;
  }
  return TRUE;
}

gboolean ask_signed(const Ask *ask, GError **error)
{
  const Original *original = &ask->report->original;
  if (original->signatures->len == 0 && !original->whole) return TRUE;
  g_autoptr(GPtrArray) own = own_load(ask->ledger, error);
  if (own == NULL) return FALSE;
  for (guint i = 0; i < original->signatures->len && ask->facts->signature.recipient == NULL; i++) {
    const DkimSignature *signature = g_ptr_array_index(original->signatures, i);
    gboolean good = FALSE;
    if (!is_owners(ask, own, signature, &good, error)) return FALSE;
    if (good && !take(ask, signature, signed_recipient(ask->report, signature), error)) return FALSE;
  }
  return ask_missing(ask, own, error);
}
