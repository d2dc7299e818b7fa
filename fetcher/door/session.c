/* session.c - what a client of the POP3 server on loopback may say, and when (RFC 1939, RFC 2449)
 * Owns:     the table of commands, the marks for deletion, the end of a session.
 * Must not: delete anything but at QUIT; touch the link after it broke or the host took it back.
 * Fails:    by -ERR; a link or a client that is gone ends the session without a deletion.
 * Tests:    tests/fetcher/door/test_door.c */
#include "fetcher/door/private.h"
#include <string.h>

#define LONGEST_TEXT 400 /* of the 512 octets that a response may have (RFC 2449, 4) */
#define ANY_TEXT (-1)

typedef struct {
  const char *verb;
  guint states;
  gint least, most; /* numbers after it; most ANY_TEXT: whatever is there */
  void (*run)(DoorSession *session, const DoorWords *words);
} Command;

void door_answer(DoorSession *session, const char *format, ...)
{
  va_list arguments;
  if (!session->over) door_relay(session);
  if (session->over) return;
  va_start(arguments, format);
  g_autofree char *line = g_strdup_vprintf(format, arguments);
  va_end(arguments);
  door_wire_say(&session->wire, line, strlen(line));
  door_wire_say(&session->wire, "\r\n", 2);
}

void door_error(DoorSession *session, const char *text)
{
  door_answer(session, "-ERR %s", text);
  if (++session->errors > session->wire.door->limits.errors) session->over = TRUE;
}

void door_refuse(DoorSession *session, const char *code, const char *sentence)
{
  g_autofree char *text = g_strndup(sentence, LONGEST_TEXT);
  for (char *c = text; *c != '\0'; c++)
    if (g_ascii_iscntrl(*c)) *c = ' ';
  g_autofree char *line = g_strconcat("-ERR ", code, text, "\r\n", NULL);
  door_wire_say(&session->wire, line, strlen(line));
}

void door_broke(DoorSession *session, const GError *problem)
{
  session->link = NULL;
  session->over = TRUE;
  if (session->host->broke != NULL) session->host->broke(problem, session->host->data);
}

/* FALSE: it was answered with -ERR. */
static gboolean find_row(DoorSession *session, guint64 number, guint *row)
{
  if (number == 0 || number > session->rows->len || session->deleted[number - 1]) {
    door_error(session, "there is no such message");
    return FALSE;
  }
  *row = (guint)number - 1;
  return TRUE;
}

static const Pop3Row *get_row(const DoorSession *session, guint row)
{
  return &g_array_index(session->rows, Pop3Row, row);
}

static void run_capa(DoorSession *session, const DoorWords *words)
{
  door_answer(session, "+OK\r\nTOP\r\nUIDL\r\nUSER\r\nPIPELINING\r\nRESP-CODES\r\nAUTH-RESP-CODE\r\nSASL PLAIN\r\n"
                       "EXPIRE NEVER\r\nIMPLEMENTATION Backstop\r\n.");
}

static void run_stat(DoorSession *session, const DoorWords *words)
{
  door_answer(session, "+OK %u %" G_GUINT64_FORMAT, session->left, session->octets);
}

static void run_list(DoorSession *session, const DoorWords *words)
{
  guint row;
  if (words->n == 1) {
    if (find_row(session, words->numbers[0], &row))
      door_answer(session, "+OK %u %" G_GUINT64_FORMAT, row + 1, get_row(session, row)->octets);
    return;
  }
  door_answer(session, "+OK %u messages (%" G_GUINT64_FORMAT " octets)", session->left, session->octets);
  for (row = 0; row < session->rows->len && !session->wire.broken; row++)
    if (!session->deleted[row]) door_answer(session, "%u %" G_GUINT64_FORMAT, row + 1, get_row(session, row)->octets);
  door_answer(session, ".");
}

static void run_uidl(DoorSession *session, const DoorWords *words)
{
  guint row;
  if (words->n == 1) {
    if (find_row(session, words->numbers[0], &row))
      door_answer(session, "+OK %u %s", row + 1, get_row(session, row)->uid);
    return;
  }
  door_answer(session, "+OK");
  for (row = 0; row < session->rows->len && !session->wire.broken; row++)
    if (!session->deleted[row]) door_answer(session, "%u %s", row + 1, get_row(session, row)->uid);
  door_answer(session, ".");
}

static void run_top(DoorSession *session, const DoorWords *words)
{
  guint row;
  if (find_row(session, words->numbers[0], &row)) door_ask(session, row, (gint)MIN(words->numbers[1], G_MAXINT));
}

static void run_retr(DoorSession *session, const DoorWords *words)
{
  guint row;
  if (find_row(session, words->numbers[0], &row)) door_ask(session, row, -1);
}

static void run_dele(DoorSession *session, const DoorWords *words)
{
  guint row;
  if (!find_row(session, words->numbers[0], &row)) return;
  session->deleted[row] = TRUE;
  session->left--;
  session->octets -= get_row(session, row)->octets;
  door_answer(session, "+OK");
}

/* All rows as they are at first. */
static void count_rows(DoorSession *session)
{
  memset(session->deleted, 0, session->rows->len);
  session->left = session->rows->len;
  session->octets = 0;
  for (guint row = 0; row < session->rows->len; row++) session->octets += get_row(session, row)->octets;
}

