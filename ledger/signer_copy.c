/* signer_copy.c - what copies of the owner's mail teach about who signs it.
 * Owns:     which message counts as a copy.
 * Must not: be needed by the supervisor, since it parses mail.
 * Fails:    LEDGER_ERROR.
 * Tests:    tests/ledger/test_signer.c */
#include "filter/fields.h"
#include "ledger/learn.h"
#include "ledger/private.h"
#include "ledger/signer.h"

static gboolean note(Ledger *ledger, gint64 row, const Sighting *sighting, GError **error)
{
  if (db_in_transaction(ledger)) return signer_note_message(ledger, row, sighting, error);
  if (!db_begin_lightly(ledger, error)) return FALSE;
  return db_end_lightly(ledger, signer_note_message(ledger, row, sighting, error), error);
}

gboolean signer_learn(Ledger *ledger, gint64 account, Span fields, GError **error)
{
  gint64 row = 0;
  g_autoptr(SentMessage) copy = sent_message_read(fields.start, fields.length);
  for (guint i = 0; i < copy->message_ids->len && row == 0; i++)
    if (!sent_by_id(ledger, copy->message_ids->pdata[i], &row, error)) return FALSE;
  if (row == 0) return TRUE;
  g_autoptr(GPtrArray) signatures = g_ptr_array_new_with_free_func((GDestroyNotify)dkim_signature_free);
  dkim_read(fields, signatures);
  /* a header that was cut off may have its signature behind the cut */
  Field any;
  gboolean bare = fields.length < LEARN_READ_LIMIT && !field_find(fields, "DKIM-Signature", &any);
  const Sighting sighting = { signatures, copy->recipients, bare && header_is_whole(fields) };
  return note(ledger, row, &sighting, error);
}
