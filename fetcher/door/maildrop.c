/* maildrop.c - the messages that a client of the POP3 server on loopback sees (RFC 1939, 5)
 * Owns:     numbers and sizes of the rows, the marks for deletion: STAT, LIST, UIDL, DELE, RSET.
 * Must not: delete anything before QUIT.
 * Fails:    by -ERR; a link that breaks deletes nothing.
 * Tests:    tests/fetcher/door/test_door.c */
#include "fetcher/door/private.h"
#include <string.h>

gboolean door_find_row(DoorSession *session, guint64 number, guint *row)
{
  if (number == 0 || number > session->rows->len || session->deleted[number - 1]) {
    door_error(session, "there is no such message");
    return FALSE;
  }
  *row = (guint)number - 1;
  return TRUE;
}

const Pop3Row *door_row(const DoorSession *session, guint row) { return &g_array_index(session->rows, Pop3Row, row); }

void door_stat(DoorSession *session, const DoorWords *words)
{
  door_answer(session, "+OK %u %" G_GUINT64_FORMAT, session->left, session->octets);
}

void door_list(DoorSession *session, const DoorWords *words)
{
  guint row;
  if (words->n == 1) {
    if (door_find_row(session, words->numbers[0], &row))
      door_answer(session, "+OK %u %" G_GUINT64_FORMAT, row + 1, door_row(session, row)->octets);
    return;
  }
  door_answer(session, "+OK %u messages (%" G_GUINT64_FORMAT " octets)", session->left, session->octets);
  for (row = 0; row < session->rows->len && !session->wire.broken; row++)
    if (!session->deleted[row]) door_answer(session, "%u %" G_GUINT64_FORMAT, row + 1, door_row(session, row)->octets);
  door_answer(session, ".");
}

void door_uidl(DoorSession *session, const DoorWords *words)
{
  guint row;
  if (words->n == 1) {
    if (door_find_row(session, words->numbers[0], &row))
      door_answer(session, "+OK %u %s", row + 1, door_row(session, row)->uid);
    return;
  }
  door_answer(session, "+OK");
  for (row = 0; row < session->rows->len && !session->wire.broken; row++)
    if (!session->deleted[row]) door_answer(session, "%u %s", row + 1, door_row(session, row)->uid);
  door_answer(session, ".");
}

void door_dele(DoorSession *session, const DoorWords *words)
{
  guint row;
  if (!door_find_row(session, words->numbers[0], &row)) return;
  session->deleted[row] = TRUE;
  session->left--;
  session->octets -= door_row(session, row)->octets;
  door_answer(session, "+OK");
}

void door_count_rows(DoorSession *session)
{
  memset(session->deleted, 0, session->rows->len);
  session->left = session->rows->len;
  session->octets = 0;
  for (guint row = 0; row < session->rows->len; row++) session->octets += door_row(session, row)->octets;
}

void door_rset(DoorSession *session, const DoorWords *words)
{
  door_count_rows(session);
  door_stat(session, words);
}

static gboolean on_marked(guint row, const char *refusal, gpointer data)
{
  DoorSession *session = data;
  session->unmarked += refusal != NULL;
  return door_wire_attend(&session->wire);
}

gboolean door_mark_deleted(DoorSession *session)
{
  g_autoptr(GPtrArray) rows = g_ptr_array_new();
  g_autoptr(GError) problem = NULL;
  for (guint row = 0; row < session->rows->len; row++)
    if (session->deleted[row]) g_ptr_array_add(rows, (gpointer)door_row(session, row));
  if (!door_wire_attend(&session->wire) || session->link == NULL) return FALSE;
  session->relaying = TRUE;
  gboolean whole =
      pop3_link_delete_all(session->link, (const Pop3Row *const *)rows->pdata, rows->len, on_marked, session, &problem);
  session->relaying = FALSE;
  if (!whole) door_broke(session, problem);
  return whole && session->unmarked == 0;
}
