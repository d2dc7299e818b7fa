/* notify.h - telling systemd how the daemon is: sd_notify(3), without its library. */
#pragma once

#define NOTIFY_READY "READY=1"
#define NOTIFY_RELOADING "RELOADING=1"
#define NOTIFY_STOPPING "STOPPING=1"

/* Remembers systemd's socket ($NOTIFY_SOCKET), and hides it from programs that we start. Call it once, before anything
 * else. */
void notify_install(void);
/* Does nothing when there is no such socket. */
void notify_state(const char *state);
