/* notices.h - which notifications the tray program shows, and when: numbers only, nothing that stands in a mail. */
#pragma once
#include "fetcher/config/config.h"
#include "ui/model/memory.h"
#include "ui/model/overview.h"

#define DIGEST_EVERY (30 * 60) /* seconds between two digests */

typedef struct {
  const char *id;              /* a later notice with the same id replaces this one */
  char *title, *body;          /* in the user's language */
  const char *action, *button; /* an action of the application, for a click; the words on its button */
  gboolean urgent;
} Notice;
void notice_free(Notice *notice);

/* What came since the last notifications. */
typedef struct {
  BrowseMark mark;     /* of somebody who looks now */
  guint fresh, unsure; /* what waits for the owner, and was neither seen nor told; how many of it are unsure */
  guint genuine;       /* genuine bounces that were not told */
} DigestNews;
/* What is new, by what memory says; LEDGER_ERROR. */
gboolean digest_news(Ledger *ledger, const Memory *memory, DigestNews *news, GError **error);

/* What to tell now: list of Notice*. memory: what was told before; brought up to date, and *changed says whether. last:
 * when the last digest was sent, 0: not since the program began; brought up to date. seen: the owner looks at the list
 * now. */
GPtrArray *digest_decide(const Overview *overview, const DigestNews *news, NotificationMode mode, gboolean seen,
                         gint64 now, Memory *memory, gint64 *last, gboolean *changed);
