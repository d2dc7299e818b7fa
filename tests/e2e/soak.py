"""soak.py [MINUTES] - the daemon among deliveries, wishes, restarts of the server and killed workers; then an account
of everything.

Several mailboxes, one daemon. Mail arrives in INBOX and Sent; the owner restores, deletes and asks for checks; Dovecot
is restarted, workers are killed, the daemon gets SIGHUP. At the end each message must exist once, where it belongs. One
account's worker is never killed, and SIGHUP, which restarts all, comes in the first half only: so that worker and the
supervisor are as old as half the run when their descriptors and memory are compared with those after the warm-up.
BACKSTOP_SOAK_SEED repeats the random choices (not their effects: those depend on time). `make soak MINUTES=30`. """
import contextlib
import json
import os
import random
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import rig
import messages
import programs
from tap import case, equal, note, run, skip_all

MINUTES = float(sys.argv[1]) if len(sys.argv) > 1 else 2
SEED = int(os.environ.get("BACKSTOP_SOAK_SEED", random.randrange(1 << 32)))
ACCOUNTS = ("calm", "first", "second")  # the first one's worker is never killed
TICK = 0.3  # seconds between two events, on average
KILLS = 4  # of one worker, until SIGHUP makes the supervisor forget them: it waits longer after each
SETTLE = 4 * programs.LIMIT  # seconds for everything to be done at the end
FD_SLACK = 4  # a connection, and files of the ledger, that one of the two looks may have missed
RSS_SLACK = 2 << 10  # KiB that a process may grow by after the warm-up
# event → how often, among the others
EVENTS = {"forged": 60, "genuine": 40, "ordinary": 40, "letter": 20, "restore": 10, "delete": 10, "check": 20,
          "kill": 6, "restart": 5, "reload": 3}


class Account:
    """One mailbox, and what must be where in the end. fate: digest → (folder, flags)."""

    def __init__(self, number, name):
        self.name, self.address = name, f"owner{number}@backstop.example"
        self.mailbox = server.mailbox(name)
        self.fate = {}
        self.forged = {}  # Message-ID it returns → digest, of those that nobody wished anything for
        self.kills, self.bounces = 0, {"backscatter": 0, "genuine": 0}
        self._write_each_week()
        self.mailbox.settle()

    def _write_each_week(self):
        """Mail of the last 90 days, so that the Sent folder covers what comes, without a silence."""
        past = messages.NOW - 90 * messages.DAY
        self.mailbox.put("INBOX", self._own(messages.ordinary(0, past), "INBOX", ""), past)
        for week in range(13):
            when = past + week * 7 * messages.DAY
            self.mailbox.put("Sent", self._own(messages.letter(week, when), "Sent", ""), when)

    def _own(self, message, folder, flags):
        message = message.replace(messages.OWNER.encode(), self.address.encode())
        self.fate[rig.digest(message)] = (folder, flags)
        return message

    def deliver(self, kind, number):
        when = messages.NOW - messages.DAY + number
        flags = chance.choice(("", "S"))  # what is flagged is never moved
        if kind in ("letter", "genuine"):
            self.mailbox.deliver("Sent", self._own(messages.letter(number, when - 3600), "Sent", "S"), when - 3600, "S")
        if kind == "letter":
            return
        message = self._own(getattr(messages, kind)(number, when), "Backscatter" if kind == "forged" else "INBOX",
                            flags)
        self.mailbox.deliver("INBOX", message, when, flags)
        if kind == "forged":
            self.forged[f"spam-{number}@botnet.example"] = rig.digest(message)
        if kind != "ordinary":
            self.bounces["backscatter" if kind == "forged" else kind] += 1

    def wish(self, verb, returned):
        """The owner wishes something for the forged bounce that returns this message."""
        digest = self.forged.pop(returned)
        self.fate[digest] = ("INBOX" if verb == "restore" else "Trash", self.fate[digest][1])

    def got(self):
        """What is where, as fate has it; a list, since what is there twice must show."""
        return sorted((digest, folder, "".join(flag for flag in flags if flag.isalpha() and len(flag) == 1))
                      for folder, rows in self.mailbox.on_disk().items() for digest, flags, _ in rows)

    def wanted(self):
        return sorted((digest, *place) for digest, place in self.fate.items())