static void run_rset(DoorSession *session, const DoorWords *words)
{
  count_rows(session);
  run_stat(session, words);
}

static void run_noop(DoorSession *session, const DoorWords *words) { door_answer(session, "+OK"); }

void door_enter(DoorSession *session)
{
  g_autoptr(GError) problem = NULL;
  session->entered = TRUE;
  session->rows = session->host->enter(&session->link, session->host->data, &problem);
  /* However long that took, there must be time for the answer. */
  session->began = session->used = g_get_monotonic_time();
  if (session->rows == NULL) {
    door_refuse(session, "[SYS/TEMP] ", problem->message);
    session->link = NULL;
    session->over = TRUE;
    return;
  }
  session->deleted = g_malloc0(MAX(session->rows->len, 1));
  count_rows(session);
  session->state = DOOR_TRANSACTION;
  run_stat(session, NULL);
}

static gboolean on_marked(guint row, const char *refusal, gpointer data)
{
  DoorSession *session = data;
  session->unmarked += refusal != NULL;
  return door_wire_attend(&session->wire);
}

/* FALSE: not all; without a link after that: none, for the session cannot be ended. */
static gboolean mark_deleted(DoorSession *session)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new();
  g_autoptr(GError) problem = NULL;
  for (guint row = 0; row < session->rows->len; row++)
    if (session->deleted[row]) g_ptr_array_add(rows, (gpointer)get_row(session, row));
  if (!door_wire_attend(&session->wire) || session->link == NULL) return FALSE;
  session->relaying = TRUE;
  gboolean whole =
      pop3_link_delete_all(session->link, (const Pop3Row *const *)rows->pdata, rows->len, on_marked, session, &problem);
  session->relaying = FALSE;
  if (!whole) door_broke(session, problem);
  return whole && session->unmarked == 0;
}

static void run_quit(DoorSession *session, const DoorWords *words)
{
  gboolean all = TRUE;
  if (session->state == DOOR_TRANSACTION) {
    /* A client that never got what it asked for before must not lose it. */
    door_relay(session);
    if (session->over || !door_wire_flush(&session->wire)) return;
    all = mark_deleted(session);
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

static const Command commands[] = {
  { "CAPA", DOOR_AUTHORIZATION | DOOR_TRANSACTION, 0, 0, run_capa },
  { "USER", DOOR_AUTHORIZATION, 0, ANY_TEXT, door_user },
  { "PASS", DOOR_AUTHORIZATION, 0, ANY_TEXT, door_pass },
  { "AUTH", DOOR_AUTHORIZATION, 0, ANY_TEXT, door_auth },
  { "STAT", DOOR_TRANSACTION, 0, 0, run_stat },
  { "LIST", DOOR_TRANSACTION, 0, 1, run_list },
  { "UIDL", DOOR_TRANSACTION, 0, 1, run_uidl },
  { "TOP", DOOR_TRANSACTION, 2, 2, run_top },
  { "RETR", DOOR_TRANSACTION, 1, 1, run_retr },
  { "DELE", DOOR_TRANSACTION, 1, 1, run_dele },
  { "RSET", DOOR_TRANSACTION, 0, 0, run_rset },
  { "NOOP", DOOR_TRANSACTION, 0, 0, run_noop },
  { "QUIT", DOOR_AUTHORIZATION | DOOR_TRANSACTION, 0, 0, run_quit },
};

/* FALSE: something else than so many numbers. */
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
}

static void hear(DoorSession *session, char *line, gsize length)
{
  /* May hold a password. */
  gboolean secret = session->state == DOOR_AUTHORIZATION;
  if (session->sasl)
    door_auth_response(session, line);
  else if (memchr(line, '\0', length) != NULL)
    door_error(session, "a command cannot hold a NUL");
  else
    obey(session, line);
  if (secret) explicit_bzero(line, length);
  session->active = TRUE;
}

static gboolean attend(gpointer data)
{
  DoorSession *session = data;
  const DoorLimits *limits = &session->wire.door->limits;
  g_autoptr(GError) problem = NULL;
  if (session->host->stop(session->host->data)) return FALSE;
  gint64 now = g_get_monotonic_time();
  if (session->state == DOOR_AUTHORIZATION) return now - session->began < (gint64)limits->sign_in * 1000;
  if (session->relaying || session->link == NULL || now - session->used < (gint64)limits->keep_alive * 1000)
    return TRUE;
  gboolean alive = pop3_link_noop(session->link, &problem);
  session->used = g_get_monotonic_time();
  if (!alive) door_broke(session, problem);
  return alive;
}

/* Nothing to do is left. */
static void rest(DoorSession *session)
{
  const DoorLimits *limits = &session->wire.door->limits;
  door_relay(session);
  if (!door_wire_flush(&session->wire) || session->over) return;
  /* The beginning of a command does not count as one. */
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
  door_answer(session, "+OK Backstop is ready");
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

void door_session_run(Door *door, int fd, const DoorHost *host)
{
  DoorSession *session = g_new0(DoorSession, 1);
  session->began = session->since = g_get_monotonic_time();
  session->wire = (DoorWire){ .fd = fd, .door = door, .attend = attend, .data = session, .attended = session->began };
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
