/* test_locate.c - messages of which the server shows other bytes than before
 * Owns:     mailboxes in memory, whose messages change.
 * Must not: judge for itself.
 * Fails:    by TAP.
 * Tests:    fetcher/pass/locate.c */
#include "ledger/wish.h"
#include "tests/rigs/fake_mail.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* How a server that writes mail anew may show a message of the quarantine. */
static void set_text(FakeMessage *message, char *text)
{
  g_bytes_unref(message->bytes);
  message->bytes = g_bytes_new_take(text, strlen(text));
}

static char *text_of(const FakeMessage *message)
{
  gsize size = 0;
  const char *bytes = g_bytes_get_data(message->bytes, &size);
  return g_strndup(bytes, size);
}

static void change_bytes(FakeMessage *message)
{
  g_autofree char *text = text_of(message);
  set_text(message, g_strconcat("X-Server: this line is new\r\n", text, NULL));
}

static void change_id(FakeMessage *message)
{
  g_autofree char *text = text_of(message);
  char *id = strstr(text, "Message-ID: <");
  assert_non_null(id);
  id[strlen("Message-ID: <")] ^= 1;
  set_text(message, g_steal_pointer(&text));
}

static void renumber(FakeFolder *folder)
{
  folder->validity += 1000;
  folder->next = 50;
  for (guint i = 0; i < folder->messages->len; i++) ((FakeMessage *)folder->messages->pdata[i])->uid = folder->next++;
}

static void put_beside(Fake *fake, const FakeMessage *message)
{
  g_autofree char *text = text_of(message);
  g_autofree char *other = g_strconcat("X-Twin: yes\r\n", text, NULL);
  fake_add(fake->server, "Backscatter", other, message->stored);
}

typedef struct {
  const char *name;
  gboolean changed, other_id, renumbered, twin;
  gboolean no_trash; /* the request is to remove it for good */
  gboolean wanted;   /* the request is done */
} Row;

static const Row rows[] = {
  { "the bytes are others, under the same UID", .changed = TRUE, .wanted = TRUE },
  { "the bytes are others, and the folder is renumbered", .changed = TRUE, .renumbered = TRUE, .wanted = TRUE },
  { "the folder is renumbered, and two messages have this Message-ID", .changed = TRUE, .renumbered = TRUE,
    .twin = TRUE },
  { "another message lies under the UID", .changed = TRUE, .other_id = TRUE },
  { "another message alone in the renumbered folder", .changed = TRUE, .other_id = TRUE, .renumbered = TRUE },
  { "the bytes are others, and it would be removed for good", .changed = TRUE, .no_trash = TRUE },
  { "the bytes are the same, and it is removed for good", .no_trash = TRUE, .wanted = TRUE },
};

static gint64 id_at(Fake *fake, guint32 uid)
{
  g_autoptr(GPtrArray) entries = fake_entries(fake);
  for (guint i = 0; i < entries->len; i++) {
    const Entry *entry = entries->pdata[i];
    if (entry->state == MOVE_QUARANTINED && entry->away.uid == uid) return entry->id;
  }
  return 0;
}

static void hide_trash(Fake *fake)
{
  FakeFolder *trash = fake_folder(fake->server, "Trash");
  g_free(trash->name);
  trash->name = g_strdup("Old");
  trash->use = 0;
}

static gboolean is_there(Fake *fake, const char *folder, GBytes *bytes)
{
  const FakeFolder *place = fake_folder(fake->server, folder);
  for (guint i = 0; i < place->messages->len; i++)
    if (g_bytes_equal(((const FakeMessage *)place->messages->pdata[i])->bytes, bytes)) return TRUE;
  return FALSE;
}

/* In each row, the owner asks for one message of the quarantine: to have it back, or to have it removed for good. */
static void play(const Row *row, WishVerb verb)
{
  g_autoptr(GError) problem = NULL;
  Fake *fake = fake_new();
  if (row->no_trash) hide_trash(fake);
  fake_pass_ok(fake);
  FakeFolder *away = fake_folder(fake->server, "Backscatter");
  FakeMessage *message = away->messages->pdata[1];
  gint64 id = id_at(fake, message->uid);
  assert_true(id != 0);
  if (row->twin) put_beside(fake, message);
  if (row->changed) change_bytes(message);
  if (row->other_id) change_id(message);
  if (row->renumbered) renumber(away);
  g_autoptr(GBytes) bytes = g_bytes_ref(message->bytes);
  assert_true(wish_add(fake->ledger, verb, id, NULL, &problem) > 0);
  fake_pass_ok(fake);
  if (is_there(fake, "Backscatter", bytes) == row->wanted)
    fail_msg("%s: %s", row->name, row->wanted ? "not done" : "done with a message that may be another one");
  if (row->wanted && verb == WISH_RESTORE) assert_true(is_there(fake, "INBOX", bytes));
  fake_pass_ok(fake); /* and it stays so */
  assert_int_equal(is_there(fake, "Backscatter", bytes), !row->wanted);
  fake_free(fake);
}

static void what_the_owner_wants_back_is_known_by_its_place_and_message_id(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (!rows[i].no_trash) play(&rows[i], WISH_RESTORE);
}

static void what_is_removed_for_good_must_be_the_same_byte_for_byte(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++)
    if (rows[i].no_trash) play(&rows[i], WISH_REMOVE);
}

/* The server changes the message while it moves it, and the connection is cut: the message in the inbox is the one. */
static void what_changed_on_its_way_back_is_known_in_the_inbox(void **state)
{
  guint32 uid = 0;
  for (guint cut = 1; cut < 60 && uid == 0; cut++) {
    g_autoptr(GError) problem = NULL;
    Fake *fake = fake_new();
    fake_pass_ok(fake);
    gint64 id = id_at(fake, ((FakeMessage *)fake_folder(fake->server, "Backscatter")->messages->pdata[0])->uid);
    assert_true(wish_add(fake->ledger, WISH_RESTORE, id, NULL, &problem) > 0);
    fake->server->cut = cut;
    fake->server->cut_after = TRUE;
    fake_pass(fake, NULL, NULL);
    fake->server->cut = 0;
    if (fake_count(fake, "INBOX") == 4 && fake_in_state(fake, MOVE_R_INTENT) == 1) {
      FakeMessage *back = fake_folder(fake->server, "INBOX")->messages->pdata[3];
      change_bytes(back);
      uid = back->uid;
      fake_pass_ok(fake);
      assert_int_equal(fake_in_state(fake, MOVE_RESTORED), 1);
      fake_pass_ok(fake);
      assert_int_equal(fake_count(fake, "INBOX"), 4);
    }
    fake_free(fake);
  }
  assert_true(uid != 0);
}

int main(void)
{
  filter_init();
  const struct CMUnitTest tests[] = { cmocka_unit_test(what_the_owner_wants_back_is_known_by_its_place_and_message_id),
                                      cmocka_unit_test(what_is_removed_for_good_must_be_the_same_byte_for_byte),
                                      cmocka_unit_test(what_changed_on_its_way_back_is_known_in_the_inbox) };
  return cmocka_run_group_tests_name("locate", tests, NULL, NULL);
}
