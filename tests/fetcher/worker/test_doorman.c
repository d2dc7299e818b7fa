/* test_doorman.c - what a mail program sees through the door, and what is told when the door cannot be opened
 * Owns:     a door and a session that are played: the program at the door is client_sees().
 * Must not: listen on a port; wait.
 * Fails:    by TAP.
 * Tests:    fetcher/worker/doorman.c */
#include "fetcher/box/box_store.h"
#include "fetcher/door/door.h"
#include "fetcher/pop3/box.h"
#include "fetcher/worker/doorman.h"
#include "tests/rigs/ledger_rig.h"
#include "tests/rigs/pop3_peer.h"
#include <unistd.h>

#define NEXT_PASS 180 /* seconds, as the session says */

struct Door {
  int fd;
};

/* The session gives this store; the door opens unless the port is taken. */
static struct {
  Server *server;
  AccountConfig account;
  Config config;
  Ledger *ledger;
  Store *store;
  guint left; /* how often the session was left */
  gboolean taken;
  int ends[2];
  GString *seen; /* of the last client: unique-ids, a space after each; "-" when the door let nobody in */
} world;

Store *session_visit(Session *session, guint *seconds, GError **error)
{
  *seconds = NEXT_PASS;
  return world.store;
}

void session_leave(Session *session) { world.left++; }

Door *door_open(guint16 port, const uid_t *users, guint n_users, GError **error)
{
  Door *door = g_new0(Door, 1);
  door->fd = world.ends[0];
  if (!world.taken) return door;
  g_free(door);
  g_set_error(error, CONFIG_ERROR, CONFIG_ERROR_INVALID, "port %u is taken", port);
  return NULL;
}

void door_free(Door *door) { g_free(door); }
int door_fd(const Door *door) { return door->fd; }

gboolean door_serve(Door *door, const DoorHost *host)
{
  Pop3Link *link = NULL;
  g_string_truncate(world.seen, 0);
  const GArray *rows = host->password != NULL ? host->enter(&link, host->data, NULL) : NULL;
  for (guint i = 0; rows != NULL && i < rows->len; i++)
    g_string_append_printf(world.seen, "%s ", g_array_index(rows, Pop3Row, i).uid);
  if (rows == NULL) g_string_append(world.seen, "-");
  if (host->password != NULL) host->leave(FALSE, host->data);
  return TRUE;
}

static gboolean never(gpointer data) { return FALSE; }

#define MAIL(name) "From: <" name "@example.com>\r\nSubject: " name "\r\n\r\n" name "\r\n"
static const Pop3Mail mails[] = { { "first", MAIL("first"), 0, 0 }, { "second", MAIL("second"), 0, 0 } };
static const Pop3Mail nameless[] = { { NULL, MAIL("first"), 0, 0 },
                                     { NULL, MAIL("second"), 0, 0 },
                                     { NULL, MAIL("first"), 0, 0 } };
static const Pop3Conversation usual = { .mails = mails, .n = 2 };
static const Pop3Conversation without_uidl = {
  .mails = nameless, .n = 3, .capabilities = "USER\r\nTOP\r\n", .turns = { { "UIDL", "-ERR what?\r\n" } }
};

/* known: the ledger has this account. */
static Doorman *begin(const Pop3Conversation *conversation, gboolean known)
{
  g_autoptr(GError) problem = NULL;
  world.server = server_start(pop3_peer, conversation);
  world.account = pop3_account(world.server, SECURITY_NONE);
  world.account.name = (char *)(known ? "home" : "stranger");
  world.account.door_port = 1100;
  world.account.door_password_command = (char *)"echo secret";
  world.config = (Config){ 0 };
  world.ledger = rig_ledger();
  Box *inbox = pop3_box_new(&world.account, POP3_SECRET, &problem);
  assert_non_null(inbox);
  world.store = box_store_new(world.ledger, world.account.name, NULL);
  box_store_add(world.store, inbox, BOX_WATCHED);
  world.left = 0;
  world.taken = FALSE;
  world.seen = g_string_new(NULL);
  assert_int_equal(pipe(world.ends), 0);
  assert_int_equal(write(world.ends[1], "c", 1), 1); /* a client is at the door */
  return doorman_new(&world.config, &world.account, world.ledger, NULL, never, NULL);
}

