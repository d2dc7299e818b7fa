"""test_pop3_renumbered.py - POP3 servers whose unique-ids and deletions cannot be relied on: nothing is lost, nothing
is in quarantine twice, and no message is deleted in the place of another."""
import os

import rig
import messages
import programs
from pop3_scene import (FORGED, GENUINE, INBOX, KEPT, ORDINARY, WHEN, Scene, WithoutAnything, WithoutTop, WithoutUidl,
                        digests, run_cases)
from scripted_pop3 import Script
from tap import case, equal, note


@case
def poor_servers():
    """Without TOP, UIDL or CAPA: nothing is judged twice, and what is moved is moved once."""
    for script in (WithoutTop, WithoutUidl, WithoutAnything):
        with Scene(script) as scene:
            scene.passes()
            scene.check(KEPT, FORGED)
            listed = scene.backstop.entries()
            scene.passes()
            equal(scene.backstop.entries(), listed, f"the ledger's list after a second pass, {script.__name__}")
            late = messages.forged(4, WHEN)
            scene.maildrop.messages.insert(0, ("uid99", late))
            scene.passes()
            scene.check(KEPT, [*FORGED, late])
            equal(len(scene.backstop.entries()), len(listed) + 1, "entries")


@case
def repeated_uids():
    """Messages that share a unique-id are told apart, and nothing wanted is taken for its neighbour."""
    class Repeats(Script):
        def uid(self, number, uid):
            return "same"

    class Pairs(Script):
        def uid(self, number, uid):
            return "pair" if uid in ("uid1", "uid2") else uid

    for script in (Repeats, Pairs):
        with Scene(script) as scene:
            for _ in range(2):
                scene.passes()
                scene.check(KEPT, FORGED)
            equal(len(scene.backstop.entries()), 4, "entries")


class Forgets(Script):
    """Deletions are accepted and not made."""

    def on_quit(self):
        return "+OK bye"


@case
def uids_by_position():
    """Unique-ids that are nothing but positions mean other messages in each session: what is wanted stays, what is
    moved is moved once."""
    class Positions(Script):
        def uid(self, number, uid):
            return str(number)

    with Scene(Positions) as scene:
        for _ in range(2):
            scene.passes()
            scene.check(KEPT, FORGED)
        late = [messages.ordinary(number, messages.NOW - messages.DAY) for number in (7, 8)]
        del scene.maildrop.messages[0]  # by another client
        scene.maildrop.messages += [("uid97", late[0]), ("uid98", late[1])]
        scene.passes()
        scene.check([GENUINE, *late], FORGED)
        equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 3, "states")


@case
def uids_by_position_lost():
    """The same while deletions are lost and another client deletes: no message is deleted in the place of another."""
    class Positions(Forgets):
        def uid(self, number, uid):
            return str(number)

    class Fixed(Positions):
        on_quit = Script.on_quit

    with Scene(Positions) as scene:
        scene.passes(programs.LATER)
        scene.check(INBOX, FORGED)
        del scene.maildrop.messages[0]
        scene.maildrop.messages.append(("uid97", ORDINARY))
        scene.script(Fixed)
        scene.passes()
        left = [message for _, message in scene.maildrop.messages]
        assert ORDINARY in left and GENUINE in left, "a wanted message is gone"
        everywhere = {*scene.maildrop.digests(), *rig.in_maildir(scene.quarantine)}
        assert everywhere >= set(digests(INBOX)), "a message is nowhere"
        equal(rig.in_maildir(scene.quarantine), digests(FORGED), "messages in quarantine")


class Fails(Script):
    def on_quit(self):
        return "-ERR [SYS/TEMP] some deleted messages not removed"


@case
def deletion_not_done():
    """DELE is accepted and the message still listed: told and tried again at each pass, in quarantine once, and not
    told as moved."""
    for script in (Forgets, Fails):
        with Scene(script) as scene:
            for _ in range(3):
                scene.passes(programs.LATER, "lists them still")
                assert "lists them still" in scene.status(), scene.status()
                scene.check(INBOX, FORGED)
                equal(sorted(scene.states()), ["kept", "q_intent", "q_intent", "q_intent"], "states")
            scene.script(Script)
            scene.passes()
            scene.check(KEPT, FORGED)
            equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 3, "states")


