"""test_disk.py - mail in Maildirs and mboxes, filtered: every verdict as expected, nothing lost, doubled or altered."""
import json
import os
import stat
import time

import disk
import messages
import programs
import rig
from disk import digest, every, new_mail, quarantined, scene, states
from tap import case, equal, note, run

OLD = messages.NOW - 5 * messages.DAY
OTHER_DISK = "/dev/shm"


def verdicts(kind):
    mail = new_mail(work, f"verdicts-{kind}", kind, fill=False)
    inbox = messages.fill_demo(mail)
    backstop = mail.backstop(f"{work}/verdicts-{kind}")
    before = mail.on_disk()
    backstop.pass_once()
    after, plain = mail.on_disk(), mail.plain()
    for name, (message, verdict) in inbox.items():
        away = digest(message) in plain["Backscatter"]
        assert away == (verdict == "backscatter"), (f"{name} is {'' if away else 'not '}in quarantine; "
                                                    f"expected {verdict}")
    equal(every(after), every(before), "all messages, every byte and flag of them")
    equal(after["Sent"], before["Sent"], "the Sent folder")
    for verdict in ("backscatter", "genuine", "unsure"):
        equal(sum(row["verdict"] == verdict for row in backstop.entries()),
              sum(row[1] == verdict for row in inbox.values()),
              f"entries that are {verdict}")
    backstop.pass_once()
    equal(mail.on_disk(), after, "the folders after a second pass")


def counted(message):
    """The message with its body's length, as Dovecot and others write it; nothing is quoted."""
    header, _, body = message.partition(b"\n\n")
    return header + b"\nContent-Length: %d\n\n" % len(body) + body


def add_raw(folder, message, when):
    separator = b"From sender@firm.example " + time.asctime(time.localtime(when)).encode() + b"\n"
    with open(folder.path, "ab") as file:
        file.write(separator + message + b"\n")
    return separator + message + b"\n"


def pasted(number, when):
    """A piece of an mbox, as somebody pastes it into a letter: a bounce."""
    return b"\nFrom MAILER-DAEMON " + time.asctime(time.localtime(when)).encode() + b"\n" + messages.forged(number, when)


@case
def counted_letters():
    """A letter that holds a piece of an mbox stays whole where Content-Length says so, and the bounces beside it are moved."""
    mail, backstop = scene(work, "counted", "mbox")
    letter = add_raw(mail.inbox, counted(messages.ordinary(70, OLD) + pasted(71, OLD) + b"\nthe meeting is at nine\n"), OLD)
    add_raw(mail.inbox, counted(messages.forged(72, OLD)), OLD)
    backstop.pass_once()
    inbox, away = disk.read(mail.inbox.path), disk.read(mail.away.path)
    assert letter in inbox, "the letter was changed"
    assert b"meeting" not in away and b"victim71@" not in away, "a piece of the letter is in quarantine"
    assert b"victim72@" in away and b"victim72@" not in inbox, "the bounce that is counted and not disputed was not moved"
    equal(states(backstop), ["kept"] * 2 + ["quarantined"] * 4, "states")
    backstop.ok("backstop", "restore", str(quarantined(backstop, "victim72@")[0]["id"]))
    backstop.pass_once()
    assert b"victim72@" in disk.read(mail.inbox.path) and letter in disk.read(mail.inbox.path), "restored beside the letter"


def disputed(name, quarantine):
    """A bounce whose end is in doubt is judged, not moved, and a sentence says why; copies are made nowhere."""
    mail, backstop = scene(work, name, "mbox", quarantine=quarantine)
    bounce = add_raw(mail.inbox, counted(messages.forged(73, OLD) + pasted(74, OLD)), OLD)
    backstop.pass_once()
    backstop.pass_once()
    assert bounce in disk.read(mail.inbox.path), "the bounce was changed"
    away = mail.away.names() if quarantine else mail.away.messages()
    equal(len(away), 3, "messages in quarantine")
    told = backstop.ok("backstop", "list", "--all", "--json")
    assert told.count("where a message of it ends is in doubt") == 1, told


