"""pop3_scene.py - a scripted POP3 server whose answers a test overrides, and Backstop with a maildrop there.

run_cases() is the end of a test that uses Scene."""
import os
import time

import rig
import messages
import programs
from scripted import tls_context
from scripted_pop3 import Maildrop, Script, Server
from tap import equal, note, run, skip_all

PATIENCE = 20  # seconds, the timeout key of these tests: a busy machine answers late
SILENCE = 4  # the same, where the server is silent on purpose
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
                     "timeout": PATIENCE, "password_command": f"echo {rig.PASSWORD}", "addresses": messages.OWNER,
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


work = cert = key = sent = None  # paths, from set_up() on


def set_up():
    """A folder to work in, a certificate, and the owner's Sent folder."""
    global work, cert, key, sent
    work = rig.workdir()
    cert, key = rig.certificate(work)
    sent = os.path.join(work, "Sent")
    for part in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(sent, part))
    for number, when, to in ((0, messages.NOW - 60 * messages.DAY, "old@partner.example"),
                             (1, messages.NOW - 3 * messages.DAY - 3600, "friend@partner.example")):
        with open(os.path.join(sent, "cur", f"{when}.M{number}.rig:2,S"), "wb") as out:
            out.write(messages.letter(number, when, to))


def run_cases():
    rig.exit_on_signals()
    if rig.find_program("openssl") is None:
        skip_all("openssl not installed")
    set_up()
    run(at_once=4)
