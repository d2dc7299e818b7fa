"""test_hands.py - restore, delete, undo, allow and deny: what is selected, asked, queued, waited for and taken back."""
import json
import os
import pty
import subprocess
import time

from cli_scene import backstop, daemon, fresh, helper, ok, BACKSTOP, ENVIRONMENT, LIMIT
from tap import case, equal, run


class Scene:
    """A ledger with one genuine report kept (1), two in quarantine (2, 3), one unsure kept (4) and one restored (5)."""

    def __init__(self):
        self.data = fresh()

    def helper(self, *arguments):
        helper(self.data, *arguments)

    def run(self, *arguments, status=0):
        result = backstop("--data", self.data, *arguments)
        equal(result.status, status, f"status of {arguments} ({result.out}{result.err})")
        return result.out + result.err

    def json(self, *arguments, status=0):
        return [json.loads(line) for line in self.run(*arguments, "--json", status=status).splitlines()]

    def on_terminal(self, answer, *arguments):
        """Standard input is a terminal on which this is typed; status, and all that was said."""
        master, slave = pty.openpty()
        with subprocess.Popen([BACKSTOP, "--data", self.data, *arguments], stdin=slave, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env=ENVIRONMENT) as process:
            os.write(master, answer.encode())
            out, _ = process.communicate(timeout=LIMIT)
        os.close(master)
        os.close(slave)
        return process.returncode, out

    def queued(self):
        return self.json("status")[1]["open_wishes"]


SELECTIONS = [  # arguments, which messages
    (["2"], [2]),
    (["2", "3"], [2, 3]),
    (["2,3"], [2, 3]),
    (["1-5"], [2, 3]),
    (["2-2", "3-9999999"], [2, 3]),
    (["3-5,2"], [2, 3]),
    (["--account", "home"], [2, 3]),
    (["--account", "work"], []),
    (["--to", "victim@example.com"], [2]),
    (["--to", "VICTIM@Example.COM"], [2]),
    (["--to", "example.com"], [2, 3]),
    (["--to", "xample.com"], []),
    (["--to", "@example.com"], [2, 3]),
    (["--since", "1h"], [2, 3]),
    (["--since", "2001-01-01"], [2, 3]),
    (["--since", "2999-01-01"], []),
    (["--because", "id-foreign"], [2, 3]),
    (["--because", "id-foreign:evil"], [3]),
    (["--because", "id-foreign:vil"], []),
    (["--because", "deny"], []),
    (["--because", "deny:example.com"], []),
    (["2-4", "--to", "other@example.com"], [3]),
]


@case
def selections():
    """Ranges, lists and conditions select what lies in quarantine, and nothing else; a dry run does nothing."""
    scene = Scene()
    for arguments, want in SELECTIONS:
        rows = scene.json("restore", *arguments, "--dry-run")
        equal([row["id"] for row in rows], want, f"selected by {arguments}")
        if rows:
            assert f"{len(rows)} message" in scene.run("restore", *arguments, "--dry-run")
    equal(scene.queued(), 0, "queued by dry runs")


BAD = [  # arguments, status
    (["0"], 64), (["5-2"], 64), (["2-"], 64), (["-2"], 64), (["2,,3"], 64), (["x"], 64), ([""], 64), ([], 64),
    (["--since", "soon"], 64), (["--since", "2h3"], 64), (["--to", "a b"], 64), (["--to", ""], 64),
    (["--account", "typo"], 66), (["4711"], 66), (["2", "4711"], 66), (["2", "5"], 65), (["1"], 65), (["2,1"], 65),
]


@case
def nothing_by_halves():
    """One mistake, one id that is unknown or makes no sense, and nothing at all is queued."""
    scene = Scene()
    for arguments, status in BAD:
        scene.run("restore", *arguments, "--yes", status=status)
        equal(scene.queued(), 0, f"queued by {arguments}")


