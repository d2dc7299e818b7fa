"""test_widgets.py - test_tray_window (cmocka) on a screen of its own."""
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))
import rig  # noqa: E402
import screen  # noqa: E402
from tap import skip_all  # noqa: E402

if __name__ == "__main__":
    screen.exit_on_signals()
    program = os.path.join(rig.BUILD, "tests", "ui", "tray", "test_tray_window")
    if screen.missing() or not os.path.exists(program):
        skip_all(screen.missing() or "not built")
    private = screen.Screen()
    sys.exit(subprocess.run([program], env=private.env, timeout=600).returncode)
