/* ledger_rig.h - what the tests of ledger/ share: ledgers, sent messages, reports. */
#pragma once
#include "ledger/account.h"
#include "ledger/facts.h"
#include "ledger/journal.h"
#include "ledger/newsender.h"
#include "ledger/sent.h"
#include "ledger/stats.h"
#include "ledger/wish.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
// cmocka wants the headers above first
#include <cmocka.h>

#define DAY ((gint64)86400)
/* When everything happens that must not depend on the day, Unix seconds. */
#define RIG_NOW ((gint64)1700000000)

/* In a scope with GError *error = NULL. */
#define OK(call)                                                                                                       \
  do {                                                                                                                 \
    if (!(call)) fail_msg("%s: %s", #call, error != NULL ? error->message : "no error");                               \
    assert_null(error);                                                                                                \
  } while (0)
#define FAILS(call, wanted)                                                                                            \
  do {                                                                                                                 \
    assert_false(call);                                                                                                \
    if (!g_error_matches(error, LEDGER_ERROR, wanted))                                                                 \
      fail_msg("%s: wrong error: %s", #call, error != NULL ? error->message : "none");                                 \
    g_clear_error(&error);                                                                                             \
  } while (0)

/* An empty folder that nobody else can read; rig_remove() removes and frees it. */
char *rig_folder(void);
void rig_remove(char *folder);

/* A ledger in memory with the accounts "home" (me@example.org;*@my.example) and "work" (me@work.example). */
Ledger *rig_ledger(void);
/* A ledger in dir with the same accounts. */
Ledger *rig_ledger_in(const char *dir);

/* What is known of a Sent folder: its oldest message, in days, and its last look, in seconds, before RIG_NOW; -1:
 * never. */
typedef struct {
  const char *account, *folder;
  gint64 oldest, synced;
  gboolean unused; /* a folder that is no longer in use */
} RigMark;
/* rig_ledger() with these marks, up to n or to the first without an account; at most three an account. */
Ledger *rig_with_marks(const RigMark *marks, guint n);

/* Lists are ';'-separated, NULL is empty. */
SentMessage *rig_sent(const char *ids, const char *recipients, const char *subject, gint64 date);
/* Adds one message to a Sent folder, with stored = date, and says that it was synced at `synced`. */
void rig_add(Ledger *ledger, const char *account, const char *folder, const char *ids, const char *recipients,
             const char *subject, gint64 date, gint64 synced);
/* The same with a message that is there, which gets the UID 1. */
void rig_add_message(Ledger *ledger, const char *account, const char *folder, const SentMessage *message,
                     gint64 synced);
/* A failure report of mailer-daemon@mx.reporter.example, to me@example.org. */
Report *rig_report(const char *ids, const char *recipients, const char *subject);
/* An entry for a report that came to INBOX under this UID, with one line of evidence. */
Entry *rig_entry(const char *account, const Report *report, const Facts *facts, VerdictCode code, MoveState state,
                 guint32 uid);
/* Records one entry without moving the folder's mark; its id. */
gint64 rig_record(Ledger *ledger, Entry *entry);
/* The value of a query that gives one number. */
gint64 rig_number(Ledger *ledger, const char *sql);

/* Makes the ledger one as it was before the sixth step of the schema, except for its version. */
void rig_undo_trust(Ledger *ledger);

#define RIG_T0 ((gint64)1600000000)
/* Records a plain entry of account that came to INBOX under uid, RIG_T0 + uid (then it is due, where it is to be judged
 * again); its id. */
gint64 rig_judged(Ledger *ledger, const char *account, VerdictCode code, MoveState state, guint32 uid);
Entry *rig_get(Ledger *ledger, gint64 id);
/* Its state, and where it lies as "folder validity uid"; NULL: any. */
#define RIG_GONE "(null) 0 0"
void rig_assert_state(Ledger *ledger, gint64 id, MoveState state, const char *home, const char *away);
/* One step of an entry's life; it confirms that the message is in "Elsewhere", validity 3, uid 9, and yields until
 * RIG_T0 + 500. */
typedef enum { CONFIRM, CONFIRM_GONE, RESTORE, DELETE, FAIL, BY_HAND, YIELD, REMOVED, STEPS } Step;
gboolean rig_take(Ledger *ledger, gint64 id, Step step, GError **error);
