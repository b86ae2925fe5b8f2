"""A model hub on this machine, over TLS with an authority of its own, that can misbehave.

It answers as Hugging Face does (listing, redirect to a content network with ranges), and through
its proxy port for every host name, so that names of the real hubs lead here.
"""

import hashlib
import http.server
import json
import pathlib
import socket
import socketserver
import ssl
import subprocess
import threading

HOSTS = ["localhost", "huggingface.co", "hf-mirror.com", "modelscope.cn", "cdn.example",
         "other.example"]


def make_certificates(directory):
    """ca.pem, server.pem and server.key in the directory."""
    directory = pathlib.Path(directory)

    def openssl(*args):
        subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=directory)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca.key", "-out", "ca.pem", "-days", "2", "-subj",
            "/CN=Authority of a test", "-addext", "keyUsage=critical,keyCertSign")
    openssl("req", *key, "-keyout", "server.key", "-out", "server.csr", "-subj", "/CN=localhost")
    names = ",".join(["IP:127.0.0.1"] + [f"DNS:{host}" for host in HOSTS])
    (directory / "names").write_text(f"subjectAltName={names}\n")
    openssl("x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key",
            "-CAcreateserial", "-days", "2", "-extfile", "names", "-out", "server.pem")


class Handler(http.server.BaseHTTPRequestHandler):
    """Looks up (host, path), then path alone, and lets the function found there answer."""

    protocol_version = "HTTP/1.1"
    timeout = 30

    def log_message(self, *args):
        pass

    def do_CONNECT(self):  # the proxy: every host is this one
        self.server.hub.connects.append(self.path)
        self.connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
        try:
            self.connection = self.server.hub.context.wrap_socket(self.connection, server_side=True)
        except (OSError, ssl.SSLError):
            self.close_connection = True
            return
        self.rfile = self.connection.makefile("rb")
        self.wfile = self.connection.makefile("wb")
        self.close_connection = False
        while not self.close_connection:
            self.handle_one_request()

    def do_GET(self):
        hub = self.server.hub
        host = self.headers.get("Host", "").split(":")[0]
        path = self.path.split("?")[0]
        with hub.lock:
            hub.requests.append((host, self.path, dict(self.headers)))
        answer = hub.routes.get((host, path)) or hub.routes.get(path)
        known = hub.other_case.get(path.lower())
        if answer is None and known:
            self.reply(307, b"", {"Location": self.path.replace(path, known)})
        elif answer is None:
            self.reply(404, b"nothing here")
        else:
            answer(self)

    def reply(self, status, body=b"", headers=None):
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        if "Content-Length" not in (headers or {}):
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def finish(self):
        super().finish()
        self.connection.close()  # also that of do_CONNECT

    def drop(self):
        """Closes the connection at once, with whatever has been sent."""
        self.wfile.flush()
        self.close_connection = True
        try:
            self.connection.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


class Server(socketserver.ThreadingMixIn, socketserver.TCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, hub, tls):
        self.hub, self.tls = hub, tls
        super().__init__(("127.0.0.1", 0), Handler)

    def get_request(self):
        connection, address = super().get_request()
        if self.tls:
            connection = self.hub.context.wrap_socket(connection, server_side=True,
                                                      do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request, client_address):
        pass  # clients that leave, handshakes that fail


class Hub:
    def __init__(self, directory):
        make_certificates(directory)
        self.certificates = str(pathlib.Path(directory) / "ca.pem")
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pathlib.Path(directory) / "server.pem",
                                     pathlib.Path(directory) / "server.key")
        self.lock = threading.Lock()
        self.routes, self.requests, self.connects = {}, [], []
        self.other_case = {}  # lower case → as it is: hubs redirect
        self.servers = [Server(self, tls) for tls in (True, False)]
        self.port, self.proxy_port = (server.server_address[1] for server in self.servers)
        self.endpoint = f"https://localhost:{self.port}"
        self.proxy = f"http://127.0.0.1:{self.proxy_port}"
        for server in self.servers:
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self):
        for server in self.servers:
            server.shutdown()
            server.server_close()

    def paths(self):
        return [path for _, path, _ in self.requests]

    def add_repository(self, name, files, host=None, licence="apache-2.0", listing=None):
        """Lists and serves files (name → bytes), as Hugging Face does."""
        siblings = [{"rfilename": ".gitattributes", "size": 10, "blobId": "0" * 40}]
        for path, data in files.items():
            sha = hashlib.sha256(data).hexdigest()
            lfs = {"sha256": sha, "size": len(data), "pointerSize": 134}
            siblings.append({"rfilename": path, "size": len(data), "blobId": "1" * 40})
            if not path.endswith(".json"):  # small files have no SHA-256 there
                siblings[-1]["lfs"] = lfs
            self.route(f"/{name}/resolve/c0ffee/{path}", redirect(f"/cdn/{sha}?sign=secret"), host)
            self.route(f"/cdn/{sha}", serve(data), host)
        model = {"id": name, "sha": "c0ffee", "cardData": {"license": licence},
                 "siblings": siblings}
        text = json.dumps(model if listing is None else listing).encode()
        for revision in ("main", "c0ffee"):
            path = f"/api/models/{name}/revision/{revision}"
            self.other_case[path.lower()] = path
            self.route(path, lambda handler: handler.reply(200, text), host)

    def route(self, path, answer, host=None):
        self.routes[(host, path) if host else path] = answer


def redirect(location, status=302):
    return lambda handler: handler.reply(status, b"elsewhere", {"Location": location})


def etag_of(data):
    return '"' + hashlib.sha256(data).hexdigest()[:32] + '"'


def serve(data, etag=None, cut=None, pause=None, headers=None):
    """Serves bytes with ranges. cut(): after how many bytes of a body the connection ends;
    pause(sent): called before each 64 KiB."""
    tag = etag or etag_of(data)

    def answer(handler):
        start = 0
        if handler.headers.get("If-None-Match") == tag:
            handler.reply(304, b"", {"ETag": tag})
            return
        asked = handler.headers.get("Range", "")
        condition = handler.headers.get("If-Range")
        if asked.startswith("bytes=") and condition in (None, tag):
            start = int(asked[6:].rstrip("-"))
        if start > len(data) or (start == len(data) and start > 0):
            handler.reply(416, b"", {"Content-Range": f"bytes */{len(data)}"})
            return
        body = data[start:]
        handler.send_response(206 if start else 200)
        if start:
            handler.send_header("Content-Range",
                                f"bytes {start}-{len(data) - 1}/{len(data)}")
        for name, value in {"ETag": tag, "Accept-Ranges": "bytes",
                            "Content-Length": str(len(body)), **(headers or {})}.items():
            handler.send_header(name, value)
        handler.end_headers()
        limit = cut() if cut else None
        sent = 0
        while sent < len(body):
            if pause:
                pause(start + sent)
            piece = body[sent:sent + 65536]
            if limit is not None and sent + len(piece) > limit:
                handler.wfile.write(piece[:limit - sent])
                handler.drop()
                return
            handler.wfile.write(piece)
            sent += len(piece)
        handler.wfile.flush()
    return answer
