/* notify.c - telling systemd how the daemon is
 * Owns:     the address of its socket.
 * Must not: wait, or fail.
 * Fails:    never: who started us will find out by time.
 * Tests:    tests/e2e/test_secrets.py */
#include "fetcher/daemon/notify.h"
#include <glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un address = { .sun_family = AF_UNIX };
static socklen_t length;

void notify_install(void)
{
  const char *path = g_getenv("NOTIFY_SOCKET");
  gsize n = path != NULL ? strlen(path) : 0;
  if (n > 1 && n < sizeof address.sun_path && (*path == '/' || *path == '@')) {
    memcpy(address.sun_path, path, n);
    if (*path == '@') address.sun_path[0] = '\0'; /* an abstract name */
    length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
  }
  g_unsetenv("NOTIFY_SOCKET");
}

void notify_state(const char *state)
{
  int fd = length != 0 ? socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
  if (fd < 0) return;
  sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT, (struct sockaddr *)&address, length);
  close(fd);
}