@case
def renumbered():
    """All unique-ids are new at the next session: nothing is judged twice."""
    with Scene() as scene:
        scene.passes()
        listed = [(row["id"], row["verdict"], row["state"]) for row in scene.backstop.entries()]
        scene.maildrop.renumber()
        scene.passes()
        equal([(row["id"], row["verdict"], row["state"]) for row in scene.backstop.entries()], listed,
              "the ledger's list")
        scene.check(KEPT, FORGED)


@case
def renumbered_unfinished():
    """All unique-ids are new while deletions were lost: they are made, and nothing is in quarantine twice."""
    with Scene(Forgets) as scene:
        scene.passes(programs.LATER)
        scene.maildrop.renumber()
        scene.passes(programs.LATER)
        scene.check(INBOX, FORGED)
        scene.maildrop.renumber()
        scene.script(Script)
        scene.passes()
        scene.check(KEPT, FORGED)
        equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 3, "states")


class Shifts(Script):
    """Gives other unique-ids to its numbers between listing and deletion."""

    def on_uidl(self, word=None):
        return super().on_uidl() if word is None else f"+OK {word} other{word}"


class Refuses(Script):
    def on_dele(self, word):
        return "-ERR you may not"


class RefusesOne(Script):
    def on_dele(self, word):
        return "-ERR not this one" if self.row(word)[1] == FORGED[0] else super().on_dele(word)


@case
def renumbered_within_session():
    """The server's numbers mean other messages than when they were listed: nothing is deleted, and the next pass tries
    again."""
    with Scene(Shifts) as scene:
        scene.passes(programs.REFUSED, "numbered its messages anew")
        equal(scene.maildrop.count("DELE"), 0, "deletions asked for")
        scene.check(INBOX, FORGED)
        scene.script(Script)
        scene.passes()
        scene.check(KEPT, FORGED)
        equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 3, "states")


@case
def deletion_refused():
    """DELE is refused: the owner is told, and it is tried again at each pass; in quarantine once, and not told as
    moved."""
    for script, left in ((Refuses, FORGED), (RefusesOne, FORGED[:1])):
        with Scene(script) as scene:
            for _ in range(3):
                scene.passes(programs.REFUSED, "refused to delete a message")
                scene.check(KEPT + left, FORGED)
                equal(sorted(scene.states()),
                      sorted(["kept"] + ["q_intent"] * len(left) + ["quarantined"] * (3 - len(left))), "states")
            assert "refused to delete a message" in scene.status(), scene.status()
            scene.script(Script)
            scene.passes()
            scene.check(KEPT, FORGED)
            equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 3, "states")


@case
def wish_for_refused():
    """A message whose deletion is refused can be restored all the same, and then stays on the server; it cannot be
    deleted."""
    with Scene(Refuses) as scene:
        scene.passes(programs.REFUSED)
        stuck = [row["id"] for row in scene.backstop.entries() if row["state"] == "q_intent"]
        result = scene.backstop.run("backstop", "delete", str(stuck[0]))
        equal(result.status, 65, "status of delete")
        note(result.complaint)
        assert "queued" in scene.backstop.ok("backstop", "restore", str(stuck[0])), "the wish is not queued"
        scene.passes(programs.REFUSED)
        restored = rig.in_maildir(os.path.join(scene.backstop.data, "restored", "test"))
        equal(len(restored), 1, "restored messages")
        others = [message for message in FORGED if rig.digest(message) not in restored]
        scene.check(INBOX, others)
        scene.script(Script)
        scene.passes()
        scene.check(KEPT + [message for message in FORGED if message not in others], others)
        equal(sorted(scene.states()), ["kept"] + ["quarantined"] * 2 + ["restored"], "states")


@case
def twin_refused():
    """One of two bounces that are alike by every byte cannot be fetched or deleted: neither is taken for the other."""
    class RefusesSecond(Script):
        def on_dele(self, word):
            return "-ERR not this one" if self.row(word)[0] == "uid3" else super().on_dele(word)

    class HidesSecond(Script):
        def on_retr(self, word):
            return "-ERR not this one" if self.row(word)[0] == "uid3" else super().on_retr(word)

    inbox = [ORDINARY, FORGED[0], FORGED[0]]
    with Scene(RefusesSecond, inbox) as scene:
        for _ in range(2):
            scene.passes(programs.REFUSED, "refused to delete")
            scene.check(inbox[:2], inbox[1:])
        scene.script(Script)
        scene.passes()
        scene.check([ORDINARY], inbox[1:])
    with Scene(HidesSecond, inbox) as scene:
        for _ in range(2):
            scene.passes()
            scene.check(inbox[:2], inbox[2:])


if __name__ == "__main__":
    run_cases()
