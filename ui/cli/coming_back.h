/* coming_back.h - what `allow`, `deny` and `record` share: saying which messages come back by what was done. */
#pragma once
#include "ledger/ledger.h"
#include "ui/terminal/ui.h"

/* Says which messages go back out of quarantine by themselves at the next pass, now that more is known, and which would
 * not be moved any more and stay; nothing where there are none. lying: ids (gint64) of others that may be meant, with
 * the command that brings them back; NULL: none. JSON: one line {type, back, told}. EX_OK, or the status after a
 * complaint. */
int coming_back_tell(const Ui *ui, Ledger *ledger, const GArray *lying);
