/* protocol.c - the protocols that an account may speak
 * Owns:     the one table of protocols: name, ports, where Sent and quarantine are.
 * Must not: open a store (worker/protocols.c does).
 * Fails:    never.
 * Tests:    tests/fetcher/config/test_config.c */
#include "fetcher/config/protocol.h"

static const struct {
  const char *name;
  guint16 tls, plain; /* ports; 0: no server */
  gboolean paths;
} protocols[PROTOCOL_N] = {
  [PROTOCOL_IMAP] = { "imap", 993, 143, FALSE },
  [PROTOCOL_POP3] = { "pop3", 995, 110, TRUE },
  [PROTOCOL_MAILDIR] = { "maildir", 0, 0, TRUE },
  [PROTOCOL_MBOX] = { "mbox", 0, 0, TRUE },
};

const char *protocol_name(Protocol protocol) { return protocols[protocol].name; }

gboolean protocol_has_server(Protocol protocol) { return protocols[protocol].tls != 0; }

guint16 protocol_port(Protocol protocol, gboolean tls)
{
  return tls ? protocols[protocol].tls : protocols[protocol].plain;
}

gboolean protocol_has_paths(Protocol protocol) { return protocols[protocol].paths; }
