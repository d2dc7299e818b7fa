"""pop3_maildrop.py - a maildrop of the private Dovecot, and Backstop that looks at it by POP3.

run_cases() is the end of a test that uses Scene."""
import contextlib
import os
import poplib
import re
import ssl

import rig
import messages
import programs
from tap import equal, run, skip_all

FORGED = ("forged-1", "forged-2", "forged-3")


def plain(text):
    """A program's output without its line breaks."""
    return " ".join(text.split())


class Scene:
    """A maildrop, and Backstop with a copy of the Sent folder, a Maildir, unless `sent` says otherwise (None: there is
    none)."""

    def __init__(self, name, fill=messages.fill, sent="Sent", other=None, **keys):
        self.mailbox = server.mailbox(name)
        self.inbox = fill(self.mailbox)
        self.home = os.path.join(work, name)
        if sent is not None:
            keys["sent"] = os.path.join(self.home, sent)
            self.mailbox.keep_sent(keys["sent"])
        self.keys = programs.pop3_account_of(self.mailbox, **keys)
        self.backstop = programs.Backstop(self.home, other=other, **self.keys)
        self.quarantine = os.path.join(self.backstop.data, "quarantine", "test")
        self.before = self.mailbox.on_disk()["INBOX"]

    def on_server(self):
        return sorted(row[0] for row in self.mailbox.on_disk()["INBOX"])

    def check(self, away, back=(), deleted=(), where=None):
        """Each message of the inbox is where it belongs, byte for byte, and nowhere else: those named here in
        quarantine, back in the Maildir `where`, or gone; all others on the server."""
        digests = {name: rig.digest(message) for name, message in self.inbox.items()}
        gone = {*away, *back, *deleted}
        equal(rig.in_maildir(self.quarantine), sorted(digests[name] for name in away), "messages in quarantine")
        equal(self.on_server(), sorted(digests[name] for name in digests.keys() - gone), "messages on the server")
        equal(rig.in_maildir(where or os.path.join(self.backstop.data, "restored", "test")),
              sorted(digests[name] for name in back), "messages restored")

    def configure(self, **keys):
        self.backstop.accounts["test"] = {key: value for key, value in (self.keys | keys).items() if value is not None}
        self.backstop.write_config()

    def verdicts(self):
        return sorted(row["verdict"] for row in self.backstop.entries() if row["account"] == "test")

    def wish(self, verb, number):
        """Asks for forged bounce `number` to be restored or deleted, and makes the pass that does it."""
        more = ["--for-good"] if verb == "delete" else []
        self.backstop.ok("backstop", verb, *more, str(self.entry_of(number)["id"]))
        self.backstop.pass_once()

    @contextlib.contextmanager
    def watching(self):
        """The daemon, after its first pass."""
        with self.backstop.daemon() as process:
            programs.wait_for(lambda: '"watching"' in self.backstop.run("backstop", "status", "--json").out,
                              "the first pass", 20)
            yield process

    def entry_of(self, number):
        return next(row for row in self.backstop.entries() if row["recipients"] == [f"victim{number}@remote.example"])

    def put(self, name, message):
        """New mail."""
        self.inbox[name] = message
        self.mailbox.deliver("INBOX", message, messages.NOW - messages.DAY)

    def client(self):
        """A mail program's connection, signed in."""
        client = poplib.POP3_SSL("localhost", server.pop3_port, context=ssl.create_default_context(cafile=server.cert),
                                 timeout=20)
        try:
            client.user(self.mailbox.user)
            client.pass_(rig.PASSWORD)
        except poplib.error_proto:
            client.close()
            raise
        return client

    def sessions(self):
        """(TOP, RETR, deleted, messages) of each session that has ended, by Dovecot's own count."""
        return [tuple(map(int, row)) for row in re.findall(
            rf"pop3\({self.mailbox.user}\).* top=(\d+)/\d+, retr=(\d+)/\d+, del=(\d+)/(\d+)", server.log())]


server = work = None  # Dovecot, and a folder to work in, from run_cases() on


def run_cases():
    global server, work
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, work = rig.Dovecot(pop3=True), rig.workdir()
    run()
