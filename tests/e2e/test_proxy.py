"""test_proxy.py - a session that breaks at any byte or command, then a clean one, end as if nothing had happened.

proxy.py stands between the daemon and Dovecot. For each place: work to do (forged bounces, a genuine one, other and
sent mail), a session with the fault, a clean one. What must hold then depends on what the fault can do: - A fault that
only takes bytes away or delays them (close, reset, stall, drip), and every fault under TLS, which notices a byte
  that is not the server's: the mailbox (each message once, its folder, its flags, on disk), the verdicts and the
  account's state are those of an undisturbed run.
- A plain connection cannot tell that a byte was changed, lost or swapped on the way: the daemon may read another bounce
than there
  is, and judge that. There it must hold that no message is lost, doubled or altered, that what is no bounce stays where
  it is with its flags, and that the next session goes well.
Always: the supervisor lives on, and no worker was ended by a signal.

BACKSTOP_FAULT_PLACES=all (make check-faults): each of the first 2,000 bytes of the server, and 500 later ones at
random, for close, stall and corrupt, over TLS (with MOVE) and plain (UIDPLUS only); without it, a spread of them, and
with BACKSTOP_FAULT_PLACES=few (make check-sanitized) a third of that.
BACKSTOP_FAULT_SEED repeats a random choice. """
import collections
import itertools
import os
import random
import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import rig
import messages
import programs
from proxy import HURTING, Fault, Proxy
from tap import case, equal, note, run, skip_all

