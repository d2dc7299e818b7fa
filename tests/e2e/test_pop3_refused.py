"""test_pop3_refused.py - POP3 servers that refuse, and messages that a server and its listing do not agree about: these
stay where they are, and nothing is lost."""
import os
import time

import rig
import messages
import pop3_scene
import programs
from pop3_scene import FORGED, INBOX, KEPT, SILENCE, WHEN, Scene, WithoutAnything, WithoutTop, refusing, run_cases
from scripted import Hangup
from scripted_pop3 import Script
from tap import case, equal, note


@case
def wrong_password():
    """A wrong password is told, and not tried a second time, also by the daemon; no word is said of the maildrop."""
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
    """A maildrop that another client holds is tried later, without a second password, and is no sign-in problem."""
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
    """A message that RETR ends in the middle, with a line that says it is all, stays on the server."""
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

    with Scene(Silent, timeout=SILENCE) as scene:
        begin = time.monotonic()
        scene.passes(programs.UNREACHABLE)
        took = time.monotonic() - begin
        note(f"{took:.1f} s")
        assert SILENCE <= took < programs.LIMIT, f"took {took:.1f} s"
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
            secret_file = os.path.join(pop3_scene.work, "secret")
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
    run_cases()
