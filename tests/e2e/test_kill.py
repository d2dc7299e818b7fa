"""test_kill.py - backstopd killed at any moment, then run again, ends in the same mailbox as if it had not been.

Four places: SIGKILL at random times; at every commit of the ledger; right before every command is sent, so that the server never
sees it; and right after, so that the server does its work and the answer is lost (tests/e2e/stop_at.c). For quarantine, restore
and delete, on servers with MOVE and with UIDPLUS only, with and without a Trash. And workers of the daemon, which it restarts.
"""
import collections
import itertools
import os
import random
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor

import rig
import messages
import programs
from tap import case, equal, note, run, skip_all

RANDOM_KILLS = 30
WORKER_KILLS = 3  # of one daemon, which waits longer each time before it starts another worker
DAEMONS = 8
MOST_POINTS = 300  # of one kind in one pass; more would mean that the count runs away
AT_ONCE = 4


total = collections.Counter()  # kind of point → how many were tested


class Scene:
    """A mailbox and a ledger to start from, and where an undisturbed pass leads from there."""

    def __init__(self, server, name, prepare):
        self.server, self.name = server, name
        self.start = server.mailbox(f"{name}-start")
        messages.fill(self.start)
        self.home = os.path.join(work, f"{name}-start")
        prepare(self.start, self.home)
        self.numbers = itertools.count()
        mailbox, backstop = self.fresh()
        backstop.pass_once()
        self.want = self.outcome(mailbox, backstop)
        assert self.want[0] != self.start.on_disk(), "an undisturbed pass changes nothing here: the test would prove nothing"

    def fresh(self):
        """A copy of the start."""
        user = f"{self.name}-{next(self.numbers)}"
        mailbox = self.start.copy(user)
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

    @staticmethod
    def outcome(mailbox, backstop):
        return mailbox.on_disk(), [(row["id"], row["verdict"], row["state"]) for row in backstop.entries()]

    def settle(self, mailbox, backstop, point):
        """Runs the next pass after a kill and compares."""
        backstop.pass_once()
        self.compare(mailbox, backstop, point)

    def compare(self, mailbox, backstop, point):
        got = self.outcome(mailbox, backstop)
        equal(got[0], self.want[0], f"mailbox after a kill at {point}")
        equal([row[1:] for row in got[1]], [row[1:] for row in self.want[1]], f"ledger after a kill at {point}")
        shutil.rmtree(mailbox.home, ignore_errors=True)

    def stop_at(self, point):
        """Kills a pass at a point; returns whether it got that far."""
        mailbox, backstop = self.fresh()
        mark = os.path.join(backstop.home, "stopped")
        backstop.run("backstopd", "--once", env=programs.with_fault(STOP_AT=point, STOPPED=mark))
        self.settle(mailbox, backstop, point)
        return os.path.exists(mark)

    def stop_everywhere(self):
        for kind in ("fsync", "unsent", "send"):
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for first in range(1, MOST_POINTS, AT_ONCE):
                    points = range(first, first + AT_ONCE)
                    reached = list(pool.map(lambda number: self.stop_at(f"{kind}:{number}"), points))
                    if not all(reached):
                        break
                else:
                    raise AssertionError(f"more than {MOST_POINTS} points of kind {kind}")
            count = first - 1 + reached.index(False)
            note(f"{self.name}: killed at {count} points of kind {kind}")
            total[kind] += count
            assert count >= 3, f"only {count} points of kind {kind}: is {programs.STOP_AT} loaded?"


def nothing_before(mailbox, home):
    pass


def wish_before(*verbs):
    """Quarantines, then wishes as many things as there are verbs, each for another message."""
    def prepare(mailbox, home):
        backstop = programs.for_mailbox(mailbox, home)
        backstop.pass_once()
        moved = [str(row["id"]) for row in backstop.entries() if row["state"] == "quarantined"]
        for verb, number in zip(verbs, moved, strict=False):
            backstop.run("backstop", verb, number)
    return prepare