def account_of_worker(pid):
    try:
        with open(f"/proc/{pid}/cmdline") as line:
            words = line.read().split("\0")
    except (FileNotFoundError, ProcessLookupError):
        return None  # it has ended meanwhile
    return next((account for account in accounts if account.name in words), None)


class Events:
    """Each method is an event; tells what has happened how often."""

    def __init__(self):
        self.count = dict.fromkeys(EVENTS, 0)
        self.number = 100
        self.hands = ThreadPoolExecutor(3)  # the owner's, who does not wait
        self.promises = []

    def happen(self, late):
        kind = chance.choices(list(EVENTS), list(EVENTS.values()))[0]
        if kind == "reload" and late:
            return
        if getattr(self, kind, self.mail)(kind) is not False:
            self.count[kind] += 1

    def mail(self, kind):
        self.number += 1
        chance.choice(accounts).deliver(kind, self.number)

    def restore(self, kind):
        rows = [row for row in backstop.entries() if row["state"] == "quarantined"]
        account = chance.choice(accounts)
        rows = [row for row in rows if row["account"] == account.name
                and row["original"]["message_id"] in account.forged]
        if not rows:
            return False
        row = chance.choice(rows)
        account.wish(kind, row["original"]["message_id"])
        self.promises.append(self.hands.submit(backstop.run, "backstop", kind, str(row["id"]), limit=SETTLE))
        return True

    delete = restore

    def check(self, kind):
        self.promises.append(self.hands.submit(backstop.run, "backstop", "once", chance.choice(accounts).name,
                                               limit=SETTLE))

    def kill(self, kind):
        children = programs.children(daemon)
        for pid in chance.sample(children, len(children)):
            account = account_of_worker(pid)
            if account is not None and account.name != ACCOUNTS[0] and account.kills < KILLS:
                account.kills += 1
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                return True
        return False

    def restart(self, kind):
        server.restart(chance.random() * 3)

    def reload(self, kind):
        daemon.send_signal(signal.SIGHUP)
        for account in accounts:
            account.kills = 0

    def __str__(self):
        return ", ".join(f"{count} {kind}" for kind, count in self.count.items())


def measure():
    """{"supervisor" or account: (pid, open descriptors, resident KiB)} when all are at rest: the least of several
    looks."""
    looks = {}
    for _ in range(5):
        for pid in [daemon.pid] + programs.children(daemon):
            try:
                name = "supervisor" if pid == daemon.pid else account_of_worker(pid).name
                descriptors = len(os.listdir(f"/proc/{pid}/fd"))
                with open(f"/proc/{pid}/status") as status:
                    memory = next(int(line.split()[1]) for line in status if line.startswith("VmRSS"))
            except (AttributeError, FileNotFoundError, ProcessLookupError, StopIteration):
                continue
            looks.setdefault(name, []).append((pid, descriptors, memory))
        time.sleep(0.2)
    return {name: (rows[-1][0], min(row[1] for row in rows), min(row[2] for row in rows)) for name,
            rows in looks.items()}


def at_rest():
    """Waits until every account was looked at without an error, and all workers run."""
    def calm():
        return (len(programs.children(daemon)) == len(accounts)
                and backstop.run("backstop", "once", limit=SETTLE).status == programs.DONE)
    programs.wait_for(calm, "a good pass of every account", SETTLE)
    time.sleep(1)
    return measure()


def told(sizes):
    return "; ".join(f"{name} {descriptors} descriptors, {memory} KiB" for name,
                     (_, descriptors, memory) in sorted(sizes.items()))


def states():
    rows = [json.loads(line) for line in backstop.ok("backstop", "status", "--json").splitlines()]
    return {row["account"]: row for row in rows if row["type"] == "account"}