@case
def asked():
    """Several are counted and asked for on a terminal; a script says --yes for ranges and conditions, not for ids."""
    scene = Scene()
    status, out = scene.on_terminal("n\n", "restore", "1-5")
    equal((status, scene.queued()), (75, 0), "after no")
    assert "2 messages will be restored (2-3)" in out, out
    status, out = scene.on_terminal("\n", "restore", "2", "3")
    equal((status, scene.queued()), (75, 0), "after an empty line")
    assert "--yes" in scene.run("restore", "1-5", status=64)
    equal(scene.queued(), 0, "without --yes")
    status, out = scene.on_terminal("y\n", "restore", "1-5")
    equal((status, scene.queued()), (0, 2), "after yes")
    scene = Scene()
    scene.run("restore", "2", "3")
    equal(scene.queued(), 2, "plain ids in a script")
    scene = Scene()
    scene.run("delete", "--because", "id-foreign", "--yes")
    equal(scene.queued(), 2, "with --yes")


@case
def last_request():
    """delete, then restore: only restore is left, and what became of the other one is told once."""
    scene = Scene()
    scene.run("delete", "2")
    scene.run("restore", "2")
    equal(scene.queued(), 1, "open requests")
    first, second = scene.run("status"), scene.run("status")
    assert "asked for something else" in " ".join(first.split()), first
    assert "asked for something else" not in " ".join(second.split()), second


@case
def results_of_the_daemon():
    """What the daemon did, or refused, while nobody waited is told by the next status, as JSON too."""
    scene = Scene()
    scene.run("restore", "2")
    scene.helper("wishes", "failed", "the server said no")
    rows = [row for row in scene.json("status") if row["type"] == "result"]
    equal([(row["id"], row["request"], row["state"], row["text"]) for row in rows],
          [(2, "restore", "failed", "the server said no")], "as JSON")
    assert "2 (restore): the server said no" in scene.run("status")
    assert "the server said no" not in scene.run("status")


@case
def no_trash():
    """Where it is known that there is no trash, delete asks on a terminal, and wants --for-good elsewhere."""
    scene = Scene()
    scene.helper("trash", "home", "")
    assert "--for-good" in scene.run("delete", "2", status=65)
    equal(scene.queued(), 0, "queued without --for-good")
    status, out = scene.on_terminal("n\n", "delete", "2")
    equal((status, scene.queued()), (75, 0), "after no")
    assert "for good? [y/N]" in out, out
    status, out = scene.on_terminal("y\n", "delete", "2")
    equal((status, scene.queued()), (0, 1), "after yes")
    scene.run("delete", "3", "--for-good")
    equal(scene.queued(), 2, "with --for-good")
    other = Scene()
    other.helper("trash", "home", "Papierkorb")
    other.run("delete", "2")
    equal(other.queued(), 1, "with a trash")


@case
def undo():
    """undo takes back the last command, then the one before; when there is none it says so."""
    scene = Scene()
    scene.run("undo", status=66)
    scene.run("deny", "add", "spam.example")
    scene.run("restore", "2", "3")
    row = scene.json("undo", "--dry-run")[0]
    equal((row["command"], row["dry_run"]), ("restore", True), "what would be taken back")
    equal(scene.queued(), 2, "after a dry run")
    assert "restore of 2-3" in scene.run("undo")
    equal(scene.queued(), 0, "after undo")
    assert "deny of @spam.example" in scene.run("undo")
    equal(scene.json("deny"), [], "the deny list")
    scene.run("undo", status=66)


@case
def undo_what_was_done():
    """A restore that was done is undone by a request to put the message back into quarantine."""
    scene = Scene()
    scene.run("restore", "2")
    scene.helper("move", "2", "restored")
    row = scene.json("undo")
    equal((row[0]["reversed"], row[1]["state"]), (1, "queued"), "what undo does")
    equal(scene.queued(), 1, "open requests")


@case
def covered():
    """allow and deny tell what they would have changed; deny, how many of these answer the owner's mail."""
    scene = Scene()
    out = " ".join(scene.run("allow", "add", "example.com").split())
    assert "changed the verdict on 4 reports" in out and "2 of them in quarantine." in out, out
    assert "2 messages go back by themselves at the next pass, by what is known now: 2-3" in out, out
    row = scene.json("deny", "add", "example.net")[0]
    equal((row["changed"], row["answered"], row["quarantined"]), (1, 1, 0), "as JSON")
    assert "1 answer mail that you sent" in " ".join(scene.run("deny", "add", "friend@example.net").split())
    assert "changed the verdict" not in scene.run("allow", "add", "elsewhere.example")