PLACES = os.environ.get("BACKSTOP_FAULT_PLACES")
ALL = PLACES == "all"
PART = 3 if PLACES == "few" else 1  # one place of so many of the spread is tested
SEED = int(os.environ.get("BACKSTOP_FAULT_SEED", random.randrange(1 << 32)))
EARLY, LATE = 2000, 500
LIFE = 5  # faults that one daemon meets, one after the other
AT_ONCE = 32
# seconds of silence before the daemon gives up, where silence is what a fault leads to
HURRY = max(1, programs.LIMIT // 60)
CLEAN_TRIES = 3  # a machine under load may keep a clean session silent for that long, too
WHEN = messages.NOW - messages.DAY
# Kinds of lane. A server with MOVE or with UIDPLUS only sends other answers, and leaves other things half done.
SECURITY = {"tls": "tls", "plain": "none", "plain with MOVE": "none"}
SWEPT = ("tls", "plain")


class Lane:
    """A daemon with a mailbox of its own, behind a proxy of its own, that meets one fault after the other."""
    numbers = itertools.count()

    def __init__(self, security, timeout):
        user = f"{SECURITY[security]}{next(self.numbers)}"
        self.plain = SECURITY[security] == "none"
        self.mailbox = starts[security].copy(user)
        server = self.mailbox.server
        self.proxy = Proxy(server.plain if self.plain else server.port, by_command=self.plain)
        self.backstop = programs.for_mailbox(self.mailbox, os.path.join(work, user), port=self.proxy.port,
                                             timeout=timeout, security=SECURITY[security])
        self.daemon, self.age = None, 0
        # of the last session, until its first wish was done: bytes of the server, of the client, commands
        self.length = None

    def __enter__(self):
        self.proxy.__enter__()
        return self

    def __exit__(self, *problem):
        self.proxy.__exit__()
        if self.daemon is None:
            return
        self.daemon.terminate()
        try:
            _, said = self.daemon.communicate(timeout=15)
        finally:
            programs.end_group(self.daemon)
        if problem[0] is None:
            assert "by signal" not in said and "Sanitizer" not in said, f"a worker crashed:\n{said}"
            equal(self.daemon.returncode, 0, f"status of the daemon, which said:\n{said}")

    def meet(self, fault):
        """New mail, a session with the fault, and a clean one. Returns how many clean ones it took."""
        self.proxy.hold()
        self.proxy.arm(fault)
        if self.daemon is None:
            self.daemon = self.backstop.start("backstopd")
            programs.wait_for(lambda: self.proxy.sessions, "the daemon's first connection", programs.LIMIT)
        else:
            self.proxy.cut()
            self.age += 1
            refill(self.mailbox, self.age)
        self.proxy.release()
        self.backstop.run("backstop", "once")  # well or not: that depends on the fault
        self.proxy.disarm()
        assert self.proxy.sessions, "the daemon did not connect"
        session = self.proxy.sessions[0]
        self.length = session.seen["server"], session.seen["client"], session.commands
        for tries in range(1, CLEAN_TRIES + 1):
            clean = self.backstop.run("backstop", "once")
            if clean.status == programs.DONE:
                return tries
        raise AssertionError(f"{CLEAN_TRIES} clean sessions went wrong:\n{clean.err}")

    def outcome(self):
        """Mailbox, journal, state: all that an undisturbed run determines."""
        entries = [{key: row[key] for key in row.keys() - {"id", "judged", "changed"}}
                   for row in self.backstop.entries()]
        status = re.sub(r'"\d{4}-\d\d-\d\dT[^"]*"', '"time"', self.backstop.ok("backstop", "status", "--json"))
        return self.mailbox.on_disk(), sorted(entries,
                                              key=lambda row: row["original"]["message_id"]), status.splitlines()

    def check(self, fault):
        assert self.daemon.poll() is None, f"the daemon ended: {self.daemon.communicate()}"
        if self.plain and fault is not None and fault.what in HURTING and fault.what != "drip":
            self.check_kept()
            return
        end = time.monotonic() + 5
        while (got := self.outcome()) != wanted[self.age] and time.monotonic() < end:
            time.sleep(0.1)  # the account's state is told after the wish
        for what, is_now, was in zip(("mailbox", "journal", "status"), got, wanted[self.age]):
            equal(is_now, was, what)

    def check_kept(self):
        bounces = {rig.digest(message) for message in bounces_until(self.age)}
        got, want = self.mailbox.on_disk(), wanted[self.age][0]
        for kept in (lambda row: row[0] in bounces, lambda row: row[0] not in bounces):
            equal(sorted(row[0] for rows in got.values() for row in rows if kept(row)),
                  sorted(row[0] for rows in want.values() for row in rows if kept(row)), "messages, wherever they are")
        others = [{folder: [row for row in rows if row[0] not in bounces] for folder, rows in place.items()}
                  for place in (got, want)]
        equal({folder: rows for folder, rows in others[0].items() if rows},
              {folder: rows for folder, rows in others[1].items() if rows}, "mail that is no bounce")


def bounces_until(age):
    """The bounces of the start and of every refill up to this age."""
    return start_bounces + [message for number in range(1, age + 1) for message in batch(number)[1]]


def batch(age):
    """A refill: (sent, bounces, other mail)."""
    number = 100 + 2 * age
    return (messages.letter(number, WHEN - 3600),
            [messages.genuine(number, WHEN), messages.forged(number, WHEN), messages.forged(number + 1, WHEN)],
            messages.ordinary(number, WHEN))


def refill(mailbox, age):
    letter, bounces, other = batch(age)
    mailbox.deliver("Sent", letter, WHEN - 3600, "S")
    for message, flags in zip(bounces, ("", "S", "S")):
        mailbox.deliver("INBOX", message, WHEN, flags)
    mailbox.deliver("INBOX", other, WHEN, "S")


def undisturbed(security):
    """What each age of a lane comes to, and how long its session is: [outcome], [(bytes of the server, of the client,
    commands)]."""
    outcomes, lengths = [], []
    with Lane(security, 20) as lane:
        for _ in range(LIFE):
            lane.meet(None)
            lengths.append(lane.length)
            outcomes.append(lane.outcome())
    return outcomes, lengths


class Tally:
    """What became of the faults of one case, by kind."""

    def __init__(self):
        self.lock = threading.Lock()
        self.points, self.missed, self.again, self.wrong = collections.Counter(), 0, 0, []

    def add(self, security, fault, tries):
        with self.lock:
            self.points[fault.what, security] += fault.fired
            self.missed += not fault.fired
            self.again += tries - 1

    def live(self, security, faults):
        """One lane, and the faults it meets."""
        timeout = 20 if all(fault.what in ("close", "reset", "drip") for fault in faults) else HURRY
        fault, age = None, 0
        try:
            with Lane(security, timeout) as lane:
                for fault in faults:
                    tries = lane.meet(fault)
                    age = lane.age
                    lane.check(fault)
                    self.add(security, fault, tries)
        except AssertionError as problem:
            with self.lock:
                self.wrong.append(f"{security}: {fault}, mail of age {age}: {problem}")

    def go(self, lanes):
        """lanes: (security, the faults of one lane). Fails when a fault did harm, or too many of them never
        happened."""
        begin = time.monotonic()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            list(pool.map(lambda lane: self.live(*lane), chance.sample(lanes, len(lanes))))
        for what in dict.fromkeys(what for what, _ in self.points):
            per = {security: self.points[what, security] for security in SECURITY if self.points[what, security]}
            note(f"{what}: {sum(per.values())} points "
                 f"({', '.join(f'{count} {security}' for security, count in per.items())})")
        note(f"{self.missed} past the session's end, {self.again} clean sessions made again, "
             f"{time.monotonic() - begin:.0f} s")
        assert not self.wrong, f"{len(self.wrong)} faults did harm:\n" + "\n\n".join(self.wrong[:5])
        assert self.points.total() > 9 * self.missed, "too many faults found nothing to break"


def distribute(faults):
    """Lanes of one kind of connection: lists of up to LIFE faults."""
    return [faults[first:first + LIFE] for first in range(0, len(faults), LIFE)]


def at_bytes(security, what, share, **more):
    """Lanes that have a fault after each of the server's first EARLY bytes, and at LATE later ones (all of them, or a
    share). The later ones are for the first session of a lane, which is the longest, or for a later one that is long
    enough."""
    early = list(range(1, EARLY + 1))
    if not ALL:
        early = sorted(chance.sample(early, int(EARLY * share) // PART))
    first, third = (lengths[security][age][0] for age in (0, 2))
    lanes = []
    chance.shuffle(early)
    for number in range(len(early) * LATE // EARLY):
        late = chance.randint(EARLY + 1, third if number % 2 and third > 2 * EARLY else first)
        some = early[number * (LIFE - 1):(number + 1) * (LIFE - 1)]
        some.insert(2 if late <= third else 0, late)
        lanes.append((security, [Fault(what, byte=byte, **more) for byte in some]))
    return lanes


def sweep(what, share):
    Tally().go([lane for security in SWEPT for lane in at_bytes(security, what, share)])


def scattered(kinds, way, count):
    """Lanes with faults after bytes at random."""
    side = ("server", "client").index(way)
    return [(security, some) for what, security in kinds
            for some in distribute([Fault(what, byte=byte, way=way) for byte in
                                    chance.sample(range(1, lengths[security][1][side]), count)])]


@case
def close():
    """The connection may be closed after any byte of the server."""
    sweep("close", 0.06)


@case
def stall():
    """The server may fall silent after any byte."""
    sweep("stall", 0.04)


@case
def corrupt():
    """Any byte of the server may be changed."""
    sweep("corrupt", 0.06)


@case
def others():
    """After any byte of the server there may be a reset, single bytes, swapped or missing segments."""
    Tally().go(scattered(itertools.product(("reset", "drip", "reorder", "truncate"), SWEPT), "server",
                         200 if ALL else 15 // PART))


@case
def client():
    """What the client sends may be cut off, go nowhere or (under TLS) be changed, after any of its bytes."""
    kinds = [(what, security) for what in ("close", "stall", "corrupt") for security in SWEPT]
    kinds.remove(("corrupt", "plain"))  # the server would do another command: no client can help that
    Tally().go(scattered(kinds, "client", 200 if ALL else 15 // PART))


@case
def commands():
    """The connection may break or fall silent before a command reaches the server, before its answer, and after it."""
    lanes = []
    for security in ("plain", "plain with MOVE"):
        faults = [Fault(what, command=number, moment=moment) for what in ("close", "stall")
                  for moment in ("before", "unanswered", "answered")
                  for number in range(1, lengths[security][1][2] + 1)]
        lanes += [(security, some) for some in distribute(faults[chance.randrange(PART)::PART])]
    Tally().go(lanes)


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    chance = random.Random(SEED)
    note(f"BACKSTOP_FAULT_SEED={SEED}")
    work = rig.workdir()
    with_move, without = (rig.Dovecot(without_move=hidden, extra=rig.QUICK).mailbox("start")
                          for hidden in (False, True))
    starts = {"tls": with_move, "plain": without, "plain with MOVE": with_move}
    for mailbox in (with_move, without):
        start_bounces = [message for name, message in messages.fill(mailbox, forgeries=2, answered=1, others=1).items()
                         if not name.startswith("ordinary")]
        mailbox.snapshot()
    measured = {security: undisturbed(security) for security in SECURITY}
    wanted = measured["plain"][0]
    for security in SECURITY:
        equal(measured[security][0], wanted, f"an undisturbed run, {security}, and one that is plain and without MOVE")
    lengths = {security: rows[1] for security, rows in measured.items()}
    note(f"bytes of the server, of the client, commands in each session of a lane: {lengths}")
    run()
