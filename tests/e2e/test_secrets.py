"""test_secrets.py - passwords on their way to the server: where they come from, when they are asked for again, and that
nobody else gets to see them."""
import contextlib
import os
import shutil
import signal
import socket
import subprocess

import rig
import messages
import programs
from tap import case, equal, note, run, skip_all

KEYRING = os.path.join(rig.BUILD, "backstop-keyring")


def scene(name, general=None, **more):
    mailbox = server.mailbox(name)
    messages.fill(mailbox)
    return mailbox, programs.for_mailbox(mailbox, f"{work}/{name}", general, **more)


def moved(mailbox):
    return lambda: len(mailbox.snapshot().get("Backscatter", [])) == 3


def keyring(name):
    return {"SECRET_BACKEND": "file", "SECRET_FILE_TEST_PATH": f"{work}/{name}.keyring",
            "SECRET_FILE_TEST_PASSWORD": "test"}


def family(pid):
    """This process and all below it."""
    with open(f"/proc/{pid}/task/{pid}/children") as children:
        return [pid] + [one for child in children.read().split() for one in family(int(child))]


def written(folder):
    """Every byte of every file in a folder."""
    text = b""
    for path, _, names in os.walk(folder):
        for name in names:
            with open(os.path.join(path, name), "rb") as file:
                text += file.read()
    return text


def asked(path):
    """How often a password-command wrote to this file."""
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


@case
def from_keyring():
    """The daemon signs in with the keyring's password, which is in no command line, environment, log or file of
    ours."""
    if not os.path.exists(KEYRING):
        note("built without the keyring")
        return
    mailbox, backstop = scene("keyring", password_command="")
    env = keyring("keyring")
    backstop.ok("backstop", "password", "test", stdin=rig.PASSWORD, env=env)
    process = backstop.start("backstopd", env=env)
    try:
        programs.wait_for(moved(mailbox), "the first pass", 20)
        pids = family(process.pid)
        equal(len(pids), 2, "the daemon and its worker")
        for pid in pids:
            assert rig.PASSWORD.encode() not in programs.seen(pid), f"the password can be seen of {pid}"
        assert rig.PASSWORD.encode() not in written(backstop.data), "the password is in the data folder"
        with open(f"/proc/{pids[1]}/limits") as limits:
            core = next(line for line in limits if line.startswith("Max core file size"))
        equal(core.split()[4:6], ["0", "0"], "the worker's limit of a core dump")
    finally:
        process.terminate()
        log = "".join(process.communicate(timeout=15))
        programs.end_group(process)
    assert rig.PASSWORD not in log, log


@case
def stored_while_it_waits():
    """A daemon that needs a password waits, and goes on as soon as one is stored."""
    if not os.path.exists(KEYRING):
        note("built without the keyring")
        return
    mailbox, backstop = scene("late", password_command="")
    env = keyring("late")
    process = backstop.start("backstopd", env=env)
    try:
        programs.wait_for(lambda: "sign-in" in backstop.run("backstop", "status", "--json").out, "the state", 20)
        backstop.ok("backstop", "password", "test", stdin=rig.PASSWORD, env=env)
        took = programs.wait_for(moved(mailbox), "the first pass", 20)
        note(f"went on after {took:.1f} s")
    finally:
        process.terminate()
        process.communicate(timeout=15)
        programs.end_group(process)


@case
def renewed():
    """A token that the server refuses is asked for once more, with word of the refusal."""
    log = f"{work}/renewed.asked"
    command = (f"sh -c 'echo ${{BACKSTOP_REFUSED-0}} >>{log}; "
               f"if [ -n \"$BACKSTOP_REFUSED\" ]; then echo {rig.PASSWORD}; else echo old; fi'")
    mailbox, backstop = scene("renewed", password_command=command)
    backstop.pass_once()
    equal(asked(log), "0\n1\n", "what the command was told")
    assert moved(mailbox)(), "nothing was moved"


