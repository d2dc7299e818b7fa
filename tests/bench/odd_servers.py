"""odd_servers.py - IMAP servers that each do one thing that might make a client ask, wait or grow without end."""
import re
import time

import memory_imap
import scripted

SERVERS = []


def server(odd):
    SERVERS.append(odd)
    return odd


@server
class MuteIdle(memory_imap.Server):
    """IDLE that never tells of anything."""

    def on_idle(self, tag, words):
        self.send("+ idling")
        self.mailbox.lock.release()
        try:
            self.connection.line()
        finally:
            self.mailbox.lock.acquire()
        return "OK done"


@server
class IdleEnds(memory_imap.Server):
    """IDLE that ends at once, by the server's word."""

    def on_idle(self, tag, words):
        self.send("+ idling")
        return "OK that was all"


@server
class SameExists(memory_imap.Server):
    """IDLE in which the same number of messages is told all the time."""

    def idling(self):
        self.connection.sock.settimeout(0.01)
        self.mailbox.lock.release()
        try:
            while b"\r\n" not in self.connection.buffer:
                self.send(f"* {len(self.folder.mails)} EXISTS")
                try:
                    self.connection.receive()
                except TimeoutError:
                    pass
        finally:
            self.mailbox.lock.acquire()
            self.connection.sock.settimeout(None)


@server
class OtherExists(memory_imap.Server):
    """IDLE that tells of a message which then is not there, again and again."""

    def idling(self):
        self.send(f"* {len(self.folder.mails) + 1} EXISTS")


@server
class Bye(memory_imap.Server):
    """BYE right after the sign-in."""

    def on_login(self, tag, words):
        self.send(f"{tag} OK welcome")
        self.send("* BYE no more today")
        raise scripted.Hangup


@server
class Unavailable(memory_imap.Server):
    """Nothing that can be opened, for now, for ever."""

    def on_select(self, tag, words):
        return "NO [UNAVAILABLE] the mail store is being moved"

    def on_status(self, tag, words):
        return "NO [UNAVAILABLE] the mail store is being moved"


@server
class LoginDelay(memory_imap.Server):
    """A sign-in that is refused while another one is less than a quarter of an hour old; and a line that is cut."""
    last = {}

    def on_login(self, tag, words):
        last, now = self.last.get(self.mailbox, 0), time.monotonic()
        if now - last < 900:
            return "NO [LIMIT] too many logins, try again later"
        self.last[self.mailbox] = now
        return "OK welcome"

    def on_idle(self, tag, words):
        self.send("+ idling")
        time.sleep(1)
        raise scripted.Hangup


@server
class EmptyStatus(memory_imap.Server):
    """STATUS that tells nothing, and SELECT without UIDNEXT."""

    def status_items(self, folder):
        return ""

    def opened(self, folder):
        return [line for line in super().opened(folder) if "UIDNEXT" not in line]


@server
class StaleNext(memory_imap.Server):
    """A UIDNEXT that three messages lag behind, in SELECT and STATUS."""

    def status_items(self, folder):
        return re.sub(r"UIDNEXT \d+", f"UIDNEXT {max(folder.next - 3, 1)}", super().status_items(folder))

    def opened(self, folder):
        return super().opened(folder)[:-1] + [f"OK [UIDNEXT {max(folder.next - 3, 1)}] next"]


@server
class NoRows(memory_imap.Server):
    """An inbox of which no row can be read."""

    def on_uid_fetch(self, tag, words):
        return super().on_uid_fetch(tag, words) if self.name != "INBOX" else "NO [SERVERBUG] the index is broken"


@server
class Drips(memory_imap.Server):
    """A byte a second, from the first row that is asked for on."""

    def row(self, number, mail):
        for byte in f"* {number} FETCH (UID {mail.uid} FLAGS () ".encode() + b"X" * 10000:
            self.connection.send(bytes([byte]))
            time.sleep(1)


@server
class HangsUp(memory_imap.Server):
    """A connection that is cut three seconds after IDLE has begun."""

    def idling(self):
        self.mailbox.lock.release()
        try:
            time.sleep(3)
        finally:
            self.mailbox.lock.acquire()
        raise scripted.Hangup
