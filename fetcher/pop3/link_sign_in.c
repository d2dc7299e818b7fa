/* link_sign_in.c - signing in to a POP3 server
 * Owns:     USER and PASS (RFC 1939), SASL (RFC 5034) with PLAIN, LOGIN, CRAM-MD5 and XOAUTH2; what a refusal means.
 * Must not: leave a secret in memory; show it; try a second way after a refusal.
 * Fails:    AUTH; LINK where the maildrop or the server is only busy; FATAL where both sides share no mechanism.
 * Tests:    tests/fetcher/pop3/test_sign_in.c */
#include "fetcher/net/server_words.h"
#include "fetcher/pop3/private.h"
#include "fetcher/secret/secret.h"
#include <gnutls/crypto.h>
#include <string.h>

typedef struct {
  const char *name;
  /* The response at this step, before base64; NULL: the mechanism has no response here. *length: bytes of the response.
   * The caller wipes and frees the response. */
  char *(*say)(guint step, const char *challenge, const char *user, const char *secret, gsize *length);
  gboolean first; /* the client sends a response first, before any challenge */
} Mechanism;

static char *copy(const char *text, gsize *length)
{
  *length = strlen(text);
  return g_strdup(text);
}

static char *say_plain(guint step, const char *challenge, const char *user, const char *secret, gsize *length)
{
  if (step > 0) return NULL;
  gsize n = strlen(user);
  *length = n + strlen(secret) + 2;
  char *text = g_malloc0(*length + 1); /* "\0user\0secret" */
  memcpy(text + 1, user, n);
  memcpy(text + n + 2, secret, strlen(secret));
  return text;
}

static char *say_login(guint step, const char *challenge, const char *user, const char *secret, gsize *length)
{
  return step < 2 ? copy(step == 0 ? user : secret, length) : NULL;
}

static char *say_cram_md5(guint step, const char *challenge, const char *user, const char *secret, gsize *length)
{
  gsize n = 0;
  guint8 digest[16];
  g_autofree guchar *text = g_base64_decode(challenge, &n);
  if (step > 0 || n == 0 || gnutls_hmac_fast(GNUTLS_MAC_MD5, secret, strlen(secret), text, n, digest) != 0) return NULL;
  GString *said = g_string_new(user);
  g_string_append_c(said, ' ');
  for (guint i = 0; i < sizeof digest; i++) g_string_append_printf(said, "%02x", digest[i]);
  *length = said->len;
  return g_string_free(said, FALSE);
}

/* XOAUTH2: the server tells the reason of a refusal in a challenge. Its -ERR comes after the client has answered with
 * an empty line. */
static char *say_xoauth2(guint step, const char *challenge, const char *user, const char *secret, gsize *length)
{
  if (step > 0) return step == 1 ? copy("", length) : NULL;
  char *text = g_strconcat("user=", user, "\1auth=Bearer ", secret, "\1\1", NULL);
  *length = strlen(text);
  return text;
}

enum { PLAIN, CRAM_MD5, LOGIN, XOAUTH2 };
static const Mechanism mechanisms[] = {
  [PLAIN] = { "PLAIN", say_plain, TRUE },
  [CRAM_MD5] = { "CRAM-MD5", say_cram_md5, FALSE },
  [LOGIN] = { "LOGIN", say_login, FALSE },
  [XOAUTH2] = { "XOAUTH2", say_xoauth2, TRUE },
};

static gboolean offers(const Pop3Link *link, const Mechanism *mechanism)
{
  g_autofree char *word = g_strconcat(" ", mechanism->name, " ", NULL);
  return strstr(link->mechanisms, word) != NULL;
}

/* The response in base64, or "*" (cancel) when the mechanism has no response. The caller wipes and frees the text. */
static char *encode(const Mechanism *mechanism, guint step, const char *challenge, const AccountConfig *account,
                    const char *secret)
{
  gsize length = 0;
  char *text = mechanism->say(step, challenge, account->user, secret, &length);
  if (text == NULL) return g_strdup("*");
  char *encoded = g_base64_encode((const guchar *)text, length);
  explicit_bzero(text, length);
  g_free(text);
  return encoded;
}

/* Sends one line that holds a secret, and reads the answer. If the answer repeats the secret, the words of the answer
 * are dropped. */
static Pop3Answer tell(Pop3Link *link, const char *before, const char *secret, gboolean more, GError **error)
{
  char *line = g_strconcat(before, secret, "\r\n", NULL);
  stream_command(link->stream, POP3_WORD);
  gboolean sent = pop3_send(link, line, strlen(line), error);
  secret_free(line);
  Pop3Answer answer = sent ? pop3_answer(link, POP3_WORD, more, error) : POP3_NONE;
  if (answer == POP3_ERR && *secret != '\0' && strstr(pop3_text(link), secret) != NULL)
    g_string_truncate(link->line, strlen("-ERR"));
  return answer;
}

static Pop3Answer sasl(Pop3Link *link, const Mechanism *mechanism, const AccountConfig *account, const char *secret,
                       GError **error)
{
  g_autofree char *command = g_strconcat("AUTH ", mechanism->name, NULL);
  char *first = mechanism->first ? encode(mechanism, 0, "", account, secret) : NULL;
  /* The response is too long for the command line: send it after the server asks for it (RFC 5034, 4). */
  gboolean at_once = first != NULL && strlen(command) + strlen(first) + 3 <= POP3_COMMAND;
  g_autofree char *opening = at_once ? g_strconcat(command, " ", NULL) : g_steal_pointer(&command);
  Pop3Answer answer = tell(link, opening, at_once ? first : "", TRUE, error);
  secret_free(first);
  guint step = at_once ? 1 : 0;
  for (guint turn = 0; answer == POP3_MORE && turn < 4; turn++) {
    /* The challenge is empty, so the server has ignored the response that came with the command. */
    if (turn == 0 && at_once && *pop3_text(link) == '\0') step = 0;
    char *said = encode(mechanism, step++, pop3_text(link), account, secret);
    answer = tell(link, "", said, TRUE, error);
    secret_free(said);
  }
  if (answer == POP3_MORE) pop3_broken(link, error);
  return answer == POP3_MORE ? POP3_NONE : answer;
}

