/* watch.h - the watched folders: new mail in them, and reports that wait for a second look. */
#pragma once
#include "fetcher/pass/run.h"

/* Looks at every message of the folder that was not looked at before. A folder with a new UIDVALIDITY is looked at
 * from its first message; a message whose fingerprint is in the journal is not judged again. */
gboolean watch_folder(Run *run, const char *folder, GError **error);
/* *news: there is something in the folder that was not looked at before. */
gboolean watch_news(Run *run, const char *folder, gboolean *news, GError **error);
/* The same for a sweep: looks at the whole folder, or at the rest of it after an interrupted sweep. run->sweep says
 * which messages are judged, and whether they are moved. */
gboolean watch_again(Run *run, const char *folder, GError **error);
/* Judges the entries again that are due: those that wait for a second look; and, if mail is moved now, those that were
 * only observed before. */
gboolean watch_due(Run *run, GError **error);
/* All mail of the pass, or of a sweep, was judged: moves what the brake kept back, or leaves it and tells the owner
 * (brake.h). */
gboolean watch_release(Run *run, GError **error);
