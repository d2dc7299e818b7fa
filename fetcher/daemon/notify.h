/* notify.h - telling systemd how the daemon is: sd_notify(3), without its library. */
#pragma once

#define NOTIFY_READY "READY=1"
#define NOTIFY_RELOADING "RELOADING=1"
#define NOTIFY_STOPPING "STOPPING=1"

/* Remembers where to tell it ($NOTIFY_SOCKET), and hides that from the programs we start. To be called once, first. */
void notify_install(void);
/* Nothing happens where nobody listens. */
void notify_state(const char *state);
