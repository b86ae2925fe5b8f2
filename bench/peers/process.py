"""Runs a program to its end, and what can be seen of it from outside."""

import dataclasses
import os
import select
import signal
import subprocess
import tempfile
import time

from tests import NotMeasured


@dataclasses.dataclass
class Finished:
    output: str
    peak_bytes: int        # VmHWM
    first_byte_s: float    # from the start to the first byte of output


def run(command: list[str], timeout_s: float, environment: dict[str, str] | None = None,
        ) -> Finished:
    """Fails with NotMeasured if the program cannot be run, fails or takes too long."""
    with tempfile.TemporaryFile() as errors:
        start = time.monotonic()
        try:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                env={**os.environ, **(environment or {})}, start_new_session=True)
        except OSError as error:
            raise NotMeasured(f"{command[0]}: {error.strerror}") from error
        try:
            output, first = _read(process.stdout, start, timeout_s)
            _, status, usage = os.wait4(process.pid, 0)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
            if isinstance(error, TimeoutError):
                raise NotMeasured(f"took longer than {timeout_s:g} s") from error
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        process.stdout.close()
        if process.returncode != 0:
            errors.seek(0)
            lines = errors.read().decode(errors="replace").strip().splitlines()
            last = lines[-1][:160] if lines else ""
            raise NotMeasured(f"exit code {process.returncode}: {last}")
        return Finished(output.decode(errors="replace"), usage.ru_maxrss * 1024, first)


def _read(pipe, start: float, timeout_s: float) -> tuple[bytes, float]:
    """All of the output, and the seconds from `start` to its first byte."""
    output, first = b"", 0.0
    while True:
        left = start + timeout_s - time.monotonic()
        if left <= 0 or not select.select([pipe], [], [], left)[0]:
            raise TimeoutError
        piece = os.read(pipe.fileno(), 65536)
        if not piece:
            return output, first
        if not output:
            first = time.monotonic() - start
        output += piece
