"""own_hand_mail.py - bounces of real mail, with what anonymising destroyed built anew: who sent the original and when,
through whose servers original and bounce went, and different recipients where one made-up address stood for all."""
import base64
import email.utils
import hashlib
import os
import re
from dataclasses import dataclass, field

PART = re.compile(rb"(?im)^content-type:[ \t]*(?:message/rfc822|message/global|text/rfc822-headers)\b")
BLOCK = re.compile(rb"(?im)^(?:return-path|received|from|to|subject|date|message-id|dkim-signature|mime-version):[ \t]")
PACKED = re.compile(rb"(?im)^content-transfer-encoding:[ \t]*(?:base64|quoted-printable)")
FIELD = re.compile(rb"(?m)^([!-9;-~]+)[ \t]*:((?:[^\n]*\n)(?:[ \t][^\n]*\n)*)")
ID = re.compile(rb"<[^<>\s]+>")
ADDRESS = re.compile(rb"[\w.+=%-]+@[\w.-]+")
DESTROYED = (b"dkim-signature", b"domainkey-signature", b"received", b"x-received", b"arc-seal", b"sender",
             b"arc-message-signature", b"arc-authentication-results", b"return-path", b"from", b"date")
DELIVERY = (b"received", b"x-received", b"delivered-to", b"x-original-to", b"envelope-to", b"to", b"date")


def fields_of(header):
    """(name in lower case, value with its folds and line break) of each field."""
    return [(found.group(1).lower(), found.group(2)) for found in FIELD.finditer(header)]


def first(header, name):
    return next((value for key, value in fields_of(header) if key == name), b"").strip()


def without(header, names):
    """The other fields. Lines that are none (somebody's copying has torn a few) are left out."""
    return b"".join(found.group(0) for found in FIELD.finditer(header) if found.group(1).lower() not in names)


def find_header(raw):
    """Where in the body of a bounce the bytes of the original's header stand: in a part of its own, or plainly in the
    text. None: nowhere, or quoted, or packed."""
    header, _, body = raw.partition(b"\n\n")
    places = []
    if PACKED.search(header):
        return None
    for part in PART.finditer(body):
        end = body.find(b"\n\n", part.end())
        if end >= 0 and not PACKED.search(body[part.start():end]):
            places.append(re.compile(rb"\n*").match(body, end).end())
    places += [block.start() for block in BLOCK.finditer(body)]
    for start in places:
        end = re.compile(rb"\n\n|\n--|\Z").search(body, start).start() + 1
        names = [name for name, _ in fields_of(body[start:end])]
        if b"from" in names and len(names) >= 3 and FIELD.match(body, start):
            return start, end
    return None


def domain_of(text):
    """The last two names of a host, or three below a suffix that all may use."""
    labels = text.lower().rstrip(".").split(".")
    return ".".join(labels[-3:] if len(labels) > 2 and len(labels[-2]) <= 3 and len(labels[-1]) == 2 else labels[-2:])


def born_inside(raw, block):
    """Did the server that took the mail from its sender write the bounce? As far as anonymised mail shows: all hosts
    that wrote a Received field of the original are of the reporter's domain; where there is none, the sender is."""
    found = re.search(rb"(?im)^reporting-mta:[ \t]*[\w-]+;[ \t]*([\w.-]+)", raw)
    header = raw.partition(b"\n\n")[0] + b"\n"
    writer = ADDRESS.search(first(header, b"from"))
    reporter = found.group(1) if found else writer.group(0).rpartition(b"@")[2] if writer else b""
    hops = re.findall(rb"(?im)^received:(?:[^\n]|\n[ \t])*?\bby[ \t\n]+([\w.-]+\.[a-z]+)", block)
    if not hops:
        sender = ADDRESS.search(first(block, b"from"))
        hops = [sender.group(0).rpartition(b"@")[2]] if sender else []
    return bool(hops and reporter) and {domain_of(hop.decode()) for hop in hops} == {domain_of(reporter.decode())}


def recipients_of(raw):
    """The addresses that original and report name as those it went to, but not the sender's."""
    body = raw.partition(b"\n\n")[2]
    place = find_header(raw)
    block = body[place[0]:place[1]] if place else b""
    text = b" ".join(re.findall(rb"(?im)^(?:final|original)-recipient:[^\n]*|^x-failed-recipients:[^\n]*", raw))
    found = ADDRESS.findall(first(block, b"to") + b" " + first(block, b"cc") + b" " + text)
    return {address.lower().decode() for address in found} - {sender_of(block)}


