"""memory_imap.py - an IMAP server that works, over a mailbox in memory: a test bends one answer of it.

A test overrides what is to be odd: a whole command (on_uid_move), a line of an answer (opened, status_items, items_of),
or what one message gives (flags_of, stored_of, size_of, body_of). What the mailbox holds in the end tells the rest.
"""
import imaplib
import re
import threading

import scripted

FLAGS = r"\Seen \Answered \Flagged \Deleted \Draft"


class Mail:
    def __init__(self, uid, raw, stored, flags):
        self.uid, self.raw, self.stored, self.flags = uid, raw, stored, set(flags)


class Folder:
    def __init__(self, validity, use=""):
        self.validity, self.next, self.use, self.mails = validity, 1, use, []

    def add(self, raw, stored, flags=()):
        mail = Mail(self.next, raw, stored, flags)
        self.next += 1
        self.mails.append(mail)
        return mail

    def chosen(self, numbers):
        """The mails of a UID set, in order."""
        last, wanted = self.mails[-1].uid if self.mails else 0, []
        for part in numbers.split(","):
            ends = [last if end == "*" else int(end) for end in part.split(":")]
            wanted.append((min(ends), max(ends)))
        return [mail for mail in self.mails if any(first <= mail.uid <= end for first, end in wanted)]


class Mailbox:
    """Looks to messages.fill() like one of rig.py's."""

    def __init__(self):
        self.lock = threading.RLock()
        self.folders = {"INBOX": Folder(7), "Sent": Folder(8, r"\Sent"), "Trash": Folder(9, r"\Trash")}
        self.idle = []  # sessions

    def put(self, folder, message, stored, flags=""):
        with self.lock:
            self.folders[folder].add(message.replace(b"\n", b"\r\n"), stored, [r"\Seen"] if "S" in flags else [])
            for session in self.idle:
                if session.folder is self.folders[folder]:
                    session.send(f"* {len(session.folder.mails)} EXISTS")

    def settle(self):
        pass

    def count(self, folder):
        return len(self.folders[folder].mails) if folder in self.folders else 0

    def where(self, word):
        """The folders of the messages that hold this word."""
        return [name for name, folder in self.folders.items() for mail in folder.mails if word.encode() in mail.raw]


