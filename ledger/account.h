/* account.h - the accounts that the ledger knows, and what each account's worker is doing. */
#pragma once
#include "ledger/ledger.h"

/* What an account's worker is doing. */
typedef enum {
  ACCOUNT_IDLE,           /* no worker runs */
  ACCOUNT_CONNECTING,     /* is connecting to the server */
  ACCOUNT_INDEXING,       /* about to read the Sent folders; other accounts wait for that */
  ACCOUNT_JUDGING,        /* looks at mail */
  ACCOUNT_WATCHING,       /* waits for mail */
  ACCOUNT_SERVING,        /* a mail program is connected to the door; requests wait until the mail program has gone */
  ACCOUNT_RETRYING,       /* something went wrong; the worker tries again at `until` */
  ACCOUNT_SIGN_IN_NEEDED, /* the server refused the sign-in */
  ACCOUNT_DISABLED,       /* something is wrong that only the owner can fix */
  ACCOUNT_STATES
} AccountState;
/* "sign-in-needed", a stable word for programs, as the table has it; static. */
const char *account_state_name(AccountState state);

typedef struct {
  char *name, *addresses;
  gboolean configured;
  AccountState state;
  char *text;       /* one sentence for people about the state (the last error, with its remedy); NULL */
  gint64 since;     /* when the state began */
  gint64 last_pass; /* end of the last pass without an error, 0 = never */
  gint64 until;     /* in the states retrying, sign-in-needed and disabled: the time of the next try, 0 = not known */
  char *notice;     /* sentences that hold in any state ("only observes, since ..."); NULL */
  gboolean trust_sent; /* the owner vouches for its Sent folders (configure.h) */
} Account;
void account_free(Account *account);
/* Is the worker in the middle of a pass, or serving a mail program? */
gboolean account_is_busy(const Account *account);
/* Is the worker about to read the Sent folders in this pass? */
gboolean account_will_read_sent(const Account *account);
/* Every account, configured ones first, by name: list of Account*. */
GPtrArray *account_list(Ledger *ledger, GError **error);
/* Does the worker wait for mail, so that a request to check wakes the worker at once? */
gboolean account_is_watching(const Account *account);
/* until: Unix seconds, 0 for none. Writes nothing if nothing changes. */
gboolean account_set_state(Ledger *ledger, const char *name, AccountState state, const char *text, gint64 until,
                           GError **error);
/* What a notice is about. Each of them is told beside the others, until it is taken back by itself. */
typedef enum { NOTICE_BRAKE, NOTICE_FOLDERS, NOTICE_DOOR, NOTICE_INSIDERS, NOTICE_NAMES, NOTICES } NoticeKind;
/* notice NULL: no notice of this kind. Writes nothing if nothing changes. */
gboolean account_set_notice(Ledger *ledger, const char *name, NoticeKind kind, const char *notice, GError **error);