static void end(Doorman *doorman)
{
  doorman_free(doorman);
  store_close(world.store);
  server_free(world.server);
  ledger_close(world.ledger);
  g_string_free(world.seen, TRUE);
  close(world.ends[0]);
  close(world.ends[1]);
}

static const char *client_sees(Doorman *doorman)
{
  guint seconds = 0;
  doorman_fd(doorman);
  assert_true(doorman_serve(doorman, &seconds));
  return world.seen->str;
}

/* An entry for the first message. due, judged: seconds from now. */
static void judge_first(VerdictCode code, MoveState state, gint64 judged, gint64 due)
{
  FolderStatus status;
  g_autoptr(GError) problem = NULL;
  gint64 now = g_get_real_time() / G_USEC_PER_SEC;
  assert_true(world.store->class->select(world.store, box_store_inbox(world.store)->name, &status, &problem));
  g_autoptr(Report) report = rig_report("foreign@x", "bob@y.example", "Hello");
  g_autoptr(Entry) entry = rig_entry("home", report, NULL, code, state, box_store_uid(world.store, 0));
  entry->home.validity = status.validity;
  entry->arrived = entry->judged = now + judged;
  entry->due = state == MOVE_WAITING ? now + due : 0;
  if (state == MOVE_Q_INTENT) place_set(&entry->away, "Backscatter", 3, 0);
  rig_record(world.ledger, entry);
}

static const struct {
  const char *name;
  VerdictCode code;
  MoveState state;
  gint64 judged, due; /* seconds from now */
  gboolean observe, hidden;
} rows[] = {
  { "backscatter in quarantine is hidden", VERDICT_BACKSCATTER, MOVE_QUARANTINED, -60, 0, FALSE, TRUE },
  { "backscatter on its way there is hidden", VERDICT_BACKSCATTER, MOVE_Q_INTENT, -60, 0, FALSE, TRUE },
  { "a genuine bounce is shown", VERDICT_GENUINE, MOVE_KEPT, -60, 0, FALSE, FALSE },
  { "an unsure bounce is shown", VERDICT_UNSURE, MOVE_KEPT, -60, 0, FALSE, FALSE },
  { "backscatter that was only observed is shown", VERDICT_BACKSCATTER, MOVE_KEPT, -60, 0, TRUE, FALSE },
  { "a bounce that could not be moved is shown", VERDICT_BACKSCATTER, MOVE_FAILED, -60, 0, FALSE, FALSE },
  { "a fresh bounce is hidden until its second look", VERDICT_BACKSCATTER, MOVE_WAITING, -60, 60, FALSE, TRUE },
  { "but not where mail is only observed", VERDICT_BACKSCATTER, MOVE_WAITING, -60, 60, TRUE, FALSE },
  { "nor when its second look is long overdue", VERDICT_BACKSCATTER, MOVE_WAITING, -3720, -3600, FALSE, FALSE },
  { "nor when it has to wait for longer", VERDICT_BACKSCATTER, MOVE_WAITING, -60, 3600, FALSE, FALSE },
};

static void only_what_is_held_back_is_hidden(void **state)
{
  for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
    Doorman *doorman = begin(&usual, TRUE);
    world.config.observe = rows[i].observe;
    judge_first(rows[i].code, rows[i].state, rows[i].judged, rows[i].due);
    const char *seen = client_sees(doorman), *want = rows[i].hidden ? "second " : "first second ";
    if (strcmp(seen, want) != 0) fail_msg("%s: the client sees \"%s\"", rows[i].name, seen);
    assert_int_equal(world.left, 1);
    end(doorman);
  }
}

static void a_ledger_that_does_not_answer_hides_nothing(void **state)
{
  Doorman *doorman = begin(&usual, FALSE);
  assert_string_equal(client_sees(doorman), "first second ");
  end(doorman);
}

