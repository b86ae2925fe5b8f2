"""What `bantam serve` tells a service manager (sd_notify), and how it ends while it still loads."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import unittest
import urllib.request

from harness import PATIENCE_S, PROGRAM, QWEN, TINY, Server


class NotifyTest(unittest.TestCase):
    def test_ready_and_stopping(self):
        with tempfile.TemporaryDirectory() as folder, \
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            path = str(pathlib.Path(folder) / "notify")
            manager.bind(path)
            manager.settimeout(PATIENCE_S)
            server = Server(TINY, "--ctx", "64", environment={"NOTIFY_SOCKET": path})
            self.assertEqual(manager.recv(100), b"READY=1")
            with urllib.request.urlopen(server.url + "/health", timeout=PATIENCE_S) as reply:
                self.assertEqual(reply.status, 200)
            self.assertEqual(server.stop(), 0)
            self.assertEqual(manager.recv(100), b"STOPPING=1")

    def test_a_socket_that_is_not_there(self):
        server = Server(TINY, "--ctx", "64", environment={"NOTIFY_SOCKET": "/nowhere/notify"})
        self.assertEqual(server.call("GET", "/health")[0], 200)
        self.assertEqual(server.stop(), 0)
        self.assertIn("service manager", "".join(server.lines))

    @unittest.skipUnless(os.path.exists(QWEN), "the model is not there")
    def test_a_signal_while_the_model_is_loaded(self):
        with tempfile.TemporaryDirectory() as home:
            process = subprocess.Popen([PROGRAM, "serve", QWEN, "--port", "0"],
                                       stderr=subprocess.PIPE, text=True,
                                       env={"PATH": os.environ["PATH"], "HOME": home})
            blocked = 0
            while not blocked >> (signal.SIGTERM - 1) & 1:
                status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
                blocked = int(re.search(r"SigBlk:\s*(\w+)", status)[1], 16)
            process.send_signal(signal.SIGTERM)
            said = process.communicate(timeout=PATIENCE_S)[1]
            self.assertEqual(process.returncode, -signal.SIGTERM, said)
            self.assertNotIn("listening", said)


if __name__ == "__main__":
    unittest.main()
