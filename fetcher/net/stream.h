/* stream.h - the one way to a server: a socket, plain or TLS, bounded in time and bytes.
 *
 * TLS 1.2 or 1.3 (GnuTLS), certificate chain and host name verified in the handshake (RFC 6125), before anything is
 * read or sent. The server may be silent for `timeout` seconds, and all waiting of one command may take that plus one
 * second per 4 KiB received, so a server that drips is cut off and a slow line is not. Once a bound is passed or the
 * peer closed, every further read and write fails at once. */
#pragma once
#include "fetcher/config/config.h"
#include <gio/gio.h>
#include <sys/types.h>

#define STREAM_BUDGET ((guint64)1 << 30)

typedef struct Stream Stream;

/* Connects to host:port (every address in turn, `timeout` seconds each). loopback_only: refuse any other peer. Errors
 * are STORE_ERROR_*. */
Stream *stream_connect(const char *host, guint16 port, guint timeout, gboolean loopback_only, GError **error);
/* A stream over a socket that is connected and does not block, which the stream takes over. host, port: its name. */
Stream *stream_over(int fd, const char *host, guint16 port, guint timeout);
/* Connects to an account's server; without TLS only on loopback. STORE_ERROR_AUTH when user or secret hold a line
 * break, which the server would take for another command. */
Stream *stream_connect_for(const AccountConfig *account, const char *secret, GError **error);
/* Does the TLS handshake; ca_file NULL: the system's. STORE_ERROR_FATAL with the reason in words for a bad certificate.
 * The caller makes sure that no byte received in clear is still buffered above (injection before the handshake). */
gboolean stream_start_tls(Stream *stream, const char *ca_file, GError **error);
/* Waits for bytes, and gives at most `size` bytes; -1 once the connection is broken. Never 0. */
ssize_t stream_read(Stream *stream, void *buffer, gsize size);
/* Sends all n bytes, or breaks the connection. */
gboolean stream_write(Stream *stream, const void *bytes, gsize size);
/* Gives the bytes that have come, at most `size`, without waiting: 0 when no bytes have come, -1 once the connection is
 * broken. */
ssize_t stream_read_now(Stream *stream, void *buffer, gsize size);
/* What poll() must wait for after stream_read_now() gave 0: POLLIN or POLLOUT. */
short stream_events(const Stream *stream);
/* A new command begins: the deadline starts anew, and its answer may have budget bytes (at most STREAM_BUDGET). */
void stream_command(Stream *stream, guint64 budget);
/* From the next command on the server may be silent for this long. */
void stream_set_timeout(Stream *stream, guint seconds);
/* "host:port"; borrowed. */
const char *stream_where(const Stream *stream);
/* The reason why I/O failed; NULL: I/O did not fail. Borrowed. */
const GError *stream_error(const Stream *stream);
/* The server broke a rule: all further I/O fails. what: the end of a sentence about it ("sent a line without end"). */
void stream_blame(Stream *stream, const char *what);
/* Makes all further I/O fail, so that libetpan can be freed without talking to the server. */
void stream_abandon(Stream *stream);
int stream_fd(const Stream *stream);
void stream_free(Stream *stream);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(Stream, stream_free)
