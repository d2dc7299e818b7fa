/* id_mark.c - right sides of Message-IDs that only the owner's mail has.
 * Owns:     column stranger of table id_side; when a right side is a mark.
 * Must not: count the owner's own ids (sent_shape.c does).
 * Fails:    LEDGER_ERROR; the caller rolls back.
 * Tests:    tests/ledger/test_id_mark.c */
#include "ledger/id_mark.h"
#include "ledger/marks.h"
#include "ledger/own.h"
#include "ledger/sent_shape.h"
#include <string.h>

#define WATCHED_LEAST 2 /* some programs make up a side for each message: those tell nothing */

/* A message that was noted before its Sent copy came is the owner's after all. */
#define NO_STRANGER "(stranger IS NULL OR EXISTS(SELECT 1 FROM sent_id WHERE hash = stranger))"

const char *id_mark_state_name(IdMarkState state)
{
  static const char *const names[] = { "good", "few", "shared", "domain", "no-host" };
  return (guint)state < G_N_ELEMENTS(names) ? names[state] : names[ID_MARK_FEW];
}

void id_mark_free(IdMark *mark)
{
  if (mark == NULL) return;
  g_free(mark->side);
  g_free(mark);
}

/* A mark that its owner has set is a host's full name; "localhost" and "[192.0.2.1]" are anybody's. */
static gboolean is_host(const char *side)
{
  return strchr(side, '.') != NULL && strpbrk(side, "[]: ") == NULL && !g_str_has_suffix(side, ".localdomain");
}

static gboolean is_of_domains(const char *side, const GPtrArray *domains)
{
  for (guint i = 0; i < domains->len; i++) {
    const char *domain = g_ptr_array_index(domains, i);
    if (own_is_within(side, domain) || own_is_within(domain, side)) return TRUE;
  }
  return domains->len >= OWN_DOMAINS_MOST; /* others may have been left out */
}

static IdMarkState state_of(const char *side, gint64 count, gboolean alone, const GPtrArray *domains)
{
  if (!is_host(side)) return ID_MARK_NO_HOST;
  if (is_of_domains(side, domains)) return ID_MARK_DOMAIN;
  if (!alone) return ID_MARK_SHARED;
  return count < ID_MARK_LEARNED ? ID_MARK_FEW : ID_MARK_GOOD;
}

gboolean id_mark_ask(Ledger *ledger, const char *id, const GPtrArray *domains, char **side, GError **error)
{
  g_autofree char *own = id_side_of(id);
  g_auto(Rows) rows = { 0 };
  *side = NULL;
  if (own == NULL) return TRUE;
  if (!rows_open(&rows, ledger, error, "SELECT count, " NO_STRANGER " FROM id_side WHERE side = ?", "s", own))
    return FALSE;
  if (rows_next(&rows, error) && state_of(own, row_int(&rows, 0), row_int(&rows, 1) != 0, domains) == ID_MARK_GOOD)
    *side = g_steal_pointer(&own);
  return !rows.failed;
}

GHashTable *id_mark_watched(Ledger *ledger, GError **error)
{
  g_autoptr(GHashTable) sides = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT side FROM id_side WHERE count >= ? AND " NO_STRANGER, "d",
                 WATCHED_LEAST))
    return NULL;
  while (rows_next(&rows, error)) g_hash_table_add(sides, row_dup(&rows, 0));
  return rows.failed ? NULL : g_steal_pointer(&sides);
}

gboolean id_mark_note(Ledger *ledger, GHashTable *sides, const char *id, GError **error)
{
  g_autofree char *side = g_hash_table_size(sides) > 0 ? id_side_of(id) : NULL;
  gint64 sent = 0;
  if (side == NULL || !g_hash_table_contains(sides, side)) return TRUE;
  if (!sent_by_id(ledger, id, &sent, error)) return FALSE;
  if (sent != 0) return TRUE; /* a copy to himself, or one that came back from a list */
  g_hash_table_remove(sides, side);
  return db_run(ledger, error, "UPDATE id_side SET stranger = ? WHERE side = ?", "is", db_hash(id), side);
}

static gint by_state(gconstpointer a, gconstpointer b)
{
  const IdMark *x = *(IdMark *const *)a, *y = *(IdMark *const *)b;
  gboolean good = x->state == ID_MARK_GOOD, other = y->state == ID_MARK_GOOD;
  if (good != other) return good ? -1 : 1;
  if (x->count != y->count) return x->count > y->count ? -1 : 1;
  return strcmp(x->side, y->side);
}

GPtrArray *id_marks(Ledger *ledger, guint most, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new_with_free_func((GDestroyNotify)id_mark_free);
  g_autoptr(GPtrArray) own = own_load(ledger, error);
  g_autoptr(GPtrArray) domains = own != NULL ? own_domains(ledger, own, error) : NULL;
  g_auto(Rows) rows = { 0 };
  if (domains == NULL
      || !rows_open(&rows, ledger, error, "SELECT side, count, " NO_STRANGER " FROM id_side WHERE count >= ?", "d",
                    WATCHED_LEAST))
    return NULL;
  while (rows_next(&rows, error)) {
    IdMark *mark = g_new0(IdMark, 1);
    *mark = (IdMark){ .side = row_dup(&rows, 0), .count = (guint)row_int(&rows, 1) };
    mark->state = state_of(mark->side, mark->count, row_int(&rows, 2) != 0, domains);
    g_ptr_array_add(list, mark);
  }
  if (rows.failed) return NULL;
  g_ptr_array_sort(list, by_state);
  if (list->len > most) g_ptr_array_set_size(list, (gint)most);
  return g_steal_pointer(&list);
}