@case
def disputed_bounces():
    """A bounce that separators and Content-Length end differently is not moved, nor copied, which is told."""
    disputed("disputed", None)
    disputed("disputed-maildir", "maildir")


@case
def stranger_joins():
    """A stranger whose Content-Length spans the next message takes nothing along: neither is moved, and other bounces are."""
    mail, backstop = scene(work, "joined", "mbox")
    wanted = messages.ordinary(75, OLD)
    header, _, body = messages.forged(76, OLD).partition(b"\n\n")
    separator = b"From sender@firm.example " + time.asctime(time.localtime(OLD)).encode() + b"\n"
    length = len(body) + 1 + len(separator) + len(wanted)
    first = add_raw(mail.inbox, header + b"\nContent-Length: %d\n\n" % length + body, OLD)
    second = add_raw(mail.inbox, wanted, OLD)
    backstop.pass_once()
    assert first + second in disk.read(mail.inbox.path), "the two were changed"
    equal(len(mail.away.messages()), 3, "messages in quarantine")


@case
def disputed_sent():
    """A sent letter in doubt is known, and the time until it was seen is a gap: what it may hide is not called backscatter."""
    mail, backstop = scene(work, "disputed-sent", "mbox")
    add_raw(mail.sent, counted(messages.letter(77, OLD) + pasted(78, OLD) + b"\nend\n"), OLD)
    mail.inbox.deliver(messages.genuine(77, OLD + 3600), OLD + 3600)
    backstop.pass_once()
    equal(sum(row["verdict"] == "genuine" for row in backstop.entries()), 3, "genuine entries, the answer to it among them")
    equal(len(quarantined(backstop)), 0, "messages in quarantine")


@case
def verdicts_maildir():
    """The sample mailbox as a Maildir is filtered as its EXPECTED.tsv says, and no byte or flag is changed."""
    verdicts("maildir")


@case
def verdicts_mbox():
    """The sample mailbox as an mbox is filtered as its EXPECTED.tsv says, and no byte is changed, of separators and
    Status fields neither."""
    verdicts("mbox")


def wishes(kind, quarantine=None):
    mail, backstop = scene(work, f"wishes-{kind}-{quarantine}", kind, quarantine=quarantine)
    before, plain = mail.on_disk(), mail.plain()
    backstop.pass_once()
    equal(len(mail.away.plain()), 3, "messages in quarantine")
    if not quarantine:
        equal(every(mail.on_disk()), every(before), "all messages")
    equal(every(mail.plain()), every(plain), "all messages, without what a folder adds")
    back, gone, stays = quarantined(backstop)
    backstop.ok("backstop", "restore", str(back["id"]))
    backstop.ok("backstop", "delete", "--for-good", str(gone["id"]))
    backstop.pass_once()
    word = gone["recipients"][0].split("@")[0]
    lost = next(digest(message) for name, message in messages_of(3).items() if word.encode() in message)
    equal(every(mail.plain()), sorted(set(every(plain)) - {lost}), "all messages but the deleted one")
    equal(len(mail.away.plain()), 1, "messages in quarantine after restore and delete")
    assert mail.away.find(stays["recipients"][0]), "another one than wished was taken out of quarantine"
    after = mail.on_disk()
    backstop.pass_once()
    equal(mail.on_disk(), after, "the folders after another pass")
    equal(states(backstop), ["deleted", "kept", "kept", "quarantined", "restored"], "states")


def messages_of(count):
    return {f"forged-{number}": messages.forged(number, messages.NOW - 2 * messages.DAY + number * 60)
            for number in range(1, count + 1)}


@case
def wishes_maildir():
    """Restore and delete in Maildirs do just that, and flags come back"""
    wishes("maildir")


@case
def wishes_mbox():
    """Restore and delete in mboxes do just that"""
    wishes("mbox")


@case
def wishes_maildir_mbox():
    """A Maildir whose quarantine is an mbox: there and back, every byte the same."""
    wishes("maildir", "mbox")


