"""test_kill.py - backstopd killed at any moment, then run again, ends in the same mailbox as if it had not been.

Three ways: SIGKILL at random times; at every commit of the ledger; and right after every command was sent, so that the server
does its work and the answer is lost (tests/e2e/stop_at.c). On a server with MOVE, and on one with UIDPLUS only.
"""
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
MOST_POINTS = 300  # of one kind in one pass; more would mean that the count runs away
AT_ONCE = 3


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
        assert self.want[0] != self.start.snapshot(), "an undisturbed pass changes nothing here: the test would prove nothing"

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
        return mailbox.snapshot(), [(row["id"], row["verdict"], row["state"]) for row in backstop.entries()]

    def settle(self, mailbox, backstop, point):
        """Runs the next pass after a kill and compares."""
        backstop.pass_once()
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
        for kind in ("fsync", "send"):
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
            assert count >= 3, f"only {count} points of kind {kind}: is {programs.STOP_AT} loaded?"


def nothing_before(mailbox, home):
    pass


def wishes_before(mailbox, home):
    """Quarantines, then wishes that one message be restored and another deleted."""
    backstop = programs.for_mailbox(mailbox, home)
    backstop.pass_once()
    first, second = [str(row["id"]) for row in backstop.entries() if row["state"] == "quarantined"][:2]
    for verb, number in (("restore", first), ("delete", second)):
        backstop.run("backstop", verb, number)


def at_random(without_move):
    scene = Scene(servers[without_move], f"random{int(without_move)}", nothing_before)
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


@case
def random_move():
    """Killed at random times, with MOVE."""
    at_random(False)


@case
def random_copy():
    """Killed at random times, without MOVE."""
    at_random(True)


def everywhere(without_move, name, prepare):
    Scene(servers[without_move], f"{name}{int(without_move)}", prepare).stop_everywhere()


@case
def quarantine_move():
    """Killed at every commit and every command of a pass that quarantines, with MOVE."""
    everywhere(False, "quarantine", nothing_before)


@case
def quarantine_copy():
    """Killed at every commit and every command of a pass that quarantines, without MOVE."""
    everywhere(True, "quarantine", nothing_before)


@case
def wishes_move():
    """Killed at every commit and every command of a pass that restores and deletes, with MOVE and a Trash."""
    everywhere(False, "wishes", wishes_before)


@case
def wishes_copy():
    """Killed at every commit and every command of a pass that restores and deletes, without MOVE, without Trash."""
    everywhere(True, "wishes", wishes_before)


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    servers = {False: rig.Dovecot(), True: rig.Dovecot(without_move=True, trash=False)}
    work = rig.workdir()
    run()
