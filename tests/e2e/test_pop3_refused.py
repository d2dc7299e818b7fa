"""test_pop3_refused.py - POP3 servers that refuse, and servers that misbehave: nothing is lost, nothing is in
quarantine twice, and a message that a server and its listing do not agree about stays where it is."""
import os
import time

import rig
import messages
import programs
from scripted import Hangup, tls_context
from scripted_pop3 import Maildrop, Script, Server
from tap import case, equal, note, run, skip_all

SILENCE = 2  # seconds, the timeout key of these tests
WHEN = messages.NOW - 2 * messages.DAY
FORGED = [messages.forged(number, WHEN) for number in (1, 2, 3)]
ORDINARY = messages.ordinary(1, messages.NOW - messages.DAY)
GENUINE = messages.genuine(1, messages.NOW - 3 * messages.DAY)
INBOX = [ORDINARY, FORGED[0], GENUINE, FORGED[1], FORGED[2]]
KEPT = [ORDINARY, GENUINE]


def digests(mail):
    return sorted(map(rig.digest, mail))


class Scene:
    """A server that follows this script, and Backstop. Use as a context manager."""

    def __init__(self, script=Script, inbox=None, tls=False, **keys):
        self.server = Server(Maildrop(INBOX if inbox is None else inbox), script,
                             tls_context(cert, key) if tls else None)
        self.maildrop = self.server.maildrop
        security = {"security": "tls", "ca_file": cert} if tls else {"security": "none"}
        self.keys = {"protocol": "pop3", "host": "localhost", "port": self.server.port, "user": "owner",
                     "timeout": SILENCE, "password_command": f"echo {rig.PASSWORD}", "addresses": messages.OWNER,
                     "sent": sent} | security | keys
        self.backstop = programs.Backstop(f"{work}/{time.monotonic_ns()}", **self.keys)
        self.quarantine = os.path.join(self.backstop.data, "quarantine", "test")

    def __enter__(self):
        self.server.__enter__()
        return self

    def __exit__(self, *problem):
        self.server.__exit__(*problem)

    def script(self, script):
        """The server answers as it should."""
        self.server.answering = script

    def passes(self, status=programs.DONE, *words):
        """A pass ends with this status; if it failed, with one line that has these words."""
        result = self.backstop.run("backstopd", "--once")
        equal(result.status, status, f"status ({result.err.strip()})")
        if result.err:
            note(result.err.strip())
        for word in words:
            assert word.lower() in result.err.lower(), f"{result.err!r} does not mention {word!r}"
        assert rig.PASSWORD not in result.err + result.out, "the password was printed"

    def check(self, on_server, away):
        """Where the messages are, each as often as it is named."""
        equal(self.maildrop.digests(), digests(on_server), "messages on the server")
        equal(rig.in_maildir(self.quarantine), digests(away), "messages in quarantine")

    def states(self):
        return [row["state"] for row in self.backstop.entries()]

    def status(self):
        return " ".join(self.backstop.ok("backstop", "status").split())


def refusing(answer):
    """A script that answers the password so."""
    class Refuses(Script):
        def on_pass(self, *words):
            return answer
    return Refuses


@case
def wrong_password():
    """A wrong password: sign-in needed, no second attempt, also by the daemon, and no word of the maildrop."""
    for answer in ("-ERR wrong", "-ERR [AUTH] wrong", f"-ERR no such password: {rig.PASSWORD}"):
        with Scene(refusing(answer)) as scene:
            scene.passes(programs.SIGN_IN, "password")
            equal(scene.maildrop.count("PASS"), 1, "passwords sent")
            equal(scene.maildrop.count("LIST"), 0, "listings asked for")
            assert "sign-in needed" in scene.status(), scene.status()
    with Scene(refusing("-ERR wrong")) as scene, scene.backstop.daemon():
        programs.wait_for(lambda: "sign-in-needed" in scene.backstop.run("backstop", "status", "--json").out,
                          "the refusal", 20)
        equal(scene.maildrop.count("PASS"), 1, "passwords sent by the daemon")


@case
def in_use():
    """A maildrop that another client holds: tried again later, with no second password, and no sign-in problem."""
    for answer in ("-ERR [IN-USE] Do you have another POP session running?", "-ERR mailbox locked", "-ERR [IN-USE]",
                   "-ERR unable to lock maildrop"):
        with Scene(refusing(answer)) as scene:
            scene.passes(programs.UNREACHABLE, "another program")
            equal(scene.maildrop.count("PASS"), 1, "passwords sent")
            assert "sign-in" not in scene.status(), scene.status()
            scene.check(INBOX, [])
            scene.script(Script)
            scene.passes()
            scene.check(KEPT, FORGED)


