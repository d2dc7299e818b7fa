"""test_servers.py - the sample mailbox on real servers: the main job, restore, delete, the daemon with a delivery and a
restart of the server. Each message is compared by digest, and by flags and date where the server tells them."""
import contextlib
import os
import tempfile
import time

import mail_access
import messages
import programs
import rig
import rig_servers
from mail_access import digest
from tap import Skip, case, equal, note, run

OWNER = "anna@example.org"
STAYS, GOES = ("", "\\Seen", "\\Flagged \\Seen", "\\Answered"), ("", "\\Seen")  # flagged and answered mail stays


class Dovecot(rig.Dovecot):
    """The rig's Dovecot, to be used like a rig_servers.Server."""
    mbox = None

    def __init__(self):
        super().__init__(pop3=True)
        self.mailbox(rig_servers.USER)

    ports = property(lambda self: {"imap": self.plain, "pop3": self.pop3_plain})


def start(name, settings=""):
    reason = rig.missing() if name == "dovecot" else rig_servers.missing(name)
    if reason:
        raise Skip(reason)
    return Dovecot() if name == "dovecot" else rig_servers.Server(name, settings)


class Sample:
    """The sample mailbox: rows for put(); messages by name, with their verdicts; digests of what shall be moved."""

    def __init__(self):
        self.sent, inbox = [], []
        self.put = lambda *row: (self.sent if row[0] == "Sent" else inbox).append(row[:3])
        self.settle = lambda: None
        self.messages = messages.fill_demo(self)
        self.sent = [(*row, "\\Seen") for row in self.sent]
        forged = {message for message, verdict in self.messages.values() if verdict == "backscatter"}
        self.inbox = [(*row, flags[number % len(flags)]) for number, row in enumerate(inbox)
                      for flags in [GOES if row[1] in forged else STAYS]]
        self.forged = sorted(map(digest, forged))


class Scene:
    """A server with the sample mailbox, and Backstop that looks at it by one protocol."""

    def __init__(self, name, settings="", **keys):
        self.server, self.home = start(name, settings), tempfile.mkdtemp(prefix=f"{name}-{self.protocol}.", dir=work)
        self.sample = Sample()
        self.open()
        self.before = self.look()
        self.backstop = programs.Backstop(
            self.home, {"interval": 10}, protocol=self.protocol, host="localhost", security="none", timeout=20,
            port=self.server.ports[self.protocol], user=rig_servers.USER, password_command=f"echo {rig.PASSWORD}",
            addresses=OWNER, **self.keys() | keys)

    def keys(self):
        return {}

    def settle(self):
        """Passes until one changes nothing; returns the entries."""
        listed = None
        for _ in range(4):
            self.backstop.ok("backstop", "once")
            found = self.backstop.entries()
            if found == listed:
                return found
            listed = found
        raise AssertionError(f"entries change with every pass: {listed}")

    def check(self, away, back=(), deleted=(), new=()):
        """Every message is there once, with the flags and the date that it had: the digests `away` in quarantine,
        `back` and `deleted` where such mail goes (self.trash None: nowhere). new: came after the sample."""
        after = self.look()
        there = {place: sorted(row[0] for row in rows) for place, rows in after.items()}
        equal(there.get(self.quarantine, []), sorted(away), "messages in quarantine")
        for digests, place in (back, self.back), (deleted, self.trash):
            assert place is None or set(digests) <= set(there.get(place, [])), f"{digests} is not in {place}: {there}"
        gone = deleted if self.trash is None else []
        equal(sorted(sum(there.values(), []) + list(gone)),
              sorted([row[0] for rows in self.before.values() for row in rows] + list(new)), "messages in all folders")
        told = {row[0]: row[1:] for rows in self.before.values() for row in rows}
        for place, rows in after.items():
            for name, *rest in rows:
                if rest and name not in new:
                    equal(tuple(rest), told[name], f"flags and date of a message in {place}")

    def wish(self, verb, *more):
        """Asks for the oldest message in quarantine; returns its digest once it has left."""
        entry = min(row["id"] for row in self.backstop.entries() if row["state"] == "quarantined")
        before = self.look()[self.quarantine]
        self.backstop.ok("backstop", verb, *more, str(entry))
        self.backstop.ok("backstop", "once")
        (left, *_), = set(before) - set(self.look()[self.quarantine])
        return left

    def is_judged(self, listed):
        equal(sorted(entry["verdict"] for entry in listed),
              sorted(verdict for _, verdict in self.sample.messages.values() if verdict != "pass"), "verdicts")

    def main_job(self):
        """The verdicts of EXPECTED.tsv, then one message back and one away. Returns arguments for check()."""
        self.is_judged(self.settle())
        self.check(self.sample.forged)
        back, deleted = self.wish("restore"), self.wish("delete", *([] if self.trash else ["--for-good"]))
        away = [name for name in self.sample.forged if name not in (back, deleted)]
        self.check(away, [back], [deleted])
        return {"away": away, "back": [back], "deleted": [deleted]}

    def deliver(self, number):
        """A forged bounce comes; returns its digest."""
        message = messages.forged(number, messages.NOW - messages.DAY).replace(
            messages.OWNER.encode(), OWNER.encode())
        self.mail.put([("INBOX", message, messages.NOW - messages.DAY, "")])
        return digest(message)

    def expect(self, name, limit):
        """Waits until a message has been moved into quarantine."""
        took = programs.wait_for(lambda: name in self.moved() and not [
            row for row in self.backstop.entries() if row["state"] == "q_intent"], "the bounce in quarantine", limit)
        note(f"{self.protocol}: in quarantine after {took:.1f} s")

    @contextlib.contextmanager
    def watching(self):
        """The daemon, after its first pass."""
        with self.backstop.daemon():
            programs.wait_for(lambda: '"watching"' in self.backstop.run("backstop", "status", "--json").out,
                              "the first pass", 30)
            yield

    def daemon(self, away, back, deleted):
        """A delivery, a restart of the server and another delivery."""
        with self.watching():
            new = [self.deliver(901)]
            self.expect(new[0], 40)
            self.server.restart(pause=1)
            new.append(self.deliver(902))
            self.expect(new[1], 60)
        self.check(away + new, back, deleted, new)

    def run(self):
        self.daemon(**self.main_job())


