"""Runs a program to its end, and what can be seen of it from outside."""

import contextlib
import ctypes
import dataclasses
import mmap
import os
import re
import select
import signal
import subprocess
import tempfile
import time

from tests import Failed

MAX_OUTPUT = 1 << 24  # bytes; answers have a few hundred
SAMPLE_S = 0.05       # from one look at the private memory to the next
POLL_S = 0.005        # for the end of a program that has closed its output


@dataclasses.dataclass
class Finished:
    output: str
    peak_bytes: int        # VmHWM
    first_byte_s: float    # from the start to the first byte of output; 0: there was none
    private_bytes: int     # the largest Private_Dirty that was seen; 0 if it was not watched


class _Watch:
    """The time that a program has, and its private memory while it runs."""

    def __init__(self, pid: int, start: float, timeout_s: float, private: bool):
        self.pid, self.start, self.end, self.private = pid, start, start + timeout_s, private
        self.private_bytes = 0

    def pause_s(self) -> float:
        """How long to wait before this is asked again; fails when time is up."""
        left = self.end - time.monotonic()
        if left <= 0:
            raise TimeoutError
        if not self.private:
            return min(left, 1)  # what select() takes ends long before the longest --timeout
        with contextlib.suppress(OSError):  # it has just ended
            with open(f"/proc/{self.pid}/smaps_rollup", encoding="ascii") as file:
                found = re.search(r"^Private_Dirty: +(\d+) kB", file.read(), re.MULTILINE)
            self.private_bytes = max(self.private_bytes, int(found[1]) * 1024 if found else 0)
        return min(left, SAMPLE_S)


def run(command: list[str], timeout_s: float, environment: dict[str, str] | None = None,
        private: bool = False) -> Finished:
    """Fails if the program cannot be run, fails, prints without end or takes too long. `private`:
    its private memory is watched."""
    with tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                env={**os.environ, **(environment or {})}, start_new_session=True)
        except OSError as error:
            raise Failed(f"{command[0]}: {error.strerror}") from error
        watch = _Watch(process.pid, start, timeout_s, private)
        try:
            output, first = _read(process.stdout, watch)
            status, usage = _wait(watch)
        except BaseException as error:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, TimeoutError):
                raise Failed(f"took longer than {timeout_s:g} s") from error
            raise
        finally:
            process.stdout.close()
        process.returncode = os.waitstatus_to_exitcode(status)
        text = output.decode(errors="replace")
        if process.returncode != 0:
            errors.seek(0)
            lines = (errors.read().decode(errors="replace").strip() or text.strip()).splitlines()
            last = lines[-1][:160] if lines else "nothing printed"
            raise Failed(f"exit code {process.returncode}: {last}")
        return Finished(text, usage.ru_maxrss * 1024, first, watch.private_bytes)


def cached_pages(descriptor: int) -> int:
    """How many pages of a file are in memory (mincore)."""
    size = os.fstat(descriptor).st_size
    libc = ctypes.CDLL(None, use_errno=True)
    libc.mmap.restype = ctypes.c_void_p
    libc.mmap.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int, ctypes.c_int,
                          ctypes.c_int, ctypes.c_long]
    place = libc.mmap(None, size, mmap.PROT_READ, mmap.MAP_SHARED, descriptor, 0)
    if place == ctypes.c_void_p(-1).value:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    try:
        pages = (ctypes.c_ubyte * -(-size // mmap.PAGESIZE))()
        if libc.mincore(ctypes.c_void_p(place), ctypes.c_size_t(size), pages) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
        return sum(page & 1 for page in pages)
    finally:
        libc.munmap(ctypes.c_void_p(place), ctypes.c_size_t(size))


def _read(pipe, watch: _Watch) -> tuple[bytes, float]:
    """All of the output, and the seconds from the start to its first byte."""
    output, first = bytearray(), 0.0
    while len(output) <= MAX_OUTPUT:
        if not select.select([pipe], [], [], watch.pause_s())[0]:
            continue
        piece = os.read(pipe.fileno(), 65536)
        if not piece:
            return bytes(output), first
        if not output:
            first = time.monotonic() - watch.start
        output += piece
    raise Failed(f"printed more than {MAX_OUTPUT >> 20} MiB")


def _wait(watch: _Watch):
    """Status and resources of a program that may run on after it has closed its output."""
    while True:
        pid, status, usage = os.wait4(watch.pid, os.WNOHANG)
        if pid:
            return status, usage
        time.sleep(min(watch.pause_s(), POLL_S))
