"""test_same_everywhere.py - the command line, the window and the icon say the same about what waits for the owner."""
import json
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))
import disk  # noqa: E402
import messages  # noqa: E402
import rig  # noqa: E402
from tap import case, equal, run  # noqa: E402


def window(backstop):
    """What the window and the icon show: name → value."""
    program = os.path.join(rig.BUILD, "tests", "ui", "model", "window_says")
    out = subprocess.run([program, backstop.data], check=True, stdout=subprocess.PIPE, text=True, timeout=20).stdout
    return dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in out.splitlines())


def listed(backstop):
    """Entries of `backstop list`, newest first."""
    return [json.loads(line) for line in backstop.ok("backstop", "list", "--json").splitlines()]


def compare(backstop, waiting, unsure):
    rows, shown = listed(backstop), window(backstop)
    ids = " ".join(str(row["id"]) for row in rows)
    equal(len(rows), waiting, "entries of backstop list")
    equal(sum(row["verdict"] == "unsure" for row in rows), unsure, "unsure entries of backstop list")
    equal(sorted(shown["list waiting"].split()), sorted(ids.split()), "the entries of the window's first view")
    equal(shown["count waiting"], str(waiting), "the number beside the window's first view")
    equal((shown["count unsure"], len(shown["list unsure"].split())), (str(unsure), unsure),
          "the window's view of unsure ones")
    words = f"{waiting} waiting" + (f" ({unsure} unsure)" if unsure else "") if waiting else "Nothing waits"
    equal(shown["icon"], words, "the icon's words")
    equal(shown["new"], f"{waiting} new since you looked" if waiting else "", "what is new, where nobody has looked")
    status = json.loads(backstop.ok("backstop", "status", "--json").splitlines()[1])
    equal(status["for_owner"], waiting, "the number of backstop status --json")
    if waiting:
        words = " ".join(backstop.ok("backstop", "status").split())
        assert f"waiting for you {waiting} " in words, f"status does not tell of {waiting}: {words}"


def demo(name, mode):
    mail = disk.new_mail(work, name, "maildir", fill=False)
    inbox = messages.fill_demo(mail)
    backstop = mail.backstop(f"{work}/{name}", {"mode": mode})
    backstop.pass_once()
    verdicts = [verdict for _, verdict in inbox.values()]
    return mail, backstop, verdicts.count("backscatter"), verdicts.count("unsure")


@case
def observe():
    """In observe mode, what was left in the inbox waits for the owner in list, window, icon and status alike."""
    _, backstop, backscatter, unsure = demo("observe", "observe")
    compare(backstop, backscatter + unsure, unsure)


@case
def filtering():
    """In quarantine mode, what lies in quarantine and what is unsure waits, until it is restored or deleted."""
    _, backstop, backscatter, unsure = demo("quarantine", "quarantine")
    compare(backstop, backscatter + unsure, unsure)
    lying = [str(row["id"]) for row in listed(backstop) if row["state"] == "quarantined"]
    backstop.ok("backstop", "restore", lying[0])
    compare(backstop, backscatter + unsure, unsure)  # not before it is done
    backstop.ok("backstop", "delete", "--for-good", lying[1])  # there is no trash
    backstop.pass_once()
    compare(backstop, backscatter + unsure - 2, unsure)


@case
def switched():
    """What was only observed still waits after the mode is changed and it was moved."""
    _, backstop, backscatter, unsure = demo("switched", "observe")
    backstop.general["mode"] = "quarantine"
    backstop.write_config()
    backstop.pass_once()
    equal(sum(row["state"] == "quarantined" for row in listed(backstop)), backscatter, "what lies in quarantine now")
    compare(backstop, backscatter + unsure, unsure)


if __name__ == "__main__":
    work = rig.workdir()
    run()