class OverImap(Scene):
    """prefix: of the names of folders. make: those that the server does not make itself."""
    protocol = "imap"

    def __init__(self, name, prefix="", make=(), **more):
        self.prefix, self.make, self.back = prefix, [prefix + folder for folder in make], "INBOX"
        self.quarantine, self.trash = f"{prefix}Backscatter", f"{prefix}Trash"
        super().__init__(name, **more)

    def open(self):
        self.mail = mail_access.ByImap(self.server, rig_servers.USER, f"{self.prefix}Sent", self.make)
        self.mail.put(self.sample.sent + self.sample.inbox)

    def look(self):
        return self.mail.snapshot()

    def moved(self):
        return [row[0] for row in self.look()[self.quarantine]]


class OverPop3(Scene):
    """Sent mail and quarantine are on this computer."""
    protocol = "pop3"
    quarantine, back, trash = "quarantine", "restored", None

    def keys(self):
        return {"sent": os.path.join(self.home, "Sent")}

    def open(self):
        self.mail = (mail_access.ByImap if self.server.mbox is None else mail_access.InMbox)(
            self.server, rig_servers.USER)
        self.mail.put(self.sample.inbox)
        mail_access.make_maildir(self.keys()["sent"], self.sample.sent)

    def look(self):
        return {"INBOX": self.mail.inbox()} | {name: [(found,) for found in self.here(name)]
                                               for name in (self.quarantine, self.back)}

    def here(self, name):
        return mail_access.in_maildir(os.path.join(self.home, "data", name, "test"))

    def moved(self):
        return self.here(self.quarantine)


class Observed(OverImap):
    """mailutils has neither MOVE nor UIDPLUS, and keeps INBOX in an mbox."""

    def open(self):
        mail_access.InMbox(self.server, rig_servers.USER).put(self.sample.inbox)
        self.mail = mail_access.ByImap(self.server, rig_servers.USER, "Sent", ["Sent"])
        self.mail.put(self.sample.sent)


@case
def cyrus_delays():
    """Where Cyrus lets nobody sign in by POP3 twice a minute, a pass that needs two sessions waits, and ends well"""
    scene = OverPop3("cyrus", settings="popminpoll: 1\n")
    began = time.monotonic()
    scene.backstop.ok("backstop", "once", limit=120)
    note(f"the pass took {time.monotonic() - began:.0f} s")
    assert time.monotonic() - began > 50, "the server did not make it wait"
    scene.check(scene.sample.forged)
    equal({row["state"] for row in scene.backstop.entries()}, {"kept", "quarantined"}, "states")


@case
def dovecot_imap():
    """Dovecot over IMAP does the whole job"""
    OverImap("dovecot").run()


@case
def courier_imap():
    """Courier over IMAP does the whole job"""
    OverImap("courier", prefix="INBOX.", make=("Sent", "Trash")).run()


@case
def cyrus_imap():
    """Cyrus over IMAP does the whole job"""
    OverImap("cyrus", prefix="INBOX.").run()


@case
def mailutils_imap():
    """On mailutils over IMAP, with neither MOVE nor UIDPLUS, all is judged, nothing moved, and the status says so"""
    scene = Observed("mailutils")
    scene.is_judged(scene.settle())
    said = " ".join(scene.backstop.ok("backstop", "status").split())
    note(said)
    scene.check([])
    with scene.watching():
        name = scene.deliver(901)
        scene.backstop.ok("backstop", "once")
        scene.check([], new=[name])
        scene.server.restart(pause=1)
        scene.backstop.ok("backstop", "once")
        note(f"{len(scene.backstop.entries())} entries after a restart")
    scene.check([], new=[name])


@case
def dovecot_pop3():
    """Dovecot over POP3 does the whole job"""
    OverPop3("dovecot").run()


@case
def courier_pop3():
    """Courier over POP3 does the whole job"""
    OverPop3("courier").run()


@case
def cyrus_pop3():
    """Cyrus over POP3 does the whole job"""
    OverPop3("cyrus", settings="popminpoll: 0\n").run()


@case
def mailutils_pop3():
    """mailutils over POP3 does the whole job"""
    OverPop3("mailutils").run()


@case
def popa3d():
    """popa3d does the whole job"""
    OverPop3("popa3d").run()


@case
def solid():
    """solid-pop3d does the whole job"""
    OverPop3("solid-pop3d").run()


if __name__ == "__main__":
    rig_servers.alone()
    work = rig.workdir()
    run(at_once=4)