@case
def wishes_mbox_maildir():
    """An mbox whose quarantine is a Maildir: there and back, every byte the same."""
    wishes("mbox", "maildir")


def twins(kind, quarantine=None):
    mail = new_mail(work, f"twins-{kind}-{quarantine}", kind, quarantine)
    when = messages.NOW - 2 * messages.DAY + 60
    for message in (messages.forged(1, when), messages.forged(1, when), messages.genuine(1, when),
                    messages.ordinary(1, when)):
        mail.inbox.put(message, when, "S")
    backstop = mail.backstop(f"{work}/twins-{kind}-{quarantine}")
    plain = mail.plain()
    backstop.pass_once()
    equal(every(mail.plain()), every(plain), "all messages")
    equal(len(mail.away.plain()), 5, "messages in quarantine")
    for entry in quarantined(backstop, "victim1@")[:2]:
        backstop.ok("backstop", "restore", str(entry["id"]))
    backstop.pass_once()
    backstop.pass_once()
    equal(every(mail.plain()), every(plain), "all messages after two were restored")
    equal(len(mail.away.plain()), 3, "messages in quarantine after that")


@case
def twins_alike():
    """A message that lies there several times stays so, and each copy is moved and restored for itself: from either
    kind to either."""
    for kind in disk.KINDS:
        for quarantine in (None, *disk.KINDS):
            twins(kind, quarantine)


def other_disk(kind):
    if not os.access(OTHER_DISK, os.W_OK) or os.stat(OTHER_DISK).st_dev == os.stat(work).st_dev:
        note(f"{OTHER_DISK} is no other file system: not tested")
        return
    far = rig.workdir(OTHER_DISK)
    mail = new_mail(work, f"far-{kind}", kind)
    mail.away.path = os.path.join(far, "Backscatter")
    backstop = mail.backstop(f"{work}/far-{kind}")
    plain = mail.plain()
    backstop.pass_once()
    equal(len(mail.away.plain()), 3, "messages in quarantine")
    equal(every(mail.plain()), every(plain), "all messages")
    for entry in quarantined(backstop):
        backstop.ok("backstop", "restore", str(entry["id"]))
    backstop.pass_once()
    equal(mail.plain(), plain | {"Backscatter": []}, "the folders when all is restored")


@case
def other_disk_maildir():
    """A quarantine on another file system, where nothing can be renamed into: there and back, Maildir."""
    other_disk("maildir")


@case
def other_disk_mbox():
    """A quarantine on another file system: there and back, mbox."""
    other_disk("mbox")


def hands(kind):
    mail, backstop = scene(work, f"hands-{kind}", kind)
    backstop.pass_once()
    plain = mail.plain()
    mail.away.drag("victim1@", mail.inbox)  # back to the inbox
    mail.inbox.drag("Letter 1", mail.away)  # a genuine one into the quarantine
    mail.away.drag("victim2@", None)  # deleted there
    after = mail.on_disk()
    backstop.pass_once()
    backstop.pass_once()
    equal(mail.on_disk(), after, "the folders, which the owner has arranged")
    equal(states(backstop), ["deleted", "kept", "quarantined", "quarantined", "restored"], "states")
    equal([row["state"] for row in backstop.entries()
           if "friend@partner.example" in row["recipients"]].count("quarantined"), 1,
          "listed as quarantined, of what was dragged there")
    assert len(every(plain)) == len(every(mail.plain())) + 1


@case
def hands_maildir():
    """What the owner drags back counts as restored, what he drags in is listed, what he deletes there is deleted:
    Maildir."""
    hands("maildir")


@case
def hands_mbox():
    """What the owner drags back counts as restored, what he drags in is listed, what he deletes there is deleted:
    mbox."""
    hands("mbox")


