/* insiders.h - the owner is told when much mail leaves through the account that is not in Sent. */
#pragma once
#include "fetcher/pass/run.h"

/* Sets the account's notice about it, or takes the notice back. */
gboolean insiders_tell(Run *run, GError **error);
