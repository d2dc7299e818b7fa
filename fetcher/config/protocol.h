/* protocol.h - the protocols that an account may speak: their names, ports and what they have. */
#pragma once
#include <glib.h>

typedef enum { PROTOCOL_IMAP, PROTOCOL_POP3, PROTOCOL_MAILDIR, PROTOCOL_MBOX, PROTOCOL_N } Protocol;

/* "imap", as the configuration and the ledger write it; static. */
const char *protocol_name(Protocol protocol);
/* FALSE: mail lies in folders on this computer. */
gboolean protocol_has_server(Protocol protocol);
/* The usual port of the server, with TLS from the first byte or without; 0 where there is no server. */
guint16 protocol_port(Protocol protocol, gboolean tls);
/* Are the Sent folders and the quarantine paths on this computer? */
gboolean protocol_has_paths(Protocol protocol);
