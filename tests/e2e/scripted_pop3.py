"""scripted_pop3.py - a POP3 server that does what a test tells it, on the connections of scripted.py.

A Maildrop is what the server keeps, from one session to the next; a Script is one session with it. A Script answers
commands by methods named after them (on_retr); a test overrides the one it wants to go wrong. A Cut ends one session at
a chosen command. """
import re

import rig
from scripted import Hangup, ScriptedServer


def wire(message):
    """A message's lines as they go over the wire, and the line that ends it."""
    lines = re.sub(rb"\r?\n", b"\r\n", message)
    return re.sub(rb"(?m)^\.", b"..", lines) + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n"


class Cut:
    """Ends the connection at command number `command`, counted from 1 over all sessions: moment "before" the server
    does it, "unanswered" (it was done, nobody hears its answer), "half" (of the answer comes) or "answered". fired: it
    has happened."""
    MOMENTS = ("before", "unanswered", "half", "answered")

    def __init__(self, command, moment):
        assert moment in self.MOMENTS, moment
        self.command, self.moment, self.fired = command, moment, False

    def __str__(self):
        return f"command {self.command}, {self.moment}"


class Maildrop:
    """messages: list of (unique-id, message). commands: every line that was received in any session. sessions: of
    clients that have signed in."""

    def __init__(self, messages=()):
        self.messages = [(f"uid{number}", message) for number, message in enumerate(messages, 1)]
        self.commands, self.sessions, self.cut = [], 0, None

    def digests(self):
        return sorted(rig.digest(message) for _, message in self.messages)

    def count(self, word):
        """How many commands began with this word."""
        return sum(line.split(" ")[0].upper() == word for line in self.commands)

    def renumber(self):
        """All messages get other unique-ids, as when a server rebuilds its index."""
        self.messages = [(f"new-{uid}", message) for uid, message in self.messages]


class Script:
    capabilities = ("TOP", "UIDL", "USER")

    def __init__(self, connection, maildrop):
        self.connection, self.maildrop = connection, maildrop
        self.line = ""  # the command as it came
        self.rows, self.marked = [], set()  # of this session; numbers

    def send(self, data):
        self.connection.send(data)

    def greet(self):
        self.send(b"+OK ready\r\n")

    def command(self, verb, words):
        self.maildrop.commands.append(self.line)
        cut = self.maildrop.cut
        now = cut is not None and len(self.maildrop.commands) == cut.command
        if now:
            cut.fired = True
        if now and cut.moment == "before":
            raise Hangup
        handler = getattr(self, "on_" + verb.lower(), None)
        answer = handler(*words) if handler is not None else "-ERR what?"
        if isinstance(answer, str):
            answer = answer.encode() + b"\r\n"
        if now and cut.moment != "answered":
            self.send(answer[:len(answer) // 2] if cut.moment == "half" else b"")
            raise Hangup
        self.send(answer)
        if now or verb.upper() == "QUIT":
            raise Hangup

    def on_capa(self):
        return "\r\n".join(("+OK", *self.capabilities, "."))

    def on_user(self, name):
        return "+OK"

    def on_pass(self, *words):
        self.rows = list(self.maildrop.messages)
        self.maildrop.sessions += 1
        return "+OK"

    def here(self):
        """(number, unique-id, message) of all that are not marked."""
        return [(number, *row) for number, row in enumerate(self.rows, 1) if number not in self.marked]

    def row(self, word):
        """(unique-id, message); None where there is none of this number."""
        number = int(word)
        return self.rows[number - 1] if 0 < number <= len(self.rows) and number not in self.marked else None

    def octets(self, message):
        return len(re.sub(rb"\r?\n", b"\r\n", message))

    def uid(self, number, uid):
        """What is said of the unique-id."""
        return uid

    def on_list(self):
        return "\r\n".join(("+OK", *(f"{number} {self.octets(message)}" for number, _, message in self.here()), "."))

    def on_uidl(self, word=None):
        if word is not None:
            row = self.row(word)
            return f"+OK {word} {self.uid(int(word), row[0])}" if row else "-ERR no such message"
        return "\r\n".join(("+OK", *(f"{number} {self.uid(number, uid)}" for number, uid, _ in self.here()), "."))

    def on_retr(self, word):
        row = self.row(word)
        return b"+OK\r\n" + wire(row[1]) if row else "-ERR no such message"

    def on_top(self, word, count):
        row = self.row(word)
        if row is None:
            return "-ERR no such message"
        header, _, body = re.sub(rb"\r?\n", b"\r\n", row[1]).partition(b"\r\n\r\n")
        return b"+OK\r\n" + wire(header + b"\r\n\r\n" + b"".join(body.splitlines(keepends=True)[:int(count)]))

    def on_dele(self, word):
        if self.row(word) is None:
            return "-ERR no such message"
        self.marked.add(int(word))
        return "+OK"

    def on_rset(self):
        self.marked.clear()
        return "+OK"

    def on_noop(self):
        return "+OK"

    def on_quit(self):
        gone = {self.rows[number - 1][0] for number in self.marked}
        self.maildrop.messages = [row for row in self.maildrop.messages if row[0] not in gone]
        return "+OK"


class Server(ScriptedServer):
    """A ScriptedServer for `maildrop`, which a test may exchange."""

    def __init__(self, maildrop, script=Script, context=None):
        super().__init__(lambda connection: self.answering(connection, self.maildrop), context)
        self.answering, self.maildrop = script, maildrop
