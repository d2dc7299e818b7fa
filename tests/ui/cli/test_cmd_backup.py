"""test_cmd_backup.py - backstop backup: a copy that can take the ledger's place."""
import os
import shutil
import subprocess
import threading
from itertools import count

from cli_scene import backstop, fresh, helper, ok, work, BACKSTOP, BUILD, ENVIRONMENT, LIMIT
from tap import case, equal, run

FAULTS = {"LD_PRELOAD": os.path.abspath(os.path.join(BUILD, "tests", "e2e", "stop_at.so")),
          "ASAN_OPTIONS": "verify_asan_link_order=0"}
TOLD = (("list", "--json"), ("status", "--json"), ("explain", "--json", "1"), ("allow", "list", "--all", "--json"))


def target(name):
    return os.path.join(work, "copies", name)


def restored(copy):
    """A data folder that has the copy as its ledger."""
    data = fresh(filled=False)
    os.mkdir(data, 0o700)
    shutil.copyfile(copy, os.path.join(data, "ledger.db"))
    return data


def answers(data):
    return [ok("--data", data, *command).out for command in TOLD]


@case
def same():
    """The copy is one file, for the owner alone, and in a data folder it answers as the ledger does."""
    data, copy = fresh(), target("same.db")
    text = ok("--data", data, "backup", copy).out
    assert copy in text.replace("\n", " "), text
    equal(os.stat(copy).st_mode & 0o777, 0o600, "mode")
    equal([name for name in os.listdir(os.path.dirname(copy)) if name.startswith("same")], ["same.db"], "files")
    equal(answers(restored(copy)), answers(data), "what is told")
    row, = ok("--data", data, "backup", "--json", target("json.db")).json()
    equal(row, {"schema": 1, "file": target("json.db"), "bytes": os.path.getsize(copy)}, "as JSON")


@case
def beside():
    """While another program writes, every copy is whole."""
    data, ended = fresh(), threading.Event()

    def write():
        while not ended.is_set():
            helper(data, "pass")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        copies = [target(f"beside-{number}.db") for number in range(5)]
        for copy in copies:
            ok("--data", data, "backup", copy)
    finally:
        ended.set()
        writer.join()
    for copy in copies:
        answers(restored(copy))


@case
def refused():
    """No file is written over, no link is followed, and nothing is left of a copy that cannot be made."""
    data, there = fresh(), target("there.db")
    with open(there, "w") as out:
        out.write("mine")
    link = target("link.db")
    os.symlink(target("nowhere.db"), link)
    for path in (there, link, os.path.join(data, "ledger.db")):
        assert "is there already" in backstop("--data", data, "backup", path).complaint(65), path
    equal(open(there).read(), "mine", "the file that was there")
    assert not os.path.exists(target("nowhere.db"))
    before = sorted(os.listdir(os.path.dirname(there)))
    for path, words in ((target("no/such/folder.db"), "cannot be made"), (os.path.dirname(there), "is there already")):
        result = backstop("--data", data, "backup", path)
        assert result.status != 0 and words in result.err, result.err
    result = backstop("--data", fresh(filled=False), "backup", target("none.db"))
    assert result.status != 0 and "nothing is known yet" in result.err, result.err
    equal(sorted(os.listdir(os.path.dirname(there))), before, "files")


@case
def full():
    """A full disk: a complaint about the copy, which is not there afterwards; the ledger is as before."""
    data, copy = fresh(), target("full.db")
    before, files = answers(data), sorted(os.listdir(os.path.dirname(copy)))
    result = backstop("--data", data, "backup", copy, env=ENVIRONMENT | FAULTS | {
        "BACKSTOP_ENOSPC_AFTER": "8192", "BACKSTOP_ENOSPC_IN": os.path.dirname(copy)})
    complaint = result.complaint(74)
    assert copy in complaint and "no room" in complaint, complaint
    equal(sorted(os.listdir(os.path.dirname(copy))), files, "files")
    equal(answers(data), before, "what is told")


@case
def killed():
    """Wherever it is killed, what has the name that was asked for is whole."""
    data, copy = fresh(), target("killed.db")
    for point in count(1):
        process = subprocess.run([BACKSTOP, "--data", data, "backup", copy], stdout=subprocess.DEVNULL, timeout=LIMIT,
                                 check=False, env=ENVIRONMENT | FAULTS | {"BACKSTOP_STOP_AT": f"changed:{point}"})
        if os.path.exists(copy):
            equal(answers(restored(copy)), answers(data), f"what is told, killed at {point}")
            os.remove(copy)
        if process.returncode >= 0:
            break
    assert point > 2, f"killed at {point - 1} points"


if __name__ == "__main__":
    os.mkdir(os.path.join(work, "copies"))
    run(at_once=2)
