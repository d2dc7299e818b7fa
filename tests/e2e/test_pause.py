"""test_pause.py - a daemon that its owner has paused only observes, does his wishes, and moves afterwards what came
meanwhile."""
import contextlib
import os
import sqlite3
import time

import rig
import messages
import programs
from door_scene import Scene
from tap import case, equal, run, skip_all

OLD = messages.NOW - 5 * messages.DAY


def make_ledger(backstop):
    backstop.ok("backstop", "record", "-", stdin="Message-ID: <first@backstop.example>\n\n")


def pause(backstop, until):
    with contextlib.closing(sqlite3.connect(os.path.join(backstop.data, "ledger.db"), timeout=20)) as ledger, ledger:
        ledger.execute("INSERT OR REPLACE INTO pause(one, until) VALUES(1, ?)", (int(until),))


def quarantine(mailbox):
    return len(mailbox.snapshot().get("Backscatter", []))


@case
def paused():
    """While it is paused, new backscatter stays, a restore is done, status says so; afterwards all goes on."""
    mailbox = server.mailbox("paused")
    messages.fill(mailbox)
    backstop = programs.for_mailbox(mailbox, f"{work}/paused", {"interval": 10})
    with backstop.daemon():
        programs.wait_for(lambda: '"watching"' in backstop.run("backstop", "status", "--json").out, "the first pass",
                          20)
        equal(quarantine(mailbox), 3, "messages in quarantine")
        pause(backstop, time.time() + 3600)
        assert "It is paused until" in backstop.ok("backstop", "status"), "status does not tell of the pause"
        mailbox.deliver("INBOX", messages.forged(31, OLD), OLD)
        time.sleep(1.5)  # without the pause it is moved within a second: test_watch.py
        equal(quarantine(mailbox), 3, "messages in quarantine while it is paused")
        first = next(row["id"] for row in backstop.entries() if row["state"] == "quarantined")
        assert "queued" not in backstop.ok("backstop", "restore",
                                           str(first)), "a restore waits for the end of the pause"
        equal(quarantine(mailbox), 2, "messages in quarantine after the restore")
        equal(backstop.entries()[-1]["verdict"], "backscatter", "the verdict on what came meanwhile")
        pause(backstop, time.time() + 3)
        programs.wait_for(lambda: "It is paused until" not in backstop.ok("backstop", "status"), "the end of the pause",
                          10)
        backstop.ok("backstop", "once")
        equal(quarantine(mailbox), 3, "messages in quarantine after the pause")


@case
def by_itself():
    """When the pause is over by itself, what came meanwhile is moved without being asked to."""
    mailbox = server.mailbox("itself")
    messages.fill(mailbox)
    backstop = programs.for_mailbox(mailbox, f"{work}/itself")
    make_ledger(backstop)
    pause(backstop, time.time() + 4)
    with backstop.daemon():
        programs.wait_for(lambda: '"watching"' in backstop.run("backstop", "status", "--json").out, "the first pass",
                          20)
        equal(quarantine(mailbox), 0, "messages in quarantine during the pause")
        programs.wait_for(lambda: quarantine(mailbox) == 3, "the quarantine after the pause", 15)


@case
def at_the_door():
    """While it is paused a client at the door sees all mail; right afterwards it sees no backscatter."""
    scene = Scene(pop3_server, work, "door")
    wanted, forged = scene.fill()
    make_ledger(scene.backstop)
    pause(scene.backstop, time.time() + 3600)
    with scene.daemon():
        client = scene.knock()
        equal(client.stat()[0], len(wanted) + len(forged), "messages at the door during the pause")
        client.quit()
        pause(scene.backstop, 0)
        client = scene.knock()
        equal(client.stat()[0], len(wanted), "messages at the door after the pause")
        client.quit()


@case
def nonsense():
    """A pause that is over, or far ahead, is none."""
    mailbox = server.mailbox("nonsense")
    messages.fill(mailbox)
    backstop = programs.for_mailbox(mailbox, f"{work}/nonsense")
    backstop.pass_once()
    for until in (time.time() - 5, time.time() + 400 * 86400, -1):
        pause(backstop, until)
        assert "paused" not in backstop.ok("backstop", "status"), f"paused until {until}"


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, pop3_server, work = rig.Dovecot(), rig.Dovecot(pop3=True), rig.workdir()
    run()
