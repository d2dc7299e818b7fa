/* peer.c - whose program is at the other end of a connection on loopback
 * Owns:     the look into the kernel's tables of connections (/proc/net/tcp and tcp6; proc(5)).
 * Must not: trust what the client says.
 * Fails:    by "not known", which the door takes for somebody else's.
 * Tests:    tests/fetcher/door/test_waiting.c */
#include "fetcher/door/private.h"
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define TABLE_4 "/proc/net/tcp"
#define TABLE_6 "/proc/net/tcp6"
#define ROW_LONGEST 512
#define ROWS_MOST 200000 /* a machine with more connections than so is no place for a mailbox's owner */

typedef union {
  struct sockaddr any;
  struct sockaddr_in v4;
  struct sockaddr_in6 v6;
} Address;

/* An address as the tables write it: each 32 bits as the machine reads them, in hexadecimal digits; then the port.
 * mapped: as one of IPv4 stands in the table of IPv6. */
static void append(GString *text, const Address *address, gboolean mapped)
{
  guint32 words[4];
  gboolean v6 = address->any.sa_family == AF_INET6;
  memcpy(words, v6 ? (const void *)&address->v6.sin6_addr : (const void *)&address->v4.sin_addr, v6 ? 16 : 4);
  if (mapped) g_string_append_printf(text, "%08X%08X%08X", 0u, 0u, (guint)htonl(0xffff));
  for (guint i = 0; i < (v6 ? 4 : 1); i++) g_string_append_printf(text, "%08X", words[i]);
  g_string_append_printf(text, ":%04X ", ntohs(v6 ? address->v6.sin6_port : address->v4.sin_port));
}

gboolean door_read_peer(const char *row, const char *ends, uid_t *user)
{
  guint owner = 0;
  gulong inode = 0;
  /* sl: local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode */
  const char *pair = strstr(row, ": ");
  if (pair == NULL || !g_str_has_prefix(pair + 2, ends)) return FALSE;
  if (sscanf(pair + 2 + strlen(ends), "%*x %*x:%*x %*x:%*x %*x %u %*d %lu", &owner, &inode) != 2) return FALSE;
  *user = owner;
  return inode != 0; /* a socket that no program has any more: the kernel says 0 for its user */
}

/* The row of the client's socket: its own address comes first. */
static gboolean find(const char *path, const Address *theirs, const Address *ours, gboolean mapped, uid_t *user)
{
  char row[ROW_LONGEST];
  gboolean found = FALSE;
  g_autoptr(GString) ends = g_string_new(NULL);
  append(ends, theirs, mapped);
  append(ends, ours, mapped);
  FILE *table = fopen(path, "re");
  if (table == NULL) return FALSE;
  for (guint i = 0; i < ROWS_MOST && !found && fgets(row, sizeof row, table) != NULL; i++)
    found = door_read_peer(row, ends->str, user);
  fclose(table);
  return found;
}

gboolean door_peer(int fd, uid_t *user)
{
  Address ours = { 0 }, theirs = { 0 };
  socklen_t length = sizeof ours, other = sizeof theirs;
  if (getsockname(fd, &ours.any, &length) != 0 || getpeername(fd, &theirs.any, &other) != 0) return FALSE;
  if (ours.any.sa_family == AF_INET6) return find(TABLE_6, &theirs, &ours, FALSE, user);
  /* Programs that have one kind of socket for both (those in Java) reach an address of IPv4 by one of IPv6. */
  return find(TABLE_4, &theirs, &ours, FALSE, user) || find(TABLE_6, &theirs, &ours, TRUE, user);
}