@case
def unknown_account():
    """An account that is not there is refused, not answered with nothing."""
    scene = Scene()
    assert "no account" in scene.run("list", "--account", "typo", status=66)
    equal(scene.json("list", "--account", "work"), [], "one that is there")


@case
def own_lists():
    """allow and deny add, list and remove own entries; remove excludes an automatic one."""
    data = fresh()
    assert "No entries of your own" in ok("--data", data, "allow").out
    ok("--data", data, "allow", "add", "Bob <Bob@Example.com>", "example.net")
    ok("--data", data, "deny", "add", "spam.example")
    entries = lambda *arguments: [(row["list"], row["entry"])
                                  for row in ok("--data", data, "--json", *arguments).json()]
    equal(entries("allow"), [("allow", "@example.net"), ("allow", "bob@example.com")], "allow")
    equal(entries("deny", "list"), [("deny", "@spam.example")], "deny")
    equal(entries("allow", "list", "--all")[-1], ("automatic", "friend@example.net"), "allow --all")
    assert "bob@example.com" in ok("--data", data, "allow", "list").out
    ok("--data", data, "allow", "remove", "bob@example.com")
    assert "wrote to" in ok("--data", data, "allow", "remove", "friend@example.net").out
    equal(entries("allow"), [("allow", "@example.net"), ("exclude", "friend@example.net")], "allow after remove")
    backstop("--data", data, "deny", "remove", "nobody@example.com").complaint(66)
    for bad in ("postmaster", "MAILER-DAEMON", "a b@c", ""):
        backstop("--data", data, "allow", "add", bad).complaint(65)
    result = backstop("--data", data, "deny", "add", "postmaster", "good@example.com")
    equal((result.status, len(result.err.splitlines())), (65, 1), "of several, one bad")
    equal(entries("deny")[-1], ("deny", "good@example.com"), "the good one of them")


@case
def requests_queued():
    """Without a daemon restore and delete are queued; with an id that makes no sense nothing is queued."""
    data = fresh()
    rows = ok("--data", data, "list", "--all", "--json").json()
    held = [row["id"] for row in rows if row["state"] == "quarantined"]
    kept = next(row["id"] for row in rows if row["verdict"] == "genuine")
    assert "queued" in ok("--data", data, "restore", str(held[0])).out
    equal(ok("--data", data, "--json", "restore", str(held[0])).json(), [
        {"schema": 1, "id": held[0], "state": "queued",
         "text": "queued: it is done at the next pass (run backstop once, or start backstopd)"}],
        "the same request again")
    equal(ok("--data", data, "status", "--json").json()[1]["open_wishes"], 1, "open requests")
    result = backstop("--data", data, "delete", "4711", str(held[1]))
    equal((result.status, len(result.lines), len(result.err.splitlines())), (66, 0, 1), "one missing, one not")
    equal(ok("--data", data, "status", "--json").json()[1]["open_wishes"], 1, "open requests after that")
    assert str(kept) in backstop("--data", data, "delete", str(kept)).complaint(65)


@case
def requests_done():
    """With a daemon restore waits for the result and prints it."""
    data = fresh()
    held = [str(row["id"]) for row in ok("--data", data, "list", "--state", "quarantined", "--json").json()]
    with daemon(data, "done", "restored to INBOX"):
        began = time.monotonic()
        equal(sorted(ok("--data", data, "restore", *held).lines), sorted(f"{id}: restored to INBOX" for id in held),
              "results")
        assert time.monotonic() - began < 2, "the result was not taken at once"
    with daemon(data, "failed", "It is no longer\033[2J there."):
        result = backstop("--data", data, "--json", "restore", held[0])
        equal((result.status, result.json()[0]["state"]), (65, "failed"), "a failed request")
        assert "\033" not in backstop("--data", data, "restore", held[0]).out


if __name__ == "__main__":
    run()
