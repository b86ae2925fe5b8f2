"""kill -9 at random points of a pull, BANTAM_KILLS times: it resumes; nothing wrong has a name."""

import json
import os
import random
import subprocess
import time
import unittest

from hub_server import serve
from store_harness import PROGRAM, StoreTest, noise, sha256

KILLS = int(os.environ.get("BANTAM_KILLS", "12"))
NAME = "Someone/Split-GGUF"


class KillTest(StoreTest):
    def start(self, round_number):
        """A split model nobody has pulled yet, from a server that takes its time."""
        files = {f"m-q8_0-{i:05}-of-00002.gguf": noise(1_000_000 + i, round_number * 2 + i)
                 for i in (1, 2)}
        self.hub.add_repository(NAME, files)
        for data in files.values():
            self.hub.route(f"/cdn/{sha256(data)}",
                           serve(data, pause=lambda _: time.sleep(0.005)))
        return files

    def check(self):
        """What has a final name is whole; what a manifest names is there."""
        self.check_blobs()
        for name in self.names("manifests"):
            if not name.endswith(".json"):
                continue  # a temporary file
            manifest = json.loads((self.root / "manifests" / name).read_text())
            for file in manifest["files"]:
                blob = self.root / "blobs" / ("sha256-" + file["sha256"])
                self.assertEqual(blob.stat().st_size, file["bytes"])

    def pull_and_kill(self, after_s):
        """True if it was killed before it had ended."""
        process = subprocess.Popen([PROGRAM, "pull", NAME], env=self.environment,
                                   stderr=subprocess.DEVNULL)
        try:
            process.wait(after_s)
            return False
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            return True

    def test_kills(self):
        chance = random.Random(KILLS)
        round_number = kills = resumed = 0
        self.start(round_number)
        begin = time.monotonic()
        self.pull(NAME)
        usual_s = time.monotonic() - begin
        while kills < KILLS:
            round_number += 1
            files = self.start(round_number)
            self.hub.requests.clear()
            while kills < KILLS and self.pull_and_kill(chance.uniform(0, usual_s)):
                kills += 1
                self.check()
            self.pull(NAME)
            resumed += sum("Range" in headers for _, _, headers in self.hub.requests)
            self.check()
            (model,) = self.listed()
            folder = os.path.dirname(model["path"])
            for name, data in files.items():
                with open(os.path.join(folder, name), "rb") as file:
                    self.assertEqual(sha256(file.read()), sha256(data))
            self.assertGreaterEqual(len(self.names("blobs")), 2)
        print(f"{kills} kills in {round_number} rounds, {resumed} files resumed")
        self.assertGreater(resumed, 0)
        self.bantam("rm", "--unfinished")
        self.assertEqual(self.names("parts"), [])
        self.assertEqual(len(self.names("blobs")), 2, "nothing is left of the rounds before")


if __name__ == "__main__":
    unittest.main()
