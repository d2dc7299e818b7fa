/* secret.h - an account's password or token.
 *
 * From password-command (run without a shell where it has no shell characters, else by /bin/sh -c; its first line; 60
 * s), else $CREDENTIALS_DIRECTORY/ACCOUNT (systemd LoadCredential), else the desktop's keyring (keyring.h; 60 s, in
 * which the owner may unlock it). Never kept on disk, logged, or passed in argv or the environment. */
#pragma once
#include "fetcher/config/config.h"

/* AFTER_REFUSAL: the server did not take what was given before. password-command then sees BACKSTOP_REFUSED=1 in its
 * environment (unset otherwise), so that what keeps a token knows to fetch a new one. */
typedef enum { SECRET_ANY, SECRET_AFTER_REFUSAL } SecretWish;

/* The secret; free with secret_free(), which wipes it. STORE_ERROR_AUTH when there is none, the command fails or
 * times out, or the secret is empty or holds CR, LF or NUL; STORE_ERROR_LINK when the keyring cannot be reached now. */
char *secret_get(const AccountConfig *account, SecretWish wish, GError **error);
void secret_free(char *secret);
/* Only by password-command, with a time limit in seconds (1 or more). After it the command's process group is killed.
 * */
char *secret_from_command(const char *command, SecretWish wish, guint seconds, GError **error);
/* Only from the keyring. program: the path of backstop-keyring, NULL: there is none. */
char *secret_from_keyring(const char *program, const AccountConfig *account, guint seconds, GError **error);
