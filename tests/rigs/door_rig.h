/* door_rig.h - the POP3 server on loopback in a thread, before a mailbox in memory; and a client of it. */
#pragma once
#include "fetcher/door/private.h"
#include "tests/rigs/fake_pop3_link.h"

#define RIG_USER "me"
#define RIG_PASSWORD "open sesame"
#define RIG_SIGN_IN "USER me\r\nPASS open sesame\r\n"
#define RIG_GREETING "+OK Backstop is ready\r\n"

typedef struct {
  Door *door; /* limits may be set before rig_start() */
  guint16 port;
  Pop3Link *link;
  DoorHost host;
  GThread *thread;
  volatile gint closing, stop; /* atomic; stop: what host.stop() says */
  const char *enter_problem;   /* enter() fails with this */
  gboolean leave_fails;
  GString *told;          /* "enter;quit;" or "enter;broke;gone;": what the host was called for */
  volatile gint sessions; /* atomic: how many have ended */
} Rig;

/* Short penalties and ticks, usual limits otherwise. */
Rig *rig_new(void);
void rig_start(Rig *rig);
/* Waits for the end of the sessions; only then may link and told be looked at. */
void rig_stop(Rig *rig);
void rig_free(Rig *rig);
/* Until so many sessions have ended; fails the test after ten seconds. */
void rig_await(Rig *rig, gint sessions);

/* A client, blocking, for ten seconds at most. */
int rig_connect(const Rig *rig);
/* FALSE: the door has closed. */
gboolean rig_send(int fd, const char *bytes, gssize length);
/* A line with its end, "" at the end of the connection. The caller frees. */
char *rig_line(int fd);
/* All that comes until the end, which must be a proper one. */
GString *rig_rest(int fd);
/* Connects and signs in, reading the answers. */
int rig_enter(const Rig *rig);
/* One session: sends all, says that this was all, gives what came. */
GString *rig_talk(const Rig *rig, const char *sent, gssize length);
