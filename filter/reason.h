/* reason.h - why a message failed, in plain words. */
#pragma once
#include <glib.h>

/* The reason behind an enhanced status code (RFC 3463) or, where that says nothing, the server's words: "the mailbox
 * is full". Fits after "because". Static; NULL when neither tells. Both may be NULL. */
const char *reason_words(const char *status, const char *diagnostic);
