"""test_cmd_sweep.py - backstop sweep: by a daemon, by a child, as a dry run, interrupted."""
import contextlib
import os
import re
import signal
import sqlite3
import subprocess
import time

from cli_scene import (backstop, daemon, fresh, helper, ok, on_terminal, open_wishes, with_daemon_script, work, write,
                       BACKSTOP, CONFIG, ENVIRONMENT, LIMIT)
from tap import case, equal, run


@case
def sweep():
    """sweep asks for a sweep of every account or one, waits for the daemon, and prints the result."""
    config, data = write("config-two", CONFIG + "[account work]\nhost = localhost\nuser = me@work.example\n"), fresh()
    run = lambda *arguments: ok("--config", config, "--data", data, "sweep", *arguments)
    with daemon(data, "done", "looked at 1,204 messages"):
        equal(run().lines, ["home: looked at 1,204 messages (sweep (null))",
                            "work: looked at 1,204 messages (sweep (null))"], "of all accounts")
        equal(run("--json", "home", "--folder", "Archive", "--folder", "Müll", "--folder", "Archive").json(), [
            {"schema": 1, "type": "sweep", "account": "home", "dry_run": False, "state": "done",
             "text": "looked at 1,204 messages (sweep Archive\nMüll)"}], "of one, in folders")


@case
def sweep_dry_run():
    """A dry run lists what would be moved, and how to move it."""
    config, data = write("config", CONFIG), fresh()
    with daemon(data, "done", "found some"):
        result = ok("--config", config, "--data", data, "sweep", "--dry-run", "--folder", "Old stuff", "home")
        equal(result.lines[0], "home: found some (rehearse Old stuff)", "result")
        assert re.match(r"ID +ARRIVED +VERDICT", result.lines[1]), result.out
        assert "victim@example.com" in result.lines[2] and "Cheap pills" in result.lines[2], result.out
        equal(result.lines[3:], ["Nothing was moved. To move them: backstop sweep --folder 'Old stuff' home"],
              "what is said below")
    with daemon(data := fresh(), "done", "found some"):
        told, entry = ok("--config", config, "--data", data, "sweep", "--dry-run", "--json").json()
        equal((told["type"], told["dry_run"], told["state"]), ("sweep", True, "done"), "the sweep as JSON")
        equal((entry["type"], entry["verdict"], entry["state"], entry["home"]),
              ("entry", "backscatter", "kept", "Archive"), "an entry as JSON")
    with daemon(data := fresh(), "done", "found some"):
        observe = write("config-observe", "[backstop]\nmode = observe\n" + CONFIG)
        shown = re.sub(r"\s+", " ", ok("--config", observe, "--data", data, "sweep", "--dry-run").out)
        assert "while the configuration says mode = observe" in shown and "To move them" not in shown, shown
    with daemon(data := fresh(), "failed", "there is no folder \"Old\""):
        line = backstop("--config", config, "--data", data, "sweep", "--dry-run", "--folder", "Old").complaint(65)
        assert 'account home: there is no folder "Old"' in line, line


@case
def sweep_by_child():
    """Without a daemon sweep runs the backstopd beside it; a pass that fails leaves a sweep for the next one, but not a
    dry run."""
    config, data = write("config", CONFIG), fresh()
    program = with_daemon_script('"$HELPER" "$DATA" pass && "$HELPER" "$DATA" wishes done swept')
    equal(ok("--config", config, "--data", data, "sweep", "home", program=program).lines,
          ["home: swept (sweep (null))"], "output")
    equal(open(f"{os.path.dirname(program)}/arguments").read().split()[-2:], ["--once", "home"], "arguments")
    program = with_daemon_script('echo "backstopd: home: no route" >&2; exit 69')
    for arguments, words, left in ((["--dry-run"], "nothing was moved", 0), ([], "the next pass goes on with it", 1)):
        result = backstop("--config", config, "--data", data, "sweep", *arguments, program=program)
        equal((result.status, result.out, len(result.err.splitlines())), (69, "", 2),
              f"status and output ({result.err})")
        assert "no route" in result.err and words in result.err, result.err
        equal(open_wishes(data)[0], left, "open wishes")
    assert "account home" in backstop("--config", config, "--data", data, "sweep", "--folder", "Else",
                                      program=program).complaint(65)


