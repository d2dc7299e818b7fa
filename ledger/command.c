/* command.c - what the owner asked for at one time, as a whole
 * Owns:     tables command and command_entry; column command of table wish.
 * Must not: carry a command out; requests and own entries belong to wish.h and newsender.h.
 * Fails:    LEDGER_ERROR; then no part of the command happens.
 * Tests:    tests/ledger/test_hands.c */
#include "ledger/command.h"
#include "ledger/private.h"

#define KEPT_COMMANDS 100 /* older commands cannot be taken back */

static const char *const list_words[] = { "automatic", "allow", "deny", "exclude" };

void command_free(OwnerCommand *command)
{
  if (command == NULL) return;
  g_free(command->verb);
  g_ptr_array_unref(command->wishes);
  g_ptr_array_unref(command->entries);
  g_free(command);
}

void undoing_clear(Undoing *undoing) { g_clear_pointer(&undoing->wishes, g_array_unref); }

static gboolean begin_command(Ledger *ledger, const char *verb, gint64 *command, GError **error)
{
  if (!db_run(ledger, error, "INSERT INTO command(verb, made) VALUES(?, ?)", "si", verb, db_now())) return FALSE;
  *command = db_new_id(ledger);
  gint64 oldest = *command - KEPT_COMMANDS;
  return db_run(ledger, error, "DELETE FROM command_entry WHERE command <= ?", "i", oldest)
         && db_run(ledger, error, "DELETE FROM command WHERE id <= ?", "i", oldest);
}

/* Requests with an id of 0 are none. */
static gboolean belong_to(Ledger *ledger, const GArray *ids, gint64 command, GError **error)
{
  for (guint i = 0; i < ids->len; i++)
    if (g_array_index(ids, gint64, i) != 0
        && !db_run(ledger, error, "UPDATE wish SET command = ? WHERE id = ?", "ii", command,
                   g_array_index(ids, gint64, i)))
      return FALSE;
  return TRUE;
}

static gboolean wish_some(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, char **refusal,
                          gint64 *command, GError **error)
{
  return (*command != 0 || begin_command(ledger, wish_verb_name(verb), command, error))
         && wish_add_each(ledger, verb, entries, n, ids, refusal, error) && belong_to(ledger, ids, *command, error);
}

static gboolean wish_all(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, gint64 *command,
                         GError **error)
{
  g_autofree char *refusal = NULL;
  *command = 0;
  if (!wish_some(ledger, verb, entries, n, ids, &refusal, command, error)) return FALSE;
  if (refusal == NULL) return TRUE;
  g_set_error_literal(error, LEDGER_ERROR, LEDGER_ERROR_REFUSED, refusal);
  return FALSE;
}

gboolean command_wish(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, gint64 *command,
                      GError **error)
{
  g_array_set_size(ids, 0);
  if (!db_begin(ledger, error)) return FALSE;
  if (db_end(ledger, wish_all(ledger, verb, entries, n, ids, command, error), error)) return TRUE;
  g_array_set_size(ids, 0);
  return FALSE;
}

gboolean command_wish_some(Ledger *ledger, WishVerb verb, const gint64 *entries, guint n, GArray *ids, char **refusal,
                           gint64 *command, GError **error)
{
  gint64 before = *command;
  *refusal = NULL;
  g_array_set_size(ids, 0);
  if (!db_begin(ledger, error)) return FALSE;
  if (db_end(ledger, wish_some(ledger, verb, entries, n, ids, refusal, command, error), error)) return TRUE;
  g_clear_pointer(refusal, g_free);
  g_array_set_size(ids, 0);
  *command = before;
  return FALSE;
}

static gboolean note_entries(Ledger *ledger, const char *verb, const char *const *entries, GError **error)
{
  gint64 command = 0;
  if (!begin_command(ledger, verb, &command, error)) return FALSE;
  for (; *entries != NULL; entries++)
    if (!db_run(ledger, error,
                "INSERT OR IGNORE INTO command_entry(command, entry, was)"
                " VALUES(?1, ?2, (SELECT list FROM newsender WHERE entry = ?2))",
                "is", command, *entries))
      return FALSE;
  return TRUE;
}

gboolean command_note_entries(Ledger *ledger, const char *verb, const char *const *entries, GError **error)
{
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, note_entries(ledger, verb, entries, error), error);
}

static gboolean read_entries(Ledger *ledger, OwnerCommand *command, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT entry FROM command_entry WHERE command = ? ORDER BY entry", "i",
                 command->id))
    return FALSE;
  while (rows_next(&rows, error)) g_ptr_array_add(command->entries, row_dup(&rows, 0));
  return !rows.failed;
}

static gboolean read_wishes(Ledger *ledger, OwnerCommand *command, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT id FROM wish WHERE command = ? ORDER BY id", "i", command->id))
    return FALSE;
  while (rows_next(&rows, error)) {
    Wish *wish = wish_get(ledger, row_int(&rows, 0), error);
    if (wish == NULL) return FALSE;
    g_ptr_array_add(command->wishes, wish);
  }
  return !rows.failed;
}

