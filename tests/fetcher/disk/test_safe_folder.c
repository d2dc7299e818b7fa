/* test_safe_folder.c - whose the folders must be that mail is put into
 * Owns:     folders under /tmp, removed at the end.
 * Must not: need a certain user: what only root can make is told where it is not tried.
 * Fails:    by TAP.
 * Tests:    fetcher/disk/safe_folder.c */
#include "fetcher/disk/safe_folder.h"
#include "fetcher/store/store.h"
#include "tests/rigs/ledger_rig.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <grp.h>
#include <sched.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define NOBODY 65534

/* /tmp/X/above/mail, with these modes. */
typedef struct {
  char *top, *above, *mail;
} Tree;

static Tree tree_new(mode_t above, mode_t mail)
{
  Tree tree = { .top = rig_folder() };
  tree.above = g_build_filename(tree.top, "above", NULL);
  tree.mail = g_build_filename(tree.above, "mail", NULL);
  assert_int_equal(g_mkdir(tree.above, 0700), 0);
  assert_int_equal(g_mkdir(tree.mail, 0700), 0);
  assert_int_equal(g_chmod(tree.above, above), 0);
  assert_int_equal(g_chmod(tree.mail, mail), 0);
  return tree;
}

static void tree_end(Tree *tree)
{
  g_free(tree->above);
  g_free(tree->mail);
  rig_remove(tree->top);
}

/* names: the part of the sentence that tells which folder; NULL: the folder is taken. */
static void expect(const char *path, const char *part, const char *words)
{
  g_autoptr(GError) error = NULL;
  gboolean good = safe_folder_check("quarantine", path, &error);
  if (part == NULL) {
    if (!good) fail_msg("%s", error->message);
    return;
  }
  assert_false(good);
  assert_true(g_error_matches(error, STORE_ERROR, STORE_ERROR_FATAL));
  assert_true(g_str_has_prefix(error->message, "quarantine: "));
  if (strstr(error->message, part) == NULL || strstr(error->message, words) == NULL) fail_msg("%s", error->message);
}

static void a_folder_that_everybody_may_write_to_is_refused_and_so_is_what_lies_below_it(void **state)
{
  static const struct {
    mode_t above, mail;
    gboolean above_bad, mail_bad;
  } rows[] = {
    { 0700, 0700, FALSE, FALSE },  { 0755, 0770, FALSE, FALSE }, { 0777, 0700, TRUE, FALSE },
    { 01777, 0700, FALSE, FALSE }, { 0700, 0777, FALSE, TRUE },  { 0700, 0702, FALSE, TRUE },
  };
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Tree tree = tree_new(rows[i].above, rows[i].mail);
    g_autofree char *bad = g_strconcat(rows[i].above_bad ? tree.above : tree.mail, " can be written", NULL);
    expect(tree.mail, rows[i].above_bad || rows[i].mail_bad ? bad : NULL, "chmod o-w");
    tree_end(&tree);
  }
}

static void what_is_not_made_yet_is_judged_by_what_lies_above(void **state)
{
  Tree good = tree_new(0700, 0700), bad = tree_new(0777, 0700);
  g_autofree char *to_come = g_build_filename(good.mail, "new", "Backscatter", NULL);
  g_autofree char *not_to_come = g_build_filename(bad.above, "new", "Backscatter", NULL);
  expect(to_come, NULL, NULL);
  expect(not_to_come, bad.above, "chmod o-w");
  tree_end(&good);
  tree_end(&bad);
}

static void a_link_is_followed_to_where_it_leads(void **state)
{
  Tree good = tree_new(0700, 0700), bad = tree_new(0777, 0700);
  g_autofree char *link = g_build_filename(good.top, "link", NULL);
  g_autofree char *dangling = g_build_filename(good.top, "dangling", NULL);
  assert_int_equal(symlink(bad.mail, link), 0);
  expect(link, bad.above, "chmod o-w");
  assert_int_equal(g_unlink(link), 0);
  assert_int_equal(symlink(good.mail, link), 0);
  expect(link, NULL, NULL);
  assert_int_equal(symlink("/nowhere/at/all", dangling), 0);
  expect(dangling, NULL, NULL);
  tree_end(&good);
  tree_end(&bad);
}

static void another_users_folder_is_refused(void **state)
{
  Tree tree = tree_new(0700, 0700);
  g_autofree char *link = g_build_filename(tree.top, "link", NULL);
  if (geteuid() != 0) {
    print_message("only root can give a folder away\n");
    tree_end(&tree);
    return;
  }
  assert_int_equal(chown(tree.above, NOBODY, NOBODY), 0);
  expect(tree.mail, tree.above, "belongs to another user");
  assert_int_equal(chown(tree.above, 0, 0), 0);
  expect(tree.mail, NULL, NULL);
  assert_int_equal(symlink(tree.mail, link), 0);
  assert_int_equal(lchown(link, NOBODY, NOBODY), 0);
  expect(link, link, "belongs to another user"); /* its owner could make it lead elsewhere */
  tree_end(&tree);
}

/* As in the sandbox of the user's service, where root's folders look like an unknown user's. */
static int check_where_root_is_unknown(const char *mail)
{
  static const char map[] = "1234 1234 1\n";
  if (setgroups(0, NULL) != 0 || setresgid(1234, 1234, 1234) != 0 || setresuid(1234, 1234, 1234) != 0) return 1;
  prctl(PR_SET_DUMPABLE, 1); /* so that the map is the process's own to write */
  if (unshare(CLONE_NEWUSER) != 0) return 77;
  int fd = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
  if (fd < 0 || write(fd, map, strlen(map)) != (ssize_t)strlen(map)) return 77;
  close(fd);
  struct stat root;
  if (stat("/", &root) != 0 || root.st_uid == 0) return 2;
  return safe_folder_check("quarantine", mail, NULL) ? 0 : 3;
}

static void roots_folders_will_do_where_root_is_unknown(void **state)
{
  Tree tree = tree_new(0755, 0700);
  if (geteuid() != 0) {
    print_message("only root can become another user\n");
    tree_end(&tree);
    return;
  }
  assert_int_equal(chown(tree.mail, 1234, 1234), 0);
  assert_int_equal(chmod(tree.top, 0755), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) _exit(check_where_root_is_unknown(tree.mail));
  int status = 0;
  assert_int_equal(waitpid(child, &status, 0), child);
  if (WEXITSTATUS(status) == 77)
    print_message("there are no user namespaces here\n");
  else
    assert_int_equal(status, 0);
  tree_end(&tree);
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(a_folder_that_everybody_may_write_to_is_refused_and_so_is_what_lies_below_it),
    cmocka_unit_test(what_is_not_made_yet_is_judged_by_what_lies_above),
    cmocka_unit_test(a_link_is_followed_to_where_it_leads),
    cmocka_unit_test(another_users_folder_is_refused),
    cmocka_unit_test(roots_folders_will_do_where_root_is_unknown),
  };
  return cmocka_run_group_tests_name("safe_folder", tests, NULL, NULL);
}
