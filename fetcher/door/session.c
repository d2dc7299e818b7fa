/* session.c - what a client of the POP3 server on loopback may say, and when (RFC 1939, RFC 2449)
 * Owns:     the table of commands, the states of a session and its end.
 * Must not: delete anything but at QUIT; touch the link after it broke or the host took it back.
 * Fails:    by -ERR; a link or a client that is gone ends the session without a deletion.
 * Tests:    tests/fetcher/door/test_door.c, tests/fetcher/door/test_limits.c */
#include "fetcher/door/private.h"
#include <string.h>

#define ANY_TEXT (-1)

typedef struct {
  const char *verb;
  guint states;
  gint least, most; /* numbers after it; most ANY_TEXT: whatever is there */
  void (*run)(DoorSession *session, const DoorWords *words);
} Command;

static void run_capa(DoorSession *session, const DoorWords *words)
{
  door_answer(session, "+OK\r\nTOP\r\nUIDL\r\nUSER\r\nPIPELINING\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nSASL PLAIN\r\n"
                       "EXPIRE NEVER\r\nIMPLEMENTATION Backstop\r\n.");
}

static void run_top(DoorSession *session, const DoorWords *words)
{
  guint row;
  if (door_find_row(session, words->numbers[0], &row)) door_ask(session, row, (gint)MIN(words->numbers[1], G_MAXINT));
}

static void run_retr(DoorSession *session, const DoorWords *words)
{
  guint row;
  if (door_find_row(session, words->numbers[0], &row)) door_ask(session, row, -1);
}

static void run_noop(DoorSession *session, const DoorWords *words) { door_answer(session, "+OK"); }

/* The right password was given: asks the host for the maildrop, and answers. */
static void enter(DoorSession *session)
{
  g_autoptr(GError) problem = NULL;
  session->entered = TRUE;
  session->rows = session->host->enter(&session->link, session->host->data, &problem);
  /* The time for signing in begins again, since the host may have needed long. */
  session->began = session->used = g_get_monotonic_time();
  if (session->rows == NULL) {
    door_refuse(session, "[SYS/TEMP] ", problem->message);
    session->link = NULL;
    session->over = TRUE;
    return;
  }
  session->deleted = g_malloc0(MAX(session->rows->len, 1));
  door_count_rows(session);
  session->state = DOOR_TRANSACTION;
  door_stat(session, NULL);
}

static void run_quit(DoorSession *session, const DoorWords *words)
{
  gboolean all = TRUE;
  if (session->state == DOOR_TRANSACTION) {
    /* Relay everything first: a client must not lose messages that it asked for and did not get. */
    door_relay(session);
    if (session->over || !door_wire_flush(&session->wire)) return;
    all = door_mark_deleted(session);
    if (session->wire.broken) return;
    if (session->link != NULL) {
      session->link = NULL;
      session->entered = FALSE;
      all = session->host->leave(TRUE, session->host->data) && all;
    }
  }
  const char *words_of_parting = all ? "+OK\r\n" : "-ERR some messages were not deleted\r\n";
  door_wire_say(&session->wire, words_of_parting, strlen(words_of_parting));
  session->over = TRUE;
}

static void run_pass(DoorSession *session, const DoorWords *words)
{
  if (door_pass(session, words)) enter(session);
}

static void run_auth(DoorSession *session, const DoorWords *words)
{
  if (door_auth(session, words)) enter(session);
}

static const Command commands[] = {
  { "CAPA", DOOR_AUTHORIZATION | DOOR_TRANSACTION, 0, 0, run_capa },
  { "USER", DOOR_AUTHORIZATION, 0, ANY_TEXT, door_user },
  { "PASS", DOOR_AUTHORIZATION, 0, ANY_TEXT, run_pass },
  { "AUTH", DOOR_AUTHORIZATION, 0, ANY_TEXT, run_auth },
  { "STAT", DOOR_TRANSACTION, 0, 0, door_stat },
  { "LIST", DOOR_TRANSACTION, 0, 1, door_list },
  { "UIDL", DOOR_TRANSACTION, 0, 1, door_uidl },
  { "TOP", DOOR_TRANSACTION, 2, 2, run_top },
  { "RETR", DOOR_TRANSACTION, 1, 1, run_retr },
  { "DELE", DOOR_TRANSACTION, 1, 1, door_dele },
  { "RSET", DOOR_TRANSACTION, 0, 0, door_rset },
  { "NOOP", DOOR_TRANSACTION, 0, 0, run_noop },
  { "QUIT", DOOR_AUTHORIZATION | DOOR_TRANSACTION, 0, 0, run_quit },
};

/* FALSE: there is something else than `least` to `most` numbers. */
static gboolean read_numbers(DoorWords *words, gint least, gint most)
{
  const char *c = words->text;
  for (;;) {
    while (*c == ' ') c++;
    if (*c == '\0') return (gint)words->n >= least;
    if (!g_ascii_isdigit(*c) || (gint)words->n == most) return FALSE;
    guint64 *number = &words->numbers[words->n++];
    /* Too large for anything is large enough. */
    for (*number = 0; g_ascii_isdigit(*c); c++)
      *number = MIN(*number * 10 + (guint64)g_ascii_digit_value(*c), G_MAXUINT32);
    if (*c != ' ' && *c != '\0') return FALSE;
  }
}

/* Words of POP3 that this server does not have. Any other line is no POP3: a web browser may have been made to say it
 * (a page that sends a form to this port), and what follows it are no commands of a mail program's. */