class Server(scripted.Script):
    capabilities = "IMAP4rev1 UIDPLUS MOVE SPECIAL-USE NAMESPACE IDLE"

    def __init__(self, connection, mailbox):
        super().__init__(connection)
        self.mailbox, self.name, self.folder = mailbox, None, None

    def command(self, tag, words):
        with self.mailbox.lock:
            super().command(tag, words)

    def rest(self, number):
        """The command behind so many words."""
        return self.line.split(" ", number + 1)[-1]

    def named(self, word):
        name = re.sub(r"\\(.)", r"\1", word.strip('"'))
        return "INBOX" if name.upper() == "INBOX" else name

    def on_list(self, tag, words):
        pattern = self.named(words[2])
        for name, folder in self.mailbox.folders.items():
            if pattern in ("*", "%", name):
                self.send(f'* LIST ({folder.use}) "/" "{name}"')
        return "OK done"

    def opened(self, folder):
        """What SELECT tells."""
        return [f"{len(folder.mails)} EXISTS", "0 RECENT", f"FLAGS ({FLAGS})",
                f"OK [PERMANENTFLAGS ({FLAGS} \\*)] kept", f"OK [UIDVALIDITY {folder.validity}] valid",
                f"OK [UIDNEXT {folder.next}] next"]

    def on_select(self, tag, words):
        self.name = self.named(words[1])
        self.folder = self.mailbox.folders.get(self.name)
        if self.folder is None:
            return "NO [NONEXISTENT] there is no such folder"
        for line in self.opened(self.folder):
            self.send(f"* {line}")
        return "OK [READ-WRITE] open"

    def status_items(self, folder):
        return f"MESSAGES {len(folder.mails)} UIDNEXT {folder.next} UIDVALIDITY {folder.validity}"

    def on_status(self, tag, words):
        folder = self.mailbox.folders.get(self.named(words[1]))
        if folder is None:
            return "NO [NONEXISTENT] there is no such folder"
        self.send(f"* STATUS {words[1]} ({self.status_items(folder)})")
        return "OK done"

    def on_create(self, tag, words):
        name = self.named(words[1])
        if name in self.mailbox.folders:
            return "NO [ALREADYEXISTS] it is there"
        self.mailbox.folders[name] = Folder(20 + len(self.mailbox.folders))
        return "OK done"

    def found(self, keys):
        """The mails that a search finds."""
        mails, keys = list(self.folder.mails), list(keys)
        while keys:
            key = keys.pop(0).upper()
            if key == "UID":
                mails = [mail for mail in mails if mail in self.folder.chosen(keys[0])]
                del keys[:1]
            elif key == "HEADER":
                field, value = keys[0].encode(), self.named(keys[1]).encode()
                mails = [mail for mail in mails
                         if re.search(rb"(?im)^" + field + rb":.*" + re.escape(value), mail.raw.split(b"\r\n\r\n")[0])]
                del keys[:2]
            elif key in ("LARGER", "SMALLER"):
                limit = int(keys.pop(0))
                mails = [mail for mail in mails if (len(mail.raw) > limit) == (key == "LARGER")]
        return mails

    def on_uid_search(self, tag, words):
        self.send("* SEARCH" + "".join(f" {mail.uid}" for mail in self.found(words[2:])))
        return "OK done"

    def flags_of(self, mail):
        return f"({' '.join(sorted(mail.flags))})"

    def stored_of(self, mail):
        return imaplib.Time2Internaldate(mail.stored)

    def size_of(self, mail):
        return len(mail.raw)

    def body_of(self, mail, body):
        """body: the bytes that were asked for, as they go over the wire."""
        return f"{{{len(body)}}}\r\n".encode() + body

    def _part(self, mail):
        asked = re.search(r"BODY(?:\.PEEK)?(\[.*?\])(?:<(\d+)\.(\d+)>)?", self.line)
        if asked is None:
            return b""
        section, first, length = asked.groups()
        fields = re.search(r"FIELDS \((.*?)\)", section)
        if fields:
            wanted = [name.strip('"').lower() for name in fields.group(1).split()]
            lines = re.findall(rb"(?m)^\S[^\r]*\r\n(?:[ \t][^\r]*\r\n)*", mail.raw.split(b"\r\n\r\n")[0] + b"\r\n")
            body = b"".join(line for line in lines if line.split(b":")[0].decode().lower() in wanted) + b"\r\n"
        else:
            body = mail.raw[int(first):int(first) + int(length)] if first else mail.raw
        return f" BODY{section}{f'<{first}>' if first else ''} ".encode() + self.body_of(mail, body)

    def items_of(self, mail):
        """One message's row, between the brackets."""
        row = f"UID {mail.uid}"
        if "FLAGS" in self.line:
            row += f" FLAGS {self.flags_of(mail)}"
        if "INTERNALDATE" in self.line:
            row += f" INTERNALDATE {self.stored_of(mail)}"
        if "RFC822.SIZE" in self.line:
            row += f" RFC822.SIZE {self.size_of(mail)}"
        return row.encode() + self._part(mail)

    def row(self, number, mail):
        self.connection.send(f"* {number} FETCH (".encode() + self.items_of(mail) + b")\r\n")

    def on_uid_fetch(self, tag, words):
        for mail in self.folder.chosen(words[2]):
            self.row(self.folder.mails.index(mail) + 1, mail)
        return "OK done"

    def on_uid_store(self, tag, words):
        flags = set(re.search(r"\((.*?)\)", self.rest(4)).group(1).split())
        for mail in self.folder.chosen(words[2]):
            mail.flags = mail.flags - flags if words[3].startswith("-") else mail.flags | flags
        return "OK done"

    def expunge(self, mails):
        for mail in mails:
            self.send(f"* {self.folder.mails.index(mail) + 1} EXPUNGE")
            self.folder.mails.remove(mail)

    def copied(self, target, pairs):
        """The response code about copies: pairs of mails, theirs and the new ones."""
        old, new = (",".join(str(pair[side].uid) for pair in pairs) for side in (0, 1))
        return f"[COPYUID {target.validity} {old} {new}] " if pairs else ""

    def _copy(self, words):
        target = self.mailbox.folders.get(self.named(words[3]))
        pairs = [(mail, target.add(mail.raw, mail.stored, mail.flags)) for mail in self.folder.chosen(words[2])]
        return pairs, self.copied(target, pairs)

    def on_uid_copy(self, tag, words):
        return f"OK {self._copy(words)[1]}done"

    def on_uid_move(self, tag, words):
        pairs, code = self._copy(words)
        self.send(f"* OK {code}moved")
        self.expunge([mail for mail, _ in pairs])
        return "OK done"

    def on_uid_expunge(self, tag, words):
        self.expunge([mail for mail in self.folder.chosen(words[2]) if r"\Deleted" in mail.flags])
        return "OK done"

    def idling(self):
        """What an idle session tells by itself, before it waits."""

    def on_idle(self, tag, words):
        self.send("+ idling")
        self.idling()
        self.mailbox.idle.append(self)
        self.mailbox.lock.release()
        try:
            self.connection.line()
        finally:
            self.mailbox.lock.acquire()
            self.mailbox.idle.remove(self)
        return "OK done"
