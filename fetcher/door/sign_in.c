/* sign_in.c - who may use the POP3 server on loopback (USER and PASS, RFC 1939, 7; SASL PLAIN, RFC 5034, RFC 4616)
 * Owns:     the comparison of passwords, the delay after a wrong one.
 * Must not: tell a wrong user from a wrong password; keep or show either.
 * Fails:    by -ERR [AUTH], in the end by ending the session.
 * Tests:    tests/fetcher/door/test_door.c */
#include "fetcher/door/private.h"
#include <string.h>

/* 0 for equal texts. The time it takes depends on the text that was given only, not on the right one. */
static guint differ(const char *given, const char *right)
{
  gsize length = strlen(given), wanted = strlen(right);
  volatile guint difference = length != wanted;
  for (gsize i = 0; i < length; i++) difference |= (guchar)given[i] ^ (guchar)(wanted > 0 ? right[i % wanted] : '\0');
  return difference;
}

/* Is this the right password for this user? If not, the client is told so after a delay. `foreign`: the client asks for
 * somebody else's mail. */
static gboolean check_password(DoorSession *session, const char *user, const char *password, gboolean foreign)
{
  const DoorLimits *limits = &session->wire.door->limits;
  if (session->host->password == NULL) {
    door_refuse(session, "[SYS/TEMP] ", "the door's password cannot be had now: see the log of Backstop");
    session->over = TRUE;
    return FALSE;
  }
  guint wrong = differ(user, session->host->user) | differ(password, session->host->password);
  Door *door = session->wire.door;
  if (wrong == 0 && !foreign && *password != '\0') {
    door->wrong = 0;
    return TRUE;
  }
  /* Answers to earlier commands must not wait for the end of the delay. */
  door_wire_flush(&session->wire);
  door_wire_pause(&session->wire, MIN(limits->penalty << MIN(door->wrong, 8), limits->penalty_most));
  session->heard = g_get_monotonic_time(); /* it could not speak meanwhile */
  door->wrong++;
  door_answer(session, "-ERR [AUTH] the user or the password is wrong");
  if (++session->failures >= limits->failures) session->over = TRUE;
  return FALSE;
}

void door_user(DoorSession *session, const DoorWords *words)
{
  g_clear_pointer(&session->user, g_free);
  if (*words->text == '\0') {
    door_error(session, "a name must follow USER");
    return;
  }
  session->user = g_strdup(words->text);
  door_answer(session, "+OK");
}

gboolean door_pass(DoorSession *session, const DoorWords *words)
{
  g_autofree char *user = g_steal_pointer(&session->user);
  if (user != NULL) return check_password(session, user, words->text, FALSE);
  door_error(session, "USER comes first");
  return FALSE;
}

gboolean door_auth(DoorSession *session, const DoorWords *words)
{
  g_clear_pointer(&session->user, g_free);
  gsize mechanism = strcspn(words->text, " ");
  if (mechanism != strlen("PLAIN") || g_ascii_strncasecmp(words->text, "PLAIN", mechanism) != 0) {
    door_error(session, "PLAIN is the only mechanism here");
  } else if (words->text[mechanism] == ' ') {
    return door_auth_response(session, words->text + mechanism + 1);
  } else {
    door_answer(session, "+ ");
    session->sasl = TRUE;
  }
  return FALSE;
}

/* Strictly RFC 4648, 4: g_base64_decode() would skip characters that are not base64. */
static gboolean is_base64(const char *text)
{
  gsize length = strlen(text), end = length;
  while (end > 0 && length - end < 2 && text[end - 1] == '=') end--;
  for (gsize i = 0; i < end; i++)
    if (!g_ascii_isalnum(text[i]) && text[i] != '+' && text[i] != '/') return FALSE;
  return length > 0 && length % 4 == 0;
}

gboolean door_auth_response(DoorSession *session, char *line)
{
  session->sasl = FALSE;
  if (strcmp(line, "*") == 0) {
    door_error(session, "AUTH was given up");
    return FALSE;
  }
  gsize length = 0;
  if (is_base64(line)) g_base64_decode_inplace(line, &length);
  line[length] = '\0';
  /* The response is three texts with a NUL between them, and none after the last text. */
  const char *end = line + length, *user = memchr(line, '\0', length);
  const char *password = user != NULL ? memchr(user + 1, '\0', (gsize)(end - user - 1)) : NULL;
  if (password != NULL && strlen(password + 1) == (gsize)(end - password - 1))
    return check_password(session, user + 1, password + 1, *line != '\0' && strcmp(line, user + 1) != 0);
  door_error(session, "this is not a response for PLAIN (RFC 4616)");
  return FALSE;
}