static Pop3Answer user_and_pass(Pop3Link *link, const AccountConfig *account, const char *secret, GError **error)
{
  gsize longest = MAX(strlen(account->user), strlen(secret));
  if (longest + strlen("PASS \r\n") > POP3_COMMAND) {
    g_set_error(error, STORE_ERROR, STORE_ERROR_AUTH,
                "The user or the password is longer than %s can take (%u characters): check them.",
                stream_where(link->stream), POP3_COMMAND - 7);
    return POP3_NONE;
  }
  Pop3Answer answer = pop3_ask(link, POP3_WORD, error, "USER %s", account->user);
  return answer == POP3_OK ? tell(link, "PASS ", secret, FALSE, error) : answer;
}

/* Chooses the best mechanism that both sides have. POP3_NONE with error when there is none. */
static Pop3Answer try_sign_in(Pop3Link *link, const AccountConfig *account, const char *secret, GError **error)
{
  gboolean token = account->auth == AUTH_XOAUTH2;
  if (token && offers(link, &mechanisms[XOAUTH2])) return sasl(link, &mechanisms[XOAUTH2], account, secret, error);
  if (!token && offers(link, &mechanisms[PLAIN])) return sasl(link, &mechanisms[PLAIN], account, secret, error);
  /* If a server names no mechanism, it is so old that it has only USER and PASS. */
  if (!token && (link->can & POP3_USER || strcmp(link->mechanisms, " ") == 0))
    return user_and_pass(link, account, secret, error);
  for (guint i = CRAM_MD5; !token && i <= LOGIN; i++)
    if (offers(link, &mechanisms[i])) return sasl(link, &mechanisms[i], account, secret, error);
  g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL, "%s does not offer to sign in with a %s: change auth.",
              stream_where(link->stream), token ? "token (XOAUTH2)" : "password");
  return POP3_NONE;
}

/* Does a word in text begin with these letters? */
static gboolean has_word(const char *text, const char *start)
{
  for (const char *p = text; (p = strcasestr(p, start)) != NULL; p++)
    if (p == text || !g_ascii_isalnum(p[-1])) return TRUE;
  return FALSE;
}

static gboolean has_any(const char *text, const char *const *words)
{
  for (; *words != NULL; words++)
    if (has_word(text, *words)) return TRUE;
  return FALSE;
}

/* Servers without response codes say in words that another program is connected. But a locked account does not become
 * free by waiting, and more failed tries make it worse. */
static gboolean is_held(const char *text)
{
  static const char *const held[] = { "in use", "busy", "already open", NULL }, *const locks[] = { "lock", NULL },
                           *const not_ours[] = { "account", "user", "password", NULL };
  return has_any(text, held) || (has_any(text, locks) && !has_any(text, not_ours));
}

static gboolean is_too_often(const char *text)
{
  static const char *const often[] = { "too many", "too often", "too soon", "too frequent", NULL }, *const failed[] = {
    "fail", "invalid", "wrong", "incorrect", "bad", NULL
  };
  return has_any(text, often) && !has_any(text, failed);
}

static void explain(Pop3Link *link, const AccountConfig *account, const char *words, GError **error)
{
  const char *where = stream_where(link->stream), *text = pop3_text(link);
  const char *colon = words != NULL ? ": " : "", *said = words != NULL ? words : "";
  gboolean coded = pop3_has_code(link, "AUTH") || pop3_has_code(link, "SYS/TEMP") || pop3_has_code(link, "SYS/PERM");
  if (pop3_has_code(link, "IN-USE") || (!coded && is_held(text)))
    g_set_error(
        error, STORE_ERROR, STORE_ERROR_LINK,
        "%s says that another program is reading the mailbox%s%s; it will be tried again. Should this last, close "
        "the other program.",
        where, colon, said);
  else if (pop3_has_code(link, "LOGIN-DELAY") || (!coded && is_too_often(text)))
    g_set_error(error, STORE_ERROR, STORE_ERROR_LINK,
                "%s wants to be asked less often%s%s; it will be tried again. Should this last, raise interval.", where,
                colon, said);
  else if (pop3_has_code(link, "SYS/TEMP") || (!coded && server_words_later(NULL, text)))
    g_set_error(error, STORE_ERROR, STORE_ERROR_LINK, "%s cannot sign us in now%s%s; it will be tried again.", where,
                colon, said);
  else if (pop3_has_code(link, "SYS/PERM"))
    g_set_error(error, STORE_ERROR, STORE_ERROR_FATAL,
                "%s cannot sign us in, now or later%s%s: ask whoever runs the server.", where, colon, said);
  else
    g_set_error(error, STORE_ERROR, STORE_ERROR_AUTH, "%s refused the sign-in%s%s: check user and %s, then try again.",
                where, colon, said,
                account->auth == AUTH_XOAUTH2 ? "the token that password-command gives" : "password");
}

gboolean pop3_sign_in(Pop3Link *link, const AccountConfig *account, const char *secret, GError **error)
{
  Pop3Answer answer = try_sign_in(link, account, secret, error);
  if (answer != POP3_ERR) return answer == POP3_OK;
  g_autofree char *words = pop3_words(link);
  if (words != NULL && *secret != '\0' && strstr(words, secret) != NULL) g_clear_pointer(&words, g_free);
  explain(link, account, words, error);
  return FALSE;
}
