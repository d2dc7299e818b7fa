"""test_disk_kill.py - backstopd killed at any moment over a Maildir or an mbox: each message is in one of the folders,
at any time.

The worker gets SIGKILL after every sync, and before and after everything that it changes on the disk (stop_at.c), in
passes that quarantine, restore and delete; between folders of one kind, and from one kind to the other. Right after,
every message must be in one folder or in both; after another pass the folders and the ledger are those of an
undisturbed run. """
import os
import queue
import shutil
import time

import disk
import kill
import messages
import rig
from tap import case, run

SLOTS = 4
TWINS = messages.NOW - 2 * messages.DAY + 60


class Scene(kill.Scene):
    """Folders and a ledger to start from, laid out anew for each kill, at places of their own: the ledger knows folders
    by path."""
    kinds = ("fsync", "unchanged", "changed")
    at_once = SLOTS
    least = 2
    program = "backstop-worker"

    def __init__(self, name, kind, quarantine=None, verbs=()):
        self.slots = queue.SimpleQueue()
        for number in range(SLOTS):
            place = os.path.join(work, f"{name}-{number}")
            mail = disk.Mail(os.path.join(place, "mail"), kind, quarantine)
            messages.fill(mail, forgeries=2, others=1)
            for _ in range(2):  # the same one again
                mail.inbox.put(messages.forged(1, TWINS), TWINS)
            backstop = mail.backstop(place)
            if verbs:
                kill.wish_for(backstop, *verbs)
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
        left = [name for name in os.listdir(mail.home) if name not in ("inbox", "sent", "Backscatter")]
        assert not left, f"left over: {left}"
        return kill.Scene.outcome(mail, backstop)


def everywhere(kind, quarantine=None):
    begin = time.monotonic()
    Scene(f"{kind}-{quarantine}-quarantine", kind, quarantine).stop_everywhere()
    Scene(f"{kind}-{quarantine}-restore-delete", kind, quarantine, ("restore", "delete")).stop_everywhere()
    print(f"# {time.monotonic() - begin:.1f} s", flush=True)


@case
def maildir():
    """Killed at every step of passes over a Maildir that quarantine, restore and delete."""
    everywhere("maildir")


@case
def mbox():
    """Killed at every step of passes over an mbox that quarantine, restore and delete."""
    everywhere("mbox")


@case
def maildir_to_mbox():
    """Killed at every step of passes over a Maildir whose quarantine is an mbox."""
    everywhere("maildir", "mbox")


@case
def mbox_to_maildir():
    """Killed at every step of passes over an mbox whose quarantine is a Maildir."""
    everywhere("mbox", "maildir")


@case
def points():
    """Hundreds of points were tested, or a spread of them."""
    kill.tell_total(200)


if __name__ == "__main__":
    rig.exit_on_signals()
    work = rig.workdir()
    run()
