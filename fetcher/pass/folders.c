/* folders.c - which of an account's folders are Sent, Trash and quarantine.
 * Owns:     the choice of these folders.
 * Must not: read mail.
 * Fails:    STORE_ERROR, CONFIG_ERROR when a configured folder is not there.
 * Tests:    tests/fetcher/pass/test_pass.c, tests/e2e/test_once.py */
#include "fetcher/pass/folders.h"
#include "fetcher/store/sent_names.h"
#include "fetcher/store/trash_names.h"
#include "ledger/trash.h"
#include <string.h>

#define LIST_AGAIN ((gint64)3600 * G_USEC_PER_SEC) /* folders are made and renamed rarely */

static const char SEPARATORS[] = "/.\\";

static guint depth_of(const char *name)
{
  guint depth = 0;
  for (; *name != '\0'; name++) depth += strchr(SEPARATORS, *name) != NULL;
  return depth;
}

static gboolean named_sent(const Folder *folder)
{
  if (folder->use & FOLDER_NOSELECT) return FALSE;
  if (sent_name_matches(folder->name, '\0')) return TRUE;
  for (const char *s = SEPARATORS; *s != '\0'; s++)
    if (sent_name_matches(folder->name, *s)) return TRUE;
  return FALSE;
}

static gboolean take_configured(Run *run, GPtrArray *sent, GError **error)
{
  for (char **name = run->account->sent; *name != NULL; name++) {
    g_autofree char *resolved = run->store->class->resolve(run->store, *name, error);
    if (resolved == NULL) return FALSE;
    if (!run_has_folder(run, resolved)) {
      g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID,
                  "there is no folder \"%s\"; set \"sent\" to the folder that holds your sent mail", *name);
      return FALSE;
    }
    g_ptr_array_add(sent, g_steal_pointer(&resolved));
  }
  return TRUE;
}

static void take_special(const Run *run, GPtrArray *sent)
{
  for (guint i = 0; i < run->folders.list->len; i++) {
    const Folder *folder = run->folders.list->pdata[i];
    if ((folder->use & FOLDER_SENT) && !(folder->use & FOLDER_NOSELECT)) g_ptr_array_add(sent, g_strdup(folder->name));
  }
}

/* By name: takes the Sent folders that lie highest in the hierarchy; of these all that hold mail, or the first one if
 * none does. */
static gboolean take_named(Run *run, GPtrArray *sent, GError **error)
{
  guint least = G_MAXUINT;
  const char *first = NULL;
  for (guint i = 0; i < run->folders.list->len; i++) {
    const Folder *folder = run->folders.list->pdata[i];
    if (named_sent(folder)) least = MIN(least, depth_of(folder->name));
  }
  for (guint i = 0; i < run->folders.list->len; i++) {
    const Folder *folder = run->folders.list->pdata[i];
    if (!named_sent(folder) || depth_of(folder->name) != least) continue;
    if (!run_select(run, folder->name, error)) return FALSE;
    if (first == NULL) first = folder->name;
    if (run->open.status.count > 0) g_ptr_array_add(sent, g_strdup(folder->name));
  }
  if (sent->len == 0 && first != NULL) g_ptr_array_add(sent, g_strdup(first));
  return TRUE;
}

gboolean folders_find_sent(Run *run, GError **error)
{
  g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
  if (run->account->sent != NULL) {
    if (!take_configured(run, sent, error)) return FALSE;
  } else if (run->store->can & STORE_LISTS_ALL) {
    take_special(run, sent);
    if (sent->len == 0 && !take_named(run, sent, error)) return FALSE;
  }
  if (run->account->sent_recorded) g_ptr_array_add(sent, g_strdup(RUN_RECORDED));
  if (!folder_use_sent(run->ledger, run->account->name, (const char *const *)sent->pdata, sent->len, error))
    return FALSE;
  const char *const *watched = (const char *const *)run->folders.watched;
  if (!folder_use_watched(run->ledger, run->account->name, watched, g_strv_length(run->folders.watched), error))
    return FALSE;
  if (run->account->sent_recorded) g_ptr_array_set_size(sent, (gint)sent->len - 1);
  g_ptr_array_add(sent, NULL);
  run->folders.sent = (char **)g_ptr_array_free(g_steal_pointer(&sent), FALSE);
  return TRUE;
}

