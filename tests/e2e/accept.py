"""accept.py FORM OUT - filters the acceptance run's mailbox OUT/Maildir as a Maildir, an mbox or by POP3, and leaves
the result there.

The result is a Maildir again, whose quarantine is .Backscatter, for the score; messages are as they came out, but that
an mbox and POP3 end each with a newline. """
import hashlib
import os
import re
import shutil
import sys
import time

import disk
import programs
import rig


def digest(message):
    """As the score knows messages."""
    return hashlib.sha1(message.replace(b"\r\n", b"\n")).hexdigest()


# As fetcher/mbox/message.c has them.
FIELDS_OF_MBOX = re.compile(rb"(?mi)^(?:Status|X-Status|X-Keywords|X-UID|X-IMAP|X-IMAPbase|X-Evolution|"
                            rb"X-Mozilla-Status2?|X-Mozilla-Keys|Content-Length|Lines):.*\n(?:[ \t].*\n)*")


def without_end(message):
    return re.sub(rb"\r?\n\Z", b"", message)


def bare(message):
    """Names a message without the fields that belong to an mbox, and without its last newline."""
    end = re.search(rb"\n\r?\n|\Z", message).start() + 1
    return digest(without_end(FIELDS_OF_MBOX.sub(b"", message[:end]) + message[end:]))


def messages_of(folder):
    """(message, when it came) of a Maildir, oldest first."""
    for name in sorted(folder.names(), key=lambda name: int(re.search(r"/(\d+)", name).group(1))):
        yield disk.read(os.path.join(folder.path, name)), int(re.search(r"/(\d+)", name).group(1))


def replace(folder, found, known):
    """Makes a Maildir hold these messages, without a newline that was not there before."""
    for part in ("cur", "new"):
        shutil.rmtree(os.path.join(folder.path, part), ignore_errors=True)
    folder.make()
    for number, message in enumerate(found):
        without = without_end(message)
        folder.put(without if digest(message) not in known and digest(without) in known else message, number)


class Accept:
    def __init__(self, out):
        self.out, self.root = out, os.path.join(out, "Maildir")
        self.inbox, self.sent, self.away = (disk.Maildir(os.path.join(self.root, name))
                                            for name in ("", ".Sent", ".Backscatter"))
        found = [message for message, _ in messages_of(self.inbox)]
        self.known, self.by_bare = {digest(message) for message in found}, {bare(message): message for message in found}

    def run(self, **keys):
        backstop = programs.Backstop(os.path.join(self.out, "backstop"), addresses="*", **keys)
        begin = time.monotonic()
        sys.stdout.write(backstop.ok("backstop", "once", limit=600))
        print(f"{keys['protocol']}: {time.monotonic() - begin:.1f} s")

    def maildir(self):
        self.run(protocol="maildir", folders=self.inbox.path, sent=self.sent.path, quarantine=self.away.path)

    def mbox(self):
        boxes = {name: disk.Mbox(os.path.join(self.out, "mbox", name)).make() for name in ("inbox", "sent", "away")}
        for folder, box in ((self.inbox, boxes["inbox"]), (self.sent, boxes["sent"])):
            for message, stored in messages_of(folder):
                box.deliver(message, stored)
        self.run(protocol="mbox", folders=boxes["inbox"].path, sent=boxes["sent"].path, quarantine=boxes["away"].path)
        for folder, box in ((self.inbox, boxes["inbox"]), (self.away, boxes["away"])):
            replace(folder, [self.before(message) for message in box.messages()], self.known)

    def before(self, message):
        """A message of an mbox as it was before. Fields that belong to an mbox are not kept where the message cannot be
        carried as it lies there: a Content-Length that is wrong may become right beside other messages."""
        whole = disk.unquote(message, FIELDS_STAY)
        known = digest(whole) in self.known or digest(without_end(whole)) in self.known
        return whole if known else self.by_bare.get(bare(whole), whole)

    def pop3(self):
        server = rig.Dovecot(pop3=True, extra="\nmail_fsync = never\n")
        mailbox = server.mailbox("owner")
        shutil.copytree(self.inbox.path, mailbox.maildir, ignore=lambda _,
                        names: [name for name in names if name.startswith(".")],
                        dirs_exist_ok=True)
        mailbox.settle()
        self.run(protocol="pop3", host="localhost", port=server.pop3_port, ca_file=server.cert, user="owner",
                 password_command=f"echo {rig.PASSWORD}", sent=self.sent.path, quarantine=self.away.path, timeout=20)
        server.stop()
        for folder, found in ((self.inbox, disk.Maildir(mailbox.maildir)), (self.away, self.away)):
            replace(folder, [message for message, _ in messages_of(found)], self.known)


FIELDS_STAY = re.compile(rb"(?!)")  # what looks like a mail program's field was in the message before

if __name__ == "__main__":
    rig.exit_on_signals()
    getattr(Accept(sys.argv[2]), sys.argv[1])()
