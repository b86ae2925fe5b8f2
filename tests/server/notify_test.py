"""What `bantam serve` tells a service manager (sd_notify): ready once it answers, then stopping."""

import pathlib
import socket
import tempfile
import unittest
import urllib.request

from harness import PATIENCE_S, TINY, Server


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


if __name__ == "__main__":
    unittest.main()
