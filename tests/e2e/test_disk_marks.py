"""test_disk_marks.py - what left without a Sent copy stays in sight, five a week of each kind; forgeries go."""
import json

import messages
import rig
from disk import scene
from tap import case, equal, run

MARKED = {  # fields of an original, by the evidence that leaves its bounce in sight
    "own-automatic": "From: owner@backstop.example\nAuto-Submitted: auto-replied (vacation)\n",
    "redirected": "From: friend@partner.example\nResent-From: owner@backstop.example\n",
    "signature-claimed": "From: owner@backstop.example\nDKIM-Signature: v=1; d=backstop.example; s=x; b=y\n",
    "answers-received": "From: owner@backstop.example\nReferences: <archive@lists.example> <asked-1@partner.example>\n",
    "own-id-side": "From: owner@backstop.example\nMessage-ID: <unknown@desk.hazel.example>\n",
}
PLAIN = {  # the same, as a stranger can have it
    "foreign automatic": "From: sale@shop.example\nPrecedence: bulk\n",
    "bulk": "From: owner@backstop.example\nPrecedence: bulk\n",
    "foreign signature": "From: owner@backstop.example\nDKIM-Signature: v=1; d=shop.example; s=x; b=y\n",
    "archive": "From: owner@backstop.example\nReferences: <archive@lists.example>\n",
    "own domain": "From: owner@backstop.example\nMessage-ID: <unknown@backstop.example>\n",
}


def marked(number, when, fields):
    """A forged bounce whose original has these fields instead of its own."""
    text = messages.forged(number, when).decode()
    head, mark, rest = text.rpartition("From: Olga Owner <owner@backstop.example>\n")
    assert mark, "the original of a forged bounce says that it is from the owner"
    if "Message-ID:" in fields:
        rest = rest.replace(f"Message-ID: <spam-{number}@botnet.example>\n", "")
    return (head + fields + rest).encode()


def received(id, more=""):
    return (f"From: Friend <friend@partner.example>\nTo: owner@backstop.example\nSubject: A question\n"
            f"Date: {messages.date(messages.NOW - 9 * messages.DAY)}\nMessage-ID: <{id}>\n{more}\nWell?\n").encode()


def sent(number):
    when = messages.NOW - (number + 2) * messages.DAY
    return messages.letter(900 + number, when).replace(f"letter-{900 + number}@backstop.example".encode(),
                                                       f"desk-{number}@desk.hazel.example".encode()), when


def mailbox(name, general=None, **keys):
    mail, backstop = scene(work, name, "maildir", general, keys={"addresses": "owner@backstop.example", **keys})
    for number in range(30):
        mail.sent.put(*sent(number), "S")
    for message in (received("asked-1@partner.example"),
                    received("archive@lists.example", "List-Id: <club.lists.example>\n")):
        mail.inbox.put(message, messages.NOW - 9 * messages.DAY, "S")
    return mail, backstop


def outcomes(backstop, first, last):
    """failed recipient → (state, code that decided)"""
    found = {}
    for row in backstop.entries():
        explained = json.loads(backstop.ok("backstop", "explain", "--json", str(row["id"])).splitlines()[0])
        decided = explained["evidence"][explained["decided"]]["code"]
        for number in range(first, last):
            if f"victim{number}@remote.example" in row["recipients"]:
                found[number] = (row["state"], decided)
    return found


@case
def each():
    """Each mark leaves its bounce in sight, and the same written by a stranger does not."""
    mail, backstop = mailbox("each")
    when = messages.NOW - messages.DAY
    for number, fields in enumerate([*MARKED.values(), *PLAIN.values()], 100):
        mail.inbox.put(marked(number, when, fields), when, "S")
    backstop.pass_once()
    found = outcomes(backstop, 100, 100 + len(MARKED) + len(PLAIN))
    for number, code in enumerate(MARKED, 100):
        equal(found[number], ("kept", code), code)
    for number, name in enumerate(PLAIN, 100 + len(MARKED)):
        equal(found[number], ("quarantined", "covered"), name)


@case
def flood():
    """Of a flood of marked forgeries five stay, in one pass or in several."""
    mail, backstop = mailbox("flood")
    when = messages.NOW - messages.DAY
    for number in range(200, 220):
        mail.inbox.put(marked(number, when + number, MARKED["own-automatic"]), when + number, "S")
        if number in (202, 210):
            backstop.pass_once()
    backstop.pass_once()
    states = [state for state, _ in outcomes(backstop, 200, 220).values()]
    equal((states.count("kept"), states.count("quarantined")), (5, 15), "kept and quarantined")


@case
def unused():
    """receive-only of both groups, and an address of a catch-all domain: counted and explained, moved as before."""
    mail, backstop = mailbox("unused", {"receive-only": "tip@backstop.example"},
                             addresses="owner@backstop.example;tip@backstop.example;*@hazel.example",
                             receive_only="drop@backstop.example")
    when = messages.NOW - messages.DAY
    for number, to in enumerate(("tip@backstop.example", "q7x@hazel.example", messages.OWNER), 300):
        bounce = messages.forged(number, when).replace(messages.OWNER.encode(), to.encode())
        mail.inbox.put(bounce, when, "S")
    backstop.pass_once()
    whole = json.loads(backstop.ok("backstop", "status", "--json").splitlines()[0])
    never = {row["address"]: (row["count"], row["receive_only"]) for row in whole["never_used"]}
    equal(never, {"tip@backstop.example": (1, True), "q7x@hazel.example": (1, False)}, "never used")
    equal([(row["side"], row["state"]) for row in whole["id_marks"] if row["state"] == "good"], [], "marks")
    shared = {row["side"]: row["state"] for row in whole["id_marks"]}
    equal(shared["desk.hazel.example"], "domain", "below a domain that is listed now")


if __name__ == "__main__":
    rig.exit_on_signals()
    rig.obey_modes()
    work = rig.workdir()
    run(at_once=3)
