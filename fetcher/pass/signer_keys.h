/* signer_keys.h - once a day: the keys of those who sign the owner's mail. */
#pragma once
#include "fetcher/pass/run.h"

/* Asks for the keys that are wanted now (signer.h), and keeps what is answered. What cannot be looked up is asked again
 * in a later pass; it is no error. Does nothing where the owner does not want it, or nobody can be asked. */
gboolean signer_keys_fetch(Run *run, GError **error);