/* A client would fetch everything again if the names changed, or miss a message if two had the same name. */
static void messages_without_unique_ids_get_names_that_stay(void **state)
{
  Doorman *doorman = begin(&without_uidl, TRUE);
  g_autofree char *seen = g_strdup(client_sees(doorman));
  g_auto(GStrv) names = g_strsplit(seen, " ", -1);
  assert_int_equal(g_strv_length(names), 4);
  for (guint i = 0; i < 3; i++)
    for (guint k = 0; k < i; k++) assert_string_not_equal(names[i], names[k]);
  assert_string_equal(client_sees(doorman), seen);
  end(doorman);
}

static void without_its_password_the_door_lets_nobody_in(void **state)
{
  Doorman *doorman = begin(&usual, TRUE);
  world.account.door_password_command = (char *)"false";
  assert_string_equal(client_sees(doorman), "-");
  world.account.door_password_command = (char *)"echo secret"; /* the next client is let in */
  assert_string_equal(client_sees(doorman), "first second ");
  end(doorman);
}

static void a_visit_tells_when_the_next_pass_is_due(void **state)
{
  guint seconds = 0;
  Doorman *doorman = begin(&usual, TRUE);
  doorman_fd(doorman);
  assert_true(doorman_serve(doorman, &seconds));
  assert_in_range(seconds, NEXT_PASS - 30, NEXT_PASS);
  char byte;
  assert_int_equal(read(world.ends[0], &byte, 1), 1);
  assert_false(doorman_serve(doorman, &seconds)); /* nobody is there */
  assert_int_equal(world.left, 1);
  end(doorman);
}

static char *notice(void)
{
  g_autoptr(GPtrArray) accounts = account_list(world.ledger, NULL);
  for (guint i = 0; i < accounts->len; i++) {
    const Account *account = accounts->pdata[i];
    if (strcmp(account->name, "home") == 0) return g_strdup(account->notice);
  }
  return NULL;
}

/* others: a pass has a notice of its own, which must stay. */
static void assert_notices(gboolean others)
{
  Doorman *doorman = begin(&usual, TRUE);
  world.taken = TRUE;
  assert_int_not_equal(doorman_fd(doorman), world.ends[0]);
  g_autofree char *told = notice();
  assert_string_equal(told, "port 1100 is taken");
  if (others) assert_true(account_set_notice(world.ledger, "home", NOTICE_FOLDERS, "only observes", NULL));
  g_autofree char *both = notice();
  assert_string_equal(both, others ? "only observes port 1100 is taken" : "port 1100 is taken");
  world.taken = FALSE;
  assert_int_equal(doorman_fd(doorman), world.ends[0]);
  g_autofree char *later = notice();
  if (g_strcmp0(later, others ? "only observes" : NULL) != 0) fail_msg("the notice is %s", later);
  end(doorman);
}

static void a_port_that_is_taken_is_told_until_the_door_is_open(void **state) { assert_notices(FALSE); }
static void the_notice_of_a_pass_is_left_alone(void **state) { assert_notices(TRUE); }

static void an_account_without_a_door_has_no_doorman(void **state)
{
  AccountConfig account = { .name = (char *)"home" };
  assert_null(doorman_new(NULL, &account, NULL, NULL, never, NULL));
}

int main(void)
{
  const struct CMUnitTest tests[] = {
    cmocka_unit_test(only_what_is_held_back_is_hidden),
    cmocka_unit_test(a_ledger_that_does_not_answer_hides_nothing),
    cmocka_unit_test(messages_without_unique_ids_get_names_that_stay),
    cmocka_unit_test(without_its_password_the_door_lets_nobody_in),
    cmocka_unit_test(a_visit_tells_when_the_next_pass_is_due),
    cmocka_unit_test(a_port_that_is_taken_is_told_until_the_door_is_open),
    cmocka_unit_test(the_notice_of_a_pass_is_left_alone),
    cmocka_unit_test(an_account_without_a_door_has_no_doorman),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
