/* notices.h - what the tray program tells by itself, and when: numbers only, never anything of a mail. */
#pragma once
#include "fetcher/config/config.h"
#include "ui/model/memory.h"
#include "ui/model/overview.h"

#define DIGEST_EVERY (30 * 60) /* seconds between two digests */

typedef struct {
  const char *id;              /* a later one with this id replaces it */
  char *title, *body;          /* in the user's language */
  const char *action, *button; /* what a click does, an action of the application; and its button's words */
  gboolean urgent;
} Notice;
void notice_free(Notice *notice);

/* What came since it was last told of. */
typedef struct {
  gint64 newest; /* the highest id of all */
  guint fresh,
      unsure;    /* what waits for the owner above memory->looked and memory->notified; how many of it are unsure */
  guint genuine; /* above memory->genuine */
} DigestNews;

/* What is to be told now: list of Notice*. memory: what was told before; is brought up to date, *changed says whether.
 * last: when the last digest was sent, 0: not since the program began; is brought up to date. seen: the owner looks at
 * the list right now. */
GPtrArray *digest_decide(const Overview *overview, const DigestNews *news, NotificationMode mode, gboolean seen,
                         gint64 now, Memory *memory, gint64 *last, gboolean *changed);
