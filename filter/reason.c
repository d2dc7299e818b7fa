/* reason.c - why a message failed, in plain words
 * Owns:     the meaning of status codes and servers' words, for a person.
 * Must not: look at anything else of a report.
 * Fails:    NULL for an unknown code or text.
 * Tests:    tests/filter/test_verdict.c */
#include "filter/reason.h"

#include <string.h>

#define N_(text) text /* for xgettext; without brackets, since an array begins with it */

static const char no_mailbox[] = N_("there is no such mailbox");
static const char no_domain[] = N_("there is no such mail domain");
static const char disabled[] = N_("the mailbox is closed or takes no mail");
static const char full[] = N_("the mailbox is full");
static const char too_big[] = N_("the message is too big");
static const char no_answer[] = N_("the other server could not be reached");
static const char looping[] = N_("the mail went round in circles");
static const char expired[] = N_("it was tried for too long without success");
static const char spam[] = N_("it was taken for spam or its server is not trusted");
static const char refused[] = N_("the other server's rules forbid it");
static const char bad_address[] = N_("the address is not written as addresses are");
static const char relay[] = N_("the other server does not pass mail on for strangers");

/* The digits after the class ("5.", "4."). */
static const struct {
  const char *code, *words;
} codes[] = {
  { "1.1", no_mailbox }, { "1.2", no_domain }, { "1.3", bad_address }, { "1.4", no_mailbox }, { "1.6", disabled },
  { "1.10", no_domain }, { "2.1", disabled },  { "2.2", full },        { "2.3", too_big },    { "3.4", too_big },
  { "4.1", no_answer },  { "4.2", no_answer }, { "4.3", no_answer },   { "4.4", no_domain },  { "4.6", looping },
  { "4.7", expired },    { "7.2", refused },   { "7.26", spam },
};

/* Words of servers, in lower case; the first found counts. */
static const struct {
  const char *said, *words;
} sayings[] = {
  { "over quota", full },
  { "quota exceeded", full },
  { "mailbox full", full },
  { "mailbox is full", full },
  { "exceeded storage", full },
  { "disk quota", full },
  { "insufficient storage", full },
  { "user unknown", no_mailbox },
  { "unknown user", no_mailbox },
  { "no such user", no_mailbox },
  { "no such recipient", no_mailbox },
  { "no such mailbox", no_mailbox },
  { "user not found", no_mailbox },
  { "does not exist", no_mailbox },
  { "doesn't exist", no_mailbox },
  { "invalid recipient", no_mailbox },
  { "invalid mailbox", no_mailbox },
  { "no mailbox here", no_mailbox },
  { "recipient not found", no_mailbox },
  { "address rejected", no_mailbox },
  { "mailbox unavailable", no_mailbox },
  { "not our customer", no_mailbox },
  { "disabled", disabled },
  { "inactive", disabled },
  { "suspended", disabled },
  { "host unknown", no_domain },
  { "host not found", no_domain },
  { "domain not found", no_domain },
  { "unrouteable", no_domain },
  { "name service error", no_domain },
  { "relay", relay },
  { "too large", too_big },
  { "too big", too_big },
  { "size limit", too_big },
  { "spam", spam },
  { "blacklist", spam },
  { "blocklist", spam },
  { "blocked", spam },
  { "reputation", spam },
  { "dmarc", spam },
  { "spf", spam },
  { "timed out", no_answer },
  { "connection refused", no_answer },
  { "expired", expired },
  { "too long", expired },
  { "policy", refused },
  { "denied", refused },
};

const char *reason_words(const char *status, const char *diagnostic)
{
  const char *detail = status != NULL && *status != '\0' && status[1] == '.' ? status + 2 : NULL;
  for (guint i = 0; detail != NULL && i < G_N_ELEMENTS(codes); i++)
    if (strcmp(detail, codes[i].code) == 0) return codes[i].words;
  g_autofree char *said = diagnostic != NULL ? g_ascii_strdown(diagnostic, -1) : NULL;
  for (guint i = 0; said != NULL && i < G_N_ELEMENTS(sayings); i++)
    if (strstr(said, sayings[i].said) != NULL) return sayings[i].words;
  return detail != NULL && *detail == '7' ? refused : NULL;
}