@case
def soak():
    """Through deliveries, requests, restarts and kills the daemon goes on."""
    begin = time.monotonic()
    half, minute = None, 0
    while (now := time.monotonic() - begin) < MINUTES * 60:
        if half is None and now >= MINUTES * 30:
            half = at_rest()
            note(f"after the warm-up: {told(half)}")
        events.happen(late=now >= MINUTES * 30)
        equal(daemon.poll(), None, "status of the daemon, which goes on")
        if now // 60 > minute:
            minute = now // 60
            note(f"minute {minute:.0f}: {events}; {told(measure())}")
        time.sleep(chance.random() * 2 * TICK)
    note(f"{MINUTES:g} minutes: {events}")
    for promise in events.promises:
        promise.result()
    sizes["half"], sizes["end"] = half, at_rest()
    note(f"at the end: {told(sizes['end'])}")


@case
def wishes():
    """Every request is done."""
    programs.wait_for(lambda: not any(row["open_wishes"] for row in states().values()), "the wishes", SETTLE)


@case
def accounted():
    """Every message is there once, in the folder where it belongs, with its flags."""
    for account in accounts:
        end = time.monotonic() + SETTLE
        while account.got() != account.wanted() and time.monotonic() < end:
            time.sleep(1)
        got, want = set(account.got()), set(account.wanted())
        equal((sorted(got - want), sorted(want - got)), ([], []), f"messages of {account.name}: too many, and missing")
        equal(len(account.got()), len(account.wanted()), f"number of messages of {account.name}")
    note(f"{sum(len(account.fate) for account in accounts)} messages")


@case
def journal():
    """The journal knows every bounce by its right verdict, and nothing has failed."""
    for name, row in states().items():
        account = next(account for account in accounts if account.name == name)
        equal({"pass": 0, "unsure": 0} | account.bounces, row["verdicts"], f"verdicts of {name}")
        equal([row["states"][state] for state in ("failed", "waiting", "q_intent", "r_intent", "d_intent")], [0] * 5,
              f"failed and unfinished moves of {name}")


@case
def flat():
    """Descriptors and memory of supervisor and workers are those of the time after the warm-up."""
    equal(sizes["half"].keys(), {"supervisor", *ACCOUNTS}, "processes after the warm-up")
    equal(sizes["end"].keys(), {"supervisor", *ACCOUNTS}, "processes at the end")
    for name, (pid, descriptors, memory) in sizes["end"].items():
        before = sizes["half"][name]
        if name in ("supervisor", ACCOUNTS[0]):
            equal(pid, before[0], f"pid of {name}")
        assert descriptors <= before[1] + FD_SLACK, f"{name} has {descriptors} descriptors, and had {before[1]}"
        assert memory <= before[2] + RSS_SLACK, f"{name} takes {memory} KiB, and took {before[2]}"


@case
def ends():
    """The daemon, still the process it was, ends with status 0 when told to."""
    daemon.terminate()
    said.seek(0)
    equal(daemon.wait(timeout=15), 0, f"status of the daemon, which said: {said.read()}")


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    note(f"BACKSTOP_SOAK_SEED={SEED}, {MINUTES:g} minutes")
    chance = random.Random(SEED)
    server, work = rig.Dovecot(extra=rig.QUICK), rig.workdir()
    accounts = [Account(number, name) for number, name in enumerate(ACCOUNTS, 1)]
    keys = {account.name: programs.account_of(account.mailbox, addresses=account.address, timeout=5)
            for account in accounts}
    backstop = programs.Backstop(os.path.join(work, "owner"), account=ACCOUNTS[0],
                                 other={name: keys[name] for name in ACCOUNTS[1:]},
                                 **keys[ACCOUNTS[0]])
    events, sizes = Events(), {}
    with open(os.path.join(work, "said"), "w+") as said, backstop.daemon(stderr=said) as daemon:
        run()
