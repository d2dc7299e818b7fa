/* fake_mail.h - a small mailbox on a fake server, and a pass over it. */
#pragma once
#include "fetcher/config/config.h"
#include "fetcher/pass/pass.h"
#include "ledger/journal.h"
#include "tests/rigs/fake_store.h"

typedef struct {
  FakeServer *server;
  Config config;
  AccountConfig account;
  char *directory; /* of the ledger */
  Ledger *ledger;
  gint64 now;      /* mail is dated some days before */
  gboolean second; /* the server belongs to another Fake */
} Fake;

/* INBOX with two ordinary messages, a genuine bounce, three forged ones; Sent with five messages; Trash. */
Fake *fake_new(void);
void fake_free(Fake *fake);
/* Another computer with a ledger of its own, on the same mailbox. To be freed before the first. */
Fake *fake_second_machine(Fake *fake);
/* Adds a bounce for a message with this id to this recipient, dated `stored`; number makes it different from others. */
FakeMessage *fake_bounce(Fake *fake, const char *folder, guint number, const char *original_id, const char *recipient,
                         gint64 stored);
/* Adds a sent message, to Sent or to another folder. */
FakeMessage *fake_sent_in(Fake *fake, const char *folder, const char *id, const char *recipient, gint64 stored);
void fake_sent(Fake *fake, const char *id, const char *recipient, gint64 stored);
/* Of how many places at which a pass can be cut off, one is tried: `usual`, or fewer by BACKSTOP_FAULT_POINTS (1: each
 * of them, as in make check-slow). */
guint fake_points(guint usual);
/* One pass on a new connection. */
gboolean fake_pass(Fake *fake, Pass *pass, GError **error);
/* A mailbox of its own for each cmocka case: *state is a Fake*. */
int fake_setup(void **state);
int fake_teardown(void **state);
#define FAKE_CASE(name) cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)
/* fake_pass(), which must go through. */
Pass fake_pass_ok(Fake *fake);
/* How many entries are in this state. */
guint fake_in_state(Fake *fake, MoveState state);
/* One pass of this kind on a connection that stays open from call to call, until `run` is freed and its store closed.
 */
Run *fake_connect(Fake *fake);
void fake_disconnect(Run *run);
/* Moves the message at this index as the owner's mail program would. */
void fake_drag(Fake *fake, const char *from, guint index, const char *to);
/* Every entry of the journal, newest first: GPtrArray of Entry*. */
GPtrArray *fake_entries(Fake *fake);
guint fake_count(const Fake *fake, const char *folder);
