/* imap.h - the IMAP store (RFC 3501 with UIDPLUS, MOVE, SPECIAL-USE, NAMESPACE, STARTTLS, IDLE, CONDSTORE). */
#pragma once
#include "fetcher/config/config.h"
#include "fetcher/store/store.h"

/* Connects, secures, signs in: with a token by XOAUTH2, with a password by SASL PLAIN, LOGIN or CRAM-MD5, else by
 * LOGIN; the first of these that both sides have, and no second one after a refusal. secret: the password or token,
 * wiped by the caller. The password is sent only after the server's certificate and name are verified (or to loopback
 * with SECURITY_NONE). LINK: not reachable, silent, closed; AUTH: sign-in refused; FATAL: certificate, TLS version,
 * STARTTLS refused, PREAUTH before STARTTLS, no usable sign-in method. The message is one sentence for the owner: host
 * and remedy, never the secret. */
Store *imap_open(const AccountConfig *account, const char *secret, GError **error);