def read_only(kind):
    mail, backstop = scene(work, f"readonly-{kind}", kind)
    before = mail.on_disk()
    closed = [os.path.join(mail.inbox.path, part)
              for part in ("cur", "new", "tmp")] if kind == "maildir" else [mail.inbox.path]
    for path in closed:
        os.chmod(path, os.stat(path).st_mode & ~0o222)
    backstop.pass_once()
    equal(mail.on_disk(), before | {"Backscatter": []}, "the folders")
    equal(sum(row["verdict"] == "backscatter" for row in backstop.entries()), 3, "entries judged backscatter")
    told = backstop.ok("backstop", "status")
    assert "Read-only" in told, told
    for path in closed:
        os.chmod(path, stat.S_IRWXU)
    backstop.pass_once()
    equal(len(mail.away.plain()), 3, "messages in quarantine when it may be written")
    equal(every(mail.on_disk()), every(before), "all messages")


@case
def read_only_maildir():
    """A Maildir that may not be written is only observed, which status says, and filtered when it may."""
    read_only("maildir")


@case
def read_only_mbox():
    """An mbox that may not be written is only observed, which status says, and filtered when it may."""
    read_only("mbox")


@case
def folders_missing():
    """A Sent folder or an inbox that is not there is told in one line that names it, and nothing is made or moved."""
    for kind in disk.KINDS:
        for part in ("sent", "folders"):
            mail, backstop = scene(work, f"missing-{kind}-{part}", kind, keys={part: f"{work}/nowhere/{part}"})
            before = mail.on_disk()
            result = backstop.run("backstopd", "--once")
            assert result.status != programs.DONE, f"status of a pass without {part}"
            assert f"nowhere/{part}" in result.complaint, result.complaint
            note(result.complaint)
            equal(mail.on_disk(), before, "the folders")
            assert not os.path.exists(f"{work}/nowhere"), "a folder was made"


@case
def sent_is_no_mail():
    """A Sent folder that is no mbox is told, and nothing is moved."""
    mail, backstop = scene(work, "nombox", "mbox")
    disk.write(mail.sent.path, b"This is a letter to the editor.\n")
    before = mail.inbox.rows()
    result = backstop.run("backstopd", "--once")
    note(result.complaint)
    assert "no mbox" in result.complaint, result.complaint
    equal(mail.inbox.rows(), before, "the inbox")


@case
def swept():
    """backstop sweep --folder PATH filters another Maildir, and another mbox, by their paths."""
    mail, backstop = scene(work, "swept", "maildir")
    backstop.pass_once()
    for kind in disk.KINDS:
        archive = disk.KINDS[kind](f"{mail.home}/archive-{kind}").make()
        for number in range(11, 14):
            number += 10 * (kind == "mbox")
            archive.put(messages.forged(number, OLD + number), OLD + number, "S")
        archive.put(messages.genuine(1, OLD), OLD, "S")
        archive.put(messages.ordinary(9, OLD), OLD, "S")
        before = sorted(mail.away.plain() + archive.plain())
        count = len(mail.away.plain())
        told, *entries = (json.loads(line) for line in
                          backstop.ok("backstop", "sweep", "--json", "--dry-run", "--folder",
                                      archive.path).splitlines())
        note(told["text"])
        equal((told["state"], len(entries), len(archive.plain())), ("done", 3, 5), f"the dry run, {kind}")
        told, *_ = (json.loads(line) for line in backstop.ok("backstop", "sweep", "--json", "--folder",
                                                             archive.path).splitlines())
        note(told["text"])
        equal((told["state"], len(archive.plain()), len(mail.away.plain())), ("done", 2, count + 3),
              f"the sweep, {kind}")
        equal(sorted(mail.away.plain() + archive.plain()), before, "all messages")
        entry = quarantined(backstop, "victim12@" if kind == "maildir" else "victim22@")[0]
        backstop.ok("backstop", "restore", str(entry["id"]))
        backstop.pass_once()
        equal(len(archive.plain()), 3, f"messages in the archive, one of them restored ({kind})")
    result = backstop.run("backstop", "sweep", "--folder", f"{work}/nowhere")
    assert result.status != programs.DONE, "a sweep of a folder that is not there"
    assert not os.path.exists(f"{work}/nowhere"), "a folder was made"


if __name__ == "__main__":
    rig.exit_on_signals()
    rig.obey_modes()
    work = rig.workdir()
    run(at_once=3)
