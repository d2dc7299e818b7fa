/* folders.c - which of an account's folders are Sent, Trash and quarantine.
 * Owns:     the choice of these folders.
 * Must not: read mail.
 * Fails:    STORE_ERROR, CONFIG_ERROR when a configured folder is not there.
 * Tests:    tests/fetcher/pass/test_folders.c, tests/e2e/test_once.py */
#include "fetcher/pass/folders.h"
#include "fetcher/store/sent_folders.h"
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

static GArray *look_like_sent(const Run *run, guint *left_out)
{
  const OtherFolders others = { (const char *const *)run->folders.watched, run->folders.quarantine,
                                run->folders.trash };
  return sent_folders(run->folders.list, &others, left_out);
}

/* Does the folder hold mail, or did it when it was read? What was read once is read on. */
static gboolean holds_mail(Run *run, const char *folder, gboolean *holds, GError **error)
{
  FolderMark mark;
  FolderStatus status = { 0 };
  g_autoptr(GError) problem = NULL;
  if (!folder_mark_get(run->ledger, run->account->name, folder, FOLDER_ROLE_SENT, &mark, error)) return FALSE;
  if (mark.oldest == 0 && !run_look(run, folder, &status, &problem)) {
    if (run_can_go_on(problem))
      g_prefix_error(&problem,
                     "\"%s\" looks like a Sent folder (name those that hold your sent mail with \"sent\"): ", folder);
    g_propagate_error(error, g_steal_pointer(&problem));
    return FALSE;
  }
  *holds = mark.oldest != 0 || status.count > 0;
  return TRUE;
}

/* All that look like Sent and hold mail. An empty one would only veil the others. But where no folder that the server
 * marks holds mail, the first of them counts: sent mail belongs there, and nobody knows where it goes. */
static gboolean take_usual(Run *run, GPtrArray *sent, GError **error)
{
  guint left_out = 0;
  gboolean marked = FALSE;
  g_autoptr(GArray) found = look_like_sent(run, &left_out);
  for (guint i = 0; i < found->len; i++) {
    const SentFolder *folder = &g_array_index(found, SentFolder, i);
    gboolean holds = FALSE;
    if (!holds_mail(run, folder->folder->name, &holds, error)) return FALSE;
    if (holds) g_ptr_array_add(sent, g_strdup(folder->folder->name));
    if (holds && folder->why == SENT_MARKED) marked = TRUE;
  }
  const SentFolder *first = found->len > 0 ? &g_array_index(found, SentFolder, 0) : NULL;
  if (first != NULL && (sent->len == 0 || (first->why == SENT_MARKED && !marked)))
    g_ptr_array_add(sent, g_strdup(first->folder->name));
  if (left_out > 0)
    run->folders.passed_over =
        g_strdup_printf("Besides %u others, %u more folders look like Sent, and what lies in them counts as not sent: "
                        "name the folders that hold your sent mail with \"sent\".",
                        SENT_FOLDERS_MOST, left_out);
  return TRUE;
}

/* What looks like Sent, holds mail, and is not among those that the owner named. */
static gboolean note_passed_over(Run *run, const GPtrArray *sent, GError **error)
{
  guint more = 0;
  const char *first = NULL;
  g_autoptr(GArray) found = look_like_sent(run, &more);
  for (guint i = 0; i < found->len; i++) {
    const char *name = g_array_index(found, SentFolder, i).folder->name;
    gboolean holds = FALSE;
    if (g_ptr_array_find_with_equal_func((GPtrArray *)sent, name, g_str_equal, NULL)) continue;
    if (!holds_mail(run, name, &holds, error)) return FALSE;
    if (holds && first != NULL) more++;
    if (holds && first == NULL) first = name;
  }
  if (first == NULL) return TRUE;
  run->folders.passed_over =
      more == 0 ? g_strdup_printf("\"%s\" looks like a Sent folder and is not read, so what lies in it counts as not "
                                  "sent: add it to \"sent\".",
                                  first)
                : g_strdup_printf("\"%s\" and %u more look like Sent folders and are not read, so what lies in them "
                                  "counts as not sent: add them to \"sent\".",
                                  first, more);
  return TRUE;
}

/* Those below others come first: what was moved from one into the other is found there before it is missed. */
static gint below_first(gconstpointer a, gconstpointer b) { return strcmp(*(char *const *)b, *(char *const *)a); }

static gboolean take_sent(Run *run, GPtrArray *sent, GError **error)
{
  gboolean lists_all = (run->store->can & STORE_LISTS_ALL) != 0;
  g_clear_pointer(&run->folders.passed_over, g_free);
  if (run->account->sent == NULL) return !lists_all || take_usual(run, sent, error);
  return take_configured(run, sent, error) && (!lists_all || note_passed_over(run, sent, error));
}

gboolean folders_find_sent(Run *run, GError **error)
{
  g_autoptr(GPtrArray) sent = g_ptr_array_new_with_free_func(g_free);
  if (!take_sent(run, sent, error)) return FALSE;
  g_ptr_array_sort(sent, below_first);
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
  g_clear_pointer(&run->folders.passed_over, g_free);
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
  return !(folder->use & (FOLDER_NOSELECT | FOLDER_SENT | FOLDER_OTHERS))
         && !g_str_equal(folder->name, run->folders.quarantine)
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
  if (text == NULL) text = g_strdup(run->folders.passed_over);
  return account_set_notice(run->ledger, run->account->name, NOTICE_FOLDERS, text, error);
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
