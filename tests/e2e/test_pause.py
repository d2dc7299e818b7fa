"""test_pause.py - a daemon that its owner has paused moves nothing, does his wishes, and goes on when the pause is over."""
import os
import time

import rig
import messages
import programs
from tap import case, equal, run, skip_all

OLD = messages.NOW - 5 * messages.DAY


def pause(backstop, until):
    with open(os.path.join(backstop.data, "paused"), "w") as out:
        out.write(f"{int(until)}\n")


def quarantine(mailbox):
    return len(mailbox.snapshot().get("Backscatter", []))


@case
def paused():
    """While it is paused, new backscatter stays, a restore is done, status says so; afterwards all goes on."""
    mailbox = server.mailbox("paused")
    messages.fill(mailbox)
    backstop = programs.for_mailbox(mailbox, f"{work}/paused", {"interval": 10})
    with backstop.daemon():
        programs.wait_for(lambda: '"watching"' in backstop.run("backstop", "status", "--json").out, "the first pass", 20)
        equal(quarantine(mailbox), 3, "messages in quarantine")
        pause(backstop, time.time() + 3600)
        assert "It is paused until" in backstop.ok("backstop", "status"), "status does not tell of the pause"
        mailbox.deliver("INBOX", messages.forged(31, OLD), OLD)
        time.sleep(1.5)  # without the pause it is moved within a second: test_watch.py
        equal(quarantine(mailbox), 3, "messages in quarantine while it is paused")
        first = next(row["id"] for row in backstop.entries() if row["state"] == "quarantined")
        assert "queued" not in backstop.ok("backstop", "restore", str(first)), "a restore waits for the end of the pause"
        equal(quarantine(mailbox), 2, "messages in quarantine after the restore")
        os.unlink(os.path.join(backstop.data, "paused"))
        programs.wait_for(lambda: quarantine(mailbox) == 3, "the bounce that came during the pause", 20)


@case
def nonsense():
    """A pause that is over, far ahead, or unreadable is none."""
    mailbox = server.mailbox("nonsense")
    messages.fill(mailbox)
    backstop = programs.for_mailbox(mailbox, f"{work}/nonsense")
    backstop.pass_once()
    for text in (time.time() - 5, time.time() + 400 * 86400, "soon", "\0\xff"):
        with open(os.path.join(backstop.data, "paused"), "w") as out:
            out.write(str(text))
        assert "paused" not in backstop.ok("backstop", "status"), f"paused by {text!r}"


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, work = rig.Dovecot(), rig.workdir()
    run()
