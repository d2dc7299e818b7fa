"""disk.py - mail in folders on disk, and accounts that are made of them: Maildirs, and mboxes as several programs write
them."""
import contextlib
import hashlib
import os
import re
import time

import messages
import programs

FIELDS = re.compile(rb"(?mi)^(?:status|x-status):.*\n")  # what a mail program adds to a message in an mbox

SEPARATOR = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From (?:\S+ .*\d\d:\d\d:\d\d.*|\r?)\n")


def digest(message):
    return hashlib.sha256(message).hexdigest()


class Maildir:
    def __init__(self, path):
        self.path, self._count = path, 0

    def make(self):
        for part in ("cur", "new", "tmp"):
            os.makedirs(os.path.join(self.path, part), exist_ok=True)
        return self

    def put(self, message, stored, flags=""):
        """A message that a mail program has seen."""
        self._count += 1
        name = f"{int(stored)}.M{self._count}P{os.getpid()}.disk:2,{''.join(sorted(flags))}"
        path = os.path.join(self.path, "cur", name)
        write(path, message)
        os.utime(path, (stored, stored))

    def deliver(self, message, stored):
        """As a mail server does it, whoever looks."""
        self._count += 1
        name = f"{int(stored)}.D{self._count}P{os.getpid()}.disk"
        fresh = os.path.join(self.path, "tmp", name)
        write(fresh, message)
        os.utime(fresh, (stored, stored))
        os.rename(fresh, os.path.join(self.path, "new", name))

    def names(self):
        """part/name of every message."""
        return sorted(f"{part}/{name}" for part in ("cur", "new") if os.path.isdir(os.path.join(self.path, part))
                      for name in os.listdir(os.path.join(self.path, part)))

    def find(self, word):
        """The names of the messages that hold this word."""
        return [name for name in self.names() if word.encode() in read(os.path.join(self.path, name))]

    def rows(self):
        """(digest of all its bytes, its flags) of every message. One that is moved meanwhile: looks again."""
        for _ in range(100):
            with contextlib.suppress(FileNotFoundError):
                return sorted((digest(read(os.path.join(self.path, name))), name.partition(":2,")[2])
                              for name in self.names())
        raise AssertionError(f"{self.path} changes all the time")

    def plain(self):
        """The digest of every message without what a kind of folder adds to it."""
        return sorted(row[0] for row in self.rows())

    def drag(self, word, target):
        """Moves the messages that hold this word to another folder, as a mail program does."""
        names = self.find(word)
        assert names, f"nothing in {self.path} holds {word}"
        for name in names:
            if isinstance(target, Maildir):
                os.rename(os.path.join(self.path, name), os.path.join(target.path, "cur", os.path.basename(name)))
            else:
                os.unlink(os.path.join(self.path, name))


class Mbox:
    def __init__(self, path):
        self.path = path

    def make(self):
        os.makedirs(os.path.dirname(self.path), exist_ok=True)
        with open(self.path, "ab"):
            return self

    def put(self, message, stored, flags=""):
        """As mutt writes it: with the fields that tell whether it was read."""
        header, _, body = message.partition(b"\n\n")
        status = {"S": b"Status: RO\n", "FS": b"Status: RO\nX-Status: F\n", "": b""}["".join(sorted(flags))]
        self.deliver(header + b"\n" + status + b"\n" + body, stored)

    def deliver(self, message, stored):
        with open(self.path, "ab") as file:
            file.write(b"From sender@" + str(int(stored)).encode() + b".example " +
                       time.asctime(time.localtime(stored)).encode() +
                       b"\n" + quote(message) + (b"\n" if message.endswith(b"\n") else b"\n\n"))

    def messages(self):
        """Every message from its separator to the empty line before the next."""
        data = read(self.path) if os.path.exists(self.path) else b""
        starts = [found.start() for found in SEPARATOR.finditer(data)]
        assert not data or starts[:1] == [0], f"{self.path} does not begin with a separator: {data[:60]!r}"
        return [data[begin:end] for begin, end in zip(starts, starts[1:] + [len(data)])]

    def rows(self):
        """(digest of all its bytes, separator and fields of mail programs too,) of every message."""
        return sorted((digest(message),) for message in self.messages())

    def plain(self):
        return sorted(digest(unquote(message)) for message in self.messages())

    def find(self, word):
        return [message for message in self.messages() if word.encode() in message]

    def drag(self, word, target):
        """As a mail program does when it leaves the folder: what stays is written anew."""
        every, gone = self.messages(), self.find(word)
        assert gone, f"nothing in {self.path} holds {word}"
        if target is not None:
            write(target.path, read(target.path) + b"".join(gone))
        write(self.path, b"".join(message for message in every if message not in gone))