@case
def in_use_daemon():
    """A daemon waits while another client holds the maildrop, and does its work once it is free."""
    with Scene(refusing("-ERR [IN-USE] locked")) as scene, scene.backstop.daemon():
        programs.wait_for(lambda: '"retrying"' in scene.backstop.run("backstop", "status", "--json").out,
                          "the first attempt", 20)
        equal(scene.maildrop.count("PASS"), 1, "passwords sent")
        scene.script(Script)
        scene.backstop.ok("backstop", "once")
        scene.check(KEPT, FORGED)


class WithoutTop(Script):
    capabilities = ("UIDL", "USER")

    def on_top(self, word, count):
        return "-ERR what?"


class WithoutUidl(Script):
    capabilities = ("TOP", "USER")

    def on_uidl(self, word=None):
        return "-ERR what?"


class WithoutAnything(WithoutTop, WithoutUidl):
    def on_capa(self):
        return "-ERR what?"


@case
def poor_servers():
    """Without TOP, UIDL or CAPA: nothing is judged twice, and what is moved is moved once."""
    for script in (WithoutTop, WithoutUidl, WithoutAnything):
        with Scene(script) as scene:
            scene.passes()
            scene.check(KEPT, FORGED)
            listed = scene.backstop.entries()
            scene.passes()
            equal(scene.backstop.entries(), listed, f"the ledger's list after a second pass, {script.__name__}")
            late = messages.forged(4, WHEN)
            scene.maildrop.messages.insert(0, ("uid99", late))
            scene.passes()
            scene.check(KEPT, [*FORGED, late])
            equal(len(scene.backstop.entries()), len(listed) + 1, "entries")


@case
def repeated_uids():
    """Messages that share a unique-id are told apart, and nothing wanted is taken for its neighbour."""
    class Repeats(Script):
        def uid(self, number, uid):
            return "same"

    class Pairs(Script):
        def uid(self, number, uid):
            return "pair" if uid in ("uid1", "uid2") else uid

    for script in (Repeats, Pairs):
        with Scene(script) as scene:
            for _ in range(2):
                scene.passes()
                scene.check(KEPT, FORGED)
            equal(len(scene.backstop.entries()), 4, "entries")


class Forgets(Script):
    """Deletions are accepted and not made."""

    def on_quit(self):
        return "+OK bye"


@case
def uids_by_position():
    """Unique-ids that are nothing but positions mean other messages in each session: what is wanted stays, what is
    moved is moved once."""
    class Positions(Script):
        def uid(self, number, uid):
            return str(number)

    with Scene(Positions) as scene:
        for _ in range(2):
            scene.passes()
            scene.check(KEPT, FORGED)
        late = [messages.ordinary(number, messages.NOW - messages.DAY) for number in (7, 8)]
        del scene.maildrop.messages[0]  # by another client
        scene.maildrop.messages += [("uid97", late[0]), ("uid98", late[1])]
        scene.passes()
        scene.check([GENUINE, *late], FORGED)
        equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 3, "states")


@case
def uids_by_position_lost():
    """The same while deletions are lost and another client deletes: no message is deleted in the place of another."""
    class Positions(Forgets):
        def uid(self, number, uid):
            return str(number)

    class Fixed(Positions):
        on_quit = Script.on_quit

    with Scene(Positions) as scene:
        scene.passes(programs.LATER)
        scene.check(INBOX, FORGED)
        del scene.maildrop.messages[0]
        scene.maildrop.messages.append(("uid97", ORDINARY))
        scene.script(Fixed)
        scene.passes()
        left = [message for _, message in scene.maildrop.messages]
        assert ORDINARY in left and GENUINE in left, "a wanted message is gone"
        everywhere = {*scene.maildrop.digests(), *rig.in_maildir(scene.quarantine)}
        assert everywhere >= set(digests(INBOX)), "a message is nowhere"
        equal(rig.in_maildir(scene.quarantine), digests(FORGED), "messages in quarantine")


class Fails(Script):
    def on_quit(self):
        return "-ERR [SYS/TEMP] some deleted messages not removed"


