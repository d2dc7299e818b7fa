"""test_cmd_once.py - backstop once: the child that makes the pass, and a daemon that makes it instead."""
import os
import re
import signal
import subprocess
import time

from cli_scene import backstop, daemon, fresh, ok, on_terminal, with_daemon_script, work, write, CONFIG, ENVIRONMENT
from tap import case, equal, run


@case
def once():
    """once runs the backstopd beside it, passes on its exit status, and sums up the pass."""
    config, data = write("config", CONFIG), fresh(filled=False)
    program = with_daemon_script('"$HELPER" "$DATA" pass')
    text = ok("--config", config, "--data", data, "once", program=program).out
    assert "home: looked at 9 new messages, 5 of them" in text and '3 moved to "Backscatter"' in re.sub(r"\s+", " ",
            text), text
    equal(open(f"{os.path.dirname(program)}/arguments").read().split(), ["--config", config, "--data", data, "--once"],
          "arguments")
    row, = ok("--config", config, "--data", data, "once", "home", "--json", program=program).json()
    equal((row["account"], row["looked_at"], row["candidates"], row["moved"], row["error"]), ("home", 9, 5, 3, None),
          "as JSON")
    equal(open(f"{os.path.dirname(program)}/arguments").read().split()[-2:], ["--once", "home"],
          "arguments with an account")


@case
def once_observes():
    """once says that nothing was moved because it only observes."""
    config = write("config-observe", "[backstop]\nmode = observe\n" + CONFIG)
    text = ok("--config", config, "--data", fresh(filled=False), "once",
              program=with_daemon_script('"$HELPER" "$DATA" pass')).out
    assert "nothing moved, as mode = observe" in re.sub(r"\s+", " ", text), text


@case
def once_fails():
    """once ends with the complaint and the exit status of its child, and with 70 after a signal."""
    config = write("config", CONFIG)
    program = with_daemon_script('echo "backstopd: home: no route" >&2; "$HELPER" "$DATA" pass "no route"; exit 69')
    result = backstop("--config", config, "--data", fresh(filled=False), "once", program=program)
    equal((result.status, result.err), (69, "backstopd: home: no route\n"), "status and complaint")
    assert "ended early: no route" in re.sub(r"\s+", " ", result.out), result.out
    result = backstop("--config", config, "--data", fresh(filled=False), "once",
                      program=with_daemon_script("kill -9 $$"))
    equal(result.status, 70, "status after a signal")
    assert "signal 9" in result.err, result.err
    result = backstop("--config", config, "--data", fresh(filled=False), "once", program=with_daemon_script("exit 77"))
    equal((result.status, result.out, result.err), (77, "", ""), "a child that made no ledger")


@case
def once_configuration():
    """once looks at the configuration first: a mistake in it is 78, an account that is not in it 66."""
    program = with_daemon_script('echo started >"$DATA.started"')
    data = fresh(filled=False)
    for name, text, mode in (("absent", None, 0), ("exposed", CONFIG, 0o644),
                             ("wrong", CONFIG + "pasword = x\n", 0o600)):
        path = f"{work}/once-{name}" if text is None else write(f"once-{name}", text, mode)
        assert path in backstop("--config", path, "--data", data, "once", program=program).complaint(78)
    assert "[account away]" in backstop("--config", write("config", CONFIG), "--data", data, "once", "away",
                                        program=program).complaint(66)
    assert not os.path.exists(f"{data}.started"), "backstopd was started"


@case
def once_progress():
    """On a terminal the pass can be watched, and the line is cleared at the end."""
    program = with_daemon_script('"$HELPER" "$DATA" pass')
    shown = on_terminal("--config", write("config", CONFIG), "--data", fresh(filled=False), "once", output="stderr",
                        program=program)
    assert "Sent indexed 40 of 100, looked at 0 of 9" in shown, repr(shown)
    assert shown.endswith("\r\033[K"), repr(shown)


@case
def once_interrupted():
    """Asked to stop, once has its child stop, and passes on its status."""
    program = with_daemon_script("trap 'exit 75' TERM; echo $$ >\"$DATA.pid\"; while :; do sleep 0.05; done")
    data = fresh(filled=False)
    process = subprocess.Popen([program, "--config", write("config", CONFIG), "--data", data, "once"], env=ENVIRONMENT)
    deadline = time.monotonic() + 10
    while not os.path.exists(f"{data}.pid") and time.monotonic() < deadline:
        time.sleep(0.02)
    time.sleep(0.2)
    process.send_signal(signal.SIGINT)
    equal(process.wait(10), 75, "status")


@case
def once_with_daemon():
    """Where a daemon runs, it is asked, and its failure is told; no pass of our own is made."""
    config, data = write("config", CONFIG), fresh()
    program = with_daemon_script('"$HELPER" "$DATA" pass')
    with daemon(data, "done", "done"):
        equal(ok("--config", config, "--data", data, "once", program=program).out, "", "a daemon that did nothing")
        assert not os.path.exists(f"{os.path.dirname(program)}/arguments"), "backstopd was started"
    with daemon(data, "failed", "no route"):
        line = backstop("--config", config, "--data", data, "once", program=program).complaint(70)
        assert "account home: no route" in line, line


if __name__ == "__main__":
    run()
