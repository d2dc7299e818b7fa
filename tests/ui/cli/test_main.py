"""test_main.py - what all subcommands of backstop share: help, options, refusals, and the folders they use."""
import os
import re
import subprocess

from cli_scene import backstop, fresh, ok, work, write, BACKSTOP, ENVIRONMENT, LETTER
from tap import case, equal, run


COMMANDS = "once status list show explain restore delete allow deny undo check record sweep password".split()


@case
def help_and_version():
    """--help tells of every command, before and after it; --version is one line."""
    overview = ok("--help").out
    for command in COMMANDS:
        assert re.search(rf"^  {command} ", overview, re.M), f"{command} is not in --help"
        text = ok(command, "--help").out
        assert text.startswith(f"Usage:\n  backstop {command}"), text
        for option in ("--config=FILE", "--data=DIR", "--json"):
            assert option in text, f"{option} is not in {command} --help"
    for arguments in (["--version"], ["list", "--version"], ["--data", "x", "--version"]):
        assert re.fullmatch(r"backstop \d+\.\d+\.\d+\n", ok(*arguments).out), "--version"


@case
def usage():
    """What cannot be understood ends with status 64 and one line with a hint."""
    for arguments in (["lst"], ["--nonsense"], ["list", "--nonsense"], ["--config"], ["show"], ["show", "1", "2"],
                      ["show", "x"],
                      ["explain", "0"], ["explain", "-1"], ["explain", "99999999999999999999"], ["restore"], ["delete"],
                      ["list", "--limit", "x"], ["list", "--limit", "-5"], ["list", "--verdict", "spam"],
                      ["list", "--state", "gone"],
                      ["list", "word"], ["status", "word"], ["once", "a", "b"], ["check"], ["record"],
                      ["allow", "grant"],
                      ["allow", "add"], ["deny", "remove"], ["allow", "list", "x"], ["sweep", "a", "b"],
                      ["sweep", "--folder", ""], ["sweep", "--folder", "a\nb"], ["sweep", "--folder"]):
        line = backstop("--data", os.path.join(work, "none"), *arguments).complaint(64)
        assert "--help" in line, f"{arguments}: {line}"
    result = backstop()
    equal((result.status, result.out), (64, ""), "without a command")
    assert "Usage:" in result.err


@case
def harmless_arguments():
    """A complaint about a hostile argument holds no control characters."""
    line = backstop("\033[2J\nx").complaint(64)
    assert "\033" not in line


@case
def options_anywhere():
    """Global options are taken before and after the command."""
    data = fresh()
    wanted = ok("--data", data, "--json", "list").out
    equal(ok("list", "--json", "--data", data).out, wanted, "options after the command")
    equal(ok("--json", "list", f"--data={data}").out, wanted, "one before, one after")


@case
def nothing_known():
    """Commands that need a ledger say how to begin when there is none, and make none."""
    data = fresh(filled=False)
    for arguments in (["status"], ["list"], ["show", "1"], ["explain", "1"], ["restore", "1"], ["delete", "1"]):
        line = backstop("--data", data, *arguments).complaint(66)
        assert "backstop once" in line, line
    for arguments in (["allow"], ["deny", "list"], ["allow", "list", "--all"]):
        assert "No entries of your own" in ok("--data", data, *arguments).out
    assert not os.path.exists(data), "a ledger was made"


@case
def damaged_ledger():
    """A file that is no ledger ends every command with status 73, and is left alone."""
    data = fresh(filled=False)
    os.mkdir(data, 0o700)
    path = write(f"{data}/ledger.db", "no ledger at all, but something else" * 100)
    for arguments in (["status"], ["list"], ["allow"], ["record", write("letter", LETTER)]):
        backstop("--data", data, *arguments).complaint(73)
    equal(backstop("--data", data, "check", write("letter", LETTER)).status, 3, "status of check")
    assert open(path).read().startswith("no ledger"), "the file was changed"


@case
def full_output():
    """Output that cannot be written is no success."""
    with open("/dev/full", "w") as full:
        process = subprocess.run([BACKSTOP, "--help"], stdout=full, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT)
    equal(process.returncode, 74, f"status ({process.stderr})")


@case
def default_folders():
    """Without options the folders of XDG are used."""
    env = ENVIRONMENT | {"XDG_CONFIG_HOME": f"{work}/xc", "XDG_DATA_HOME": f"{work}/xd"}
    assert f"{work}/xc/backstop/config" in backstop("once", env=env).complaint(78)
    ok("record", write("letter.eml", LETTER), env=env)
    assert os.path.exists(f"{work}/xd/backstop/ledger.db"), "no ledger there"


if __name__ == "__main__":
    run()
