"""mail_access.py - a mailbox on any server, filled, delivered to and looked at by IMAP, by POP3 or in its mbox."""
import contextlib
import imaplib
import os
import poplib
import re

import messages
import rig
from tap import equal

OURS = {"\\Recent", "$Backscatter", "$NotBackscatter"}  # flags that come and go
ADDED = rb"(?mi)^(X-UIDL?|X-IMAPbase|Status|X-Status|X-Keywords):.*\n"  # by servers that keep mail in an mbox


def digest(message):
    """Of what was delivered, whatever the server keeps of its own in the header, and however it ends the message."""
    header, _, body = message.replace(b"\r\n", b"\n").partition(b"\n\n")
    header = re.sub(rb"(?m)[ \t]+$", b"", re.sub(ADDED, b"", header + b"\n"))  # mailutils ends empty fields in a blank
    return rig.digest((header + b"\n" + body).rstrip(b"\n"))


class ByImap:
    """names: of the Sent folder, and of others to be made."""

    def __init__(self, server, user, sent="Sent", make=()):
        self.server, self.user, self.sent = server, user, sent
        with self.connect() as client:
            for name in make:
                self._done(client.create(name), f"making {name}")
                client.subscribe(name)

    @contextlib.contextmanager
    def connect(self):
        client = imaplib.IMAP4("127.0.0.1", self.server.ports["imap"], timeout=30)
        try:
            client.login(self.user, rig.PASSWORD)
            yield client
        finally:
            client.logout()

    @staticmethod
    def _done(answer, what):
        assert answer[0] == "OK", f"{what}: {answer}"

    def put(self, rows):
        """rows: (folder, message, Unix seconds, flags); the folder Sent is the one that this server has."""
        with self.connect() as client:
            for folder, message, stored, flags in rows:
                self._done(client.append(self.sent if folder == "Sent" else folder, flags or None,
                                         imaplib.Time2Internaldate(stored), re.sub(rb"\r?\n", b"\r\n", message)),
                           "APPEND")

    def snapshot(self):
        """folder → sorted list of (digest, flags, INTERNALDATE)."""
        with self.connect() as client:
            _, rows = client.list()
            names = [re.search(rb'"[/.]" "?([^"]+)"?$|NIL "?([^"]+)"?$', row) for row in rows
                     if b"\\noselect" not in row.lower()]
            return {name: self._content(client, name) for name in [(found[1] or found[2]).decode() for found in names]}

    def _content(self, client, folder, tries=5):
        """What it holds; a program that moves messages meanwhile makes it look again."""
        answer, count = client.select(f'"{folder}"', readonly=True)
        assert answer == "OK", f"{folder}: {count}"
        if count == [b"0"]:
            return []
        _, rows = client.uid("FETCH", "1:*", "(FLAGS INTERNALDATE BODY.PEEK[])")
        found = []
        for row, after in zip(rows, rows[1:]):
            if isinstance(row, tuple):
                told = row[0] + (after if isinstance(after, bytes) else b"")
                flags = {flag.decode() for flag in imaplib.ParseFlags(told)} - OURS
                stored = re.search(rb'INTERNALDATE "([^"]+)"', told)[1].decode().strip()
                found.append((digest(row[1]), tuple(sorted(flags)), stored))
        if str(len(found)).encode() != count[0] and tries > 1:
            return self._content(client, folder, tries - 1)
        equal(str(len(found)).encode(), count[0], f"messages of {folder} that came")
        return sorted(found)

    def inbox(self):
        return self.snapshot()["INBOX"]


class InMbox:
    """A maildrop whose server has no IMAP: only digests can be told."""

    def __init__(self, server, user):
        self.server, self.user = server, user

    def put(self, rows):
        for folder, message, stored, _ in rows:
            assert folder == "INBOX", f"no folder {folder} in an mbox"
            self.server.deliver(message, stored)

    def inbox(self):
        client = poplib.POP3("127.0.0.1", self.server.ports["pop3"], timeout=30)
        try:
            client.user(self.user)
            client.pass_(rig.PASSWORD)
            return sorted((digest(b"\n".join(client.retr(number + 1)[1]) + b"\n"),) for number in
                          range(client.stat()[0]))
        finally:
            client.quit()


def make_maildir(path, rows):
    """A Maildir with the messages of these rows, stored when they say."""
    for part in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(path, part))
    for number, (_, message, stored, _) in enumerate(rows):
        name = os.path.join(path, "cur", f"{stored}.M{number}.rig:2,S")
        with open(name, "wb") as out:
            out.write(message)
        os.utime(name, (stored, stored))


def in_maildir(path):
    """The digests of its messages; none where there is no Maildir."""
    found = []
    for part in ("cur", "new"):
        with contextlib.suppress(FileNotFoundError):
            found += [digest(messages.read(os.path.join(path, part, name)))
                      for name in os.listdir(os.path.join(path, part))]
    return sorted(found)
