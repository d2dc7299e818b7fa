/* watch.h - the watched folders: what is new in them, and what was waiting for its second look. */
#pragma once
#include "fetcher/pass/run.h"

/* Looks at every message of the folder that was not looked at before. A folder with a new UIDVALIDITY is looked at from
 * its first message; what the journal knows by its fingerprint is not judged again. */
gboolean watch_folder(Run *run, const char *folder, GError **error);
/* *news: there is something in the folder that was not looked at before. */
gboolean watch_news(Run *run, const char *folder, gboolean *news, GError **error);
/* The same for a sweep: looks at all of the folder, or at the rest of it after one that was interrupted. Which messages
 * are judged, and what becomes of them, run->sweep.again and run->sweep.rehearse say. */
gboolean watch_again(Run *run, const char *folder, GError **error);
/* Judges again what is due: what waited for a second look; and, where mail is moved, what was only observed before. */
gboolean watch_due(Run *run, GError **error);