gboolean folders_tell_sent(const Run *run)
{
  return run->folders.sent[0] != NULL || run->account->sent_account != NULL || run->account->sent_recorded;
}

static gboolean find_watched(Run *run, GError **error)
{
  g_autoptr(GPtrArray) watched = g_ptr_array_new_with_free_func(g_free);
  for (char **name = run->account->folders; *name != NULL; name++) {
    char *folder = run->store->class->resolve(run->store, *name, error);
    if (folder == NULL) return FALSE;
    g_ptr_array_add(watched, folder);
  }
  g_ptr_array_add(watched, NULL);
  run->folders.watched = (char **)g_ptr_array_free(g_steal_pointer(&watched), FALSE);
  return TRUE;
}

void folders_forget(Run *run)
{
  g_clear_pointer(&run->folders.list, g_ptr_array_unref);
  g_clear_pointer(&run->folders.watched, g_strfreev);
  g_clear_pointer(&run->folders.sent, g_strfreev);
  g_clear_pointer(&run->folders.quarantine, g_free);
  g_clear_pointer(&run->folders.trash, g_free);
  run_forget_open(run);
  run->reconcile.compared = (FolderStatus){ 0 };
}

void folders_doubt(Run *run) { run->folders.listed = 0; }

/* A usual name at the top, or right below INBOX or a provider's own folder ("INBOX.Trash", "[Gmail]/Bin"). What lies
 * deeper may be another user's, or an archive's. */
static gboolean named_trash(const char *name)
{
  if (trash_name_is_usual(name)) return TRUE;
  gsize top = strcspn(name, SEPARATORS);
  gboolean near = name[0] == '[' || (top == 5 && g_ascii_strncasecmp(name, "INBOX", 5) == 0);
  return near && name[top] != '\0' && trash_name_is_usual(name + top + 1);
}

/* May what is deleted be put there? A folder of another use, or another person's, never. */
static gboolean may_be_trash(const Run *run, const Folder *folder)
{
  return !(folder->use & (FOLDER_NOSELECT | FOLDER_SENT)) && !g_str_equal(folder->name, run->folders.quarantine)
         && !g_strv_contains((const char *const *)run->folders.watched, folder->name);
}

/* The folder that the server marks; else one with a usual name. */
static void find_trash(Run *run)
{
  const char *named = NULL;
  for (guint i = 0; i < run->folders.list->len; i++) {
    const Folder *folder = run->folders.list->pdata[i];
    if (!may_be_trash(run, folder)) continue;
    if ((folder->use & FOLDER_TRASH) && run->folders.trash == NULL) run->folders.trash = g_strdup(folder->name);
    if (!(run->store->can & STORE_LISTS_ALL) || !named_trash(folder->name)) continue;
    if (named == NULL || depth_of(folder->name) < depth_of(named)) named = folder->name;
  }
  if (run->folders.trash == NULL) run->folders.trash = g_strdup(named);
}

static gboolean find(Run *run, GError **error)
{
  run->folders.list = run->store->class->folders(run->store, error);
  if (run->folders.list == NULL) return FALSE;
  run->folders.quarantine = run->store->class->resolve(run->store, run->account->quarantine, error);
  if (run->folders.quarantine == NULL || !find_watched(run, error)) return FALSE;
  find_trash(run);
  run->folders.listed = g_get_monotonic_time();
  return trash_note(run->ledger, run->account->name, run->folders.trash, error);
}

gboolean folders_find(Run *run, GError **error)
{
  if (run->folders.listed != 0 && g_get_monotonic_time() - run->folders.listed < LIST_AGAIN) return TRUE;
  folders_forget(run);
  if (find(run, error)) return TRUE;
  folders_forget(run);
  return FALSE;
}

