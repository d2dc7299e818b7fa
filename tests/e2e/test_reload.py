"""test_reload.py - a change of the configuration reaches the daemon that runs, without systemd and without a signal."""
import contextlib
import json
import os
import shutil
import signal
import sqlite3
import time

import messages
import programs
import rig
from disk import scene
from tap import case, equal, run

SOON = 15  # seconds
BUSY = 10  # seconds that a writer waits for another (ledger/ledger.h)


def whole(backstop):
    """What status says of the ledger as a whole."""
    return json.loads(backstop.ok("backstop", "status", "--json").splitlines()[0])


def current(backstop):
    return lambda: whole(backstop)["configuration_current"]


def refused(backstop):
    return lambda: whole(backstop)["configuration_problem"] is not None


def lies_in(mail, folder, count):
    return lambda: len(mail.on_disk().get(folder, [])) == count


def fresh(mail, number):
    """A forged bounce, old enough to be moved at once."""
    when = messages.NOW - messages.DAY
    mail.put("INBOX", messages.forged(number, when), when)


def rewrite(backstop):
    """As editors do: a new file in the place of the old one."""
    old = backstop.config + "~"
    os.rename(backstop.config, old)
    backstop.write_config()
    os.unlink(old)


@case
def observe():
    """"Only observe" that is chosen while the daemon runs is in force as soon as status says so: nothing is moved."""
    mail, backstop = scene(work, "observe", "maildir")
    with backstop.daemon():
        programs.wait_for(lies_in(mail, "Backscatter", 3), "the first pass", SOON)
        backstop.general["mode"] = "observe"
        rewrite(backstop)
        programs.wait_for(current(backstop), "the new configuration", SOON)
        fresh(mail, 7)
        backstop.ok("backstop", "once")
        equal(len(mail.on_disk()["Backscatter"]), 3, "messages in quarantine while it only observes")
        backstop.general["mode"] = "quarantine"
        rewrite(backstop)
        programs.wait_for(current(backstop), "the configuration of before", SOON)
        fresh(mail, 8)
        backstop.ok("backstop", "once")
        assert len(mail.on_disk()["Backscatter"]) >= 4, "nothing is moved again"


@case
def broken():
    """A file that will not do is refused: status says why, and a worker that starts anew runs by the old one."""
    mail, backstop = scene(work, "broken", "maildir")
    with backstop.daemon() as daemon:
        programs.wait_for(lies_in(mail, "Backscatter", 3), "the first pass", SOON)
        backstop.general["colour"] = "red"
        rewrite(backstop)
        programs.wait_for(refused(backstop), "the refusal", SOON)
        told = " ".join(backstop.ok("backstop", "status").split())
        assert "will not do" in told and "colour" in told, told
        worker, = programs.children(daemon)
        os.kill(worker, signal.SIGKILL)
        programs.wait_for(lambda: programs.children(daemon) not in ([], [worker]), "a new worker", SOON)
        fresh(mail, 7)
        programs.wait_for(lies_in(mail, "Backscatter", 4), "the new worker's pass", SOON)
        del backstop.general["colour"]
        rewrite(backstop)
        programs.wait_for(lambda: not refused(backstop)() and current(backstop)(), "the good file", SOON)


@case
def folder_goes():
    """The folder of the configuration may go and come back, as a link even: the daemon runs on, and follows."""
    mail, backstop = scene(work, "folder", "maildir")
    inside, away = os.path.join(backstop.home, "etc"), os.path.join(backstop.home, "dotfiles")
    os.mkdir(inside)
    shutil.move(backstop.config, os.path.join(inside, "config"))
    backstop.config = os.path.join(inside, "config")
    with backstop.daemon() as daemon:
        programs.wait_for(lies_in(mail, "Backscatter", 3), "the first pass", SOON)
        os.rename(inside, away)
        programs.wait_for(refused(backstop), "the refusal", SOON)
        equal(daemon.poll(), None, "status of the daemon, which goes on")
        with open(os.path.join(away, "config"), "a") as file:
            file.write("# changed meanwhile\n")
        os.symlink("dotfiles", inside)
        programs.wait_for(current(backstop), "the configuration behind the link", SOON)
        with open(os.path.join(away, "config"), "a") as file:
            file.write("# and again\n")
        programs.wait_for(current(backstop), "the change behind the link", SOON)


@case
def busy():
    """A good file for which the ledger was busy is taken over as soon as the ledger is free, without another change."""
    mail, backstop = scene(work, "busy", "maildir")
    with backstop.daemon():
        programs.wait_for(lies_in(mail, "Backscatter", 3), "the first pass", SOON)
        with contextlib.closing(sqlite3.connect(f"{backstop.data}/ledger.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            backstop.general["mode"] = "observe"
            rewrite(backstop)
            time.sleep(BUSY + 2)
            equal(current(backstop)(), False, "is it in force while the ledger is busy?")
            other.execute("ROLLBACK")
        programs.wait_for(current(backstop), "the new configuration", SOON)


@case
def no_change():
    """A file that is saved as it was starts no worker anew."""
    mail, backstop = scene(work, "same", "maildir")
    with backstop.daemon() as daemon:
        programs.wait_for(lies_in(mail, "Backscatter", 3), "the first pass", SOON)
        workers = programs.children(daemon)
        rewrite(backstop)
        backstop.general["unsure"] = "sometimes"
        rewrite(backstop)
        programs.wait_for(refused(backstop), "the refusal, which comes after the file that was the same", SOON)
        equal(programs.children(daemon), workers, "workers")


if __name__ == "__main__":
    rig.exit_on_signals()
    rig.obey_modes()
    work = rig.workdir()
    run(at_once=3)
