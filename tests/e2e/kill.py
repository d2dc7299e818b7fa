"""kill.py - what the tests that kill backstopd at every step share (stop_at.c): a start, the end that it must lead to,
the points between."""
import collections
import itertools
import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import programs
from tap import equal, note

MOST_POINTS = 300  # of one kind in one pass; more would mean that the count runs away
AT_ONCE = 4
# One point of so many is tested; every point with BACKSTOP_FAULT_POINTS=1 (make check-slow).
SPREAD = int(os.environ.get("BACKSTOP_FAULT_POINTS", "12"))

total = collections.Counter()  # kind of point → how many were tested
first_points = itertools.count()  # each spread begins at another point than the one before


class Scene:
    """Mail and a ledger to start from, and where an undisturbed pass leads from there. A subclass says in fresh() how a
    copy of the start is had: (mail, programs.Backstop), where mail.on_disk() tells what is there."""
    kinds = ("fsync", "unsent", "send")
    at_once = AT_ONCE
    least = 3  # points of each kind
    program = None  # the one that is killed; None: whichever comes to the point first

    def __init__(self, name):
        self.name = name
        mail, backstop = self.fresh()
        self.start = mail.on_disk()
        backstop.pass_once()
        self.want = self.outcome(mail, backstop)
        assert self.want[0] != self.start, "an undisturbed pass changes nothing here: the test would prove nothing"
        self.done(mail)

    def fresh(self):
        raise NotImplementedError

    def done(self, mail):
        """The copy is no longer needed."""
        shutil.rmtree(mail.home, ignore_errors=True)

    def killed(self, mail, point):
        """To be overridden: what must be so right after a kill, too."""

    @staticmethod
    def outcome(mail, backstop):
        return mail.on_disk(), [(row["id"], row["verdict"], row["state"]) for row in backstop.entries()]

    def settle(self, mail, backstop, point):
        """Runs the next pass after a kill and compares."""
        self.killed(mail, point)
        backstop.pass_once()
        self.compare(mail, backstop, point)

    def compare(self, mail, backstop, point):
        got = self.outcome(mail, backstop)
        equal(got[0], self.want[0], f"mailbox after a kill at {point}")
        equal([row[1:] for row in got[1]], [row[1:] for row in self.want[1]], f"ledger after a kill at {point}")

    def stop_at(self, point):
        """Kills a pass at a point; returns whether it got that far."""
        mail, backstop = self.fresh()
        mark = os.path.join(backstop.home, "stopped")
        only = {"STOP_IN": self.program} if self.program else {}
        try:
            backstop.run("backstopd", "--once", env=programs.with_fault(STOP_AT=point, STOPPED=mark, **only))
            self.settle(mail, backstop, point)
            return os.path.exists(mark)
        finally:
            self.done(mail)

    def everywhere(self, kind, break_at):
        """break_at(number) for 1, 2, … or a spread of these numbers, until a pass did not get that far."""
        numbers = range(1 + next(first_points) % min(SPREAD, self.least), MOST_POINTS, SPREAD)
        with ThreadPoolExecutor(self.at_once) as pool:
            for first in range(0, len(numbers), self.at_once):
                reached = list(pool.map(break_at, numbers[first:first + self.at_once]))
                if not all(reached):
                    break
            else:
                raise AssertionError(f"more than {MOST_POINTS} points of kind {kind}")
        count = first + reached.index(False)
        note(f"{self.name}: broken off at {count} points of kind {kind}")
        total[kind] += count
        assert count * SPREAD >= self.least, f"only {count} points of kind {kind}: is {programs.STOP_AT} loaded?"

    def stop_everywhere(self):
        for kind in self.kinds:
            self.everywhere(kind, lambda number, kind=kind: self.stop_at(f"{kind}:{number}"))


def wish_for(backstop, *verbs):
    """Makes a pass, then wishes as many things as there are verbs, each for another message in quarantine."""
    backstop.pass_once()
    moved = [str(row["id"]) for row in backstop.entries() if row["state"] == "quarantined"]
    for verb, number in zip(verbs, moved, strict=False):
        backstop.run("backstop", verb, number, *(["--for-good"] if verb == "delete" else []))


def tell_total(least):
    """least: how many points there are at least, all in all."""
    note(f"{total.total()} points: " + ", ".join(f"{count} {kind}" for kind, count in total.items()))
    assert total.total() >= least // SPREAD, total
