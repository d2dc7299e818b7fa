/* sweep.h - mail that was there before, judged again because the owner asks for it. */
#pragma once
#include "fetcher/pass/run.h"

/* Carries out the account's open wishes to sweep or to rehearse a sweep: judges again what lies in the folders they
 * name (the watched ones by default), as far as it was left where it was, and answers in a sentence. One that was
 * interrupted goes on where it stopped; one that is taken back meanwhile ends soon, and what was done stays done. */
gboolean sweep_wishes(Run *run, GError **error);
