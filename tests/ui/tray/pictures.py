"""pictures.py - makes a picture of every page, light and dark, of the dialogs, in German, at twice the size, and of the
icon in a real panel: pictures.py FOLDER. To be looked at."""
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "e2e"))
import rig  # noqa: E402
import screen  # noqa: E402

PAGES = {"review": "alt+1", "statistics": "alt+2", "accounts": "alt+3", "preferences": "alt+4"}
CONFIG = """[backstop]
mode = quarantine

[account home]
host = imap.example.org
user = me@example.org
"""


class Studio:
    """A screen with a window manager, and the tray program on it with a filter that seems to run."""

    def __init__(self, folder, prefix, entries=900, panel=False, **more):
        self.folder, self.prefix = folder, prefix
        self.screen = screen.Screen(**more)
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.screen.start(["xfwm4", "--compositor=off"], **quiet)
        self.data = screen.ledger(self.screen, entries)
        config = os.path.join(self.screen.home, "config-file")
        with open(config, "w") as out:
            os.fchmod(out.fileno(), 0o600)
            out.write(CONFIG)
        if panel:
            self.screen.env["XFCE_PANEL_MIGRATE_DEFAULT"] = "1"
            self.screen.start(["xfce4-panel", "--disable-wm-check"], **quiet)
            time.sleep(3)
        self.filter = self.screen.start([os.path.join(rig.BUILD, "tests", "ui", "tray", "fill"), self.data, "hold"],
                                        **quiet)
        screen.wait_for(lambda: os.path.exists(os.path.join(self.data, "daemon.lock")), "the lock")
        self.tray = self.screen.tray("--data", self.data, "--config", config, *(["--hidden"] if panel else []), **quiet)
        if panel:
            time.sleep(2)
            return
        window = screen.wait_for(lambda: self.screen.windows("Backstop"), "the window")[0]
        time.sleep(0.6)
        self.screen.output("xdotool", "windowfocus", window)
        time.sleep(0.4)

    def keys(self, *keys):
        for key in keys:
            self.screen.output("xdotool", "key", key)
            time.sleep(0.3)

    def shoot(self, name, cut=True):
        time.sleep(0.3)
        path = os.path.join(self.folder, f"{self.prefix}-{name}.png")
        self.screen.picture(path)
        if cut:
            subprocess.run(["mogrify", "-trim", "+repage", "-strip", path], check=True)
        print(path, flush=True)

    def pages(self):
        for name, key in PAGES.items():
            self.keys(key)
            self.shoot(name)

    def close(self):
        for process in (self.tray, self.filter, self.screen.bus, self.screen.server):
            screen.end(process)


def panel(folder):
    studio = Studio(folder, "panel", panel=True, size="900x600")
    studio.shoot("icon", cut=False)
    studio.screen.output("xdotool", "mousemove", "775", "13", "click", "1")
    time.sleep(1)
    studio.shoot("menu", cut=False)
    subprocess.run(["mogrify", "-crop", "400x330+500+0", "+repage", os.path.join(folder, "panel-menu.png")], check=True)
    item = studio.screen.output("gdbus", "call", "--session", "-d", "org.backstop.Tray", "-o",
                                "/org/ayatana/NotificationItem/backstop",
                                "-m", "org.freedesktop.DBus.Properties.Get", "org.kde.StatusNotifierItem", "IconName")
    print("#", item.strip())
    studio.close()


def main(folder):
    os.makedirs(folder, exist_ok=True)
    light = Studio(folder, "light")
    light.pages()
    light.keys("alt+1", "ctrl+f")
    light.screen.output("xdotool", "type", "keller")
    time.sleep(0.6)
    light.keys("Tab", "shift+Down", "shift+Down", "r")
    light.shoot("undo")
    light.keys("Home", "a")
    time.sleep(0.5)
    light.shoot("allow")
    light.keys("Escape", "Delete")
    time.sleep(0.4)
    light.shoot("delete")
    light.close()
    dark = Studio(folder, "dark", theme="Adwaita:dark")
    dark.pages()
    dark.close()
    german = Studio(folder, "german", language="de")
    german.pages()
    german.close()
    double = Studio(folder, "double", scale=2, size="2300x1700")
    double.shoot("review")
    double.close()
    panel(folder)


if __name__ == "__main__":
    screen.exit_on_signals()
    lacking = screen.missing("xdotool", "import", "xfwm4", "xfce4-panel")
    if lacking or len(sys.argv) != 2:
        sys.exit(lacking or __doc__)
    main(sys.argv[1])
