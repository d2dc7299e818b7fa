/* configure.h - the accounts of the configuration, as the ledger knows them. */
#pragma once
#include "ledger/ledger.h"

/* What the ledger must know of an account (coverage asks which address belongs to which account). */
typedef struct {
  char *name;
  char *addresses;     /* patterns, ';'-separated, see address_matches() */
  char *mailbox;       /* any text that changes when the account gets another server or user; NULL: not told */
  char *sent_by;       /* the account whose Sent folders hold mail sent from this one; NULL: this account itself */
  gboolean trust_sent; /* the owner vouches for its Sent folders: neither the answers that come in nor the lack of
                          genuine bounces count against them */
  char *receive_only;  /* patterns of addresses from which nothing is ever sent, as the owner says; NULL: none */
} AccountSetup;

/* Makes these n accounts the configured ones: adds new ones, updates known ones, marks the others as gone (their sent
 * mail and journal stay, their coverage no longer counts). A known account that stands for another mailbox now is read
 * from the start: its marks and coverage are dropped, and what was on its way there becomes `failed`. Open wishes of an
 * account that is gone fail, since no worker is left to do them. What lies
 * in quarantine is due to be judged again (heal.h) when any of it changes. Writes nothing when all of it is so already.
 */
gboolean account_configure(Ledger *ledger, const AccountSetup *accounts, guint n, GError **error);