/* The command that `which` asks for, of those that were not taken back. */
static OwnerCommand *find(Ledger *ledger, const char *sql, gint64 which, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, sql, "i", which)) return NULL;
  if (!rows_next(&rows, error)) return NULL;
  g_autoptr(OwnerCommand) command = g_new0(OwnerCommand, 1);
  command->id = row_int(&rows, 0);
  command->made = row_int(&rows, 1);
  command->verb = row_dup(&rows, 2);
  command->wishes = g_ptr_array_new_with_free_func((GDestroyNotify)wish_free);
  command->entries = g_ptr_array_new_with_free_func(g_free);
  for (WishVerb verb = WISH_RESTORE; verb <= WISH_QUARANTINE; verb++)
    if (g_str_equal(command->verb, wish_verb_name(verb))) command->of_wishes = TRUE;
  if (!read_entries(ledger, command, error) || !read_wishes(ledger, command, error)) return NULL;
  return g_steal_pointer(&command);
}

OwnerCommand *command_last(Ledger *ledger, GError **error)
{
  return find(ledger, "SELECT id, made, verb FROM command WHERE undone = 0 AND id >= ? ORDER BY id DESC LIMIT 1", 0,
              error);
}

OwnerCommand *command_get(Ledger *ledger, gint64 id, GError **error)
{
  return find(ledger, "SELECT id, made, verb FROM command WHERE undone = 0 AND id = ?", id, error);
}

/* *begun: the worker has begun to move the message. */
static gboolean has_begun(Ledger *ledger, gint64 id, gboolean *begun, GError **error)
{
  g_autoptr(Entry) entry = journal_get(ledger, id, error);
  if (entry == NULL) return FALSE;
  *begun = entry->state == MOVE_Q_INTENT || entry->state == MOVE_R_INTENT || entry->state == MOVE_D_INTENT;
  return TRUE;
}

/* If a request was done, or is being done, the opposite request is added, if there can be one. An open request is
 * cancelled. A request that failed has changed nothing. */
static gboolean undo_wish(Ledger *ledger, const Wish *known, Undoing *undoing, GError **error)
{
  g_autoptr(Wish) wish = wish_get(ledger, known->id, error);
  if (wish == NULL) return FALSE;
  gboolean open = wish->state == WISH_OPEN, begun = FALSE;
  if (open && !has_begun(ledger, wish->entry, &begun, error)) return FALSE;
  if (open && !begun) {
    undoing->cancelled++;
    return wish_cancel_each(ledger, &wish->id, 1, error);
  }
  if (!open && wish->state != WISH_DONE) return TRUE;
  g_autoptr(GArray) made = g_array_new(FALSE, FALSE, sizeof(gint64));
  g_autofree char *refusal = NULL;
  WishVerb opposite = wish->verb == WISH_RESTORE ? WISH_QUARANTINE : WISH_RESTORE;
  if (!wish_add_each(ledger, opposite, &wish->entry, 1, made, &refusal, error)) return FALSE;
  if (refusal != NULL) {
    undoing->lost++;
    return TRUE;
  }
  undoing->reversed++;
  g_array_append_vals(undoing->wishes, made->data, made->len);
  return TRUE;
}

static gboolean undo_entry(Ledger *ledger, gint64 command, const char *entry, GError **error)
{
  g_auto(Rows) rows = { 0 };
  if (!rows_open(&rows, ledger, error, "SELECT was FROM command_entry WHERE command = ? AND entry = ?", "is", command,
                 entry)
      || !rows_next(&rows, error))
    return !rows.failed;
  const char *was = row_text(&rows, 0);
  for (guint i = NEWSENDER_ALLOW; was != NULL && i < G_N_ELEMENTS(list_words); i++)
    if (g_str_equal(was, list_words[i])) return newsender_add(ledger, (NewsenderList)i, entry, error);
  return newsender_forget(ledger, entry, error);
}

static gboolean undo(Ledger *ledger, const OwnerCommand *command, Undoing *undoing, GError **error)
{
  for (guint i = 0; i < command->wishes->len; i++)
    if (!undo_wish(ledger, command->wishes->pdata[i], undoing, error)) return FALSE;
  for (guint i = 0; i < command->entries->len; i++, undoing->entries++)
    if (!undo_entry(ledger, command->id, command->entries->pdata[i], error)) return FALSE;
  return db_change(ledger, error, "This was taken back already.",
                   "UPDATE command SET undone = ? WHERE id = ? AND undone = 0", "ii", db_now(), command->id);
}

gboolean command_undo(Ledger *ledger, const OwnerCommand *command, Undoing *undoing, GError **error)
{
  *undoing = (Undoing){ .wishes = g_array_new(FALSE, FALSE, sizeof(gint64)) };
  if (!db_begin(ledger, error)) return FALSE;
  return db_end(ledger, undo(ledger, command, undoing, error), error);
}