@case
def deletion_not_done():
    """DELE is accepted and the message still listed: told and tried again at each pass, in quarantine once, and not
    told as moved."""
    for script in (Forgets, Fails):
        with Scene(script) as scene:
            for _ in range(3):
                scene.passes(programs.LATER, "lists them still")
                assert "lists them still" in scene.status(), scene.status()
                scene.check(INBOX, FORGED)
                equal(sorted(scene.states()), ["kept", "q_intent", "q_intent", "q_intent"], "states")
            scene.script(Script)
            scene.passes()
            scene.check(KEPT, FORGED)
            equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 3, "states")


@case
def renumbered():
    """All unique-ids are new at the next session: nothing is judged twice."""
    with Scene() as scene:
        scene.passes()
        listed = [(row["id"], row["verdict"], row["state"]) for row in scene.backstop.entries()]
        scene.maildrop.renumber()
        scene.passes()
        equal([(row["id"], row["verdict"], row["state"]) for row in scene.backstop.entries()], listed,
              "the ledger's list")
        scene.check(KEPT, FORGED)


@case
def renumbered_unfinished():
    """All unique-ids are new while deletions were lost: they are made, and nothing is in quarantine twice."""
    with Scene(Forgets) as scene:
        scene.passes(programs.LATER)
        scene.maildrop.renumber()
        scene.passes(programs.LATER)
        scene.check(INBOX, FORGED)
        scene.maildrop.renumber()
        scene.script(Script)
        scene.passes()
        scene.check(KEPT, FORGED)
        equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 3, "states")


class Shifts(Script):
    """Gives other unique-ids to its numbers between listing and deletion."""

    def on_uidl(self, word=None):
        return super().on_uidl() if word is None else f"+OK {word} other{word}"


class Refuses(Script):
    def on_dele(self, word):
        return "-ERR you may not"


class RefusesOne(Script):
    def on_dele(self, word):
        return "-ERR not this one" if self.row(word)[1] == FORGED[0] else super().on_dele(word)


@case
def renumbered_within_session():
    """The server's numbers mean other messages than when they were listed: nothing is deleted, and the next pass tries
    again."""
    with Scene(Shifts) as scene:
        scene.passes(programs.REFUSED, "numbered its messages anew")
        equal(scene.maildrop.count("DELE"), 0, "deletions asked for")
        scene.check(INBOX, FORGED)
        scene.script(Script)
        scene.passes()
        scene.check(KEPT, FORGED)
        equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 3, "states")


@case
def deletion_refused():
    """DELE is refused: the owner is told, and it is tried again at each pass; in quarantine once, and not told as
    moved."""
    for script, left in ((Refuses, FORGED), (RefusesOne, FORGED[:1])):
        with Scene(script) as scene:
            for _ in range(3):
                scene.passes(programs.REFUSED, "refused to delete a message")
                scene.check(KEPT + left, FORGED)
                equal(sorted(scene.states()),
                      sorted(["kept"] + ["q_intent"] * len(left) + ["quarantined"] * (3 - len(left))), "states")
            assert "refused to delete a message" in scene.status(), scene.status()
            scene.script(Script)
            scene.passes()
            scene.check(KEPT, FORGED)
            equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 3, "states")


@case
def wish_for_refused():
    """A message whose deletion is refused can be restored all the same, and then stays on the server; it cannot be
    deleted."""
    with Scene(Refuses) as scene:
        scene.passes(programs.REFUSED)
        stuck = [row["id"] for row in scene.backstop.entries() if row["state"] == "q_intent"]
        result = scene.backstop.run("backstop", "delete", str(stuck[0]))
        equal(result.status, 65, "status of delete")
        note(result.complaint)
        assert "queued" in scene.backstop.ok("backstop", "restore", str(stuck[0])), "the wish is not queued"
        scene.passes(programs.REFUSED)
        restored = rig.in_maildir(os.path.join(scene.backstop.data, "restored", "test"))
        equal(len(restored), 1, "restored messages")
        others = [message for message in FORGED if rig.digest(message) not in restored]
        scene.check(INBOX, others)
        scene.script(Script)
        scene.passes()
        scene.check(KEPT + [message for message in FORGED if message not in others], others)
        equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 2 + ["restored"], "states")


