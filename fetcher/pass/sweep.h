/* sweep.h - judges older mail again when the owner asks for it. */
#pragma once
#include "fetcher/pass/run.h"

/* Carries out the account's open requests to sweep or to rehearse a sweep: judges again what lies in the named folders
 * (default: the watched ones), unless it was moved or restored before, and answers in a sentence. An interrupted sweep
 * goes on where it stopped. A sweep that the owner takes back ends soon; what it has done stays done. */
gboolean sweep_wishes(Run *run, GError **error);
