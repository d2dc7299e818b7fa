"""test_kill_pop3.py - backstopd killed, or its connection closed, at any point of a POP3 session loses and doubles
nothing.

Killed (stop_at.c, over TLS): after every sync of a file or the ledger, before every command and after it. Closed by the
server (plain, scripted_pop3.py): at every command of all sessions of a pass, before it is done, after it, in the middle
of its answer and after that. For passes that quarantine, restore and delete; for servers with PIPELINING, without UIDL,
without TOP.

Right after the break each message must be on the server, or whole in the quarantine, or both; after one more pass it is
where it would be without the break, once, and so is the journal. """
import collections
import itertools
import os
import queue
import shutil

import disk
import kill
import rig
import messages
import programs
from scripted import tls_context
from scripted_pop3 import Cut, Maildrop, Script, Server
from tap import case, equal, note, run, skip_all

LETTERS = [(messages.letter(number, when, to), when) for number, when, to in
           ((0, messages.NOW - 60 * messages.DAY, "old@partner.example"),
            (1, messages.NOW - 3 * messages.DAY - 3600, "friend@partner.example"))]
GENUINE = messages.genuine(1, messages.NOW - 3 * messages.DAY)
ORDINARY = messages.ordinary(1, messages.NOW - messages.DAY)
FORGED = [messages.forged(number, messages.NOW - 2 * messages.DAY) for number in (1, 2)]
INBOX = [ORDINARY, FORGED[0], GENUINE, FORGED[1]]


class Lane:
    """A server and a home of its own, whose path the ledger remembers: both are put back as they were for each
    point."""
    numbers = itertools.count()

    def __init__(self, script, context, inbox, wishes, mbox):
        self.server = Server(Maildrop(inbox), script, context)
        self.server.__enter__()
        self.home = os.path.join(work, f"lane{next(self.numbers)}")
        security = {"security": "tls", "ca_file": cert} if context else {"security": "none"}
        self.keys = {"protocol": "pop3", "host": "localhost", "port": self.server.port, "user": "owner", "timeout": 20,
                     "password_command": f"echo {rig.PASSWORD}", "addresses": messages.OWNER, "sent": sent} | security
        os.makedirs(self.home)
        self.boxes = {"quarantine": os.path.join("data", "quarantine", "test"),
                      "restored": os.path.join("data", "restored", "test")}
        for key, folder in mbox.items():
            self.boxes[folder] = folder
            self.keys[key] = os.path.join(self.home, folder)
            with open(self.keys[key], "wb"):
                pass
        backstop = programs.Backstop(self.home, **self.keys)
        if wishes:
            kill.wish_for(backstop, *wishes)
        self.messages = list(self.server.maildrop.messages)
        shutil.copytree(self.home, f"{self.home}.start")

    def put_back(self):
        shutil.rmtree(self.home)
        shutil.copytree(f"{self.home}.start", self.home)
        self.server.maildrop = Maildrop()
        self.server.maildrop.messages = list(self.messages)
        return programs.Backstop(self.home, **self.keys)

    def on_disk(self):
        """Digests of what is on the server, in quarantine, and restored."""
        return (self.server.maildrop.digests(),
                *(in_box(os.path.join(self.home, path)) for path in self.boxes.values()))


def in_box(path):
    if os.path.isfile(path):
        return sorted(rig.digest(disk.unquote(message)) for message in disk.Mbox(path).messages())
    return rig.in_maildir(path)