static gboolean is_pop3(const char *line, gsize verb)
{
  static const char *const others[] = { "APOP", "STLS", "UTF8", "LANG", "LAST", "XTND" };
  for (guint i = 0; i < G_N_ELEMENTS(others); i++)
    if (strlen(others[i]) == verb && g_ascii_strncasecmp(line, others[i], verb) == 0) return TRUE;
  return FALSE;
}

static void obey(DoorSession *session, char *line)
{
  gsize verb = strcspn(line, " ");
  DoorWords words = { .text = line[verb] == ' ' ? line + verb + 1 : line + verb };
  for (guint i = 0; i < G_N_ELEMENTS(commands); i++) {
    const Command *command = &commands[i];
    if (strlen(command->verb) != verb || g_ascii_strncasecmp(line, command->verb, verb) != 0) continue;
    if ((command->states & session->state) == 0)
      door_error(session, session->state == DOOR_AUTHORIZATION ? "sign in first" : "you have signed in already");
    else if (command->most != ANY_TEXT && !read_numbers(&words, command->least, command->most))
      door_error(session, "this command does not go with these words");
    else
      command->run(session, &words);
    return;
  }
  door_error(session, "there is no such command");
  if (session->state == DOOR_AUTHORIZATION && !is_pop3(line, verb)) session->over = TRUE;
}

static void hear(DoorSession *session, char *line, gsize length)
{
  /* May hold a password. */
  gboolean secret = session->state == DOOR_AUTHORIZATION;
  if (session->sasl) {
    if (door_auth_response(session, line)) enter(session);
  } else if (memchr(line, '\0', length) != NULL) {
    door_error(session, "a command cannot hold a NUL");
    session->over = session->over || secret;
  } else {
    obey(session, line);
  }
  if (secret) explicit_bzero(line, length);
  session->active = TRUE;
  session->heard = g_get_monotonic_time();
}

/* Before the sign-in others are greeted and may wait; after it they are turned away. */
static void others(gpointer data)
{
  const DoorSession *session = data;
  if (session->state == DOOR_AUTHORIZATION)
    door_admit(session->wire.door);
  else
    door_turn_away(session->wire.door);
}

/* A client that has not signed in and says nothing more must not keep another one out. */
static gboolean is_in_the_way(const DoorSession *session)
{
  gint64 patience = (gint64)session->wire.door->limits.patience * 1000;
  return session->state == DOOR_AUTHORIZATION && g_get_monotonic_time() - session->heard >= patience
         && door_next(session->wire.door, FALSE) >= 0;
}

static gboolean attend(gpointer data)
{
  DoorSession *session = data;
  const DoorLimits *limits = &session->wire.door->limits;
  g_autoptr(GError) problem = NULL;
  if (session->host->stop(session->host->data)) return FALSE;
  if (is_in_the_way(session)) {
    door_answer(session, "-ERR [IN-USE] another program is connecting: try again later");
    return FALSE;
  }
  gint64 now = g_get_monotonic_time();
  if (session->state == DOOR_AUTHORIZATION) return now - session->began < (gint64)limits->sign_in * 1000;
  if (session->relaying || session->link == NULL || now - session->used < (gint64)limits->keep_alive * 1000)
    return TRUE;
  gboolean alive = pop3_link_noop(session->link, &problem);
  session->used = g_get_monotonic_time();
  if (!alive) door_broke(session, problem);
  return alive;
}

/* Waits for the next command, after everything was answered. */
static void rest(DoorSession *session)
{
  const DoorLimits *limits = &session->wire.door->limits;
  const gsize had = session->wire.in_to;
  door_relay(session);
  if (!door_wire_flush(&session->wire) || session->over) return;
  /* A client may have said all the rest, and that it is the rest, while it was answered. */
  if (session->wire.in_to > had) return;
  /* Only a whole command counts, not its beginning. */
  if (session->active) session->since = g_get_monotonic_time();
  session->active = FALSE;
  gint64 until = session->state == DOOR_AUTHORIZATION ? session->began + (gint64)limits->sign_in * 1000
                                                      : session->since + (gint64)limits->idle * 1000;
  if (!door_wire_await(&session->wire, until)) session->over = TRUE;
}

static void converse(DoorSession *session)
{
  char *line;
  gsize length;
  while (!session->over && door_wire_attend(&session->wire)) switch (door_wire_line(&session->wire, &line, &length)) {
    case DOOR_LINE: hear(session, line, length); break;
    case DOOR_LONG_LINE:
      door_error(session, "this line is too long");
      session->over = TRUE;
      break;
    case DOOR_NO_LINE:
      if (!door_wire_take(&session->wire)) rest(session);
    }
}

void door_serve_client(Door *door, int fd, const DoorHost *host)
{
  DoorSession *session = g_new0(DoorSession, 1);
  session->began = session->since = session->heard = g_get_monotonic_time();
  session->wire = (DoorWire){
    .fd = fd, .door = door, .others = others, .attend = attend, .data = session, .attended = session->began
  };
  session->host = host;
  session->state = DOOR_AUTHORIZATION;
  converse(session);
  door_wire_flush(&session->wire);
  door_wire_shut(&session->wire);
  if (session->entered) host->leave(FALSE, host->data);
  door_wire_close(&session->wire);
  g_free(session->user);
  g_free(session->deleted);
  g_free(session);
}

gboolean door_serve(Door *door, const DoorHost *host)
{
  door_admit(door);
  int fd = door_next(door, TRUE);
  if (fd >= 0) door_serve_client(door, fd, host);
  return fd >= 0;
}