@case
def twin_refused():
    """One of two bounces that are alike by every byte cannot be fetched or deleted: neither is taken for the other."""
    class RefusesSecond(Script):
        def on_dele(self, word):
            return "-ERR not this one" if self.row(word)[0] == "uid3" else super().on_dele(word)

    class HidesSecond(Script):
        def on_retr(self, word):
            return "-ERR not this one" if self.row(word)[0] == "uid3" else super().on_retr(word)

    inbox = [ORDINARY, FORGED[0], FORGED[0]]
    with Scene(RefusesSecond, inbox) as scene:
        for _ in range(2):
            scene.passes(programs.REFUSED, "refused to delete")
            scene.check(inbox[:2], inbox[1:])
        scene.script(Script)
        scene.passes()
        scene.check([ORDINARY], inbox[1:])
    with Scene(HidesSecond, inbox) as scene:
        for _ in range(2):
            scene.passes()
            scene.check(inbox[:2], inbox[2:])


@case
def any_bytes():
    """Backscatter with NUL, every other byte and lines of dots is moved whole."""
    odd = messages.forged(8, WHEN) + b".\n..\n. \n" + bytes(byte for byte in range(256) if byte != 13) + b"\n\0\0\n"
    for script in (Script, WithoutTop, WithoutAnything):
        with Scene(script, [*INBOX, odd]) as scene:
            scene.passes()
            scene.check(KEPT, [*FORGED, odd])


def misjudging(by):
    """A script that lists forged bounce 1 with so many octets more than it has."""
    class Misjudges(Script):
        def octets(self, message):
            return super().octets(message) + (by if message == FORGED[0] else 0)
    return Misjudges


@case
def sizes_differ():
    """RETR gives fewer or more octets than LIST says: what comes twice alike is moved, and what is less than half of it
    stays on the server."""
    for by in (100000, 400, 3, -3, -400):
        with Scene(misjudging(by)) as scene:
            stays = FORGED[:1] if by == 100000 else []
            for _ in range(2):
                scene.passes()
                scene.check([*KEPT, *stays], [row for row in FORGED if row not in stays])
            failed = [row for row in scene.backstop.entries() if row["state"] == "failed"]
            note([row["reason"] for row in failed])
            equal(len(failed), len(stays), "entries that failed")


@case
def cut_short():
    """RETR ends in the middle of a message, with a line that says it is all: it stays on the server."""
    class Shortens(Script):
        def on_retr(self, word):
            answer = super().on_retr(word)
            return answer if self.row(word)[1] != FORGED[0] else answer[:len(answer) // 2] + b"\r\n.\r\n"

    with Scene(Shortens) as scene:
        scene.passes()
        scene.check([*KEPT, FORGED[0]], FORGED[1:])


@case
def gone_meanwhile():
    """Another client takes messages away between a look at them and their fetching: the others are moved."""
    class Vanishes(Script):
        def on_retr(self, word):
            if self.row(word) and self.row(word)[1] == FORGED[0]:
                self.maildrop.messages = [row for row in self.maildrop.messages if row[1] != FORGED[0]]
                return "-ERR no such message"
            return super().on_retr(word)

    with Scene(Vanishes) as scene:
        scene.passes()
        equal(sorted(scene.states()), ["failed", "kept", "quarantined", "quarantined"], "states")
        scene.check(KEPT, FORGED[1:])


@case
def quits_without_answer():
    """The server closes instead of answering QUIT, with the deletions made: each message is in quarantine once."""
    class Hangs(Script):
        def on_quit(self):
            super().on_quit()
            raise Hangup

    with Scene(Hangs) as scene:
        for _ in range(2):
            scene.passes()
            scene.check(KEPT, FORGED)
            equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 3, "states")


def listing(command, rows):
    """A script whose LIST or UIDL has these rows more."""
    class Lists(Script):
        pass

    def answer(self, word=None):
        whole = getattr(Script, f"on_{command}")(self, *([] if word is None else [word]))
        return whole if word is not None else whole.removesuffix(".") + "\r\n".join((*rows, "."))
    setattr(Lists, f"on_{command}", answer)
    return Lists


@case
def impossible_numbers():
    """Numbers that make no sense in a listing: nothing is deleted, and the line says why."""
    for command in ("list", "uidl"):
        for row in ("0 120", "-1 120", "4294967297 120", "99999999999999999999999 120", "x 120", "", "1"):
            if (command, row) == ("uidl", "1"):
                continue  # a row without unique-id: that message is left alone
            with Scene(listing(command, [row])) as scene:
                scene.passes(programs.REFUSED, "lists its messages")
                scene.check(INBOX, [])
                equal(scene.maildrop.count("DELE"), 0, "deletions asked for")


