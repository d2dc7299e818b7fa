"""messages.py - small messages made up for tests: sent mail, ordinary mail, bounces genuine and forged."""
import email
import email.utils
import os
import time

import rig

DAY = 86400
NOW = int(time.time())
OWNER = "owner@backstop.example"


def date(when):
    return email.utils.formatdate(when, localtime=False)


def letter(number, when, to="friend@partner.example"):
    return (f"From: Olga Owner <{OWNER}>\nTo: {to}\nSubject: Letter {number}\nDate: {date(when)}\n"
            f"Message-ID: <letter-{number}@backstop.example>\nMIME-Version: 1.0\nContent-Type: text/plain\n\n"
            f"This is letter {number}.\n").encode()


def ordinary(number, when):
    return (f"From: Paul Partner <paul@partner.example>\nTo: {OWNER}\nSubject: Lunch {number}\nDate: {date(when)}\n"
            f"Message-ID: <lunch-{number}@partner.example>\nMIME-Version: 1.0\nContent-Type: text/plain\n\n"
            f"Shall we meet on day {number}?\n").encode()


def bounce(number, when, original_id, recipient, subject, original_date):
    """A standard bounce (RFC 3464) that returns the header of its original."""
    boundary = f"=_part_{number}"
    return (f"Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.remote.example>\nTo: {OWNER}\n"
            f"Subject: Undelivered Mail Returned to Sender\nDate: {date(when)}\nMessage-ID: "
            f"<bounce-{number}@mx.remote.example>\n"
            f"Auto-Submitted: auto-replied\nMIME-Version: 1.0\n"
            f"Content-Type: multipart/report; report-type=delivery-status; boundary=\"{boundary}\"\n\n"
            f"--{boundary}\nContent-Type: text/plain\n\nYour message to <{recipient}> could not be delivered: no such "
            f"user.\n\n"
            f"--{boundary}\nContent-Type: message/delivery-status\n\n"
            f"Reporting-MTA: dns; mx.remote.example\n\n"
            f"Final-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n"
            f"Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: no such user\n\n"
            f"--{boundary}\nContent-Type: text/rfc822-headers\n\n"
            f"From: Olga Owner <{OWNER}>\nTo: {recipient}\nSubject: {subject}\nDate: {date(original_date)}\n"
            f"Message-ID: <{original_id}>\n\n--{boundary}--\n").encode()


def genuine(number, when):
    """Answers letter(number, an hour earlier)."""
    return bounce(number, when, f"letter-{number}@backstop.example", "friend@partner.example", f"Letter {number}",
                  when - 3600)


def forged(number, when):
    """Answers mail that the owner never sent."""
    return bounce(number, when, f"spam-{number}@botnet.example", f"victim{number}@remote.example", "Cheap watches",
                  when - 3600)


def late_copy(number=1):
    """The Sent copy of the mail that this forged() one of fill() shows, which so turns out to be genuine."""
    copy = letter(77, NOW - 2 * DAY - 3600 + number * 60, f"victim{number}@remote.example")
    return copy.replace(b"letter-77@backstop.example", f"spam-{number}@botnet.example".encode())


def fill(mailbox, forgeries=3, answered=2, others=2, sent=True):
    """A small mailbox: returns {name: message} of what is in the inbox. Sent, where it is wanted, reaches back 60 days,
    so that coverage is complete."""
    inbox = {}
    if sent:
        mailbox.put("Sent", letter(0, NOW - 60 * DAY, "old@partner.example"), NOW - 60 * DAY, "S")
    for number in range(1, answered + 1):
        when = NOW - 3 * DAY + number * 60
        if sent:
            mailbox.put("Sent", letter(number, when - 3600), when - 3600, "S")
        inbox[f"genuine-{number}"] = genuine(number, when)
        mailbox.put("INBOX", inbox[f"genuine-{number}"], when)
    for number in range(1, forgeries + 1):
        when = NOW - 2 * DAY + number * 60
        inbox[f"forged-{number}"] = forged(number, when)
        mailbox.put("INBOX", inbox[f"forged-{number}"], when, ("", "S", "S")[number % 3])
    for number in range(1, others + 1):
        when = NOW - DAY + number * 60
        inbox[f"ordinary-{number}"] = ordinary(number, when)
        mailbox.put("INBOX", inbox[f"ordinary-{number}"], when, "S")
    mailbox.settle()
    return inbox


def stored(message):
    """When a sample message came: its own Date."""
    return int(email.utils.parsedate_to_datetime(email.message_from_bytes(message)["Date"]).timestamp())


def fill_demo(mailbox):
    """The demo mailbox (tests/demo-mailbox), every message stored at its own Date.
    Returns {name: (message, expected verdict)} of the inbox."""
    folder = os.path.join(rig.TOP, "tests", "demo-mailbox")
    for name in sorted(os.listdir(os.path.join(folder, "sent"))):
        message = read(os.path.join(folder, "sent", name))
        mailbox.put("Sent", message, stored(message), "S")
    inbox = {}
    with open(os.path.join(folder, "EXPECTED.tsv")) as table:
        for line in table:
            if line.strip() and not line.startswith("#"):
                name, verdict = line.split()
                inbox[name] = (read(os.path.join(folder, name)), verdict)
    for message, _ in sorted(inbox.values(), key=lambda row: stored(row[0])):
        mailbox.put("INBOX", message, stored(message))
    mailbox.settle()
    return inbox


def read(path):
    with open(path, "rb") as file:
        return file.read()
