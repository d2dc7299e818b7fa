"""test_kill.py - backstopd killed at any moment, then run again, ends in the same mailbox as if it had not been.

Four places: SIGKILL at random times; at every commit of the ledger; right before every command is sent, so that the
server never sees it; and right after, so that the server does its work and the answer is lost (tests/e2e/stop_at.c).
For quarantine, restore, healing and delete, on servers with MOVE and with UIDPLUS only, with and without a Trash. And
workers of the daemon, which it restarts. """
import itertools
import os
import random
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import kill
import rig
import messages
import programs
from tap import case, equal, note, run, skip_all

RANDOM_KILLS = 30
WORKER_KILLS = 3  # of one daemon, which waits longer each time before it starts another worker
DAEMONS = 8


class Scene(kill.Scene):
    """A mailbox on a server and a ledger to start from."""

    def __init__(self, server, name, prepare):
        self.server, self.user = server, name
        self.template = server.mailbox(f"{name}-start")
        messages.fill(self.template)
        self.home = os.path.join(work, f"{name}-start")
        prepare(self.template, self.home)
        self.numbers = itertools.count()
        super().__init__(name)

    def fresh(self):
        user = f"{self.user}-{next(self.numbers)}"
        mailbox = self.template.copy(user)
        home = os.path.join(work, user)
        if os.path.isdir(self.home):
            shutil.copytree(self.home, home)
        return mailbox, programs.for_mailbox(mailbox, home)

    def duration(self):
        """Seconds that an undisturbed pass takes."""
        _, backstop = self.fresh()
        begin = time.monotonic()
        backstop.pass_once()
        return time.monotonic() - begin


def nothing_before(mailbox, home):
    pass


def wish_before(*verbs):
    return lambda mailbox, home: kill.wish_for(programs.for_mailbox(mailbox, home), *verbs)


def at_random(without_move):
    scene = Scene(servers[without_move, True], f"random{int(without_move)}", nothing_before)
    duration = min(scene.duration() for _ in range(3))
    chance = random.Random(4711)
    killed = 0
    for number in range(RANDOM_KILLS):
        mailbox, backstop = scene.fresh()
        process, begin = backstop.start("backstopd", "--once"), time.monotonic()
        delay = 1.2 * duration * (number + chance.random()) / RANDOM_KILLS  # a little past the end, too
        try:
            process.wait(timeout=delay)
            duration = min(duration, time.monotonic() - begin)  # the machine was busier when it was measured
        except programs.subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
        scene.settle(mailbox, backstop, f"{delay:.3f} s")
        scene.done(mailbox)
    note(f"{killed} of {RANDOM_KILLS} passes killed within {duration:.2f} s")
    assert killed >= RANDOM_KILLS / 3, f"only {killed} passes were killed"
    kill.total["random"] += killed


@case
def random_move():
    """Passes that are killed at random times, with MOVE, end as if they had not been."""
    at_random(False)


@case
def random_copy():
    """Passes that are killed at random times, without MOVE, end as if they had not been."""
    at_random(True)


def everywhere(name, prepare, trash=True):
    for without_move in (False, True):
        Scene(servers[without_move, trash], f"{name}{int(without_move)}{int(trash)}", prepare).stop_everywhere()


@case
def quarantine():
    """A pass may be killed at any commit or command while it quarantines, with MOVE and without."""
    everywhere("quarantine", nothing_before)


@case
def restore():
    """A pass may be killed at any commit or command while it restores, with MOVE and without."""
    everywhere("restore", wish_before("restore"))


@case
def delete():
    """A pass may be killed at any commit or command while it moves to Trash, with MOVE and without."""
    everywhere("delete", wish_before("delete"))


@case
def delete_for_good():
    """A pass may be killed at any commit or command while it deletes where there is no Trash, with MOVE and without."""
    everywhere("remove", wish_before("delete"), trash=False)


def late_copy(mailbox, home):
    """After a pass, the Sent copy of the mail that a quarantined bounce answers comes."""
    programs.for_mailbox(mailbox, home).pass_once()
    mailbox.put("Sent", messages.late_copy(), messages.NOW - 2 * messages.DAY, "S")
    mailbox.settle()


@case
def heal():
    """A pass may be killed at any commit or command while it finds a late Sent copy and brings its bounce back."""
    everywhere("heal", late_copy)


@case
def both_wishes():
    """A pass may be killed at any commit or command while it restores one message and deletes another, without MOVE."""
    Scene(servers[True, True], "both", wish_before("restore", "delete")).stop_everywhere()


def kill_workers(scene, number):
    """One daemon, whose workers are killed at random moments of their first pass; returns how many."""
    moment = random.Random(number)
    mailbox, backstop = scene.fresh()
    killed = []
    with backstop.daemon() as daemon:
        for _ in range(WORKER_KILLS):
            programs.wait_for(lambda: programs.children(daemon) not in ([], killed[-1:]), "another worker",
                              programs.LIMIT)
            time.sleep(moment.random() * scene.lasts)
            killed += programs.children(daemon)
            os.kill(killed[-1], signal.SIGKILL)
        programs.wait_for(lambda: programs.children(daemon) not in ([], killed[-1:]), "the last worker", programs.LIMIT)
        backstop.ok("backstop", "once")
        equal(daemon.poll(), None, "status of the daemon, which goes on")
    scene.compare(mailbox, backstop, f"{len(killed)} moments, seed {number}")
    scene.done(mailbox)
    return len(killed)


@case
def workers():
    """Where workers are killed at random, the daemon starts others, and they end where one would have."""
    scenes = [Scene(servers[without_move, True], f"workers{int(without_move)}", nothing_before)
              for without_move in (False, True)]
    for scene in scenes:
        scene.lasts = scene.duration()
    with ThreadPoolExecutor(DAEMONS) as pool:
        kill.total["worker"] += sum(pool.map(lambda number: kill_workers(scenes[number % 2], number), range(DAEMONS)))
    assert kill.total["worker"] == DAEMONS * WORKER_KILLS, f"only {kill.total['worker']} workers were killed"


@case
def points():
    """Hundreds of points were tested, or a spread of them."""
    kill.tell_total(300)


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    servers = {(without_move, trash): rig.Dovecot(without_move=without_move, trash=trash, extra=rig.QUICK)
               for without_move in (False, True) for trash in (False, True)}
    work = rig.workdir()
    run()
