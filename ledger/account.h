/* account.h - accounts as the ledger knows them, their state and progress, and which folders were read how far. */
#pragma once
#include "ledger/ledger.h"

/* What the configuration says of an account and the ledger must know (coverage asks whose address is whose). */
typedef struct {
  char *name;
  char *addresses; /* patterns, ';'-separated, see address_matches() */
  char *mailbox;   /* which mailbox it names: any text that changes when server or user does; NULL: not told */
  char *sent_by;   /* the account whose Sent folders hold what is sent from this one; NULL: its own do */
} AccountSetup;

/* Makes the ledger's accounts those n: new ones are added, known ones updated, others marked as gone (their sent mail
 * and journal stay, their coverage no longer counts). A known account that names another mailbox now is read from the
 * start: its marks and coverage are dropped, and what was on its way there is `failed`. Open wishes of an account that
 * is gone fail, since nobody is left to do them. */
gboolean account_configure(Ledger *ledger, const AccountSetup *accounts, guint n, GError **error);

/* State words are stable slugs: "idle" (no worker is at it), "connecting", "indexing" (its Sent folders are about to be
 * read, which other accounts wait for), "judging", "watching" (waits for mail), "serving" (a mail program is connected
 * to its door, and wishes wait), "retrying" (until), "sign-in-needed", "disabled". */
typedef struct {
  char *name, *addresses;
  gboolean configured;
  char *state;      /* a slug */
  char *text;       /* one sentence for people about the state (the last error, with its remedy); NULL */
  gint64 since;     /* when the state began */
  gint64 last_pass; /* end of the last pass that went through, 0 = never */
  gint64 until;     /* of "retrying", "sign-in-needed" and "disabled": when it is tried again, 0 = not known */
  char *notice;     /* what holds whatever the state: one sentence ("only observes, since ..."); NULL */
} Account;
void account_free(Account *account);
/* Is its worker in the middle of a pass, or serving a mail program, by its state? */
gboolean account_is_busy(const Account *account);
/* Is it about to read its Sent folders in that pass? */
gboolean account_will_read_sent(const Account *account);
/* Every account, configured ones first, by name: list of Account*. */
GPtrArray *account_list(Ledger *ledger, GError **error);
/* Does its worker wait for mail, so that a wish to check wakes it at once? */
gboolean account_is_watching(const Account *account);
/* until: Unix seconds, 0 for none. Writes nothing when all of it is so already. */
gboolean account_set_state(Ledger *ledger, const char *name, const char *state, const char *text, gint64 until,
                           GError **error);
/* notice NULL: there is none. Writes nothing when it is so already. */
gboolean account_set_notice(Ledger *ledger, const char *name, const char *notice, GError **error);

/* A pass, or the progress of one that runs. */
typedef struct {
  gint64 id;
  char *account;
  gint64 started, ended;       /* ended 0: still running, or killed */
  guint sent_done, sent_total; /* messages of Sent indexed in this pass */
  guint scanned, scan_total;   /* messages looked at in the watched folders */
  guint candidates, genuine, backscatter, unsure, waiting, moved;
  char *error; /* NULL when it went well */
} Pass;
void pass_free(Pass *pass);
/* pass->account set: a new row, id and started filled in. */
gboolean pass_begin(Ledger *ledger, Pass *pass, gint64 now, GError **error);
/* Writes all counters. The caller keeps to once a second. */
gboolean pass_update(Ledger *ledger, const Pass *pass, GError **error);
/* Writes counters, ended, error; on success account.last_pass too. Keeps the last 100 passes per account. */
gboolean pass_end(Ledger *ledger, Pass *pass, gint64 now, const char *problem, GError **error);
/* The newest pass of account, NULL without error when there was none. */
Pass *pass_last(Ledger *ledger, const char *account, GError **error);

/* How far a folder was read. role: "sent", "watched", "quarantine", or "sweep" (a sweep that was interrupted goes on
 * from here). */
typedef struct {
  guint32 validity; /* UIDVALIDITY, 0 = never seen */
  guint32 next;     /* the UID to go on from, 1 at first */
  gint64 oldest;    /* sent: date of the oldest message ever held, Unix seconds, 0 = none */
  gint64 synced;    /* sent: start of the last sync that went through to the end, 0 = never */
} FolderMark;
gboolean folder_mark_get(Ledger *ledger, const char *account, const char *folder, const char *role, FolderMark *mark,
                         GError **error);
gboolean folder_mark_set(Ledger *ledger, const char *account, const char *folder, const char *role,
                         const FolderMark *mark, GError **error);

/* Which of an account's folders hold its sent mail now (UTF-8 names). Others keep their sent mail in the ledger, but
 * no longer count for coverage. n 0: none, so the account has no coverage. */
gboolean folder_use_sent(Ledger *ledger, const char *account, const char *const *folders, guint n, GError **error);
