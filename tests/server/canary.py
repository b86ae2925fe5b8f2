"""A canary: one stream, asked for again and again beside requests that mean no good."""

import re
import threading

from harness import PATIENCE_S

SONG = {"prompt": "ab", "max_tokens": 400, "ignore_eos": True, "temperature": 1, "seed": 5,
        "stream": True}
OWN = re.compile(rb'"id":"[^"]*"|"created":[0-9]+')  # what tells one reply from every other


class Canary:
    """Sings while the block of `with` runs. Every song must be, byte for byte but for its id and
    its time, the one it sang alone."""

    LEAST = 3  # songs

    def __init__(self, server):
        self.server = server
        self.alone = self.sing()
        if not self.alone.endswith(b"data: [DONE]\n\n") or b'"length"' not in self.alone:
            raise AssertionError(f"the canary does not sing: {self.alone[:500]}")
        self.changed = threading.Condition()
        self.open = False  # a song has begun, and half of it is still to come
        self.waiting = 0
        self.songs = 0  # that were sung to the end and compared
        self.error = None
        self.resting = False
        self.thread = threading.Thread(target=self._run)

    def sing(self, hear=lambda heard: None):
        song = b""
        with self.server.open("POST", "/v1/completions", SONG) as reply:
            while piece := reply.read1(1 << 10):
                song += piece
                hear(len(song))
        return song

    def wait(self):
        """Returns while a song is open."""
        with self.changed:
            self.waiting += 1
            self.changed.notify_all()
            sings = self.changed.wait_for(lambda: self.error or self.open, PATIENCE_S)
            self.waiting -= 1
            self.changed.notify_all()
            if self.error:
                raise self.error
            if not sings:
                raise TimeoutError("the canary does not sing")

    def _hear(self, heard):
        with self.changed:
            self.open = 0 < heard <= len(self.alone) // 2
            self.changed.notify_all()
            # Nobody misses it, however slow the machine: the song goes on when all have heard it.
            if self.open:
                self.changed.wait_for(lambda: self.waiting == 0)

    def _run(self):
        try:
            while not self.resting or self.songs < self.LEAST:
                if OWN.sub(b"", self.sing(self._hear)) != OWN.sub(b"", self.alone):
                    raise AssertionError(f"song {self.songs} is another than the one alone")
                self._hear(0)
                self.songs += 1
        except Exception as error:  # told where the work is, and at its end
            with self.changed:
                self.error = error
                self.changed.notify_all()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, kind, *_):
        self.resting = True
        self.thread.join(PATIENCE_S)
        if kind is None and self.error:
            raise self.error