class Scene(kill.Scene):
    """The passes over one maildrop, in several lanes. wishes: verbs, each for another quarantined message, after a
    first pass. mbox: what is an mbox and no Maildir, key → folder."""

    def __init__(self, name, wishes=(), script=Script, tls=False, inbox=INBOX, kinds=kill.Scene.kinds, **mbox):
        self.lanes, self.kinds = queue.Queue(), kinds
        self.mail = collections.Counter(map(rig.digest, inbox))
        for _ in range(kill.AT_ONCE):
            self.lanes.put(Lane(script, tls_context(cert, key) if tls else None, inbox, wishes, mbox))
        self.may_go = wishes.count("delete") if wishes else 0
        super().__init__(name)

    def fresh(self):
        lane = self.lanes.get(timeout=programs.LIMIT)
        return lane, lane.put_back()

    def killed(self, lane, point):
        on_server, away, back = map(collections.Counter, lane.on_disk())
        missing = self.mail - (on_server | away | back)
        assert missing.total() <= self.may_go, (f"after a break at {point} {missing.total()} messages are nowhere "
                                                f"({self.name})")
        altered = (on_server + away + back).keys() - self.mail.keys()
        assert not altered, f"after a break at {point} {len(altered)} messages are not whole ({self.name})"
        for place, found in (("quarantine", away), ("restored", back)):
            doubled = found - self.mail
            assert not doubled, (f"after a break at {point} {doubled.total()} messages are twice in {place} "
                                 f"({self.name})")

    def done(self, lane):
        self.lanes.put(lane)

    def cut_at(self, number, moment):
        """Closes the connection at a command of a pass; returns whether it got that far."""
        lane, backstop = self.fresh()
        cut = lane.server.maildrop.cut = Cut(number, moment)
        try:
            result = backstop.run("backstopd", "--once")
            ended = programs.DONE, programs.UNREACHABLE
            assert result.status in ended, f"{cut}: status {result.status}: {result.err}"
            lane.server.maildrop.cut = None
            self.settle(lane, backstop, cut)
            return cut.fired
        finally:
            self.done(lane)

    def cut_everywhere(self, moments=Cut.MOMENTS):
        for moment in moments:
            self.everywhere(moment, lambda number, moment=moment: self.cut_at(number, moment))


@case
def killed_quarantining():
    """A pass that quarantines may be killed at every sync and command, and when it makes, names or writes a file."""
    Scene("kill, quarantine", tls=True, kinds=(*kill.Scene.kinds, "unchanged", "changed")).stop_everywhere()


@case
def killed_restoring():
    """A pass that restores may be killed at every sync and command."""
    Scene("kill, restore", ["restore"], tls=True).stop_everywhere()


@case
def killed_deleting():
    """A pass that deletes may be killed at every sync and command."""
    Scene("kill, delete", ["delete"], tls=True).stop_everywhere()


@case
def cut_quarantining():
    """The connection may be closed at every command of a pass that quarantines."""
    Scene("cut, quarantine").cut_everywhere()


@case
def cut_with_wishes():
    """The connection may be closed at every command of a pass that restores one message and deletes another."""
    Scene("cut, wishes", ["restore", "delete"]).cut_everywhere(("before", "unanswered"))


@case
def mbox():
    """Killed and closed, a pass ends well where the quarantine, or what is restored, is an mbox."""
    Scene("kill, quarantine mbox", tls=True, quarantine="quarantine").stop_everywhere()
    Scene("cut, quarantine mbox", quarantine="quarantine").cut_everywhere(("unanswered",))
    Scene("kill, restore to mbox", ["restore"], tls=True, restore_to="restored").stop_everywhere()


class Pipelining(Script):
    capabilities = ("TOP", "UIDL", "USER", "PIPELINING")


class WithoutUidl(Script):
    capabilities = ("TOP", "USER")

    def on_uidl(self, word=None):
        return "-ERR what?"


class WithoutTop(Script):
    capabilities = ("UIDL", "USER")

    def on_top(self, word, count):
        return "-ERR what?"


class WithoutCapa(WithoutUidl):
    def on_capa(self):
        return "-ERR what?"


@case
def cut_other_servers():
    """The same holds with PIPELINING, without UIDL, without TOP, and without any of them and CAPA."""
    for script in (Pipelining, WithoutUidl, WithoutTop, WithoutCapa):
        Scene(f"cut, {script.__name__}", script=script).cut_everywhere(("unanswered",))


@case
def twins():
    """Killed and closed, a pass ends well while the same bounce lies there twice, byte for byte."""
    inbox = [FORGED[0], ORDINARY, FORGED[0]]
    Scene("kill, twins", tls=True, inbox=inbox).stop_everywhere()
    Scene("cut, twins", inbox=inbox).cut_everywhere(("unanswered",))


@case
def points():
    """Hundreds of points were tested, or a spread of them."""
    kill.tell_total(300)


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.find_program("openssl") is None:
        skip_all("openssl not installed")
    work = rig.workdir()
    cert, key = rig.certificate(work)
    sent = os.path.join(work, "Sent")
    for part in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(sent, part))
    for number, (letter, when) in enumerate(LETTERS):
        with open(os.path.join(sent, "cur", f"{when}.M{number}.rig:2,S"), "wb") as out:
            out.write(letter)
    run()