@case
def sweep_progress():
    """On a terminal a sweep can be watched, and the line is cleared at the end."""
    program = with_daemon_script('"$HELPER" "$DATA" pass && "$HELPER" "$DATA" wishes done swept')
    shown = on_terminal("--config", write("config", CONFIG), "--data", fresh(), "sweep", "home", output="stderr",
                        program=program)
    assert "looked at 0 of 9" in shown and shown.endswith("\r\033[K"), repr(shown)


@case
def sweep_held_up():
    """An account that gets into trouble is not waited for: its sweep goes on later, a dry run is taken back."""
    config = write("config", CONFIG)
    for arguments, words, left in ((["--dry-run"], "nothing was moved", 0), ([], "the next pass goes on with it", 1)):
        data = fresh()
        with daemon(data, "retry", "No route."):
            result = backstop("--config", config, "--data", data, "sweep", *arguments)
            equal((result.status, result.out), (69, ""), f"status and output ({result.err})")
            assert "No route." in result.err and words in result.err, result.err
            equal(open_wishes(data)[0], left, "open wishes")


@case
def sweep_after_trouble():
    """Trouble that an account had before is no reason to give up a sweep, even if it began in this very second."""
    config, data = write("config", CONFIG), fresh()
    helper(data, "state", "retrying", "No route.", 0, "")
    with contextlib.closing(sqlite3.connect(os.path.join(data, "ledger.db"))) as ledger, ledger:
        ledger.execute("UPDATE account SET since = unixepoch() + 5 WHERE name = 'home'")
    with daemon(data, "late", "looked at 3 messages"):
        result = ok("--config", config, "--data", data, "sweep", "home")
    equal((result.lines, result.err), (["home: looked at 3 messages (sweep (null))"], ""), "output")


def start_sweep(data, *arguments, program=BACKSTOP, until):
    process = subprocess.Popen([program, "--config", write("config", CONFIG), "--data", data, "sweep", *arguments],
                               env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 10
    while not until() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert until(), "the sweep has not begun"
    time.sleep(0.3)  # until it waits, with its signals set
    return process


@case
def sweep_interrupted():
    """A sweep that is interrupted is taken back, and says what stays; a second signal ends the program at once."""
    for sent, arguments, words in ((signal.SIGINT, [], "what was done stays done"),
                                   (signal.SIGTERM, ["--dry-run"], "nothing was moved")):
        data = fresh()
        with daemon(data, "hold", ""):
            process = start_sweep(data, *arguments, until=lambda: open_wishes(data)[0] == 1)
            process.send_signal(sent)
            out, err = process.communicate(timeout=10)
            equal((process.returncode, out, open_wishes(data)), (75, "", [0, 0]),
                  f"status, output, open wishes ({err})")
            assert words in err and len(err.splitlines()) == 1, err
    data = fresh()
    program = with_daemon_script("trap 'echo told >\"$DATA.told\"; sleep 2; exit 75' TERM; echo $$ >\"$DATA.pid\"; "
                                 "while :; do sleep 0.05; done")
    process = start_sweep(data, program=program, until=lambda: os.path.exists(f"{data}.pid"))
    process.send_signal(signal.SIGINT)
    deadline = time.monotonic() + 10
    while not os.path.exists(f"{data}.told") and time.monotonic() < deadline:
        time.sleep(0.02)
    assert os.path.exists(f"{data}.told"), "backstopd was not told to stop"
    process.send_signal(signal.SIGINT)
    equal(process.wait(1.5), -signal.SIGINT, "status after the second signal")
    process.communicate(timeout=LIMIT)  # until the child has let go of its output


@case
def sweep_refused():
    """sweep refuses an account that is not configured or was never looked at, and a data folder without a ledger, with
    66; without a configuration it ends with 78."""
    config, data = write("config", CONFIG), fresh()
    assert "[account away]" in backstop("--config", config, "--data", data, "sweep", "away").complaint(66)
    other = write("config-new", CONFIG.replace("home", "new"))
    assert "backstop once new" in backstop("--config", other, "--data", data, "sweep").complaint(66)
    assert "backstop once" in backstop("--config", config, "--data", fresh(filled=False), "sweep").complaint(66)
    backstop("--config", f"{work}/absent", "--data", data, "sweep").complaint(78)


if __name__ == "__main__":
    run()
