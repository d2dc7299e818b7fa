"""process.py - what the kernel counts of a process: memory, threads, wake-ups, writes, descriptors."""
import os


def read(path):
    with open(path) as file:
        return file.read()


def field(text, name):
    return int(next(line for line in text.splitlines() if line.startswith(name + ":")).split()[1])


def wakes(pid):
    """How often its threads were put on a processor again."""
    return sum(field(text, "voluntary_ctxt_switches") + field(text, "nonvoluntary_ctxt_switches")
               for text in (read(f"/proc/{pid}/task/{task}/status") for task in os.listdir(f"/proc/{pid}/task")))


class Process:
    """The kernel's figures of one process, now. Some need root where the process may not be looked into."""

    def __init__(self, pid):
        self.pid = pid
        status = read(f"/proc/{pid}/status")
        self.rss, self.peak, self.threads = field(status, "VmRSS"), field(status, "VmHWM"), field(status, "Threads")
        self.wakes = wakes(pid)
        self.pss = self._guarded("smaps_rollup", "Pss")
        self.written, self.writes = self._guarded("io", "write_bytes"), self._guarded("io", "syscw")
        try:
            self.descriptors = len(os.listdir(f"/proc/{pid}/fd"))
        except PermissionError:
            self.descriptors = None

    def _guarded(self, file, name):
        try:
            return field(read(f"/proc/{self.pid}/{file}"), name)
        except PermissionError:
            return None


def children(pid):
    return [int(child) for child in read(f"/proc/{pid}/task/{pid}/children").split()]