def at_random(without_move):
    scene = Scene(servers[without_move, True], f"random{int(without_move)}", nothing_before)
    duration = min(scene.duration() for _ in range(3))
    chance = random.Random(4711)
    killed = 0
    for number in range(RANDOM_KILLS):
        mailbox, backstop = scene.fresh()
        process = backstop.start("backstopd", "--once")
        delay = 1.2 * duration * (number + chance.random()) / RANDOM_KILLS  # a little past the end, too
        try:
            process.wait(timeout=delay)
        except programs.subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            killed += 1
        process.communicate()
        scene.settle(mailbox, backstop, f"{delay:.3f} s")
    note(f"{killed} of {RANDOM_KILLS} passes killed within {duration:.2f} s")
    assert killed >= RANDOM_KILLS / 3, f"only {killed} passes were killed"
    total["random"] += killed


@case
def random_move():
    """Killed at random times, with MOVE."""
    at_random(False)


@case
def random_copy():
    """Killed at random times, without MOVE."""
    at_random(True)


def everywhere(name, prepare, trash=True):
    for without_move in (False, True):
        Scene(servers[without_move, trash], f"{name}{int(without_move)}{int(trash)}", prepare).stop_everywhere()


@case
def quarantine():
    """Killed at every commit and command of a pass that quarantines, with MOVE and without."""
    everywhere("quarantine", nothing_before)


@case
def restore():
    """Killed at every commit and command of a pass that restores, with MOVE and without."""
    everywhere("restore", wish_before("restore"))


@case
def delete():
    """Killed at every commit and command of a pass that moves to Trash, with MOVE and without."""
    everywhere("delete", wish_before("delete"))


@case
def delete_for_good():
    """Killed at every commit and command of a pass that deletes where there is no Trash, with MOVE and without."""
    everywhere("remove", wish_before("delete"), trash=False)


@case
def both_wishes():
    """Killed at every commit and command of a pass that restores one message and deletes another, without MOVE."""
    Scene(servers[True, True], "both", wish_before("restore", "delete")).stop_everywhere()


def kill_workers(scene, number):
    """One daemon, whose workers are killed at random moments of their first pass; returns how many."""
    moment = random.Random(number)
    mailbox, backstop = scene.fresh()
    killed = []
    with backstop.daemon() as daemon:
        for _ in range(WORKER_KILLS):
            programs.wait_for(lambda: programs.children(daemon) not in ([], killed[-1:]), "another worker", programs.LIMIT)
            time.sleep(moment.random() * scene.lasts)
            killed += programs.children(daemon)
            os.kill(killed[-1], signal.SIGKILL)
        programs.wait_for(lambda: programs.children(daemon) not in ([], killed[-1:]), "the last worker", programs.LIMIT)
        backstop.ok("backstop", "once")
        equal(daemon.poll(), None, "status of the daemon, which goes on")
    scene.compare(mailbox, backstop, f"{len(killed)} moments, seed {number}")
    return len(killed)


@case
def workers():
    """Workers killed at random while the daemon runs: it starts others, and they end where one would have."""
    scenes = [Scene(servers[without_move, True], f"workers{int(without_move)}", nothing_before) for without_move in (False, True)]
    for scene in scenes:
        scene.lasts = scene.duration()
    with ThreadPoolExecutor(DAEMONS) as pool:
        total["worker"] += sum(pool.map(lambda number: kill_workers(scenes[number % 2], number), range(DAEMONS)))
    assert total["worker"] == DAEMONS * WORKER_KILLS, f"only {total['worker']} workers were killed"


@case
def points():
    """Hundreds of points were tested."""
    note(f"{total.total()} points: " + ", ".join(f"{count} {kind}" for kind, count in total.items()))
    assert total.total() >= 300, total


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    servers = {(without_move, trash): rig.Dovecot(without_move=without_move, trash=trash, extra=rig.QUICK)
               for without_move in (False, True) for trash in (False, True)}
    work = rig.workdir()
    run()
