"""tray.py - the review window with a long list: until it is shown, search, filter, sort, scroll, and memory; each with
its bar."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "ui", "tray"))
import screen  # noqa: E402
import rig  # noqa: E402

BARS = {"window": 500, "search": 100, "filter": 100, "memory": 120}
ENTRIES = int(os.environ.get("ENTRIES") or 50000)

if __name__ == "__main__":
    screen.exit_on_signals()
    program = os.path.join(rig.BUILD, "tests", "bench", "tray_window")
    lacking = screen.missing() or (None if os.path.exists(program) else "not built")
    if lacking:
        sys.exit(f"bench-tray: {lacking}")
    private = screen.Screen()
    folder = screen.ledger(private, ENTRIES)
    short = False
    for line in private.output(program, folder).splitlines():
        name, figure, unit = line.split()
        bar = BARS.get(name)
        fits = bar is None or float(figure) <= bar
        short = short or not fits
        print(f"{name:8} {figure:>9} {unit:4}" +
              ("" if bar is None else f"  at most {bar:4}  {'holds' if fits else 'SHORT'}"))
    sys.exit(1 if short else 0)
