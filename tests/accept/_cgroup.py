"""A control group of its own for one process: its limit, its peak, and the kernel's share."""

import os
import pathlib
import re

ROOT = pathlib.Path("/sys/fs/cgroup")


def _own_paths() -> dict[str, str]:
    """Controller (version 2: "") → path of this process's group."""
    paths = {}
    for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines():
        _, controllers, path = line.split(":", 2)
        for controller in controllers.split(","):
            paths[controller] = path.strip("/")
    return paths


def _parents():
    """(version, directory) where a group with a memory limit might be made, the nearest first."""
    paths = _own_paths()
    if "memory" in paths:
        yield 1, ROOT / "memory" / paths["memory"]
        yield 1, ROOT / "memory"
    if "" in paths:
        # A group of version 2 with processes in it can have no groups with controllers below it.
        at = ROOT / paths[""]
        while at != ROOT.parent:
            try:
                control = (at / "cgroup.subtree_control").read_text().split()
            except OSError:
                control = []
            if "memory" in control:
                yield 2, at
            at = at.parent


def number_in(text: str, key: str) -> int:
    """The value of a line "key value"; 0 if there is none."""
    found = re.search(rf"^{key} (\d+)$", text, re.M)
    return int(found.group(1)) if found else 0


class Group:
    """Use `with`; processes join by `preexec_fn=group.join`."""

    def __init__(self, version: int, path: pathlib.Path):
        self.version, self.path = version, path

    @staticmethod
    def make(name: str):
        """A new group, or None and why there is none."""
        why = "no memory controller"
        for version, parent in _parents():
            path = parent / f"{name}_{os.getpid()}"
            try:
                path.mkdir()
                return Group(version, path), ""
            except OSError as error:
                why = f"{path}: {error.strerror}"
        return None, why

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.path.rmdir()

    def _write(self, file: str, value: int):
        (self.path / file).write_text(str(value))

    def _read(self, file: str) -> int:
        return int((self.path / file).read_text())

    def limit(self, bytes_: int):
        """Without swap."""
        if self.version == 1:
            self._write("memory.limit_in_bytes", bytes_)
            if (self.path / "memory.memsw.limit_in_bytes").exists():
                self._write("memory.memsw.limit_in_bytes", bytes_)
            return
        self._write("memory.max", bytes_)
        if (self.path / "memory.swap.max").exists():
            self._write("memory.swap.max", 0)

    def join(self):
        """Moves the calling process here."""
        (self.path / "cgroup.procs").write_text("0")

    def peak(self) -> int | None:
        """Everything charged, cached files included; None where the kernel does not tell."""
        file = "memory.max_usage_in_bytes" if self.version == 1 else "memory.peak"
        return self._read(file) if (self.path / file).exists() else None

    def kernel(self) -> int:
        """Memory of the kernel for this group now: page tables, stacks, caches of its own."""
        if self.version == 1:
            return self._read("memory.kmem.usage_in_bytes")
        text = (self.path / "memory.stat").read_text()
        return number_in(text, "kernel")

    def kernel_peak(self) -> int:
        """The same at most, where the system knows."""
        return self._read("memory.kmem.max_usage_in_bytes") if self.version == 1 else 0

    def kills(self) -> int:
        """Processes that the kernel killed here for want of memory."""
        file = "memory.oom_control" if self.version == 1 else "memory.events"
        text = (self.path / file).read_text()
        return number_in(text, "oom_kill")
