"""scan.py - make bench-scan: the first look at a large mailbox of ordinary mail, with and without what the test of
coverage needs, by turns over one connection.

MESSAGES: how many; DAYS: in how long a time they came, five years unless another number is given (mail of the last 400
days is noted, so DAYS=390 is the worst case); PAIRS: how often. Dovecot has the header fields in its cache for both."""
import os
import random
import subprocess
import sys

import bench
import bench_mail
import messages
import programs
import rig

MESSAGES, PAIRS = bench.number("MESSAGES", 100000), bench.number("PAIRS", 5)
AGE = bench.number("DAYS", 5 * 365) * messages.DAY


def ident(number):
    return f"<{number:08x}.{number * 2654435761 % 2 ** 40:x}@mail{number % 97}.host{number % 977}.example>"


def answers(chance, number):
    thread = [ident(max(number - chance.randrange(1, 4000), 0)) for _ in range(chance.randrange(1, 7))]
    return f"References: {chr(10).join(' ' + one for one in thread).strip()}\nIn-Reply-To: {thread[-1]}\n"


def letter(chance, number):
    extra = answers(chance, number) if chance.random() < 0.5 else ""
    cc = f"Cc: Ann <ann{number % 50}@y.example>, bob@z.example\n" if chance.random() < 0.25 else ""
    return f"From: Person {number % 3000} <person{number % 3000}@firm{number % 700}.example>\n", cc + extra


def of_list(chance, number):
    extra = answers(chance, number) if chance.random() < 0.7 else ""
    return (f"From: Member {number % 900} <member{number % 900}@d{number % 300}.example>\n",
            f"{extra}Precedence: list\nList-Id: talk <talk{number % 9}.lists.example>\n"
            f"List-Post: <mailto:talk{number % 9}@lists.example>\n"
            f"List-Unsubscribe: <https://lists.example/talk{number % 9}/leave>\n")


def newsletter(chance, number):
    return (f"From: The Shop <news@shop{number % 80}.example>\n",
            f"Precedence: bulk\nList-Unsubscribe: <https://shop{number % 80}.example/leave?{number}>\n")


def ordinary(number, count):
    """Four in ten are letters, half of them answers; three are of lists; three are newsletters."""
    chance = random.Random(number)
    when = messages.NOW - AGE + AGE * number // count
    writer, extra = (letter if number % 10 < 4 else of_list if number % 10 < 7 else newsletter)(chance, number)
    return (f"Return-Path: <bounce{number % 3000}@firm{number % 700}.example>\n"
            f"{bench_mail.hops(chance, when, 3)}{writer}"
            f"To: Olga Owner <{messages.OWNER}>\n{extra}Subject: {chance.choice(bench_mail.WORDS)} {number} "
            f"{chance.choice(bench_mail.WORDS)}\nDate: {messages.date(when)}\nMessage-ID: {ident(number)}\n"
            f"MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n\nHello\n").encode(), when


bench.start()
server = rig.Dovecot()
mailbox = server.mailbox(bench.USER)
bench.fill(mailbox, "INBOX", ordinary, MESSAGES, MESSAGES)
mailbox.settle()
bench.say(f"# {MESSAGES} messages of {AGE // messages.DAY} days, {PAIRS} pairs")
sys.exit(subprocess.run([bench.tool("scan"), "localhost", str(server.port), server.cert, mailbox.user, str(PAIRS)],
                        stdin=subprocess.DEVNULL, env=programs.environment({"BACKSTOP_BENCH_PASSWORD": rig.PASSWORD}),
                        timeout=bench.LIMIT).returncode)
