/* keyring.h - how backstop-keyring is called: a program of its own, so that libsecret and its D-Bus are in no other.
 *
 *   backstop-keyring lookup ACCOUNT HOST USER    prints the password and a newline
 *   backstop-keyring store ACCOUNT HOST USER     reads it from the standard input: the first line
 *   backstop-keyring clear ACCOUNT HOST USER
 *
 * A password is known by all three, so that a server that the configuration names anew never gets an old one. One line
 * on the standard error tells of a failure; the exit status says which. */
#pragma once
#include <sysexits.h>

#define KEYRING_PROGRAM "backstop-keyring"
#define KEYRING_LIMIT 4096            /* bytes of a password */
#define KEYRING_UNFIT EX_DATAERR      /* store: the password is empty, too long, or holds CR or NUL */
#define KEYRING_NONE EX_NOINPUT       /* it holds no such password */
#define KEYRING_ABSENT EX_UNAVAILABLE /* no session bus, or no keyring on it */
#define KEYRING_LOCKED EX_NOPERM      /* and nobody unlocked it */
