"""test_faults.py - what goes wrong between owner, disk and a real server: one clear line, the right status, mailbox
untouched."""
import contextlib
import os
import sqlite3

import rig
import messages
import programs
from tap import case, equal, note, run, skip_all


class Scene:
    def __init__(self, name, which=None, **keys):
        self.mailbox = (which or server).mailbox(name)
        messages.fill(self.mailbox, sent=which is not bare)
        self.before = self.mailbox.snapshot()
        self.backstop = programs.for_mailbox(self.mailbox, f"{work}/{name}", **keys)

    def untouched(self):
        equal({name: rows for name, rows in self.mailbox.snapshot().items() if rows},
              {name: rows for name, rows in self.before.items() if rows}, "the mailbox")

    def fails(self, status, *words, **more):
        """A pass ends with this status and one line that has these words; the mailbox is as it was."""
        result = self.backstop.run("backstopd", "--once", **more)
        equal(result.status, status, f"status ({result.err.strip()})")
        note(result.complaint)
        for word in words:
            assert word.lower() in result.complaint.lower(), f"{result.complaint!r} does not mention {word!r}"
        assert rig.PASSWORD not in result.err + result.out, "the password was printed"
        self.untouched()


@case
def wrong_password():
    """A wrong password ends with status 77."""
    Scene("password", password_command="echo wrong").fails(programs.SIGN_IN, "password")


@case
def password_line_break():
    """A password with a carriage return never reaches the server, and ends with status 77."""
    scene = Scene("crlf", password_command="printf 'sesame\\\\r7351\\\\n'")
    spoken = server.log().count("user=<crlf>")
    scene.fails(programs.SIGN_IN, "password-command")
    equal(server.log().count("user=<crlf>"), spoken + 1,
          "sign-ins: that of the test itself, which looks at the mailbox")


@case
def password_command_fails():
    """A password-command that fails ends with status 77."""
    Scene("nopass", password_command="false").fails(programs.SIGN_IN, "password-command")


@case
def untrusted_certificate():
    """A certificate that nobody vouches for ends with status 76."""
    other, _ = rig.certificate(work, "root.example", "roots")
    Scene("cert", ca_file=other).fails(programs.REFUSED, "certificate")


@case
def wrong_name():
    """A server called by a name that its certificate does not have ends with status 76."""
    Scene("name", host="127.0.0.1").fails(programs.REFUSED, "127.0.0.1")


@case
def starttls_works():
    """STARTTLS on a server that has it works."""
    scene = Scene("starttls", security="starttls", port=server.plain)
    scene.backstop.pass_once()
    equal(len(scene.mailbox.snapshot()["Backscatter"]), 3, "messages in quarantine")


@case
def no_sent_folder():
    """Without a Sent folder nothing is judged, which ends with status 78 and a line that says what to set."""
    Scene("nosent", bare).fails(programs.CONFIGURATION, "sent")


@case
def quarantine_forbidden():
    """A server that forbids new folders (ACL) ends with status 73."""
    Scene("forbidden", locked).fails(programs.UNMAKEABLE, "Backscatter")


@case
def disk_full():
    """A disk that is full for the ledger ends with status 74, and the next pass with space does it all."""
    scene = Scene("disk")
    room = 0
    while room < 4 << 20:
        result = scene.backstop.run("backstopd", "--once", env=programs.with_fault(ENOSPC_AFTER=room))
        if result.status == programs.DONE:
            break
        equal(result.status, programs.DISK, f"status with {room} bytes left ({result.err.strip()})")
        note(f"{room} bytes: {result.complaint}")
        room = room * 2 or 4096
        after = rig.contents(scene.mailbox.snapshot())
        equal(sorted(sum((rows for name, rows in after.items()), [])),
              sorted(sum(rig.contents(scene.before).values(), [])), "all messages, wherever they are")
    assert room > 0, "the disk was never full"
    scene.backstop.pass_once()
    equal(len(scene.mailbox.snapshot()["Backscatter"]), 3, "messages in quarantine")


@case
def disk_full_untouched():
    """A disk that is full from the first byte on leaves the mailbox untouched."""
    Scene("nospace").fails(programs.DISK, "no room", env=programs.with_fault(ENOSPC_AFTER=0))


@case
def newer_ledger():
    """A ledger written by a later Backstop ends with status 73."""
    scene = Scene("future")
    letter = os.path.join(work, "letter.eml")
    with open(letter, "wb") as out:
        out.write(messages.letter(1, messages.NOW))
    scene.backstop.ok("backstop", "record", letter)  # makes a ledger
    with contextlib.closing(sqlite3.connect(os.path.join(scene.backstop.data, "ledger.db"))) as database:
        database.execute("PRAGMA user_version = 9999")
    scene.fails(programs.UNMAKEABLE, "later Backstop")


@case
def damaged_ledger():
    """A file that is no ledger ends with status 73."""
    scene = Scene("damaged")
    os.makedirs(scene.backstop.data, mode=0o700)
    path = os.path.join(scene.backstop.data, "ledger.db")
    with open(path, "wb") as out:
        os.fchmod(out.fileno(), 0o600)
        out.write(b"no ledger at all\n" * 500)
    scene.fails(programs.UNMAKEABLE)


@case
def exposed_configuration():
    """A configuration that others can read ends with status 78."""
    scene = Scene("exposed")
    os.chmod(scene.backstop.config, 0o644)
    scene.fails(programs.CONFIGURATION, "chmod")


@case
def unknown_key():
    """A key that Backstop does not know ends with status 78, and is named."""
    Scene("unknown", qarantine="Backscatter").fails(programs.CONFIGURATION, "qarantine")


@case
def line_breaks():
    """CR or LF in a folder, user or host ends with status 78."""
    for number, (key, value) in enumerate((("quarantine", "Back\\r\\nscatter"), ("folders", "INBOX;In\\nbox"),
                                           ("sent", "Se\\rnt"), ("user", "own\\ner"), ("host", "local\\nhost"))):
        Scene(f"breaks{number}", **{key: value}).fails(programs.CONFIGURATION, key)


@case
def no_configuration():
    """A configuration that is not there ends with status 78, and the file is named."""
    scene = Scene("none")
    os.unlink(scene.backstop.config)
    scene.fails(programs.CONFIGURATION, scene.backstop.config)


@case
def second_daemon():
    """A second backstopd on the same data gives up at once, with status 75."""
    scene = Scene("second")
    with scene.backstop.daemon():
        lock = os.path.join(scene.backstop.data, "daemon.lock")
        programs.wait_for(lambda: os.path.exists(lock), "the daemon's lock", 10)
        programs.wait_for(lambda: "Backscatter" in scene.mailbox.snapshot(), "the daemon's first pass", 20)
        result = scene.backstop.run("backstopd")
        equal(result.status, 75, f"status ({result.err})")
        note(result.complaint)


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, bare, work = rig.Dovecot(), rig.Dovecot(sent=False), rig.workdir()
    with open(os.path.join(work, "acl"), "w") as acl:
        acl.write("* owner lrwstipe\n")
    locked = rig.Dovecot(extra=f"mail_plugins = acl\nplugin {{\n  acl = vfile:{work}/acl\n}}\n")
    run()