@case
def never_a_loop():
    """A password that is refused twice is not asked for a third time: the daemon waits until it is told to try."""
    log = f"{work}/loop.asked"
    _, backstop = scene("loop", {"interval": 10}, password_command=f"sh -c 'echo x >>{log}; wc -l <{log}'")
    with backstop.daemon():
        programs.wait_for(lambda: "sign-in" in backstop.run("backstop", "status", "--json").out, "the state", 20)
        equal(asked(log), "x\n" * 2, "times the command ran")
        with contextlib.suppress(AssertionError):  # longer than the interval
            programs.wait_for(lambda: asked(log) != "x\n" * 2, "a third time", 12)
        equal(asked(log), "x\n" * 2, "times the command ran, an interval later")
        backstop.run("backstop", "once")
        equal(asked(log), "x\n" * 4, "times the command ran once the owner asked")


@case
def from_systemd():
    """The daemon tells systemd that it is ready, reloads and stops, and reads systemd's credential."""
    mailbox, backstop = scene("systemd", password_command="")
    credentials = f"{work}/credentials"
    os.mkdir(credentials)
    with open(f"{credentials}/test", "w") as file:
        file.write(rig.PASSWORD + "\n")
    for number, (path, name) in enumerate(((f"{work}/notify", f"{work}/notify"), (f"\0{work}", f"@{work}"))):
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.bind(path)
            manager.settimeout(20)
            process = backstop.start("backstopd", env={"NOTIFY_SOCKET": name, "CREDENTIALS_DIRECTORY": credentials})
            try:
                equal(manager.recv(100), b"READY=1", "first")
                programs.wait_for(moved(mailbox), "the first pass", 20)
                worker = family(process.pid)[1]
                assert b"NOTIFY_SOCKET" not in programs.seen(worker), "the worker could speak for the daemon"
                if number == 0:
                    process.send_signal(signal.SIGHUP)
                    equal((manager.recv(100), manager.recv(100)), (b"RELOADING=1", b"READY=1"), "on SIGHUP")
                process.terminate()
                equal(manager.recv(100), b"STOPPING=1", "on SIGTERM")
                equal(process.wait(timeout=15), 0, "exit status")
            finally:
                programs.end_group(process)
                process.communicate()


@case
def not_dumpable():
    """The kernel keeps others, and core dumps, out of the worker's memory."""
    mailbox, backstop = scene("dump")
    command = [os.path.join(rig.BUILD, "backstopd"), "--config", backstop.config, "--data", f"{work}/dump-data"]
    owner = os.getuid()
    if owner == 0:  # to root nothing is closed: look at the worker of somebody else
        owner = 65534
        drop = [shutil.which("setpriv"), f"--reuid={owner}", f"--regid={owner}", "--clear-groups"]
        if None in drop or subprocess.run([*drop, "test", "-x", command[0]], check=False).returncode != 0:
            note("root, and the user nobody may not start the daemon")
            return
        os.mkdir(f"{work}/dump-data", 0o700)
        for path in (backstop.home, backstop.config, f"{work}/dump-data"):
            os.chown(path, owner, owner)
        command = drop + command
    process = subprocess.Popen(command, start_new_session=True, env=programs.environment(None))
    try:
        programs.wait_for(moved(mailbox), "the first pass", 20)
        worker = family(process.pid)[1]
        equal(os.stat(f"/proc/{process.pid}/environ").st_uid, owner, "owner of the daemon's /proc files")
        equal(os.stat(f"/proc/{worker}/environ").st_uid, 0, "owner of the worker's /proc files")
    finally:
        process.terminate()
        process.wait(timeout=15)
        programs.end_group(process)


if __name__ == "__main__":
    rig.exit_on_signals()
    if rig.missing():
        skip_all(rig.missing())
    server, work = rig.Dovecot(), rig.workdir()
    run()
