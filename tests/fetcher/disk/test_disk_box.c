/* test_disk_box.c - which kind of folder lies at a path
 * Owns:     nothing; the folder is the rig's.
 * Must not: need a server.
 * Fails:    by TAP.
 * Tests:    fetcher/disk/disk_box.c */
#include "tests/rigs/mbox_rig.h"

/* What lies there decides what kind of folder it is, and only then what is wanted. */
static void what_lies_there_decides_the_kind_of_a_folder(void **state)
{
  g_autofree char *folder = rig_path("kind"), *file = rig_file("kind.mbox", FROM "A: 1\n\n", -1),
                  *none = rig_path("none");
  static const struct {
    guint path;
    gboolean wanted, mbox;
  } rows[] = { { 0, FALSE, FALSE }, { 0, TRUE, FALSE },  { 1, FALSE, TRUE },
               { 1, TRUE, TRUE },   { 2, FALSE, FALSE }, { 2, TRUE, TRUE } };
  const char *const paths[] = { folder, file, none };
  g_autoptr(Box) mbox = mbox_box_new(none), maildir = maildir_box_new(folder);
  assert_true(maildir->class->make(maildir, NULL));
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    g_autoptr(Box) box = disk_box_new(paths[rows[i].path], rows[i].wanted);
    assert_int_equal(box->class == mbox->class, rows[i].mbox);
  }
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(what_lies_there_decides_the_kind_of_a_folder),
  };
  return cmocka_run_group_tests_name("disk_box", tests, rig_set_up, rig_tear_down);
}
