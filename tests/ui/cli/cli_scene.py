"""cli_scene.py - backstop on data folders of its own, which cli_ledger.c fills; and a daemon that it plays."""
import atexit
import contextlib
import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from itertools import count

TOP = os.environ.get("top_srcdir", ".")
BUILD = os.environ.get("top_builddir", ".")
sys.path.insert(0, os.path.join(TOP, "tests", "e2e"))
from tap import equal  # noqa: E402

BACKSTOP = os.path.join(BUILD, "backstop")
HELPER = os.path.join(BUILD, "tests", "ui", "cli", "cli_ledger")
LIMIT = 30  # seconds

work = tempfile.mkdtemp(prefix="backstop-cli-")
atexit.register(shutil.rmtree, work, ignore_errors=True)
ENVIRONMENT = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")} | {
    "HOME": work, "LC_ALL": "C", "TZ": "UTC"}
_numbers = count(1)


class Result:
    def __init__(self, process):
        self.status, self.out, self.err = process.returncode, process.stdout, process.stderr
        self.lines = self.out.splitlines()

    def json(self):
        rows = [json.loads(line) for line in self.lines]
        for row in rows:
            equal(row["schema"], 1, "schema")
        return rows

    def complaint(self, status):
        """The one line that a failure gives."""
        equal((self.status, self.out), (status, ""), f"status and output ({self.err})")
        lines = self.err.splitlines()
        equal(len(lines), 1, f"lines of complaint: {self.err}")
        assert lines[0].startswith("backstop: "), lines[0]
        return lines[0]


def backstop(*arguments, stdin=b"", program=BACKSTOP, env=ENVIRONMENT):
    process = subprocess.run([program, *arguments], input=stdin, capture_output=True, timeout=LIMIT, env=env,
                             check=False)
    process.stdout, process.stderr = process.stdout.decode(), process.stderr.decode()
    return Result(process)


def ok(*arguments, **more):
    result = backstop(*arguments, **more)
    equal((result.status, result.err), (0, ""), f"status and complaints of {arguments}")
    return result


def fresh(*, filled=True):
    """A data folder of its own; filled by tests/ui/cli/cli_ledger.c."""
    path = os.path.join(work, f"data{next(_numbers)}")
    if filled:
        subprocess.run([HELPER, path, "fill"], check=True, timeout=LIMIT)
    return path


def fresh_empty():
    data = fresh(filled=False)
    ok("--data", data, "allow", "add", "someone@example.net")
    return data


def write(name, text, mode=0o600):
    path = os.path.join(work, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w") as out:
        os.fchmod(out.fileno(), mode)
        out.write(text)
    return path


def helper(data, *arguments):
    subprocess.run([HELPER, data, *map(str, arguments)], check=True, timeout=LIMIT)


@contextlib.contextmanager
def daemon(data, how, result):
    process = subprocess.Popen([HELPER, data, "daemon", how, result], stdout=subprocess.PIPE, text=True)
    try:
        equal(process.stdout.readline(), "ready\n", "the played daemon")
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdout.close()


def with_daemon_script(script):
    """A copy of backstop beside a backstopd that is this shell script ($DATA, $HELPER are set in it)."""
    folder = os.path.join(work, f"bin{next(_numbers)}")
    os.mkdir(folder)
    shutil.copy(BACKSTOP, folder)
    text = f'#!/bin/sh\necho "$@" >"{folder}/arguments"\nDATA=$4 HELPER="{HELPER}"\n{script}\n'
    write(f"{folder}/backstopd", text, 0o755)
    return os.path.join(folder, "backstop")


def on_terminal(*arguments, output, program=BACKSTOP):
    """Runs backstop with standard output or error on a terminal of its own (80 columns); returns what it showed."""
    master, slave = pty.openpty()
    subprocess.run(["stty", "cols", "80", "rows", "24"], stdin=slave, check=True)
    process = subprocess.Popen([program, *arguments], env=ENVIRONMENT, stdin=subprocess.DEVNULL, **(
        {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL} | {output: slave}))
    os.close(slave)
    shown = b""
    with contextlib.suppress(OSError):  # EIO: the other end is closed
        while chunk := os.read(master, 65536):
            shown += chunk
    os.close(master)
    equal(process.wait(LIMIT), 0, "status")
    return shown.decode()


def open_wishes(data):
    return [row["open_wishes"] for row in ok("--data", data, "status", "--json").json()[1:]]


CONFIG = "[account home]\nhost = localhost\nuser = me@example.org\n"

HIDDEN = set("\033\007\r\u202e\u200b\xad\U000e0041\x7f")  # all of them are in one subject of cli_ledger.c

LETTER = """Message-ID: <letter@example.org>
From: me@example.org
To: lost@example.com
Subject: Are you there
Date: Fri, 20 Nov 2020 10:00:00 +0000

Hello
"""


def bounce(message_id, about="lost@example.com"):
    return f"""From: Mail Delivery System <MAILER-DAEMON@mx.example.com>
To: me@example.org
Subject: Undelivered Mail Returned to Sender
Date: Fri, 20 Nov 2020 10:05:00 +0000
Message-ID: <bounce-of-{message_id}>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {about}
Action: failed
Status: 5.1.1

--b
Content-Type: text/rfc822-headers

Message-ID: <{message_id}>
From: me@example.org
To: {about}
Subject: Are you there
Date: Fri, 20 Nov 2020 10:00:00 +0000

--b--
"""