/* Compares what the server calls the folders: two different words in the configuration may mean the same folder. */
static gboolean check_quarantine(const Run *run, GError **error)
{
  if (!g_strv_contains((const char *const *)run->folders.sent, run->folders.quarantine)
      && !g_strv_contains((const char *const *)run->folders.watched, run->folders.quarantine))
    return TRUE;
  g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID,
              "the quarantine folder \"%s\" is a folder that is watched or holds sent mail; name another in "
              "[account %s]",
              run->folders.quarantine, run->account->name);
  return FALSE;
}

/* The name as the owner has written it, if the configuration has one. */
static const char *quarantine_name(const Run *run)
{
  return run->account->quarantine != NULL ? run->account->quarantine : run->folders.quarantine;
}

static gboolean make_quarantine(Run *run, GError **error)
{
  if (!run->store->class->create(run->store, run->folders.quarantine, error)) {
    g_prefix_error(error, "the quarantine folder \"%s\" cannot be made: ", quarantine_name(run));
    return FALSE;
  }
  Folder *made = g_new0(Folder, 1);
  made->name = g_strdup(run->folders.quarantine);
  g_ptr_array_add(run->folders.list, made);
  return TRUE;
}

/* *names: the read-only watched folders, out of which nothing can be moved; NULL: there are none. */
static gboolean find_read_only(Run *run, char **names, GError **error)
{
  g_autoptr(GPtrArray) list = g_ptr_array_new();
  for (char **folder = run->folders.watched; *folder != NULL; folder++) {
    g_autoptr(GError) problem = NULL;
    if (run_select(run, *folder, &problem)) {
      if (run->open.status.read_only) g_ptr_array_add(list, *folder);
    } else if (!run_can_go_on(problem)) {
      g_propagate_error(error, g_steal_pointer(&problem));
      return FALSE;
    }
  }
  g_ptr_array_add(list, NULL);
  *names = list->len > 1 ? g_strjoinv(", ", (char **)list->pdata) : NULL;
  return TRUE;
}

/* If the owner wants mail to be moved and it is not, the account's notice says why. */
static gboolean tell_why(Run *run, gboolean read_only, GError **error)
{
  g_autofree char *names = NULL, *text = NULL;
  if (run->folders.moves && !find_read_only(run, &names, error)) return FALSE;
  if (names != NULL)
    text = g_strdup_printf("Read-only, and so only observed: %s.", names);
  else if (read_only)
    text = g_strdup("The quarantine folder is read-only, so Backstop only observes here and moves nothing.");
  else if (!run->config->observe && !folders_tell_sent(run))
    text = g_strdup("Nothing tells what you sent, so Backstop only observes here and moves nothing: set sent, "
                    "sent-account or sent-recorded, then run backstop sweep.");
  else if (!run->config->observe && !run->folders.moves)
    text = g_strdup("The server can neither move messages (MOVE) nor remove single ones (UIDPLUS), so Backstop only "
                    "observes here and moves nothing.");
  return account_set_notice(run->ledger, run->account->name, text, error);
}

gboolean folders_prepare_quarantine(Run *run, GError **error)
{
  run->folders.moves = !run->config->observe && run->folders.can_move && folders_tell_sent(run);
  if (!check_quarantine(run, error)) return FALSE;
  gboolean there = run_has_folder(run, run->folders.quarantine), read_only = FALSE;
  if (!there && run->folders.moves && !make_quarantine(run, error)) return FALSE;
  if (there || run->folders.moves) {
    if (!run_select(run, run->folders.quarantine, error)) {
      g_prefix_error(error, "the quarantine folder \"%s\" cannot be opened: ", quarantine_name(run));
      return FALSE;
    }
    run->folders.quarantine_validity = run->open.status.validity;
    read_only = run->folders.moves && run->open.status.read_only;
    if (read_only) run->folders.moves = FALSE;
  }
  return tell_why(run, read_only, error);
}
