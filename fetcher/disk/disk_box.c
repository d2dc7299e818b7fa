/* disk_box.c - a folder on disk, whatever it is
 * Owns:     the question whether a path is a Maildir or an mbox.
 * Must not: read mail.
 * Fails:    never; a path that holds no mail makes a box that fails when it is used.
 * Tests:    tests/fetcher/disk/test_disk_box.c */
#include "fetcher/disk/disk_box.h"
#include "fetcher/maildir/maildir.h"
#include "fetcher/mbox/mbox.h"

Box *disk_box_new(const char *path, gboolean mbox_wanted)
{
  gboolean mbox = g_file_test(path, G_FILE_TEST_IS_REGULAR) || (mbox_wanted && !g_file_test(path, G_FILE_TEST_IS_DIR));
  return mbox ? mbox_box_new(path) : maildir_box_new(path);
}
