"""test_disk_heal.py - what goes back by itself, and what stays for its owner to decide, is told before and after."""
import json
import os
import subprocess

import messages
import rig
from disk import scene
from tap import case, equal, run


def words(backstop, *arguments):
    return " ".join(backstop.ok("backstop", *arguments).split())


def says(text, *wanted):
    for part in wanted:
        assert part in text, f"“{part}” is not in: {text}"


def is_silent(text, *unwanted):
    for part in unwanted:
        assert part not in text, f"“{part}” is in: {text}"


def entry_of(backstop, number):
    """The id of the entry about forged message `number`."""
    return next(row["id"] for row in backstop.entries() if f"victim{number}@remote.example" in row["recipients"])


def state_of(backstop, entry):
    return next(row["state"] for row in backstop.entries() if row["id"] == entry)


def judged_again(backstop):
    return json.loads(backstop.ok("backstop", "status", "--json").splitlines()[1])["judged_again"]


def window(backstop):
    """What the window says of the account."""
    program = os.path.join(rig.BUILD, "tests", "ui", "model", "window_says")
    out = subprocess.run([program, backstop.data], check=True, stdout=subprocess.PIPE, text=True, timeout=20).stdout
    return " ".join(out.split())


def late_letter(number):
    """The letter that forged message `number` is a bounce of: now the owner has sent it after all."""
    text = messages.letter(number, messages.NOW - 2 * messages.DAY, f"victim{number}@remote.example")
    return text.replace(f"letter-{number}@backstop.example".encode(), f"spam-{number}@botnet.example".encode())


@case
def record():
    """record says what comes back; list, status, explain and the window say so too, once the pass has done it."""
    mail, backstop = scene(work, "record", "maildir")
    backstop.pass_once()
    entry, file = entry_of(backstop, 2), f"{work}/late.eml"
    with open(file, "wb") as out:
        out.write(late_letter(2))
    says(words(backstop, "record", file),
         f"1 message goes back by itself at the next pass, by what is known now: {entry}")
    equal(state_of(backstop, entry), "quarantined", "its state before the pass")
    says(words(backstop, "once"), "What was done since you last asked:", f"{entry} (by itself): restored to")
    equal(len(mail.on_disk()["Backscatter"]), 2, "messages in quarantine")
    for command in (["status"], ["list"]):
        says(words(backstop, *command),
             f"1 message went back by itself within 30 days, by what was known then: {entry}")
    says(words(backstop, "explain", str(entry)), "it answers mail that you sent", "and went back by itself.")
    says(window(backstop), f"1 message went back by itself within 30 days, by what was known then: {entry}")
    equal(judged_again(backstop), {"back": [entry], "coming": [], "told": []}, "as JSON")


@case
def own_entries():
    """allow says what comes back, and nothing where it is about others."""
    _, backstop = scene(work, "own", "maildir")
    backstop.pass_once()
    one = entry_of(backstop, 1)
    is_silent(words(backstop, "allow", "add", "elsewhere.example"), "next pass", "stays")
    said = words(backstop, "allow", "add", "victim1@remote.example")
    says(said, f"1 message goes back by itself at the next pass, by what is known now: {one}")
    is_silent(said, "backstop restore")
    says(words(backstop, "once"), f"{one} (by itself): restored to")
    says(words(backstop, "explain", str(one)), "genuine: you have allowed it by an entry of your own.")
    is_silent(words(backstop, "explain", str(one)), "it answers mail that you sent")
    line = json.loads(backstop.ok("backstop", "allow", "add", "victim2@remote.example", "--json").splitlines()[1])
    equal((line["type"], line["judged_again"]["coming"]), ("judged-again", [entry_of(backstop, 2)]), "as JSON")


@case
def denied():
    """deny remove tells what only that entry had taken away: nothing says that the owner sent it, so it stays."""
    mail, backstop = scene(work, "denied", "maildir", sent=False, answered=0)
    backstop.ok("backstop", "deny", "add", "remote.example")
    backstop.run("backstopd", "--once")
    equal(len(mail.on_disk()["Backscatter"]), 3, "messages in quarantine")
    says(words(backstop, "explain", str(entry_of(backstop, 1))),
         "backscatter: you have denied it by an entry of your own.")
    says(words(backstop, "deny", "remove", "remote.example"), "is removed from the list.",
         "3 messages in quarantine would not be moved by what is known now, and stay there until you decide:")
    backstop.run("backstopd", "--once")
    equal(len(mail.on_disk()["Backscatter"]), 3, "messages in quarantine after the pass")
    equal(len(judged_again(backstop)["told"]), 3, "what is told")


@case
def told():
    """Where only coverage fell nothing goes back by itself: it is told, and one command brings all of it back."""
    mail, backstop = scene(work, "told", "maildir")
    backstop.pass_once()
    equal(judged_again(backstop)["told"], [], "what is told before")
    entries = sorted(entry_of(backstop, number) for number in (1, 2, 3))
    backstop.accounts["test"]["addresses"] = "somebody@else.example"
    backstop.write_config()
    backstop.pass_once()
    equal(judged_again(backstop), {"back": [], "coming": [], "told": entries}, "as JSON")
    equal(len(mail.on_disk()["Backscatter"]), 3, "messages in quarantine")
    sentence = ("3 messages in quarantine would not be moved by what is known now, and stay there until you decide: "
                f"{entries[0]}-{entries[2]}")
    says(words(backstop, "status"), sentence, "backstop restore --because judged-again --account test brings all of it")
    says(words(backstop, "list"), sentence, "backstop restore --because judged-again brings all of it back.")
    says(words(backstop, "explain", str(entries[0])), "would be unsure now: restore it if you want it.")
    says(window(backstop), sentence, "“backstop restore --because judged-again --account test” brings all of it back")
    says(words(backstop, "restore", "--because", "judged-again", "--yes"), "queued")
    is_silent(words(backstop, "list"), "would not be moved")
    says(words(backstop, "once"), f"{entries[0]} (restore): restored to")
    equal(len(mail.on_disk()["Backscatter"]), 0, "messages in quarantine")


@case
def reasons():
    """A Sent folder that says nothing about sent mail is told with its reason, in status, explain and the window."""
    for name, keys, fill, wanted in (
            ("empty", {}, lambda mail: None, "has never held a message"),
            ("strange", {"addresses": "owner@else.example"}, lambda mail: [
                mail.put("Sent", messages.ordinary(number, messages.NOW - number * messages.DAY).replace(
                    b"paul@", b"paul%d@" % number), messages.NOW - number * messages.DAY, "S") for number in (1, 2, 3)],
             "3 of 3 messages in"),
            ("watched", {"sent": f"{work}/watched/mail/inbox"}, lambda mail: None, "is watched for new mail")):
        mail, backstop = scene(work, name, "maildir", sent=False, keys=keys)
        fill(mail)
        backstop.run("backstopd", "--once")
        entry = backstop.entries()[0]["id"] if backstop.entries() else None
        for text in (words(backstop, "status"), window(backstop), words(backstop, "explain", str(entry))):
            says(text, wanted)
            is_silent(text, "holds no mail that Backstop has read yet", "knows all mail")


if __name__ == "__main__":
    rig.exit_on_signals()
    rig.obey_modes()
    work = rig.workdir()
    run(at_once=3)
