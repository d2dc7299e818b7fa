"""bench_mail.py - mail in quantity for the benches: a Sent folder, and a flood of bounces in the shapes of several
servers.

Every message is determined by its number.
"""
import email.utils
import random

import messages

WORDS = ("minutes of the meeting on Thursday about the budget the new office and the summer party please find attached "
         "what we spoke of yesterday with kind regards from all of us here who look forward to hearing from you "
         "soon").split()
YEAR = 365 * messages.DAY
OLDEST = messages.NOW - 2 * YEAR  # of the Sent folder
FLOOD = messages.NOW - 30 * messages.DAY  # when the flood begins


def prose(chance, size):
    lines, line = [], ""
    while size > 0:
        word = chance.choice(WORDS)
        if len(line) + len(word) > 70:
            lines.append(line)
            size -= len(line) + 1
            line = ""
        line += word + " "
    return "\n".join(lines) + "\n"


def hops(chance, when, count):
    return "".join(f"Received: from mail{chance.randrange(90)}.host{chance.randrange(5000)}.example "
                   f"(mail{chance.randrange(90)}.example [192.0.2.{chance.randrange(255)}])\n"
                   f"\tby mx{chance.randrange(9)}.relay.example (Postfix) with ESMTPS id "
                   f"{chance.getrandbits(44):011X}\n"
                   f"\tfor <someone@relay.example>; {messages.date(when - hop)}\n" for hop in range(count))


def sent_date(number, count):
    return OLDEST + (2 * YEAR - 31 * messages.DAY) * number // count


def sent(number, count):
    """The number-th of count sent messages, and its date."""
    chance = random.Random(number)
    when = sent_date(number, count)
    return (f"From: Olga Owner <{messages.OWNER}>\nTo: person{number % 3000}@firm{number % 700}.example\n"
            f"Subject: {chance.choice(WORDS)} {number} {chance.choice(WORDS)}\nDate: {messages.date(when)}\n"
            f"Message-ID: <{number:08x}.{chance.getrandbits(40):x}@mail.backstop.example>\nMIME-Version: 1.0\n"
            f"User-Agent: Mutt/2.2.9\nContent-Type: text/plain; "
            f"charset=utf-8\n\n{prose(chance, 300 + chance.randrange(900))}"
            ).encode(), when


def original(chance, number, count, answers):
    """(recipient, whole original): one of ours (5 in 100), or one that a forger sent."""
    if answers:
        text, _ = sent(number * 7919 % count, count)
        text = text.decode()
        recipient = text.split("\nTo: ", 1)[1].split("\n", 1)[0]
        return recipient, text
    recipient = f"victim{number}@domain{number % 4000}.example"
    when = FLOOD + number - 7200
    return recipient, (f"{hops(chance, when, 1 + chance.randrange(3))}From: Olga Owner <{messages.OWNER}>\nTo: "
                       f"{recipient}\n"
                       f"Subject: Cheap watches {chance.randrange(10 ** 6)}\nDate: {messages.date(when)}\n"
                       f"Message-ID: <{chance.getrandbits(60):x}@host{chance.randrange(10 ** 6)}.botnet.example>\n"
                       f"MIME-Version: 1.0\nContent-Type: text/plain\nX-Mailer: Outlook Express 6\n\n"
                       f"{prose(chance, 400 + chance.randrange(4200))}")


def report(chance, number, recipient, text, whole):
    boundary = f"{chance.getrandbits(64):016X}.{number}"
    returned = text if whole else text.split("\n\n", 1)[0] + "\n"
    kind = "message/rfc822" if whole else "text/rfc822-headers"
    return (f"MIME-Version: 1.0\nContent-Type: multipart/report; "
            f"report-type=delivery-status;\n\tboundary=\"{boundary}\"\n\n"
            f"This is a MIME-encapsulated message.\n\n--{boundary}\nContent-Description: Notification\n"
            f"Content-Type: text/plain; charset=us-ascii\n\nThis is the mail system at host mx.remote.example.\n\n"
            f"I'm sorry to have to inform you that your message could not\nbe delivered to one or more recipients. "
            f"It's attached "
            f"below.\n\n<{recipient}>: host mx.remote.example said: 550 5.1.1\n    <{recipient}>: Recipient address "
            f"rejected: "
            f"User unknown (in reply to RCPT TO command)\n\n--{boundary}\nContent-Description: Delivery report\n"
            f"Content-Type: message/delivery-status\n\nReporting-MTA: dns; mx.remote.example\nX-Postfix-Sender: "
            f"rfc822; "
            f"{messages.OWNER}\n\nFinal-Recipient: rfc822; {recipient}\nAction: failed\nStatus: 5.1.1\n"
            f"Diagnostic-Code: smtp; 550 5.1.1 <{recipient}>: Recipient address rejected\n\n--{boundary}\n"
            f"Content-Type: {kind}\n\n{returned}\n--{boundary}--\n")


def qmail(chance, number, recipient, text, whole):
    return (f"\nHi. This is the qmail-send program at mx.remote.example.\nI'm afraid I wasn't able to deliver your "
            f"message to the "
            f"following addresses.\nThis is a permanent error; I've given up. Sorry it didn't work "
            f"out.\n\n<{recipient}>:\n"
            f"192.0.2.7 does not like recipient.\nRemote host said: 550 5.1.1 no such user\nGiving up on 192.0.2.7.\n\n"
            f"--- Below this line is a copy of the message.\n\nReturn-Path: <{messages.OWNER}>\n{text}")


def exim(chance, number, recipient, text, whole):
    return (f"X-Failed-Recipients: {recipient}\nAuto-Submitted: auto-replied\n\nThis message was created automatically "
            f"by mail "
            f"delivery software.\n\nA message that you sent could not be delivered to one or more of its\nrecipients. "
            f"This is a "
            f"permanent error. The following address(es) failed:\n\n  {recipient}\n    SMTP error from remote mail "
            f"server after "
            f"RCPT TO:<{recipient}>:\n    550 unrouteable address\n\n------ This is a copy of the message, including "
            f"all the "
            f"headers. ------\n\nReturn-path: <{messages.OWNER}>\n{text}")


SHAPES = ((report, "Mail Delivery System", "Undelivered Mail Returned to Sender"), (qmail, "", "failure notice"),
          (exim, "Mail Delivery System", "Mail delivery failed: returning message to sender"),
          (report, "Postmaster", "Delivery Status Notification (Failure)"))


def bounce(number, count, answers=None):
    """The number-th bounce of a flood, and its date; count: of the Sent folder. One in twenty answers mail of it."""
    chance = random.Random(-1 - number)
    when = FLOOD + number
    answers = number % 20 == 7 if answers is None else answers
    recipient, text = original(chance, number, count, answers)
    shape, name, subject = SHAPES[number % len(SHAPES)]
    host = f"mx{number % 1500}.remote.example"
    return (f"Return-Path: <>\n{hops(chance, when, 2 + chance.randrange(3))}From: {name} <MAILER-DAEMON@{host}>\n"
            f"To: {messages.OWNER}\nSubject: {subject}\nDate: {email.utils.formatdate(when)}\n"
            f"Message-ID: <{chance.getrandbits(60):x}.{number}@{host}>\n"
            f"{shape(chance, number, recipient, text, chance.random() < 0.6)}").encode(), when
