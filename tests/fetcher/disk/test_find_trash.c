/* test_find_trash.c - which folder beside the inbox is the trash, and which is not. */
#include "fetcher/disk/find_trash.h"
#include "fetcher/store/trash_names.h"
#include <errno.h>
#include <glib/gstdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void a_trash_is_known_by_its_usual_names(void **state)
{
  static const struct {
    const char *name;
    gboolean usual;
  } rows[] = {
    { "Trash", TRUE },
    { "trash", TRUE },
    { "TRASH", TRUE },
    { "Deleted Items", TRUE },
    { "Papierkorb", TRUE },
    { "Gelöschte Elemente", TRUE },
    { "Gelo\xcc\x88schte Elemente", TRUE }, /* decomposed */
    { "Gel&APY-schte Elemente", TRUE },     /* as it stands on disk */
    { "Corbeille", TRUE },
    { "корзина", TRUE },
    { "ゴミ箱", TRUE },
    { "", FALSE },
    { "Junk", FALSE },
    { "Spam", FALSE },
    { "Sent", FALSE },
    { "Trash2", FALSE },
    { "My Trash", FALSE },
    { "INBOX", FALSE },
    { "垃圾邮件", FALSE }, /* junk mail */
    { "\xff\xfe", FALSE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (trash_name_is_usual(rows[i].name) != rows[i].usual) fail_msg("%s", rows[i].name);
}

static void make_maildir(const char *home, const char *name)
{
  static const char *const parts[] = { "cur", "new", "tmp" };
  for (guint i = 0; i < G_N_ELEMENTS(parts); i++) {
    g_autofree char *path = g_build_filename(home, name, parts[i], NULL);
    assert_int_equal(g_mkdir_with_parents(path, 0700), 0);
  }
}

static void remove_tree(const char *path)
{
  g_autoptr(GDir) dir = g_dir_open(path, 0, NULL);
  const char *name;
  while (dir != NULL && (name = g_dir_read_name(dir)) != NULL) {
    g_autofree char *below = g_build_filename(path, name, NULL);
    remove_tree(below);
  }
  g_remove(path);
}

/* entry: "NAME/" is a Maildir, "NAME=TEXT" a file, "NAME@PATH" a link, "NAME!" a file of another user (root only). */
static gboolean make(const char *home, const char *entry)
{
  g_autofree char *name = g_strndup(entry, strcspn(entry, "=@!")), *path = g_build_filename(home, name, NULL);
  const char *kind = entry + strlen(name);
  if (g_str_has_suffix(entry, "/")) {
    make_maildir(home, entry);
  } else if (*kind == '@') {
    assert_int_equal(symlink(kind + 1, path), 0);
  } else {
    assert_true(g_file_set_contents(path, *kind == '=' ? kind + 1 : "", -1, NULL));
    if (*kind == '!') return geteuid() == 0 && chown(path, 65534, 65534) == 0;
  }
  return TRUE;
}

static void what_lies_beside_the_inbox(void **state)
{
  static const struct {
    const char *inbox, *entries[4];
    gboolean mbox;
    const char *want;
  } rows[] = {
    { "inbox", { "inbox/", "Trash/" }, FALSE, "Trash" },
    { "inbox", { "inbox/", "inbox/.Trash/", "Trash/" }, FALSE, "inbox/.Trash" },
    { "Maildir", { "Maildir/", "Maildir/.INBOX.Trash/" }, FALSE, "Maildir/.INBOX.Trash" },
    { "Maildir/.Lists", { "Maildir/.Lists/", "Maildir/.Trash/" }, FALSE, "Maildir/.Trash" },
    { "inbox", { "inbox/", "Papierkorb/" }, FALSE, "Papierkorb" },
    { "inbox", { "inbox/", "Junk/" }, FALSE, NULL },
    { "inbox", { "inbox/", "Trash=not a folder" }, FALSE, NULL },
    { "inbox", { "inbox/", "elsewhere/", "Trash@elsewhere" }, FALSE, NULL },
    { "Inbox", { "Inbox=From x\n", "Trash=From me Thu Jan  1 00:00:00 1970\n\n" }, TRUE, "Trash" },
    { "Inbox", { "Inbox=From x\n", "Trash=" }, TRUE, "Trash" },
    { "Inbox", { "Inbox=From x\n", "Trash=binary" }, TRUE, NULL },
    { "Inbox", { "Inbox=From x\n", "Trash/" }, TRUE, NULL },
    { "owner", { "owner=From x\n", "bin!" }, TRUE, NULL }, /* another user's mailbox in /var/mail */
    { "owner", { "owner=From x\n", "Trash@owner" }, TRUE, NULL },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autofree char *home = g_dir_make_tmp("backstop-trash-XXXXXX", NULL);
    g_autofree char *inbox = g_build_filename(home, rows[i].inbox, NULL);
    gboolean made = TRUE;
    for (guint n = 0; n < 4 && rows[i].entries[n] != NULL; n++) made = make(home, rows[i].entries[n]) && made;
    g_autofree char *found = disk_find_trash(inbox, rows[i].mbox);
    g_autofree char *want = rows[i].want != NULL ? g_build_filename(home, rows[i].want, NULL) : NULL;
    if (made && g_strcmp0(found, want) != 0) fail_msg("row %u: %s", i, found);
    remove_tree(home);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = { cmocka_unit_test(a_trash_is_known_by_its_usual_names),
                                      cmocka_unit_test(what_lies_beside_the_inbox) };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
