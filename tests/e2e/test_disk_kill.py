"""test_disk_kill.py - backstopd killed at any moment over a Maildir or an mbox: each message is in one of the folders,
at any time.

The worker gets SIGKILL after every sync, and before and after everything that it changes on the disk (stop_at.c), in
passes that quarantine, restore, heal and delete; between folders of one kind, and from one kind to the other. Right
after, every message must be in one folder or in both; after another pass the folders and the ledger are those of an
undisturbed run. """
import os
import queue
import shutil
import time

import disk
import kill
import messages
import programs
import rig
from tap import case, run

SLOTS = 4
TWINS = messages.NOW - 2 * messages.DAY + 60


NOTES = ".backstop-restored-Backscatter"  # which messages were restored; an intended leftover


class Scene(kill.Scene):
    """Folders and a ledger to start from, laid out anew for each kill, at places of their own: the ledger knows folders
    by path."""
    kinds = ("fsync", "unchanged", "changed")
    at_once = SLOTS
    least = 2
    program = "backstop-worker"
    mail = disk.Mail

    def __init__(self, name, kind, quarantine=None, verbs=(), late=False):
        self.slots = queue.SimpleQueue()
        for number in range(SLOTS):
            place = os.path.join(work, f"{name}-{number}")
            mail = self.mail(os.path.join(place, "mail"), kind, quarantine)
            messages.fill(mail, forgeries=2, others=1)
            for _ in range(2):  # the same one again
                mail.inbox.put(messages.forged(1, TWINS), TWINS)
            backstop = mail.backstop(place)
            if verbs:
                kill.wish_for(backstop, *verbs)
            if late:
                backstop.pass_once()
                mail.sent.put(messages.late_copy(), messages.NOW - 2 * messages.DAY, "S")
            shutil.copytree(place, place + ".start")
            self.slots.put((place, mail, backstop))
        self.deleted = "delete" in verbs
        self.every = sorted(set(self._every(mail)))
        super().__init__(name)

    @staticmethod
    def _every(mail):
        return mail.inbox.plain() + mail.away.plain()

    def fresh(self):
        place, mail, backstop = self.slots.get()
        shutil.rmtree(place)
        shutil.copytree(place + ".start", place)
        return mail, backstop

    def done(self, mail):
        place = os.path.dirname(mail.home)
        self.slots.put((place, mail, mail.backstop(place)))

    def killed(self, mail, point):
        there = self._every(mail)
        missing = set(self.every) - set(there)
        assert len(missing) <= self.deleted, f"{len(missing)} messages are nowhere after a kill at {point}"
        strange = set(there) - set(self.every)
        assert not strange, f"{len(strange)} messages are not whole after a kill at {point}"

    @staticmethod
    def outcome(mail, backstop):
        left = [name for name in os.listdir(mail.home) if name not in ("inbox", "sent", "Backscatter", NOTES)]
        assert not left, f"left over: {left}"
        return kill.Scene.outcome(mail, backstop)


def everywhere(kind, quarantine=None):
    begin = time.monotonic()
    Scene(f"{kind}-{quarantine}-quarantine", kind, quarantine).stop_everywhere()
    Scene(f"{kind}-{quarantine}-restore-delete", kind, quarantine, ("restore", "delete")).stop_everywhere()
    Scene(f"{kind}-{quarantine}-heal", kind, quarantine, late=True).stop_everywhere()
    print(f"# {time.monotonic() - begin:.1f} s", flush=True)


class Spool(disk.Mail):
    """The inbox lies in a folder that its owner may not write into, as /var/mail."""

    def __init__(self, home, kind, quarantine=None):
        super().__init__(home, kind, quarantine)
        os.unlink(self.inbox.path)
        self.inbox = self.folders["INBOX"] = disk.Mbox(os.path.join(home, "spool", "owner")).make()


class SpoolScene(Scene):
    mail = Spool

    @staticmethod
    def outcome(mail, backstop):
        left = [name for name in os.listdir(os.path.join(mail.home, "spool")) if name != "owner"]
        left += [name for name in os.listdir(backstop.data) if name.startswith("mbox-") or name.endswith(".saved")]
        kept = ("spool", "sent", "Backscatter", ".backstop-restored-Backscatter")
        left += [name for name in os.listdir(mail.home) if name not in kept]
        assert not left, f"left over: {left}"
        return kill.Scene.outcome(mail, backstop)

    def killed(self, mail, point):
        """Half changed, the mbox may be read by nobody but who goes on with it: each message has all its octets, but
        where one ends may be hidden. So only this is asked: what has gone from the inbox is in quarantine."""
        files = [mail.inbox.path, mail.away.path]
        files += [os.path.join(place, name) for place, _, names in os.walk(mail.away.path) for name in names]
        raw = b"".join(disk.read(path) for path in files if os.path.isfile(path))
        for number in (1, 2):
            assert self.deleted or b"victim%d@" % number in raw, f"message {number} is nowhere after a kill at {point}"


# It does what liblockfile's does, who runs it aside.
HELPER = """#!/bin/sh
for last; do :; done
[ "$1" = -u ] && exec rm -f "$last"
[ -e "$last" ] && kill -0 "$(cat "$last")" 2>/dev/null && exit 4
echo $PPID >"$last"
"""


@case
def mbox_spool():
    """Passes over an mbox in a folder that its owner may not write into may be killed at every step."""
    before = {name: os.environ.get(name) for name in ("LD_PRELOAD", "PATH", "ASAN_OPTIONS")}
    helper = os.path.join(work, "bin", "dotlockfile")
    os.makedirs(os.path.dirname(helper))
    disk.write(helper, HELPER.encode())
    os.chmod(helper, 0o755)
    os.environ.update(programs.with_fault(CLOSED="/spool"), PATH=os.path.dirname(helper) + ":" + os.environ["PATH"])
    try:
        SpoolScene("spool-quarantine", "mbox").stop_everywhere()
        SpoolScene("spool-restore-delete", "mbox", None, ("restore", "delete")).stop_everywhere()
        SpoolScene("spool-maildir", "mbox", "maildir").stop_everywhere()
    finally:
        os.environ.pop("BACKSTOP_CLOSED")
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})


@case
def maildir():
    """Passes over a Maildir that quarantine, restore, heal and delete may be killed at every step."""
    everywhere("maildir")


@case
def mbox():
    """Passes over an mbox that quarantine, restore, heal and delete may be killed at every step."""
    everywhere("mbox")


@case
def maildir_to_mbox():
    """Passes over a Maildir whose quarantine is an mbox may be killed at every step."""
    everywhere("maildir", "mbox")


@case
def mbox_to_maildir():
    """Passes over an mbox whose quarantine is a Maildir may be killed at every step."""
    everywhere("mbox", "maildir")


@case
def points():
    """Hundreds of points were tested, or a spread of them."""
    kill.tell_total(200)


if __name__ == "__main__":
    rig.exit_on_signals()
    work = rig.workdir()
    run()
