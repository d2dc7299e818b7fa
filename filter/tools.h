/* tools.h - the checks that servers make of mail, as far as they can be made of a bounce: what the owner switched on,
 * and what came of it. All of it is off by default: it asks others, and tells little about who sent a message. */
#pragma once
#include "filter/spf.h"
#include "filter/zones.h"

typedef struct {
  gboolean spf;         /* the SPF record of the owner's domain */
  gboolean reverse;     /* the name of the host's address, against what it called itself */
  GPtrArray *addresses; /* Zone*: lists that are asked for the host; NULL: none */
  GPtrArray *links;     /* Zone*: lists that are asked for the links of the original; NULL: none */
} Tools;
void tools_clear(Tools *tools);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(Tools, tools_clear)
/* Is any of them on? NULL: none is. */
gboolean tools_any(const Tools *tools);

typedef enum {
  REVERSE_NOTHING,     /* not asked, no answer, or nothing to compare */
  REVERSE_NONE,        /* the address has no name */
  REVERSE_UNCONFIRMED, /* none of its names has this address */
  REVERSE_OTHER,       /* it has a name, and the host called itself by another domain's */
  REVERSE_FITS
} ReverseResult;

/* Something that a blocklist lists. */
typedef struct {
  char *what, *zone, *answer;
} Listed;
Listed *listed_new(const char *what, const char *zone, const char *answer);
void listed_free(Listed *listed);

/* What came of them, about the host that handed in the original of a report. */
typedef struct {
  char *address, *greeting; /* the host's; NULL: no host can be told, so nothing is asked about one */
  char *domain;             /* the owner's, whose SPF record was looked at; NULL */
  SpfResult spf;
  char *name; /* of the address; NULL */
  ReverseResult reverse;
  GPtrArray *hosts, *links; /* Listed*; NULL: none is listed */
} ToolFacts;
void tool_facts_clear(ToolFacts *facts);