def sender_of(block):
    found = ADDRESS.search(first(block, b"from"))
    return found.group(0).lower().decode() if found else ""


@dataclass
class Bounce:
    """A bounce of the corpus, taken apart."""
    file: str
    raw: bytes
    ids: list
    recipients: list
    place: tuple = None  # of the original's header in body
    inside: bool = False
    body: bytes = b""
    key: int = field(default=0)  # the same for bounces of one message

    @property
    def block(self):
        return self.body[self.place[0]:self.place[1]] if self.place else b""


def corpus(folder):
    """All labelled bounces, each with recipients of its own."""
    found = []
    with open(os.path.join(folder, "labels.tsv")) as table:
        rows = [line.rstrip("\n").split("\t") for line in table]
    for number, (file, label, ids, recipients) in enumerate(rows):
        if label != "bounce":
            continue
        with open(os.path.join(folder, file), "rb") as stream:
            raw = stream.read().replace(b"\r\n", b"\n")
        bounce = Bounce(file, raw, ids.split(), [])
        for address in sorted(recipients_of(raw) | set(recipients.lower().split()), key=len, reverse=True):
            local, _, domain = address.partition("@")
            own = f"{local}{number}@{domain}"
            pattern = rb"(?i)(?<![\w.+-])" + re.escape(address.encode()) + rb"(?![\w-])"
            bounce.raw = re.sub(pattern, own.encode(), bounce.raw)
            if address in recipients.lower().split():
                bounce.recipients.append(own)
        bounce.body = bounce.raw.partition(b"\n\n")[2]
        bounce.place = find_header(bounce.raw)
        bounce.inside = born_inside(bounce.raw, bounce.block)
        bounce.key = hashlib.sha1((bounce.ids[0] if bounce.ids else file).encode()).digest()[0]
        found.append(bounce)
    return found


def date(when):
    return email.utils.formatdate(when).encode()


def original(bounce, sender, sent, hops):
    """The returned header as its sender's server wrote it: this From and Date, these Received fields (where there were
    any), no signature."""
    block, top = bounce.block, b""
    names = [name for name, _ in fields_of(block)]
    if b"return-path" in names:
        top += b"Return-Path: <" + sender.encode() + b">\n"
    if b"received" in names:
        top += hops.encode()
    top += b"From: Olga Owner <" + sender.encode() + b">\n"
    if b"date" in names:
        top += b"Date: " + date(sent) + b"\n"
    return top + without(block, DESTROYED)


def report(bounce, header, owner, came, hops):
    """The bounce with this header of its original, as it came to the owner by these hops."""
    old = ADDRESS.search(first(bounce.block, b"from"))
    parts = [bounce.body, b"", b""]
    if bounce.place:
        parts = [bounce.body[:bounce.place[0]], header, bounce.body[bounce.place[1]:]]
    if old and old.group(0).decode() not in bounce.recipients:
        parts[0], parts[2] = (part.replace(old.group(0), owner.encode()) for part in (parts[0], parts[2]))
    top = without(bounce.raw.partition(b"\n\n")[0] + b"\n", DELIVERY)
    return (hops.encode() + top + b"To: " + owner.encode() + b"\nDate: " + date(came) + b"\n\n" + b"".join(parts))


def sent_copy(bounce, header, owner, sent, number):
    """What the owner's mail program puts into Sent."""
    to = first(header, b"to") or ", ".join(bounce.recipients).encode() or b"someone@elsewhere.example"
    message_id = first(header, b"message-id") or (bounce.ids[0] if bounce.ids else f"<{number}@mua.example>").encode()
    lines = [b"From: Olga Owner <" + owner.encode() + b">", b"To: " + re.sub(rb"\s+", b" ", to),
             b"Subject: " + (re.sub(rb"\s+", b" ", first(header, b"subject")) or b"Hello"), b"Date: " + date(sent),
             b"Message-ID: " + message_id, b"MIME-Version: 1.0", b"Content-Type: text/plain"]
    return b"\n".join(lines) + b"\n\nHello.\n"


def names_recipient(bounce):
    """Do To and Cc of the original name a failed recipient?"""
    to = (first(bounce.block, b"to") + b" " + first(bounce.block, b"cc")).lower()
    return any(address.lower().encode() in to for address in bounce.recipients)


def base64_of(data):
    return base64.b64encode(data).decode()
