"""tap.py - test cases as functions, told in TAP.

Each function marked @case is one test; it passes unless it raises. The first paragraph of its docstring is its name.
An assertion's message and, for any other exception, the traceback become TAP diagnostics, so that a log alone is
enough to fix a failure.
"""
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor

_cases = []
_here = threading.local()  # lines: what the case that runs in this thread has told so far


def case(function):
    _cases.append(function)
    return function


def note(text):
    for line in str(text).rstrip("\n").split("\n"):
        _tell(f"# {line}")


def _tell(line):
    if hasattr(_here, "lines"):
        _here.lines.append(line)
    else:
        print(line, flush=True)


def skip_all(reason):
    print(f"1..0 # SKIP {reason}", flush=True)
    sys.exit(0)


class Skip(Exception):
    """Raised by a case that cannot be run here; its text says why."""


def equal(got, want, what):
    assert got == want, f"{what}:\n     got {got!r}\n  wanted {want!r}"


def _attempt(number, function):
    """Runs one case; returns the line of TAP that tells how it ended."""
    name = " ".join(function.__doc__.split("\n\n")[0].split()).strip(" .")
    try:
        function()
        return f"ok {number} - {name}"
    except Skip as reason:
        return f"ok {number} - {name} # SKIP {reason}"
    except Exception as problem:
        if isinstance(problem, AssertionError):
            note(f"line {traceback.extract_tb(problem.__traceback__)[-1].lineno}: {problem}")
        note(traceback.format_exc())
        return f"not ok {number} - {name}"


def _attempt_beside_others(number, function):
    """The same, with the notes of the case before it, so that those of several cases do not mix."""
    _here.lines = []
    result = _attempt(number, function)
    lines = [*_here.lines, result]
    del _here.lines
    return "\n".join(lines)


def run(at_once=1):
    """Runs every case and tells in the order in which they were written; exits 1 when a case failed. at_once: how many
    cases run side by side, where they mostly wait, share nothing, and measure no time."""
    print(f"1..{len(_cases)}", flush=True)
    numbers = range(1, len(_cases) + 1)
    failed = 0
    with ThreadPoolExecutor(at_once) as pool:
        told = pool.map(_attempt_beside_others, numbers, _cases) if at_once > 1 else map(_attempt, numbers, _cases)
        for text in told:
            print(text, flush=True)
            failed += text.split("\n")[-1].startswith("not")
    sys.exit(1 if failed else 0)