@case
def doubtful_rows():
    """A number that is listed twice, or that only one of LIST and UIDL names, is left alone; the others are moved."""
    for command, row in (("list", "2 77"), ("uidl", "2 other"), ("uidl", "2 uid2"), ("uidl", "2"), ("list", "77 1000"),
                         ("uidl", "77 uid77")):
        with Scene(listing(command, [row])) as scene:
            scene.passes()
            left = FORGED[:1] if row.startswith("2") else []
            scene.check(KEPT + left, FORGED[len(left):])


@case
def falls_silent():
    """A server that falls silent is given up after the configured time, and nothing is half done."""
    class Silent(Script):
        def on_retr(self, word):
            self.connection.line()

    with Scene(Silent) as scene:
        begin = time.monotonic()
        scene.passes(programs.UNREACHABLE)
        took = time.monotonic() - begin
        note(f"{took:.1f} s")
        assert SILENCE <= took < 5 * SILENCE + 5, f"took {took:.1f} s"
        scene.check(INBOX, [])
        scene.script(Script)
        scene.passes()
        scene.check(KEPT, FORGED)


@case
def disk_full():
    """The disk has no room for one message: it stays on the server, and is moved once there is room."""
    large = messages.forged(8, WHEN) + b"x" * 70 * 40000 + b"\n"
    with Scene(inbox=[*INBOX, large]) as scene:
        full = programs.with_fault(ENOSPC_AFTER=200000, ENOSPC_IN="/quarantine/")
        result = scene.backstop.run("backstopd", "--once", env=full)
        equal(result.status, programs.UNMAKEABLE, f"status ({result.err})")
        note(result.complaint)
        scene.check([*KEPT, large], FORGED)
        scene.passes()
        scene.check(KEPT, [*FORGED, large])
        equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 4, "states")


@case
def quarantine_unmakeable():
    """A quarantine that cannot be made: status 73, nothing is deleted, and all is moved once it can."""
    with Scene() as scene:
        os.makedirs(scene.backstop.data, mode=0o700)
        path = os.path.join(scene.backstop.data, "quarantine")
        with open(path, "w"):
            pass
        scene.passes(programs.UNMAKEABLE, "quarantine")
        scene.check(INBOX, [])
        equal(scene.maildrop.count("DELE"), 0, "deletions asked for")
        os.unlink(path)
        scene.passes()
        scene.check(KEPT, FORGED)


@case
def secret():
    """The password is in no command line, environment, log or file of ours, whatever the server says."""
    class Tells(Script):
        def on_user(self, name):
            return f"-ERR I know that {rig.PASSWORD} is your password"

    for script in (Script, Tells, refusing(f"-ERR {rig.PASSWORD}")):
        with Scene(script, tls=True) as scene, open(os.path.join(scene.backstop.home, "log"), "w+") as log:
            secret_file = os.path.join(work, "secret")
            with open(secret_file, "w") as out:
                out.write(rig.PASSWORD + "\n")
            scene.backstop.accounts["test"]["password_command"] = f"cat {secret_file}"
            scene.backstop.write_config()
            with scene.backstop.daemon(log) as daemon:
                programs.wait_for(lambda: any(word in scene.backstop.run("backstop", "status", "--json").out
                                              for word in ('"watching"', '"sign-in-needed"')), "the first pass", 20)
                for process in (daemon.pid, *programs.children(daemon)):
                    assert rig.PASSWORD.encode() not in programs.seen(process), "the password can be seen from outside"
                shown = scene.status()
            log.seek(0)
            assert rig.PASSWORD not in log.read() + shown, "the password was printed"
            for folder, _, files in os.walk(scene.backstop.data):
                for name in files:
                    assert rig.PASSWORD.encode() not in messages.read(os.path.join(folder,
                            name)), f"the password is in {name}"


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.find_program("openssl") is None:
        skip_all("openssl not installed")
    work = rig.workdir()
    cert, key = rig.certificate(work)
    sent = os.path.join(work, "Sent")
    for part in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(sent, part))
    for number, when, to in ((0, messages.NOW - 60 * messages.DAY, "old@partner.example"),
                             (1, messages.NOW - 3 * messages.DAY - 3600, "friend@partner.example")):
        with open(os.path.join(sent, "cur", f"{when}.M{number}.rig:2,S"), "wb") as out:
            out.write(messages.letter(number, when, to))
    run(at_once=4)
