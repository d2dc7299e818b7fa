"""test_password.py - `backstop password` and backstop-keyring: in, out, refused, and seen by nobody on the way.

The keyring is libsecret's file, which needs no session bus.
"""
import contextlib
import os
import pty
import select
import shutil
import signal
import socket
import subprocess
import termios
import time

import rig
import programs
from tap import case, equal, note, run, skip_all

SECRET = "pass word-7351 \u00e4"
KEYRING = os.path.join(rig.BUILD, "backstop-keyring")


def keyring(name):
    """The environment of a keyring of its own."""
    return {"SECRET_BACKEND": "file", "SECRET_FILE_TEST_PATH": f"{work}/{name}.keyring",
            "SECRET_FILE_TEST_PASSWORD": "test"}


def configured(name, **keys):
    settings = {"host": "imap.example.org", "user": "me@example.org"} | keys
    return programs.Backstop(f"{work}/{name}", account="home", **settings)


def lookup(env, account="home", host="imap.example.org", user="me@example.org"):
    return subprocess.run([KEYRING, "lookup", account, host, user], env=programs.environment(env), capture_output=True,
                          text=True, timeout=programs.LIMIT, check=False)


def holds(env, want, **who):
    result = lookup(env, **who)
    equal((result.returncode, result.stdout), (0, want + "\n"), f"lookup {who} ({result.stderr})")


def holds_none(env, **who):
    result = lookup(env, **who)
    equal((result.returncode, result.stdout), (programs.NO_SUCH, ""), f"lookup {who} ({result.stderr})")


@case
def stores():
    """A password goes in by standard input, its first line only, and comes out by lookup."""
    env, backstop = keyring("stores"), configured("stores")
    out = backstop.ok("backstop", "password", "home", stdin=SECRET + "\nnot this\n", env=env)
    assert "home" in out and SECRET not in out, out
    holds(env, SECRET)
    backstop.ok("backstop", "password", "home", stdin="another", env=env)
    holds(env, "another")


@case
def known_by_all():
    """Another account, server or user gets nothing."""
    env, backstop = keyring("known"), configured("known")
    backstop.ok("backstop", "password", "home", stdin=SECRET, env=env)
    holds(env, SECRET)
    for who in ({"account": "work"}, {"host": "imap.example.com"}, {"user": "you@example.org"}):
        holds_none(env, **who)


@case
def forgets():
    """--forget takes it out, and says so when there is none."""
    env, backstop = keyring("forgets"), configured("forgets")
    backstop.ok("backstop", "password", "home", stdin=SECRET, env=env)
    backstop.ok("backstop", "password", "--forget", "home", env=env)
    holds_none(env)
    result = backstop.run("backstop", "password", "--forget", "home", env=env)
    equal(result.status, programs.NO_SUCH, f"status ({result.err})")
    note(result.complaint)


@case
def unfit():
    """No password, one that is too long, one with CR or NUL: refused, and the old one stays."""
    env, backstop = keyring("unfit"), configured("unfit")
    backstop.ok("backstop", "password", "home", stdin="x" * 4096, env=env)
    for text in ("", "\n", "\nlater\n", "x" * 4097, "x" * 300000, "a\r\n", "a\0b\n"):
        result = backstop.run("backstop", "password", "home", stdin=text, env=env)
        assert result.status != 0 and result.complaint, f"{text[:10]!r}: {result}"
    note(result.complaint)
    holds(env, "x" * 4096)


@case
def no_account():
    """An account that is not in the configuration: status 66, and nothing is asked."""
    result = configured("nobody").run("backstop", "password", "elsewhere", env=keyring("nobody"))
    equal(result.status, programs.NO_SUCH, f"status ({result.err})")
    assert "elsewhere" in result.complaint


@case
def command_first():
    """Where a password-command comes first, it is said."""
    out = configured("command", password_command="echo x").ok("backstop", "password", "home", stdin=SECRET,
                                                              env=keyring("command"))
    assert "password-command" in out, out


@case
def no_bus():
    """Without a session bus: status 69 and one line, for storing and for the daemon, which names the three ways."""
    env = {"DBUS_SESSION_BUS_ADDRESS": f"unix:path={work}/none", "CREDENTIALS_DIRECTORY": work}
    backstop = configured("nobus")
    result = backstop.run("backstop", "password", "home", stdin=SECRET, env=env)
    equal(result.status, programs.UNREACHABLE, f"status ({result.err})")
    note(result.complaint)
    assert SECRET not in result.err
    result = backstop.run("backstopd", "--once", env=env)
    equal(result.status, programs.UNREACHABLE, f"status ({result.err})")
    note(result.complaint)
    for way in ("no keyring can be reached", "backstop password home", "password-command", "LoadCredential=home"):
        assert way in result.complaint, f"{way!r} is not in {result.complaint!r}"


