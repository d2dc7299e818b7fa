/* attributes.c - what else the new file of an mbox takes over from the old one: owner, mode, access list, attributes
 * Owns:     which of these a file must not lose, and what is done where it cannot have one.
 * Must not: give anybody a right that the old file did not give.
 * Fails:    by errno, where an attribute of the owner's cannot be kept.
 * Tests:    tests/fetcher/mbox/test_change.c */
#include "fetcher/mbox/private.h"
#include <errno.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define MOST 65536 /* octets of all names, and of each value: the kernel has no longer ones */

static gboolean copy_attribute(int from, int to, const char *name)
{
  g_autofree char *value = g_malloc(MOST);
  ssize_t length = fgetxattr(from, name, value, MOST);
  return length >= 0 && fsetxattr(to, name, value, (gsize)length, 0) == 0;
}

/* *closed: the access list could not be kept, so that what it kept from the group must be kept from it by the mode.
 * Labels of the system's own are set by it, where we may not. */
static gboolean copy_attributes(int from, int to, gboolean *closed)
{
  g_autofree char *names = g_malloc(MOST);
  ssize_t length = flistxattr(from, names, MOST);
  *closed = FALSE;
  if (length < 0) return errno == ENOTSUP;
  for (const char *name = names; name < names + length; name += strlen(name) + 1) {
    if (copy_attribute(from, to, name)) continue;
    if (strcmp(name, "system.posix_acl_access") == 0) *closed = TRUE;
    if (g_str_has_prefix(name, "user.")) return FALSE;
  }
  return TRUE;
}

/* The mode comes last but one: a change of the owner takes bits from it, and the access list has bits of its own. */
gboolean mbox_keep_attributes(int from, const struct stat *old, int to)
{
  gboolean closed;
  mode_t mode = old->st_mode & 07777;
  if (fchown(to, old->st_uid, old->st_gid) != 0 && fchown(to, (uid_t)-1, old->st_gid) != 0) mode &= ~(mode_t)070;
  if (fchmod(to, mode) != 0 || !copy_attributes(from, to, &closed)) return FALSE;
  return !closed || fchmod(to, mode & ~(mode_t)070) == 0;
}
