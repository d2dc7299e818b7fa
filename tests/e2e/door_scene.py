"""door_scene.py - a maildrop with mail of every kind, a daemon with a door before it, and POP3 clients of both."""
import contextlib
import json
import os
import poplib
import random
import socket
import ssl

import messages
import programs
import rig

PASSWORD = "open-sesame-4096"  # of the door
USER = "owner"
poplib._MAXLINE = 1 << 20  # lines of real mail are longer than poplib thinks

WORDS = ("minutes of the meeting on Thursday about the budget the new office and the summer party "
         "please find attached").split()
DOTS = b".\n..\n.first\n...\n.\n"
ODDITIES = (b"", DOTS, b"long " * 900 + b"\n", "Gr\u00fc\u00dfe aus K\u00f6ln\n".encode() + b"caf\xe9 \xa4\xff\x80\n",
            b"no newline at the end",
            b"From here on it is quoted\n>From there as well\n", b"\n\n\n", b"\tindented \n trailing \t\n",
            b"." * 1200 + b"\n")


def odd(number, when, size=1500):
    """An ordinary message of about 2 KB, with something in it that a server or a client may stumble over."""
    chance = random.Random(number)
    header = (f"From: Paul Partner <paul@partner.example>\nTo: {messages.OWNER}\nSubject: Parcel {number}\n"
              f"Date: {messages.date(when)}\nMessage-ID: <parcel-{number}@partner.example>\nMIME-Version: 1.0\n"
              f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n").encode()
    if number % 50 == 49:
        return header  # nothing but a header
    lines = (" ".join(chance.choices(WORDS, k=10)) + "\n" for _ in range(size // 60))
    return header + "".join(lines).encode() + ODDITIES[number % len(ODDITIES)]


def unsure(number, when):
    """A bounce that shows nothing of its original, about somebody who was written to long ago."""
    text = messages.bounce(number, when, "none", "old@partner.example", "none", when).decode()
    head, _, _ = text.partition(f"--=_part_{number}\nContent-Type: text/rfc822-headers")
    return (head + f"--=_part_{number}--\n").encode()


def sent_folder(path):
    """A Maildir of what the owner has sent: it reaches back 60 days, and holds what messages.genuine(1..9) answers."""
    for part in ("cur", "new", "tmp"):
        os.makedirs(os.path.join(path, part))
    sent = [(messages.letter(0, messages.NOW - 60 * messages.DAY, "old@partner.example"),
             messages.NOW - 60 * messages.DAY)]
    sent += [(messages.letter(number, genuine_date(number) - 3600), genuine_date(number) - 3600)
             for number in range(1, 10)]
    for number, (message, when) in enumerate(sent):
        name = os.path.join(path, "cur", f"{when}.S{number}.rig:2,S")
        with open(name, "wb") as out:
            out.write(message)
        os.utime(name, (when, when))
    return path


def genuine_date(number):
    return messages.NOW - 3 * messages.DAY + number * 60


class Scene:
    """A mailbox of its own, a configuration that puts a door before it, and the two ways in. The daemon looks by itself
    after `interval` seconds only: what is done earlier the door has done. keys: of the account."""

    def __init__(self, server, work, name, general=None, mailbox=None, **keys):
        self.server, self.mailbox, self.home = server, mailbox or server.mailbox(name), os.path.join(work, name)
        self.port = rig.free_port()
        os.makedirs(self.home)
        self.sent = sent_folder(os.path.join(self.home, "Sent"))
        self.backstop = programs.for_mailbox(self.mailbox, self.home, {"interval": 3600} | (general or {}), **{
            "protocol": "pop3", "port": server.pop3_port, "sent": self.sent, "door_port": self.port,
            "door_password_command": f"echo {PASSWORD}",
            "door_users": server.user} | keys)  # the mail programs run as that user

    def fill_many(self, count):
        """count messages, one in ten of them backscatter; returns what the owner shall see. No genuine bounce is among
        them, so for more than 99 the account needs trust_sent."""
        wanted = []
        for number in range(count):
            when = messages.NOW - messages.DAY + number
            message = messages.forged(number, when) if number % 10 == 4 else odd(number, when)
            self.mailbox.put("INBOX", message, when)
            wanted += [message] if number % 10 != 4 else []
        self.mailbox.settle()
        return wanted

    def fill(self, forgeries=3):
        """Returns (what the owner shall see, what he shall not)."""
        wanted = [messages.genuine(number, genuine_date(number)) for number in (1, 2)]
        wanted += [odd(number, messages.NOW - messages.DAY - number) for number in (49,) + tuple(range(len(ODDITIES)))]
        wanted.append(unsure(90, messages.NOW - messages.DAY))
        forged = [messages.forged(number, messages.NOW - 2 * messages.DAY + number) for number in range(forgeries)]
        for number, message in enumerate(sorted(wanted + forged)):  # one kind is not all before the other
            self.mailbox.put("INBOX", message, messages.NOW - messages.DAY + number)
        self.mailbox.settle()
        return wanted, forged

    @contextlib.contextmanager
    def daemon(self, **more):
        """A daemon that has looked at the mailbox and waits."""
        with self.backstop.daemon(**more) as daemon:
            # before it the state is that of another daemon
            programs.wait_for(lambda: programs.children(daemon), "a worker", 10)
            self.wait_for_state("watching")
            yield daemon

    def status(self):
        """The account's row; {}: there is none yet."""
        rows = map(json.loads, self.backstop.run("backstop", "status", "--json").out.splitlines())
        return next((row for row in rows if row["type"] == "account"), {})

    def wait_for_state(self, state):
        programs.wait_for(lambda: self.status().get("state") == state, f"the state {state}", 30)

    def knock(self, password=PASSWORD):
        """A client at the door, signed in."""
        client = poplib.POP3("127.0.0.1", self.port, timeout=60)
        try:
            client.user(self.mailbox.user)
            client.pass_(password)
        except BaseException:
            client.close()
            raise
        return client

    def direct(self):
        """A client of the provider, signed in."""
        context = ssl.create_default_context(cafile=self.server.cert)
        client = poplib.POP3_SSL("localhost", self.server.pop3_port, context=context, timeout=60)
        client.user(self.mailbox.user)
        client.pass_(rig.PASSWORD)
        return client

    def quarantine(self):
        """Messages that lie in quarantine."""
        return stored(os.path.join(self.backstop.data, "quarantine", "test"))


def stored(maildir):
    return sorted(messages.read(os.path.join(maildir, part, name)) for part in ("cur", "new")
                  for name in os.listdir(os.path.join(maildir, part))) if os.path.isdir(os.path.join(maildir,
                          "cur")) else []


def as_sent(message):
    """A message as POP3 gives it: with CRLF, and an end to its last line."""
    text = message.replace(b"\n", b"\r\n")
    return text if text.endswith(b"\r\n") else text + b"\r\n"


def all_of(client):
    """Every message that a signed-in client is shown, sorted."""
    return sorted(b"".join(line + b"\r\n" for line in client.retr(number)[1])
                  for number in range(1, client.stat()[0] + 1))


def is_open(port):
    """Does somebody listen there? A free port may connect to itself."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0 and probe.getsockname() != probe.getpeername()
