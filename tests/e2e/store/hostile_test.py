"""bantam pull from hubs that mean harm: refused, and the store is as it was."""

import gzip
import json
import os
import time
import unittest

from hub_server import etag_of, redirect, serve
from store_harness import FILE, NAME, TINY, StoreTest, noise, sha256


class HostileTest(StoreTest):
    def setUp(self):
        super().setUp()
        self.data = noise(500_000)
        self.sha = sha256(self.data)
        self.hub.add_repository(NAME, {FILE: self.data})

    def serve(self, answer):
        self.hub.route(f"/cdn/{self.sha}", answer)

    def refused(self, expected, *more, parts=(), name=NAME):
        """The pull fails with all of that text soon, and nothing is kept."""
        start = time.monotonic()
        text = self.pull(name, code=1)
        self.assertLess(time.monotonic() - start, 40)
        for part in (expected, *more):
            self.assertIn(part, text)
        self.assertNotIn("sign=secret", text)
        self.assertNotRegex(text, r"https://\S+: https://", "one place, said once")
        self.assert_untouched(parts)
        return text

    def unfinished(self):
        return [f"sha256-{self.sha}.json", f"sha256-{self.sha}.part"]

    def list_file(self, path, name=NAME):
        lfs = {"sha256": self.sha, "size": len(self.data)}
        listing = {"id": name, "sha": "c0ffee", "siblings": [{"rfilename": path, "lfs": lfs}]}
        self.hub.add_repository(name, {FILE: self.data}, listing=listing)

    # Redirects.

    def test_redirect_loops(self):
        self.serve(redirect(f"/cdn/{self.sha}"))
        self.refused("more than 10 redirects")
        self.assertLess(len(self.hub.requests), 15)

    def test_redirects_in_the_listing(self):
        self.hub.route(f"/api/models/{NAME}/revision/main", redirect("https://169.254.169.254/x"))
        self.refused("link-local address")

    def test_redirects_to_plain_http(self):
        self.serve(redirect("http://localhost:1/x"))
        self.refused("redirects from https to http://localhost:1/x")

    def test_redirects_to_other_schemes(self):
        for location, why in (
                ("file:///etc/passwd", '"file:///etc/passwd" is no https:// or http:// URL'),
                ("ftp://localhost/x", '"ftp://localhost/x" is no https:// or http:// URL'),
                ("gopher://localhost/", '"gopher://localhost/" is no https:// or http:// URL'),
                ("https://user:word@localhost/", '"https://***@localhost/" holds a user name'),
                ("https://2130706433/", "neither a name nor an address of four numbers"),
                ("//", 'the URL "https://" has no valid host')):
            self.serve(redirect(location))
            self.refused("redirects to where it cannot: the URL", why)

    def test_redirects_with_backslashes_stay_here(self):
        self.serve(redirect("\\\\host\\x"))
        self.refused(self.hub.endpoint + "/cdn/%5C%5Chost%5Cx: not found (404)")

    def test_redirects_to_private_addresses(self):
        self.environment["HF_TOKEN"] = "hf_secret"
        self.use_proxy()
        self.hub.routes.clear()
        self.hub.add_repository(NAME, {FILE: self.data}, host="huggingface.co")
        for address in ("127.0.0.1", "10.0.0.1", "192.168.1.1", "169.254.169.254", "[::1]",
                        "[::ffff:10.0.0.1]", "[fd00::1]", "0.0.0.0", "localhost",
                        "metadata.localhost"):
            self.hub.requests.clear()
            self.hub.connects.clear()
            self.hub.route(f"/cdn/{self.sha}", redirect(f"https://{address}/latest"),
                           "huggingface.co")
            self.refused("which is refused")
            self.assertFalse([c for c in self.hub.connects if "huggingface" not in c
                              and "hf-mirror" not in c], address)
            for host, path, headers in self.hub.requests:
                if host != "huggingface.co":
                    self.assertNotIn("Authorization", headers, (host, path))

    def test_redirects_to_the_cloud_metadata_from_here(self):
        self.environment["HF_TOKEN"] = "hf_secret"
        self.serve(redirect("https://169.254.169.254/latest/meta-data"))
        self.refused("link-local address https://169.254.169.254/latest/meta-data")

    # Lengths.

    def test_shorter_than_promised(self):
        self.serve(serve(self.data[:-1000]))
        self.refused("has 499000 bytes, the hub's listing says 500000")

    def test_longer_than_promised(self):
        self.serve(serve(self.data + b"x" * 1000))
        self.refused("has 501000 bytes, the hub's listing says 500000")

    def test_bodies_that_end_early(self):
        self.serve(serve(self.data, cut=lambda: 0))
        self.refused("500000 bytes ")  # "remaining to read" or "missing", as libcurl's version says

    def test_endless_bodies(self):
        def endless(handler):
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "chunked")
            handler.end_headers()
            handler.wfile.write(b"7a120\r\n" + self.data + b"\r\n")
            try:
                while True:
                    handler.wfile.write(b"10000\r\n" + b"x" * 65536 + b"\r\n")
            except OSError:
                handler.close_connection = True
        self.serve(endless)
        self.refused("sends more than the file's 500000 bytes")

    def test_endless_listings(self):
        def endless(handler):
            handler.send_response(200)
            handler.end_headers()
            try:
                handler.wfile.write(b'{"siblings": [')
                while True:
                    handler.wfile.write(b'{"rfilename": "a"},' * 4096)
            except OSError:
                handler.close_connection = True
        self.hub.route(f"/api/models/{NAME}/revision/main", endless)
        self.refused("sends more than the expected 16777216 bytes")

    def test_endless_headers(self):
        def endless(handler):
            handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
            try:
                for _ in range(100_000):
                    handler.wfile.write(b"X-Filler: " + b"x" * 100 + b"\r\n")
            except OSError:
                handler.close_connection = True
        self.serve(endless)
        self.refused("headers do not end")

    def test_files_of_unknown_length(self):
        def unknown(handler):
            handler.send_response(200)
            handler.end_headers()
            handler.wfile.write(self.data)
            handler.drop()
        self.hub.route("/model-q8_0.gguf", unknown)
        self.refused("does not say how long the file is",
                     name=self.hub.endpoint + "/model-q8_0.gguf")

    def test_absurd_lengths(self):
        for length in ("0", str(1 << 40), str(1 << 63), str(10 ** 30), "-5"):
            self.hub.route("/model-q8_0.gguf", lambda handler, length=length: handler.reply(
                200, b"GGUF", {"Content-Length": length}))
            text = self.pull(self.hub.endpoint + "/model-q8_0.gguf", code=1)
            self.assertNotIn("pulled", text)
            self.assert_untouched()

    # Time.

    def test_slow_bodies(self):
        self.environment["BANTAM_STALL_SECONDS"] = "1"

        def drip(handler):
            handler.send_response(200)
            handler.send_header("Content-Length", str(len(self.data)))
            handler.end_headers()
            try:
                for byte in self.data[:200]:
                    handler.wfile.write(bytes([byte]))
                    handler.wfile.flush()
                    time.sleep(0.1)
            except OSError:
                pass
        self.serve(drip)
        self.refused("too little came for too long", parts=self.unfinished())

    def test_slow_headers(self):
        self.environment["BANTAM_STALL_SECONDS"] = "1"

        def drip(handler):
            try:
                for byte in b"HTTP/1.1 200 OK\r\nX-A: " + b"x" * 200:
                    handler.wfile.write(bytes([byte]))
                    handler.wfile.flush()
                    time.sleep(0.1)
            except OSError:
                pass
        self.serve(drip)
        self.refused("for too long")

    def test_long_waits_are_not_waited_for(self):
        self.serve(lambda handler: handler.reply(429, b"", {"Retry-After": "86400"}))
        self.refused("asks to come back in 86400 s")

    def test_servers_that_only_fail(self):
        self.serve(lambda handler: handler.reply(500, b"x" * 1_000_000))
        self.refused("answers 500")
        self.assertEqual(len([p for p in self.hub.paths() if "/cdn/" in p]), 5)

    # Contents.

    def test_wrong_checksums(self):
        self.serve(serve(self.data[:-1] + b"?"))
        self.refused(f"expected {self.sha}; the file was thrown away")

    def test_web_pages(self):
        page = b"<html>please log in</html>"
        self.serve(lambda handler: handler.reply(200, page, {"Content-Type": "text/html"}))
        self.refused("has 26 bytes, the hub's listing says 500000")
        self.hub.route("/model-q8_0.gguf", lambda handler: handler.reply(
            200, page, {"Content-Type": "text/html; charset=utf-8"}))
        self.refused("a web page", name=self.hub.endpoint + "/model-q8_0.gguf")
        self.hub.route("/model-q8_0.gguf", lambda handler: handler.reply(200, page))
        self.refused('begins with "<html>please log', name=self.hub.endpoint + "/model-q8_0.gguf")

    def test_compressed_bodies(self):
        bomb = gzip.compress(b"GGUF" + bytes(50_000_000))
        self.serve(lambda handler: handler.reply(200, bomb, {"Content-Encoding": "gzip"}))
        self.refused('encoded as "gzip"')
        listing = gzip.compress(b"[" + b" " * 50_000_000)
        self.hub.route(f"/api/models/{NAME}/revision/main", lambda handler: handler.reply(
            200, listing, {"Content-Encoding": "gzip"}))
        self.refused('encoded as "gzip"')

        def transfer(handler):
            handler.send_response(200)
            handler.send_header("Transfer-Encoding", "gzip, chunked")
            handler.end_headers()
            handler.wfile.write(f"{len(bomb):x}\r\n".encode() + bomb + b"\r\n0\r\n\r\n")
        self.hub.add_repository(NAME, {FILE: self.data})
        self.serve(transfer)
        self.refused('encoded as "gzip, chunked"')

    def test_paths_that_lead_elsewhere(self):
        for path in ("../../../escaped.gguf", "/etc/escaped.gguf", "a/../../b.gguf", "a//b.gguf",
                     "..\\..\\b.gguf", "nul\0.gguf", "line\n.gguf", "./b.gguf",
                     "x" * 2000 + ".gguf"):
            self.list_file(path)
            self.refused("the hub lists a file named", "refused")

    def test_names_that_are_not_kept(self):
        for path in ("-rf.gguf", ".hidden.gguf", "a b-q8_0.gguf", "%2e%2e%2fb.gguf",
                     "x" * 250 + ".gguf", "ü-q8_0.gguf", "a:b.gguf", "a|b.gguf"):
            self.list_file(path)
            self.refused("holds characters that are not kept")

    def test_repositories_that_rename_themselves(self):
        for name in ("../../x", "a/b/c", "a", "", "a/..", "x" * 500, 7):
            self.list_file("m-q8_0.gguf")
            listing = {"id": name, "sha": "../../x", "siblings": [
                {"rfilename": "m-q8_0.gguf", "lfs": {"sha256": self.sha}}]}
            self.hub.route(f"/api/models/{NAME}/revision/main", lambda handler, text=json.dumps(
                listing).encode(): handler.reply(200, text))
            self.hub.route(f"/{NAME}/resolve/main/m-q8_0.gguf", serve(self.data))
            self.pull(NAME)
            self.assertEqual([model["name"] for model in self.listed()], [NAME + ":q8_0"])
            self.good("rm", NAME)
            self.assert_untouched()

    def test_listings_that_are_none(self):
        for text, why in (
                (b"", "expected a value, found the end of the text at byte 0"),
                (b"{", "expected a key in quotes or '}', found the end of the text at byte 1"),
                (b"[]", "there is no GGUF file"), (b"{}", "the hub's answer lists no files"),
                (b"null", "the hub's answer lists no files"),
                (b"[" * 100_000, "more than 512 nested arrays or objects"),
                (b'{"siblings": 3}', "the hub's answer lists no files"),
                (b'{"siblings": [3]}', "the hub lists a file that is no object"),
                (b'{"siblings": [{}]}', 'the hub lists a file named ""'),
                (b"\xff\xfe", "expected a value, found byte 0xff at byte 0"),
                (b"<html>", "expected a value, found '<' at byte 0"),
                (b'{"siblings": [{"rfilename": "a.gguf", "size": -1}], "siblings": []}',
                 'the key "siblings" appears twice')):
            self.hub.route(f"/api/models/{NAME}/revision/main",
                           lambda handler, text=text: handler.reply(200, text))
            self.refused(why)

    def test_split_files_with_absurd_counts(self):
        for path, why in (("m-q8_0-00001-of-99999.gguf", "is said to have 99999 parts"),
                          ("m-q8_0-00002-of-00002.gguf", "lacks part 1 of 2"),
                          ("m-q8_0-00001-of-00000.gguf", "is said to have 0 parts")):
            self.list_file(path)
            self.refused('"m-q8_0" ' + why)

    def test_errors_do_not_drive_the_terminal(self):
        self.hub.route(f"/api/models/{NAME}/revision/main", lambda handler: handler.reply(
            404, b"", {"X-Error-Message": "\x1b[31mred\x07"}))
        self.assertNotIn("\x1b", self.refused("not found"))

    # Going on.

    def cut_first(self, at=200_000):
        """A first pull that stops in the middle."""
        self.serve(serve(self.data, cut=lambda: at))
        self.environment["BANTAM_STALL_SECONDS"] = "1"
        cuts = [at]

        def once(handler):
            if cuts:
                cuts.pop()
                serve(self.data, cut=lambda: at)(handler)
            else:
                handler.reply(404)
        self.serve(once)
        self.refused("not found", parts=self.unfinished())
        self.assertEqual(os.path.getsize(self.root / "parts" / f"sha256-{self.sha}.part"), at)

    def test_another_etag(self):
        self.cut_first()
        self.serve(serve(self.data, etag='"other"'))  # takes If-Range seriously: all of it
        self.assertIn("from the start", self.pull(NAME))
        self.check_blobs()

    def test_another_file_after_the_cut(self):
        self.cut_first()
        other = noise(500_000, 2)

        def careless(handler):  # ignores If-Range
            start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
            handler.reply(206 if start else 200, other[start:] if start else self.data, {
                "ETag": '"other"' if start else etag_of(self.data),
                "Content-Range": f"bytes {start}-499999/500000"} if start else {})
        self.serve(careless)
        self.assertIn("has changed", self.pull(NAME))
        self.check_blobs()

    def test_silent_change_after_the_cut(self):
        self.cut_first()
        other = noise(500_000, 2)

        def sly(handler):  # the same ETag for other bytes
            start = int(handler.headers.get("Range", "bytes=0-")[6:-1])
            handler.reply(206 if start else 200, other[start:] if start else self.data, {
                "ETag": etag_of(self.data),
                "Content-Range": f"bytes {start}-499999/500000"} if start else {})
        self.serve(sly)
        self.assertIn("do not fit together; once more", self.pull(NAME))
        self.check_blobs()

    def test_wrong_ranges(self):
        for content_range in ("bytes 0-499999/500000", "bytes 200000-499999/600000", "bytes */5",
                              "bytes 200000-199999/500000", "nonsense", "bytes 200000-499999/*"):
            with self.subTest(content_range):
                self.cut_first()
                self.serve(lambda handler, value=content_range: handler.reply(
                    206, self.data[200_000:], {"Content-Range": value}))
                self.refused("keeps changing", parts=self.unfinished())
                self.bantam("rm", "--unfinished")

    def test_ranges_nobody_asked_for(self):
        self.serve(lambda handler: handler.reply(
            206, self.data, {"Content-Range": "bytes 0-499999/500000"}))
        self.refused("the server sends a part of the file, but all of it was asked for")

    def test_good_parts_survive_web_pages(self):
        self.cut_first()
        page = b"<html>please log in</html>"
        self.serve(lambda handler: handler.reply(200, page, {"Content-Type": "text/html"}))
        self.refused("has 26 bytes", parts=self.unfinished())
        self.serve(serve(self.data))
        self.assertIn("are here already", self.pull(NAME))

    def test_range_not_satisfiable(self):
        self.cut_first()

        def answer(handler):
            if "Range" in handler.headers:
                handler.reply(416, b"", {"Content-Range": "bytes */500000"})
            else:
                serve(self.data)(handler)
        self.serve(answer)
        self.pull(NAME)
        self.check_blobs()

    def test_parts_that_were_tampered_with(self):
        for change in (lambda part: part.write_bytes(b"x" * 200_000),
                       lambda part: part.write_bytes(self.data + b"more"),
                       lambda part: part.with_suffix(".json").write_bytes(b"{"),
                       lambda part: part.with_suffix(".json").unlink(),
                       lambda part: part.write_bytes(b"")):
            self.cut_first()
            change(self.root / "parts" / f"sha256-{self.sha}.part")
            self.serve(serve(self.data))
            self.pull(NAME)
            self.check_blobs()
            self.good("rm", NAME)

    def test_links_in_place_of_parts(self):
        target = self.write("precious", "precious")
        parts = self.root / "parts"
        parts.mkdir(parents=True)
        (parts / f"sha256-{self.sha}.part").symlink_to(target)
        self.pull(NAME, code=1)
        with open(target) as file:
            self.assertEqual(file.read(), "precious")

    # The store's own files.

    def test_manifests_that_are_none(self):
        self.hub.add_repository("Someone/Good-GGUF", {"g-q8_0.gguf": TINY})
        self.pull("Someone/Good-GGUF")
        manifests = self.root / "manifests"
        good = json.loads(next(manifests.iterdir()).read_text())
        escape = {**good, "files": [{**good["files"][0], "name": "../../../escaped"}]}
        strange = {**good, "files": [{**good["files"][0], "sha256": "../../../../etc/passwd"}]}
        newer = {**good, "version": 9}
        for text in ("", "{", "[]", json.dumps(escape), json.dumps(strange), json.dumps(newer)):
            (manifests / "bad.json").write_text(text)
            done = self.bantam("list")
            self.assertEqual(done.returncode, 0)
            self.assertIn(b"bad.json", done.stderr)
            self.assertIn(b"Someone/Good-GGUF:q8_0", done.stdout)
            self.assertNotEqual(self.bantam("show", "bad").returncode, 0)
        self.good("rm", "bad")
        self.assertEqual(len(self.listed()), 1)

    def test_blobs_that_were_cut(self):
        self.hub.add_repository(NAME, {FILE: TINY})
        self.pull(NAME)
        blob = self.root / "blobs" / f"sha256-{sha256(TINY)}"
        blob.chmod(0o644)
        blob.write_bytes(TINY[:-1])
        self.assertIn("expected " + str(len(TINY)), self.bad(1, "show", NAME))
        self.assertIn("SHA-256", self.bantam("list", "--verify").stdout.decode())
        self.pull(NAME)
        self.assertIn("qwen2", self.good("show", NAME))
        self.check_blobs()


if __name__ == "__main__":
    unittest.main()