@case
def built_without():
    """A Backstop without backstop-keyring says that it is one."""
    if os.path.exists("/usr/local/libexec/backstop/backstop-keyring"):
        note("an installed one is in the way")
        return
    alone = os.path.join(work, "alone")
    os.mkdir(alone)
    shutil.copy(os.path.join(rig.BUILD, "backstop"), alone)
    backstop = configured("without")
    result = subprocess.run([os.path.join(alone, "backstop"), "--config", backstop.config, "password", "home"],
                            input=SECRET,
                            capture_output=True, text=True, timeout=programs.LIMIT, env=programs.environment({}),
                            check=False)
    equal(result.returncode, programs.UNREACHABLE, f"status ({result.stderr})")
    assert "without the keyring" in result.stderr and "password-command" in result.stderr, result.stderr


def on_terminal(backstop, env):
    """backstop password, its standard streams a terminal: its process and our end of it."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execve(os.path.join(rig.BUILD, "backstop"),
                  ["backstop", "--config", backstop.config, "--data", backstop.data,
                                                        "password", "home"], programs.environment(env))
    return pid, terminal


def read_until(terminal, done, limit=programs.LIMIT):
    seen, deadline = b"", time.monotonic() + limit
    while not done(seen):
        assert time.monotonic() < deadline, f"the terminal shows only {seen!r}"
        if not select.select([terminal], [], [], 0.1)[0]:
            continue
        try:
            more = os.read(terminal, 1000)
        except OSError:  # the other end is closed
            more = b""
        if not more:
            break
        seen += more
    return seen


def echoes(terminal):
    return bool(termios.tcgetattr(terminal)[3] & termios.ECHO)


@case
def terminal_is_silent():
    """On a terminal it asks, and what is typed is not shown."""
    env, backstop = keyring("terminal"), configured("terminal")
    pid, terminal = on_terminal(backstop, env)
    asked = read_until(terminal, lambda seen: seen.endswith(b": "))
    assert b"home" in asked and not echoes(terminal), asked
    os.write(terminal, SECRET.encode() + b"\n")
    answer = read_until(terminal, lambda seen: False)
    equal(os.waitpid(pid, 0)[1], 0, "wait status")
    assert SECRET.encode() not in answer and b"pass word" not in answer, answer
    holds(env, SECRET)


@case
def interrupted():
    """Ctrl-C at the question ends it by that signal, stores nothing, and gives the terminal its echo back."""
    env, backstop = keyring("interrupted"), configured("interrupted")
    pid, terminal = on_terminal(backstop, env)
    read_until(terminal, lambda seen: seen.endswith(b": "))
    assert not echoes(terminal), "the terminal shows what is typed"
    os.write(terminal, b"half\x03")
    programs.wait_for(lambda: echoes(terminal), "the echo", programs.LIMIT)
    status = os.waitpid(pid, 0)[1]
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGINT, f"wait status {status:#x}"
    holds_none(env)


def family(pid):
    """This process and all below it."""
    found = [pid]
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for thread in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{thread}/children") as children:
                for child in children.read().split():
                    found += family(int(child))
    return found


@case
def seen_by_nobody():
    """While it is stored, the password is in no command line and no environment."""
    with socket.socket(socket.AF_UNIX) as bus:  # takes calls and never answers: the program hangs at its work
        bus.bind(f"{work}/silent")
        bus.listen()
        backstop = configured("seen")
        process = backstop.start("backstop", "password", "home",
                                 env={"DBUS_SESSION_BUS_ADDRESS": f"unix:path={work}/silent"})
        try:
            process.stdin.write(SECRET + "\n")
            process.stdin.close()
            bus.settimeout(programs.LIMIT)
            caller = bus.accept()[0]
            pids = family(process.pid)
            equal(len(pids), 2, "programs at work")
            for pid in pids:
                text = programs.seen(pid)
                assert SECRET.encode() not in text, text
            with open(f"/proc/{pids[1]}/limits") as limits:
                core = next(line for line in limits if line.startswith("Max core file size"))
            equal(core.split()[4:6], ["0", "0"], "the limit of a core dump")
            caller.close()
        finally:
            programs.end_group(process)
            process.stdin = None
            process.communicate()


if __name__ == "__main__":
    rig.exit_on_signals()
    if not os.path.exists(KEYRING):
        skip_all("built without the keyring")
    work = rig.workdir()
    run()
