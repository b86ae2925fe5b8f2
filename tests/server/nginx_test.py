"""packaging/nginx.conf, with names and ports of the test: nginx takes it, and replies stream."""

import http.client
import json
import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

from harness import PATIENCE_S, ROOT, SMOL, Server

NAME = "llm.example.org"
KEY = "the-key-of-the-test"


def find_nginx():
    """The system's, or what ./dev unpacked into build/."""
    for path in (shutil.which("nginx"), "/usr/sbin/nginx", ROOT / "build/nginx/usr/sbin/nginx"):
        if path and os.access(path, os.X_OK):
            return str(path)
    print("skipped: nginx is not there (./dev test fetches it)")
    sys.exit(0)


NGINX = find_nginx()
if not shutil.which("openssl"):
    print("skipped: openssl is not there to make a certificate")
    sys.exit(0)
WRAPPER = """
daemon off;
pid {folder}/pid;
error_log {folder}/error.log;
{user}
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/bantam.conf;
}}
"""


def free_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


class Proxy:
    """nginx with the example, and a certificate of its own."""

    def __init__(self, folder, upstream):
        self.folder = pathlib.Path(folder)
        self.port = free_port()
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", f"/CN={NAME}",
             "-addext", f"subjectAltName=DNS:{NAME}", "-days", "2", "-keyout", folder + "/key.pem",
             "-out", folder + "/cert.pem"], check=True, capture_output=True)
        text = (ROOT / "packaging/nginx.conf").read_text()
        for old, new in (("127.0.0.1:11434;", f"127.0.0.1:{upstream};"),
                         ("listen 443 ", f"listen 127.0.0.1:{self.port} "),
                         ("    listen [::]:443 ssl http2;\n", ""),
                         ("/etc/ssl/bantam/fullchain.pem", folder + "/cert.pem"),
                         ("/etc/ssl/bantam/privkey.pem", folder + "/key.pem")):
            if text.count(old) != 1:
                raise AssertionError(f"packaging/nginx.conf: {old!r} should be there once")
            text = text.replace(old, new)
        (self.folder / "bantam.conf").write_text(text)
        user = "user root;" if os.geteuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(WRAPPER.format(folder=folder, user=user))
        self.command = [NGINX, "-p", folder, "-c", folder + "/nginx.conf"]
        self.context = ssl.create_default_context(cafile=folder + "/cert.pem")
        self.process = None

    def check(self):
        return subprocess.run([*self.command, "-t"], capture_output=True, text=True, check=False)

    def start(self):
        self.process = subprocess.Popen(self.command, stderr=subprocess.DEVNULL)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    raise AssertionError((self.folder / "error.log").read_text()) from None
                time.sleep(0.05)
        raise TimeoutError("nginx does not listen")

    def stop(self):
        self.process.terminate()
        self.process.wait(PATIENCE_S)

    def request(self, method, path, body=None, headers=None):
        """A response that has begun, and its connection."""
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, timeout=PATIENCE_S,
                                                 context=self.context)
        plain = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_S)
        connection.sock = self.context.wrap_socket(plain, server_hostname=NAME)
        connection.request(method, path, None if body is None else json.dumps(body),
                           {"Host": NAME, "Authorization": "Bearer " + KEY, **(headers or {})})
        return connection.getresponse(), connection


class NginxTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not os.path.exists(SMOL):
            raise unittest.SkipTest(f"{SMOL} is not there (./dev model)")
        cls.server = Server(SMOL, "--ctx", "2048", "--allowed-host", NAME,
                            environment={"BANTAM_API_KEY": KEY})
        cls.addClassCleanup(cls.server.stop)
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.proxy = Proxy(folder.name, cls.server.url.rsplit(":", 1)[1])
        cls.checked = cls.proxy.check()
        cls.proxy.start()
        cls.addClassCleanup(cls.proxy.stop)

    def metric(self, name):
        status, _, text = self.server.call("GET", "/metrics",
                                           headers={"Authorization": "Bearer " + KEY})
        self.assertEqual(status, 200)
        for line in text.decode().splitlines():
            if line.startswith(name + " "):
                return float(line.split()[1])
        self.fail(f"no metric {name}")

    def test_takes_the_example(self):
        self.assertEqual(self.checked.returncode, 0, self.checked.stderr)
        self.assertNotIn("warn", self.checked.stderr)

    def test_streams_and_cancels(self):
        cancelled = self.metric("bantam_cancelled_total")
        reply, connection = self.proxy.request("POST", "/v1/completions", {
            "prompt": "The sea", "max_tokens": 1900, "ignore_eos": True, "stream": True})
        self.assertEqual(reply.status, 200)
        self.assertEqual(reply.headers["Content-Type"].partition(";")[0], "text/event-stream")
        self.assertTrue(reply.readline().startswith(b"data: {"))
        # The first event has come through while there is a reply to come.
        self.assertEqual(self.metric("bantam_running_sequences"), 1)
        connection.sock.close()
        reply.close()
        end = time.monotonic() + PATIENCE_S
        while self.metric("bantam_running_sequences") > 0 and time.monotonic() < end:
            time.sleep(0.05)
        self.assertEqual(self.metric("bantam_cancelled_total"), cancelled + 1)

    def test_same_reply(self):
        body = {"messages": [{"role": "user", "content": "Name a colour."}], "max_tokens": 24,
                "seed": 3, "stream": True}

        def text_of(events):
            return "".join(json.loads(line[6:])["choices"][0]["delta"].get("content") or ""
                           for line in events.decode().split("\n\n") if line.startswith("data: {"))

        reply, connection = self.proxy.request("POST", "/v1/chat/completions", body)
        through = text_of(reply.read())
        connection.close()
        _, _, direct = self.server.call("POST", "/v1/chat/completions", body,
                                        {"Authorization": "Bearer " + KEY})
        self.assertTrue(through)
        self.assertEqual(through, text_of(direct))

    def test_pages_and_keys(self):
        for headers, expected in (({"Origin": f"https://{NAME}"}, 200),
                                  ({"Origin": "https://elsewhere.example"}, 403),
                                  ({"Authorization": "Bearer wrong"}, 401)):
            reply, connection = self.proxy.request("GET", "/v1/models", headers=headers)
            self.assertEqual(reply.status, expected, headers)
            connection.close()


if __name__ == "__main__":
    unittest.main()