class Thunderbird(Mbox):
    """As Thunderbird writes an mbox today: its separators name neither sender nor time."""

    def __init__(self, path, end=b"\n"):
        super().__init__(path)
        self._end = end

    def deliver(self, message, stored):
        text = b"From \nX-Mozilla-Status: 0001\nX-Mozilla-Status2: 00000000\n" + quote(message) + b"\n"
        with open(self.path, "ab") as file:
            file.write(text.replace(b"\n", self._end))

    def put(self, message, stored, flags=""):
        self.deliver(message, stored)


def quote(message):
    return re.sub(rb"(?m)^(>*From )", rb">\1", message)


def unquote(message, fields=FIELDS):
    """A message of an mbox as it was before it was put there. fields: those that the mbox has added."""
    text = re.sub(rb"(?m)^>(>*From )", rb"\1", message.partition(b"\n")[2][:-1])
    end = re.search(rb"\n\r?\n|\Z", text).start() + 1
    return fields.sub(b"", text[:end]) + text[end:]


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


KINDS = {"maildir": Maildir, "mbox": Mbox}


class Mail:
    """One person's mail in folders of a kind, which messages.fill() can fill. quarantine: the kind of that one, if
    another."""

    def __init__(self, home, kind, quarantine=None):
        self.home, self.kind = home, kind
        folder = KINDS[kind]
        self.inbox, self.sent = folder(os.path.join(home, "inbox")).make(), folder(os.path.join(home, "sent")).make()
        self.away = KINDS[quarantine or kind](os.path.join(home, "Backscatter"))
        if quarantine:
            self.away.make()
        self.folders = {"INBOX": self.inbox, "Sent": self.sent, "Backscatter": self.away}

    def put(self, folder, message, stored, flags=""):
        self.folders[folder].put(message, stored, flags)

    def settle(self):
        return self

    def account(self, **keys):
        return {"protocol": self.kind, "folders": self.inbox.path, "sent": self.sent.path, "quarantine": self.away.path,
                "addresses": "*"} | keys

    def backstop(self, home, general=None, **keys):
        return programs.Backstop(home, general, **self.account(**keys))

    def on_disk(self):
        """Folder → every message, all of its bytes and flags."""
        return {name: folder.rows() for name, folder in self.folders.items()}

    def plain(self):
        """Folder → every message, whatever its folder adds to it."""
        return {name: folder.plain() for name, folder in self.folders.items()}


def new_mail(work, name, kind, quarantine=None, fill=True, **more):
    mail = Mail(os.path.join(work, name, "mail"), kind, quarantine)
    if fill:
        messages.fill(mail, **more)
    return mail


def scene(work, name, kind, general=None, quarantine=None, keys=None, **more):
    """Mail that is filled, and the programs for it."""
    mail = new_mail(work, name, kind, quarantine, **more)
    return mail, mail.backstop(os.path.join(work, name), general, **(keys or {}))


def every(found):
    """All rows of all folders, Sent left out."""
    return sorted(row for name, rows in found.items() if name != "Sent" for row in rows)


def states(backstop):
    return sorted(row["state"] for row in backstop.entries())


def quarantined(backstop, word=""):
    return [row for row in backstop.entries() if row["state"] == "quarantined" and word in " ".join(row["recipients"])]


def holds(folder, number):
    return lambda: len(folder.plain()) == number
