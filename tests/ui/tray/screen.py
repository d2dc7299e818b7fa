"""screen.py - a private screen, session bus and accessibility bus, and backstop-tray on them.

All of it ends with the test, however it ends. HOME and the XDG folders are the test's own, so nothing of the user's is
read or written. """
import atexit
import importlib.util
import os
import shutil
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))
import rig  # noqa: E402

LIMIT = 60  # seconds anything may take, on a machine with much else to do


def python_with(*modules):
    """Goes on with the system's Python where this one lacks its modules; returns what is missing even there, or
    None."""
    lacking = [name for name in modules if importlib.util.find_spec(name) is None]
    system = "/usr/bin/python3"
    if lacking and os.path.exists(system) and os.path.realpath(sys.executable) != os.path.realpath(system):
        os.execv(system, [system, "-B", *sys.argv])
    return f"no Python module {lacking[0]}" if lacking else None


def missing(*more):
    """What the tests of the window need and this machine lacks; None when all is there."""
    if not os.path.exists(os.path.join(rig.BUILD, "backstop-tray")):
        return "built without the tray program"
    lacking = [name for name in ("Xvfb", "dbus-daemon", *more) if rig.find_program(name) is None]
    return ", ".join(lacking) + " not installed" if lacking else None


def spawn(command, environment, **more):
    process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL, preexec_fn=rig.die_with_parent,
                               **more)
    atexit.register(end, process)
    return process


def end(process):
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_for(condition, what, limit=LIMIT):
    """Waits until condition() is true; returns what it gave."""
    begin = time.monotonic()
    while True:
        found = condition()
        if found:
            return found
        if time.monotonic() - begin > limit:
            raise AssertionError(f"{what}: not within {limit} s")
        time.sleep(0.03)


class Screen:
    """A screen of its own with a bus. theme: of GTK ("Adwaita:dark"); scale: GDK_SCALE; language: of the program's
    words ("de")."""

    def __init__(self, size="1280x900", theme=None, scale=1, language="en", accessible=False):
        self.home = rig.workdir()
        os.chmod(self.home, 0o700)
        self.env = {name: value for name, value in os.environ.items()
                    if not name.startswith(("XDG_", "DBUS_", "GTK_", "LC_", "LANGUAGE", "WAYLAND_", "GNOME_",
                                            "AT_SPI"))}
        self.env |= {"HOME": self.home, "XDG_CONFIG_HOME": f"{self.home}/config", "XDG_DATA_HOME": f"{self.home}/data",
                     "XDG_CACHE_HOME": f"{self.home}/cache", "XDG_RUNTIME_DIR": f"{self.home}/run", "LC_ALL": "C.UTF-8",
                     "LANGUAGE": language, "GDK_BACKEND": "x11", "GDK_SCALE": str(scale), "GSETTINGS_BACKEND": "memory",
                     "GIO_USE_VFS": "local", "XDG_DATA_DIRS": f"{self.home}/share:/usr/local/share:/usr/share"}
        if theme:
            self.env["GTK_THEME"] = theme
        if not accessible:
            self.env["NO_AT_BRIDGE"] = "1"
        for name in ("config", "data", "cache", "run"):
            os.makedirs(f"{self.home}/{name}", mode=0o700)
        self._icons()
        self._start_screen(size)
        self._start_bus()

    def _icons(self):
        """As if they were installed. The sources may be read-only."""
        source, goal = os.path.join(rig.TOP, "data", "icons", "hicolor"), f"{self.home}/share/icons/hicolor"
        for where, _, files in os.walk(source):
            folder = os.path.join(goal, os.path.relpath(where, source))
            os.makedirs(folder)
            for name in files:
                shutil.copyfile(os.path.join(where, name), os.path.join(folder, name))
        theme = "/usr/share/icons/hicolor/index.theme"
        if os.path.exists(theme):
            shutil.copyfile(theme, f"{goal}/index.theme")

    def _start_screen(self, size):
        read, write = os.pipe()
        self.server = spawn([rig.find_program("Xvfb"), "-displayfd", str(write), "-screen", "0", f"{size}x24",
                             "-nolisten", "tcp", "-noreset"],
                            self.env, pass_fds=(write,), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(write)
        with os.fdopen(read) as pipe:
            number = pipe.readline().strip()
        assert number, "Xvfb does not start"
        self.env["DISPLAY"] = f":{number}"

    def _start_bus(self):
        self.bus = spawn([rig.find_program("dbus-daemon"), "--session", "--nofork", "--print-address=1"], self.env,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.env["DBUS_SESSION_BUS_ADDRESS"] = self.bus.stdout.readline().strip()
        assert self.env["DBUS_SESSION_BUS_ADDRESS"], "the session bus does not start"

    def start(self, command, **more):
        return spawn(command, self.env, **more)

    def tray(self, *arguments, **more):
        """Leaks are looked for in test_widgets.py: at the end of a whole program the desktop's libraries have too many
        of their own."""
        return spawn([os.path.join(rig.BUILD, "backstop-tray"), *arguments],
                     self.env | {"ASAN_OPTIONS": "detect_leaks=0"}, **more)

    def output(self, *command):
        return subprocess.run(command, env=self.env, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True, timeout=LIMIT).stdout

    def windows(self, name):
        """Windows on the screen with this title."""
        result = subprocess.run(["xdotool", "search", "--onlyvisible", "--name", name], env=self.env,
                                stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        return result.stdout.split()

    def picture(self, path):
        self.output("import", "-window", "root", path)


def ledger(private, entries):
    """A new ledger with so many made-up entries; its folder."""
    folder = os.path.join(private.home, f"ledger-{entries}-{time.monotonic_ns()}")
    os.mkdir(folder, 0o700)
    subprocess.run([os.path.join(rig.BUILD, "tests", "ui", "tray", "fill"), folder, str(entries)], check=True)
    return folder


def exit_on_signals():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        signal.signal(number, lambda received, frame: sys.exit(128 + received))
