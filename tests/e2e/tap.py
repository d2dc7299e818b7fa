"""tap.py - test cases as functions, told in TAP.

Each function marked @case is one test; it passes unless it raises. The first paragraph of its docstring is its name.
An assertion's message and, for any other exception, the traceback become TAP diagnostics, so that a log alone is
enough to mend a failure.
"""
import sys
import traceback

_cases = []


def case(function):
    _cases.append(function)
    return function


def note(text):
    for line in str(text).rstrip("\n").split("\n"):
        print("#", line, flush=True)


def skip_all(reason):
    print(f"1..0 # SKIP {reason}", flush=True)
    sys.exit(0)


class Skip(Exception):
    """Raised by a case that cannot be run here; its text says why."""


def equal(got, want, what):
    assert got == want, f"{what}:\n     got {got!r}\n  wanted {want!r}"


def run():
    """Runs every case in the order it was written; exits 1 when one failed."""
    print(f"1..{len(_cases)}", flush=True)
    failed = 0
    for number, function in enumerate(_cases, 1):
        name = " ".join(function.__doc__.split("\n\n")[0].split()).strip(" .")
        try:
            function()
            print(f"ok {number} - {name}", flush=True)
        except Skip as reason:
            print(f"ok {number} - {name} # SKIP {reason}", flush=True)
        except AssertionError as problem:
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            note(f"line {traceback.extract_tb(problem.__traceback__)[-1].lineno}: {problem}")
            note(traceback.format_exc())
        except Exception:
            failed += 1
            print(f"not ok {number} - {name}", flush=True)
            note(traceback.format_exc())
    sys.exit(1 if failed else 0)
