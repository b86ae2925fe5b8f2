"""bantam pull from a hub that behaves well."""

import json
import os
import pathlib
import pty
import signal
import subprocess
import threading
import time
import unittest

from hub_server import etag_of, redirect, serve
from store_harness import (ENCODERS, FILE, MODELS, NAME, PROGRAM, STORED, TINY, StoreTest,
                           folder_files, noise, sha256)


class PullTest(StoreTest):
    def test_pull_list_run_remove(self):
        self.hub.add_repository(NAME, {FILE: TINY, "small-q8_0.gguf": noise(100)})
        text = self.pull("someone/small-gguf")
        self.assertIn(f"pulled {STORED}", text)
        self.assertIn("SHA-256 as published", text)
        self.assertNotIn("cannot run it", text)
        (model,) = self.listed()
        self.assertEqual(model["name"], STORED, "the hub's own letter case")
        self.assertEqual(model["sha256"], sha256(TINY))
        self.assertEqual(model["licence"], "apache-2.0")
        with open(model["path"], "rb") as file:
            self.assertEqual(file.read(), TINY)
        self.assertEqual(self.names("parts"), [])
        self.assertIn(STORED, self.good("list"))
        for name in (STORED, "Someone/small", "hf.co/Someone/Small-GGUF:Q4_K_M", NAME.lower()):
            self.assertIn("qwen2", self.good("show", name), name)
            self.assertEqual(self.good("run", name, "a", "-n", "2", "--temperature", "0"),
                             self.good("run", model["path"], "a", "-n", "2", "--temperature", "0"))
        asked = len(self.hub.requests)
        self.assertIn("here already", self.pull(NAME))
        self.assertEqual(len(self.hub.requests), asked + 1, "only the listing")
        self.assertIn("verify", self.good("list", "--help"))
        self.assertIn(": good", self.good("list", "--verify"))
        self.good("rm", NAME)
        self.assertEqual(self.listed(), [])
        self.assert_untouched()

    def test_short_names(self):
        repository = "Qwen/Qwen2.5-0.5B-Instruct-GGUF"
        self.hub.add_repository(repository, {"qwen2.5-0.5b-instruct-q8_0.gguf": TINY})
        for name in ("qwen2.5:0.5b-q8_0", "QWEN/qwen2.5-0.5b-instruct:Q8_0",
                     "hf.co/Qwen/Qwen2.5-0.5B-Instruct-GGUF:q8_0",
                     f"https://huggingface.co/{repository}/blob/main/"
                     "qwen2.5-0.5b-instruct-q8_0.gguf"):
            self.pull(name)
        self.assertEqual([model["name"] for model in self.listed()],
                         [repository + ":q8_0", "qwen2.5:0.5b-q8_0"])
        self.assertEqual(len(self.names("blobs")), 1, "they share their bytes")
        self.good("rm", "qwen2.5:0.5b-q8_0")
        self.assertEqual(len(self.names("blobs")), 1)
        text = self.pull("qwen:0.5b-instruct-q8_0")
        self.assertIn("qwen:0.5b-instruct is Qwen2.5 0.5B Instruct", text)

    def test_the_headline_file_is_pinned(self):
        path = ("/Qwen/Qwen2.5-0.5B-Instruct-GGUF/resolve/"
                "9217f5db79a29953eb74d5343926648285ec7e67/qwen2.5-0.5b-instruct-q4_k_m.gguf")
        self.hub.route(path, serve(TINY))
        text = self.pull("qwen2.5:0.5b", code=1)
        self.assertIn("expected 74a4da8c9fdbcd15bd1f6d01d621410d31c6fc00986f5eb687824e7b93d7a9db",
                      text)
        self.assertEqual(self.hub.paths(), [path], "no listing is asked for")
        self.assert_untouched()

    def test_misspelt_names(self):
        self.assertIn("did you mean 'qwen2.5:0.5b'", self.pull("qwen2.5:05b", code=1))
        self.assertIn("list --available", self.pull("xyzzy", code=1))
        text = self.bad(1, "run", "qwen2.5:0.5b", "hi")
        self.assertIn("'bantam pull qwen2.5:0.5b' fetches it", text)
        self.assertIn("did you mean 'tinyllama'", self.bad(1, "show", "tinylama"))
        self.assertIn("which model?", self.pull(code=2))
        self.assertIn("qwen2.5:0.5b", self.good("list", "--available"))
        self.assertEqual(self.hub.requests, [])

    def test_a_damaged_file_that_two_names_share_is_mended(self):
        self.hub.add_repository(NAME, {FILE: TINY})
        self.pull(NAME)
        self.good("cp", STORED, "mine")
        blob = self.root / "blobs" / ("sha256-" + sha256(TINY))

        def damage():
            blob.chmod(0o600)
            blob.write_bytes(TINY[:-1] + bytes([TINY[-1] ^ 1]))
            text = self.bantam("list", "--verify").stdout.decode()
            self.assertRegex(text, f"'bantam rm {STORED}' and pull or import .* mends 'mine', too")

        damage()
        self.good("rm", STORED)
        self.assertIn("pulled", self.pull(NAME))
        self.assertEqual(self.good("list", "--verify").count(": good"), 2)
        damage()
        self.good("import", self.write("good.gguf", TINY), "--name", "fresh")
        self.assertEqual(self.good("list", "--verify").count(": good"), 3)
        self.check_blobs()

    def test_split_files_come_whole(self):
        parts = {f"Q8_0/m-q8_0-{i:05}-of-00003.gguf": noise(100 + i, i) for i in (1, 2, 3)}
        self.hub.add_repository(NAME, parts)
        self.pull(NAME + ":q8_0")
        (model,) = self.listed()
        folder = os.path.dirname(model["path"])
        self.assertEqual(sorted(os.listdir(folder)), [os.path.basename(p) for p in sorted(parts)])
        for path, data in parts.items():
            with open(os.path.join(folder, os.path.basename(path)), "rb") as file:
                self.assertEqual(file.read(), data)

    def test_folders_of_safetensors(self):
        files = {"config.json": b"{ }", "model.safetensors": noise(100), "tokenizer.json": b"{}",
                 "README.md": b"#", "sub/other.safetensors": noise(50)}
        self.hub.add_repository("Someone/Plain", files)
        text = self.pull("Someone/Plain")
        self.assertIn("it is kept, but this program cannot run it", text)
        self.assertIn("of some files no SHA-256 is published)", text)
        self.assertIn("fetching config.json (3 bytes) from", text)
        self.assertIn("here already", self.pull("Someone/Plain"))
        (model,) = self.listed()
        self.assertIsNone(model["sha256"], "that of one file would be taken for the model's")
        self.assertEqual(sorted(os.listdir(model["path"])),
                         ["config.json", "model.safetensors", "tokenizer.json"])
        for name in os.listdir(model["path"]):
            with open(os.path.join(model["path"], name), "rb") as file:
                self.assertEqual(file.read(), files[name])

    def test_encoders(self):
        # One has its pooling's folder and a vocabulary of WordPiece alone, the other says how long
        # texts may be, too.
        text = " ".join(["a sentence"] * 100)
        for folder, name in (("cls", "BAAI/bge-tiny"), ("mean", "Someone/MiniLM")):
            files = folder_files(ENCODERS / folder)
            others = {"onnx/1_Pooling/config.json": b"{}", "1_Pooling/other.json": b"{}",
                      "2_Dense/config.json": b"{}", "onnx/model.safetensors": b"x"}
            self.hub.add_repository(name, files | others)
            self.assertNotIn("cannot run it", self.pull(name))
            (model,) = self.listed()
            self.assertEqual(folder_files(pathlib.Path(model["path"])), files)
            self.assertTrue(model["source"].endswith("/config.json"), model)
            for options in ([], ["--pooling", "mean"]):
                self.assertEqual(self.good("embed", name, text, *options),
                                 self.good("embed", str(ENCODERS / folder), text, *options))
            self.assertIn("here already", self.pull(name))
            self.good("rm", name)
        self.assert_untouched()

    def test_folders_take_what_a_model_needs(self):
        files = folder_files(ENCODERS / "mean")
        others = {"consolidated.safetensors": b"c", "added_tokens.json": b"", "merges.txt": b""}
        self.hub.add_repository("Someone/MiniLM", files | others)
        self.assertNotIn("cannot run it", self.pull("Someone/MiniLM"))
        (model,) = self.listed()
        self.assertEqual(folder_files(pathlib.Path(model["path"])), files)
        self.good("rm", "Someone/MiniLM")
        for name in ("model.safetensors", "config.json"):
            self.hub.add_repository("Someone/MiniLM", files | {name: b""})
            self.assertIn("a file of 0 bytes is no model", self.pull("Someone/MiniLM", code=1))
            self.bantam("rm", "--unfinished")

    def test_folders_without_a_model_say_why(self):
        config = {"config.json": b"{}"}
        adapter = {"adapter_config.json": b"{}", "adapter_model.safetensors": b"x"}
        for files, why in ((adapter, "an adapter (LoRA)"), (config | adapter, "an adapter (LoRA)"),
                           (config | {"pytorch_model.bin": b"x"}, "pytorch_model.bin")):
            self.hub.add_repository("Someone/Plain", files)
            self.assertIn(why, self.pull("Someone/Plain", code=1))
            self.assert_untouched()
            folder = pathlib.Path(self.path("Plain"))
            folder.mkdir(exist_ok=True)
            for name, data in files.items():
                (folder / name).write_bytes(data)
            self.assertIn(why, self.bad(1, "import", str(folder)))
            for name in files:
                (folder / name).unlink()
            folder.rmdir()

    def test_vocabularies_that_cannot_be_read_are_told(self):
        files = folder_files(ENCODERS / "mean") | {"tokenizer.json": b"{}"}
        self.hub.add_repository("Someone/MiniLM", files)
        text = self.pull("Someone/MiniLM")
        self.assertRegex(text, "it is kept, but this program cannot run it: .*tokenizer.json")

    def test_tensors_that_are_not_the_models_are_told(self):
        broken = TINY.replace(b"output_norm.weight", b"output_narm.weight")
        self.hub.add_repository(NAME, {FILE: broken})
        self.assertRegex(self.pull(NAME), "it is kept, but this program cannot run it: "
                                          ".*tensor output_norm.weight is missing")

    def test_encoders_of_the_catalogue(self):
        self.hub.add_repository("sentence-transformers/all-MiniLM-L6-v2",
                                folder_files(ENCODERS / "mean"))
        self.assertIn("pulled all-minilm ", self.pull("all-minilm"))
        self.assertIn("here already", self.pull("sentence-transformers/all-minilm-l6-v2"))
        self.good("embed", "all-minilm-l6-v2", "text")
        self.assertIn("there is no GGUF file", self.pull("all-minilm-q8_0", code=1))

    def test_the_conversion_of_a_repository(self):
        self.hub.add_repository("Someone/Small", {"config.json": b"{}", "m.safetensors": b"x"})
        self.hub.add_repository(NAME, {FILE: TINY})
        for name in ("Someone/Small", "Someone/Small:q4_k_m", f"Someone/Small:{FILE}"):
            self.pull(name)
            self.assertEqual(self.listed()[0]["name"], STORED)
            self.assertIn("qwen2", self.good("show", name))
            self.good("rm", name)
        self.assert_untouched()

    def test_renamed_repositories_keep_their_name(self):
        self.hub.add_repository("Someone/New-GGUF", {FILE: TINY})
        self.hub.route("/api/models/Old/Name-GGUF/revision/main",
                       redirect("/api/models/Someone/New-GGUF/revision/main", 307))
        self.hub.route(f"/Old/Name-GGUF/resolve/c0ffee/{FILE}",
                       redirect(f"/Someone/New-GGUF/resolve/c0ffee/{FILE}", 307))
        self.pull("Old/Name-GGUF:q4_k_m")
        self.assertIn("qwen2", self.good("show", "old/name:q4_k_m"))

    def test_urls(self):
        self.hub.route("/files/My%20Model-q8_0.gguf", serve(TINY))
        self.hub.route("/files/model-q8_0.gguf", redirect("/elsewhere/x?y=1"))
        self.hub.route("/elsewhere/x", serve(TINY))
        url = self.hub.endpoint + "/files/model-q8_0.gguf?token=secret"
        text = self.pull(url)
        self.assertIn("no SHA-256 is published; it is " + sha256(TINY), text)
        self.assertNotIn("secret", text)
        self.assertEqual(self.listed()[0]["name"], "model-q8_0")
        self.assertIn("here already", self.pull(url))
        self.assertIn("here already", self.pull(url.replace("secret", "another")))
        self.assertNotIn("secret", self.good("list", "--json"))
        self.hub.route("/other/model-q8_0.gguf", serve(noise(1000)))
        self.assertIn("there is another model named 'model-q8_0'",
                      self.pull(self.hub.endpoint + "/other/model-q8_0.gguf", code=2))
        self.pull(url, "--name", "mine:1", "--sha256", sha256(TINY).upper())
        self.assertEqual(len(self.names("blobs")), 1)
        self.assertIn("expected " + "0" * 64, self.pull(url, "--name", "b", "--sha256", "0" * 64,
                                                        code=1))
        self.pull(self.hub.endpoint + "/files/My%20Model-q8_0.gguf", code=2)

    def test_what_has_changed_at_its_place_is_an_update(self):
        url = self.hub.endpoint + "/m-q8_0.gguf"
        longer, same_size = TINY + bytes(32), TINY[:-4] + b"abcd"
        for tagged in (True, False):
            for data in (TINY, longer, same_size, TINY):
                with self.subTest(tagged=tagged, data=sha256(data)):
                    headers = {} if tagged else {"ETag": 'W/"1"'}
                    self.hub.route("/m-q8_0.gguf", serve(data, headers=headers))
                    self.assertIn("pulled m-q8_0", self.pull(url))
                    self.assertEqual(self.listed()[0]["sha256"], sha256(data))
                    self.hub.requests.clear()
                    # Where the server does not tell that it is the same, it is fetched again.
                    self.assertIn("here already" if tagged else "pulled m-q8_0", self.pull(url))
                    self.assertEqual(len(self.hub.requests), 1)
            self.good("rm", "m-q8_0")

    def test_an_update_that_cannot_be_run_replaces_nothing(self):
        url = self.hub.endpoint + "/m-q8_0.gguf"
        self.hub.route("/m-q8_0.gguf", serve(TINY))
        self.pull(url)
        self.hub.route("/m-q8_0.gguf", serve(b"GGUF" + bytes(500)))
        text = self.pull(url, code=1)
        self.assertIn("has changed, and what it is now cannot be run", text)
        self.assertIn("'m-q8_0' stays as it was", text)
        self.assertEqual(self.names("blobs"), ["sha256-" + sha256(TINY)])
        self.assertIn("qwen2", self.good("show", "m-q8_0"))
        self.assertIn("it is kept, but this program cannot run it",
                      self.pull(url, "--name", "new"))

    def test_small_files_of_a_folder_that_have_changed(self):
        files = folder_files(MODELS.parent / "folders/qwen2_f32")
        changed = files | {"config.json": files["config.json"].replace(b"1e-06", b"1e-05")}
        self.assertNotEqual(changed["config.json"], files["config.json"])

        def publish(files, commit):
            listing = {"id": "Someone/Folder", "siblings": [
                {"rfilename": name, "size": len(data)} |
                ({} if name.endswith(".json") else {"lfs": {"sha256": sha256(data)}})
                for name, data in files.items()]} | ({"sha": commit} if commit else {})
            self.hub.add_repository("Someone/Folder", files, listing=listing)
            for name, data in files.items():
                self.hub.route(f"/Someone/Folder/resolve/{commit or 'main'}/{name}", serve(data))

        for first, second in (("", ""), ("c1", "c2")):
            with self.subTest(first):
                for commit, published in ((first, files), (second, changed)):
                    publish(published, commit)
                    self.assertIn("pulled", self.pull("Someone/Folder"))
                    folder = pathlib.Path(self.listed()[0]["path"])
                    self.assertEqual((folder / "config.json").read_bytes(),
                                     published["config.json"])
                    self.hub.requests.clear()
                    self.assertIn("here already", self.pull("Someone/Folder"))
                    # A commit's files never change; of others the server says whether they have.
                    asked = [path for _, path, _ in self.hub.requests if "/resolve/" in path]
                    self.assertEqual(bool(asked), not commit)
                self.good("rm", "Someone/Folder")

    def test_folders_that_lack_a_shard(self):
        files = folder_files(MODELS.parent / "folders/qwen2_f32")
        files["model-00001-of-00002.safetensors"] = files.pop("model.safetensors")
        self.hub.add_repository("Someone/Folder", files)
        self.assertIn('"model" lacks part 2 of 2', self.pull("Someone/Folder", code=1))
        self.assert_untouched()

    def test_settings_that_are_none(self):
        self.hub.add_repository(NAME, {FILE: TINY})
        for name, bad, why in (
                ("BANTAM_STALL_SECONDS", ("abc", "-1", "nan", "0", "1e9", "5s"), "from 1 to 3600"),
                ("BANTAM_RETRY_SECONDS", ("abc", "-1", "nan", "61"), "from 0 to 60"),
                ("HF_ENDPOINT", (self.hub.endpoint + "#x", self.hub.endpoint + "?x=y"),
                 "a query or fragment")):
            good = self.environment[name]
            for value in bad:
                with self.subTest(name, value=value):
                    self.environment[name] = value
                    text = self.pull(NAME, code=2)
                    self.assertIn(name, text)
                    self.assertIn(why, text)
            self.environment[name] = good
        self.assertEqual(self.hub.requests, [])

    def test_links_find_only_what_came_from_there(self):
        other = (MODELS / "llama_tied.gguf").read_bytes()
        for folder, data in (("x", TINY), ("y", other)):
            self.hub.route(f"/{folder}/model.gguf", serve(data))
        self.hub.add_repository(NAME, {"v1-q4_k_m.gguf": TINY, "v2-q4_k_m.gguf": other})
        files = f"https://hf.co/{NAME}/resolve"
        self.pull(self.hub.endpoint + "/x/model.gguf")
        self.pull(f"{files}/main/v1-q4_k_m.gguf")
        for link in (f"{self.hub.endpoint}/x/model.gguf", f"{files}/main/v1-q4_k_m.gguf",
                     f"{files}/c0ffee/v1-q4_k_m.gguf", f"hf.co/{NAME}:q4_k_m"):
            self.assertIn("qwen2", self.good("show", link), link)
        for link in (f"{self.hub.endpoint}/y/model.gguf", f"{files}/main/v2-q4_k_m.gguf",
                     f"{files}/other/v1-q4_k_m.gguf", f"modelscope.cn/{NAME}:q4_k_m"):
            for command in (["show", link], ["run", link, "a"], ["cp", link, "b"], ["rm", link]):
                self.assertIn("in the store", self.bad(1, *command))
        self.assertEqual(len(self.listed()), 2)
        # What an older version kept does not say where on a hub it is from.
        (path,) = self.root.glob("manifests/someone*.json")
        manifest = json.loads(path.read_text())
        del manifest["origin"]
        path.write_text(json.dumps(manifest))
        self.bad(1, "show", f"{files}/main/v1-q4_k_m.gguf")
        self.assertIn("here already", self.pull(f"{files}/main/v1-q4_k_m.gguf"))
        self.good("rm", self.hub.endpoint + "/x/model.gguf", f"{files}/main/v1-q4_k_m.gguf")
        self.good("import", str(MODELS / "qwen2_tied.gguf"), "--name", "model")
        self.bad(1, "rm", self.hub.endpoint + "/x/model.gguf")

    def test_files_of_a_repository_do_not_replace_each_other(self):
        for first, second in (("a.gguf", "b.gguf"), ("v1-q4_k_m.gguf", "v2-q4_k_m.gguf"),
                              ("q4/m.gguf", "q8/m.gguf")):
            self.hub.add_repository(NAME, {first: TINY, second: noise(1000)})
            link = f"https://hf.co/{NAME}/resolve"
            self.pull(f"{link}/main/{first}")
            (model,) = self.listed()
            text = self.pull(f"{link}/main/{second}", code=2)
            self.assertIn(f"there is another model named '{model['name']}', from "
                          f"{model['source']}; 'bantam rm {model['name']}' first, or give this "
                          "one another name", text)
            self.assertEqual(self.listed(), [model])
            self.pull(f"{link}/main/{second}", "--name", "second")
            self.assertEqual(len(self.listed()), 2)
            self.good("rm", "second")
            # The same file in another revision is an update.
            changed = TINY + bytes(32)
            self.hub.add_repository(NAME, {first: changed, second: TINY})
            self.pull(f"{link}/main/{first}")
            (model,) = self.listed()
            self.assertEqual(model["sha256"], sha256(changed))
            self.good("rm", model["name"])
        self.good("import", str(MODELS / "llama_tied.gguf"), "--name", STORED)
        self.hub.add_repository(NAME, {FILE: TINY})
        self.assertIn("there is another model", self.pull(NAME, code=2))

    def test_models_do_not_replace_others_of_the_same_name(self):
        repository = "Qwen/Qwen2.5-0.5B-Instruct-GGUF"
        self.hub.add_repository(repository, {"qwen2.5-0.5b-instruct-q8_0.gguf": TINY})
        self.hub.add_repository(NAME, {FILE: TINY})
        other = str(MODELS / "llama_tied.gguf")
        for name, pull in (("mine", (NAME, "--name", "mine")),
                           ("qwen2.5:0.5b-q8_0", ("qwen2.5:0.5b-q8_0",))):
            self.good("import", other, "--name", name)
            before = self.listed()
            self.assertIn(f"another model named '{name}', from {other}; 'bantam rm {name}' first",
                          self.pull(*pull, code=2))
            self.assertEqual(self.listed(), before)
            self.good("rm", name)
            self.pull(*pull)
            self.assertIn("here already", self.pull(*pull))
        # Wherever a short name's model lay last time, it is the same.
        path = self.root / "manifests/qwen2.5%3a0.5b-q8_0.json"
        manifest = json.loads(path.read_text().replace("huggingface", "modelscope"))
        manifest["source"] = f"https://modelscope.cn/models/{repository}/resolve/master/x.gguf"
        path.write_text(json.dumps(manifest))
        self.hub.add_repository(repository,
                                {"qwen2.5-0.5b-instruct-q8_0.gguf": TINY + bytes(32)})
        self.assertIn("pulled", self.pull("qwen2.5:0.5b-q8_0"))

    def test_repositories_mean_what_pulling_them_takes(self):
        other = (MODELS / "llama_tied.gguf").read_bytes()
        self.hub.add_repository(NAME, {FILE: TINY, "small-q8_0.gguf": other,
                                       "small-q5_0.gguf": TINY})
        for name in ("Someone/Small:q8_0", "Someone/Small:q5_0"):
            self.pull(name)
        for name in ("Someone/Small", "hf.co/someone/small-gguf"):
            for command in (["show", name], ["run", name, "a"], ["cp", name, "b"], ["rm", name]):
                text = self.bad(2, *command)
                self.assertIn(f"say which one: {NAME}:q5_0, {NAME}:q8_0", text)
        self.assertEqual(len(self.listed()), 2)
        self.pull("Someone/Small")
        for name in ("Someone/Small", NAME, "Someone/Small:latest", f"https://hf.co/{NAME}"):
            self.assertIn("qwen2", self.good("show", name), name)
        self.good("run", "Someone/Small", "a", "-n", "2")
        self.good("cp", "Someone/Small", "copy")
        self.assertIn("qwen2", self.good("show", "copy"))
        self.good("rm", "Someone/Small")
        self.assertEqual([model["name"] for model in self.listed()],
                         [f"{NAME}:q5_0", f"{NAME}:q8_0", "copy"])
        self.good("rm", "Someone/Small:q5_0")
        self.assertIn("llama", self.good("show", "Someone/Small"), "the only one")

    def test_resumes_after_a_cut(self):
        data = noise(3_000_000)
        cuts = [700_000, 1_000_000]
        self.hub.add_repository(NAME, {FILE: data})
        self.hub.route(f"/cdn/{sha256(data)}",
                       serve(data, cut=lambda: cuts.pop(0) if cuts else None))
        self.pull(NAME)
        ranges = [headers.get("Range") for _, path, headers in self.hub.requests if "/cdn/" in path]
        self.assertEqual(len(ranges), 3)
        self.assertIsNone(ranges[0])
        self.assertGreater(int(ranges[1][6:-1]), 600_000)
        self.assertGreater(int(ranges[2][6:-1]), 1_500_000)
        self.assertEqual(self.listed()[0]["sha256"], sha256(data))

    def test_urls_go_on_only_with_the_same_strong_etag(self):
        first, second = (b"GGUF" + digit * 2_000_000 for digit in (b"1", b"2"))
        date = {"Last-Modified": "Mon, 01 Jan 2024 00:00:00 GMT"}
        for case, before, after in (
                ("none", {}, {}), ("date", date, date),
                ("weak", {"ETag": 'W/"a"'}, {"ETag": 'W/"a"'}),
                ("changed", {"ETag": '"a"'}, {"ETag": '"b"'}), ("gone", {"ETag": '"a"'}, {}),
                ("weakened", {"ETag": '"a"'}, {"ETag": 'W/"a"'}),
                ("same", {"ETag": '"a"'}, {"ETag": '"a"'})):
            asked = []

            def careless(handler, before=before, after=after, asked=asked):  # ignores If-Range
                asked.append((handler.headers.get("Range"), handler.headers.get("If-Range")))
                start = int((asked[-1][0] or "bytes=0-")[6:-1])
                data = first if len(asked) == 1 else second
                handler.send_response(206 if start else 200)
                if start:
                    handler.send_header("Content-Range",
                                        f"bytes {start}-{len(data) - 1}/{len(data)}")
                for name, value in (before if len(asked) == 1 else after).items():
                    handler.send_header(name, value)
                handler.send_header("Content-Length", str(len(data) - start))
                handler.end_headers()
                handler.wfile.write(data[start:700_000 if len(asked) == 1 else None])
                if len(asked) == 1:
                    handler.drop()
            with self.subTest(case):
                self.hub.route(f"/{case}-q8_0.gguf", careless)
                self.pull(f"{self.hub.endpoint}/{case}-q8_0.gguf")
                (model,) = [each for each in self.listed() if each["name"] == f"{case}-q8_0"]
                data = pathlib.Path(model["path"]).read_bytes()
                self.assertEqual(data == second, case != "same")
                self.assertEqual(len(data), len(second))
                for range_, condition in asked:
                    self.assertEqual(condition, range_ and '"a"')

    def test_new_starts_are_no_progress(self):
        data = noise(3_000_000)
        self.hub.route("/m-q8_0.gguf", serve(data, etag='W/"a"', cut=lambda: 2_000_000))
        self.assertIn("closed with", self.pull(self.hub.endpoint + "/m-q8_0.gguf", code=1))
        self.assertLess(len(self.hub.requests), 10)

    def test_drops_at_random_bytes(self):
        import random
        chance = random.Random(7)
        data = noise(400_000)
        left = [chance.randrange(0, 150_000) for _ in range(4)]
        self.hub.add_repository(NAME, {FILE: data})
        self.hub.route(f"/cdn/{sha256(data)}",
                       serve(data, cut=lambda: left.pop() if left else None))
        self.pull(NAME)
        self.check_blobs()

    def test_a_stopped_pull_goes_on(self):
        data = noise(2_000_000)

        def pause(sent):
            if sent > 1_000_000:
                time.sleep(1)

        self.hub.add_repository(NAME, {FILE: data})
        self.hub.route(f"/cdn/{sha256(data)}", serve(data, pause=pause))
        process = subprocess.Popen([PROGRAM, "pull", NAME], env=self.environment,
                                   stderr=subprocess.PIPE)
        self.wait_for_part(900_000)
        process.send_signal(signal.SIGINT)
        text = process.communicate(timeout=60)[1].decode()
        self.assertEqual(process.returncode, 130, text)
        self.assertIn("what has come is kept", text)
        self.assertEqual(self.names("blobs"), [])
        self.assertIn("1 unfinished file", self.bantam("list").stderr.decode())
        self.hub.route(f"/cdn/{sha256(data)}", serve(data))
        self.assertIn("are here already", self.pull(NAME))
        self.assertGreater(int(self.hub.requests[-1][2]["Range"][6:-1]), 900_000)

    def test_unfinished_files_can_be_removed(self):
        data = noise(300_000)
        self.hub.add_repository(NAME, {FILE: data})
        self.hub.route(f"/cdn/{sha256(data)}", serve(data, cut=lambda: 10_000))
        self.pull(NAME, code=1)
        self.assertEqual(len(self.names("parts")), 2)
        self.assertIn("removed 1 unfinished",
                      self.bantam("rm", "--unfinished").stderr.decode())
        self.assert_untouched()

    def test_files_of_a_pull_under_way_stay(self):
        files = folder_files(ENCODERS / "mean")
        self.hub.add_repository("Someone/MiniLM", files)
        last = sha256(files["tokenizer.json"])
        asked, go_on = threading.Event(), threading.Event()

        def wait(_):
            asked.set()
            go_on.wait(60)

        self.addCleanup(go_on.set)
        self.environment["BANTAM_STALL_SECONDS"] = "60"
        self.hub.route(f"/cdn/{last}", serve(files["tokenizer.json"], pause=wait))
        process = subprocess.Popen([PROGRAM, "pull", "Someone/MiniLM"], env=self.environment,
                                   stderr=subprocess.PIPE)
        self.assertTrue(asked.wait(60))
        whole = len(self.names("blobs"))
        self.assertEqual(whole, len(files) - 1)
        self.assertIn("and 1 unfinished", self.bantam("list").stderr.decode())
        text = self.bantam("rm", "--unfinished").stderr.decode()
        self.assertIn("removed 0 unfinished", text)
        self.assertIn(f"{whole} file(s) no model has yet stay: a pull or import is under way", text)
        go_on.set()
        text = process.communicate(timeout=60)[1].decode()
        self.assertEqual(process.returncode, 0, text)
        self.assertIn(": good", self.good("list", "--verify"))

    def test_two_pulls_share_the_work(self):
        data = noise(2_000_000)
        self.hub.add_repository(NAME, {FILE: data})
        self.hub.route(f"/cdn/{sha256(data)}", serve(data, pause=lambda _: time.sleep(0.05)))
        both = [subprocess.Popen([PROGRAM, "pull", NAME], env=self.environment,
                                 stderr=subprocess.PIPE) for _ in range(2)]
        texts = [process.communicate(timeout=60)[1].decode() for process in both]
        self.assertEqual([process.returncode for process in both], [0, 0], texts)
        self.assertEqual(len([p for p in self.hub.paths() if "/cdn/" in p]), 1, texts)
        self.assertIn("another process is fetching", "".join(texts))
        self.check_blobs()

    def test_the_second_takes_over_when_the_first_dies(self):
        data = noise(2_000_000)
        slow = threading.Event()

        def pause(sent):
            if sent > 500_000 and not slow.is_set():
                slow.wait(30)

        self.hub.add_repository(NAME, {FILE: data})
        self.hub.route(f"/cdn/{sha256(data)}", serve(data, pause=pause))
        first = subprocess.Popen([PROGRAM, "pull", NAME], env=self.environment,
                                 stderr=subprocess.DEVNULL)
        self.wait_for_part(400_000)
        second = subprocess.Popen([PROGRAM, "pull", NAME], env=self.environment,
                                  stderr=subprocess.PIPE)
        time.sleep(0.5)
        first.kill()
        first.wait()
        slow.set()
        text = second.communicate(timeout=60)[1].decode()
        self.assertEqual(second.returncode, 0, text)
        self.assertIn("waiting for it", text)
        self.assertIn("are here already", text)
        self.check_blobs()

    def test_busy_servers_are_waited_for(self):
        answers = [429, 503, 500]

        def busy(handler):
            if answers:
                handler.reply(answers.pop(0), b"", {"Retry-After": "1"})
            else:
                serve(TINY)(handler)

        self.hub.add_repository(NAME, {FILE: TINY})
        self.hub.route(f"/cdn/{sha256(TINY)}", busy)
        start = time.monotonic()
        text = self.pull(NAME)
        self.assertGreater(time.monotonic() - start, 2.9)
        self.assertIn("too many requests (429); trying again in 1 s", text)

    def test_progress_on_a_terminal(self):
        data = noise(3_000_000)
        self.hub.add_repository(NAME, {FILE: data})
        self.hub.route(f"/cdn/{sha256(data)}", serve(data, pause=lambda _: time.sleep(0.02)))
        terminal = self.terminal("pull", NAME)
        terminal.until(r"Pulling Someone/Small-GGUF.*\d+ %  [\d.]+ [KM]iB/2\.9 MiB, "
                       r"[\d.]+ [KM]iB/s, \d+ s left")
        self.assertEqual(terminal.exit_code(), 0)

    def test_run_offers_to_pull(self):
        self.hub.add_repository(NAME, {FILE: TINY})
        terminal = self.terminal("run", NAME, "a", "-n", "2")
        terminal.until(r"is not here yet. Pull it now\? \[Y/n\] ")
        terminal.line("n")
        self.assertEqual(terminal.exit_code(), 1)
        self.assert_untouched()
        terminal = self.terminal("run", NAME, "a", "-n", "2")
        terminal.until(r"\[Y/n\] ")
        terminal.line("")
        terminal.until("pulled")
        self.assertEqual(terminal.exit_code(), 0)

    def test_proxies_mirrors_and_other_hubs(self):
        self.use_proxy()
        self.environment["HF_TOKEN"] = "hf_secret"
        repository = "Qwen/Qwen2.5-0.5B-Instruct-GGUF"
        name = "qwen2.5-0.5b-instruct-q8_0.gguf"
        listing = {"Code": 200, "Success": True, "Data": {"Files": [
            {"Path": "sub", "Type": "tree"},
            {"Path": name, "Type": "blob", "Size": len(TINY), "Sha256": sha256(TINY)}]}}
        self.hub.route(f"/api/v1/models/{repository}/repo/files",
                       lambda handler: handler.reply(200, json.dumps(listing).encode()),
                       "modelscope.cn")
        self.hub.route(f"/models/{repository}/resolve/master/{name}",
                       redirect("https://cdn.example/f?key=1"), "modelscope.cn")
        self.hub.route("/f", serve(TINY), "cdn.example")
        self.hub.route(f"/api/models/{repository}/revision/main",
                       lambda handler: handler.reply(500), "huggingface.co")
        text = self.pull("qwen2.5:0.5b-q8_0")
        self.assertIn("trying hf-mirror.com/", text)
        self.assertIn("trying modelscope.cn/", text)
        hosts = [host for host, _, _ in self.hub.requests]
        self.assertEqual(list(dict.fromkeys(hosts)),
                         ["huggingface.co", "hf-mirror.com", "modelscope.cn", "cdn.example"])
        for host, path, headers in self.hub.requests:
            self.assertEqual("Authorization" in headers, host == "huggingface.co", (host, path))
        self.check_blobs()

    def test_the_token_goes_to_its_hub_alone(self):
        self.use_proxy()
        self.environment["HUGGING_FACE_HUB_TOKEN"] = "hf_secret"
        self.hub.add_repository(NAME, {FILE: TINY}, host="huggingface.co")
        sha = sha256(TINY)
        self.hub.route(f"/cdn/{sha}", redirect(f"https://cdn.example/{sha}"), "huggingface.co")
        self.hub.route(f"/{sha}", serve(TINY), "cdn.example")
        self.pull(NAME)
        seen = {(host, headers.get("Authorization")) for host, _, headers in self.hub.requests}
        self.assertEqual(seen, {("huggingface.co", "Bearer hf_secret"), ("cdn.example", None)})

    def test_secrets_are_not_shown(self):
        token = self.environment["HF_TOKEN"] = "hf_SECRET"

        def echo(handler):
            said = "bad token " + handler.headers.get("Authorization", "none")
            handler.reply(403, said.encode(), {"X-Error-Message": said})

        listing = f"/api/models/{NAME}/revision/main"
        for answer in (echo, redirect(f"https://localhost:1/{token}/x"),
                       redirect(f"http://localhost:1/{token}/x"),
                       redirect(f"/missing/{token}"), redirect(f"https://{token}.localhost/x"),
                       redirect("ftp://" + "a" * 60 + token),
                       lambda handler: handler.reply(200, json.dumps({"siblings": [
                           {"rfilename": f"../{token}.gguf"}]}).encode())):
            self.hub.route(listing, answer)
            text = self.pull(NAME, code=1)
            self.assertIn("***", text)
            self.assertNotIn("SECRET", text)
            self.assertNotIn("secret", text)
        self.hub.add_repository(NAME, {FILE: f"{token} is no model".encode()})
        self.assertIn('"*** is no model"', self.pull(NAME, code=1))
        user = self.hub.endpoint.replace("//", "//user:SECRET@")
        for command in ("run", "show", "rm", "pull"):
            text = self.bantam(command, user + "/m-q8_0.gguf?key=SECRET").stderr.decode()
            self.assertIn("***@localhost", text)
            self.assertNotIn("SECRET", text)
        for endpoint in (user, user + "x", self.hub.endpoint + "?key=SECRET"):
            self.environment["HF_ENDPOINT"] = endpoint
            text = self.pull(NAME, code=2)
            self.assertIn("HF_ENDPOINT", text)
            self.assertNotIn("SECRET", text)
            self.assertNotIn("\\x", text)
        self.environment["HF_ENDPOINT"] = "https://other.example"
        for proxy in ("http://user:SEC#RET@127.0.0.1:3128", "http://user:SEC@127.0.0.1:99999",
                      "socks9://u:SEC@h:1"):
            self.environment["HTTPS_PROXY"] = proxy
            text = self.pull(NAME, code=2)
            self.assertIn("***@", text)
            self.assertNotIn("SEC", text)

    def test_no_proxy(self):
        self.environment["HTTPS_PROXY"] = "http://127.0.0.1:1"
        self.hub.add_repository(NAME, {FILE: TINY})
        self.pull(NAME, code=1)
        self.environment["NO_PROXY"] = "example.com,localhost"
        self.pull(NAME)

    def test_gated_models_say_what_to_do(self):
        self.hub.route(f"/api/models/{NAME}/revision/main", lambda handler: handler.reply(
            401, b"", {"X-Error-Message": "Access to model is restricted"}))
        text = self.pull(NAME, code=1)
        self.assertIn("set HF_TOKEN", text)
        self.assertIn("Access to model is restricted", text)

    def test_unknown_quantisations_list_those_there_are(self):
        self.hub.add_repository(NAME, {FILE: TINY, "small-q8_0.gguf": TINY})
        self.assertIn('there is no "q2_k"; there are q4_k_m, q8_0',
                      self.pull(NAME + ":q2_k", code=1))

    def test_untrusted_certificates(self):
        del self.environment["SSL_CERT_FILE"]
        self.hub.add_repository(NAME, {FILE: TINY})
        self.assertIn("certificate", self.pull(NAME, code=1))
        self.assert_untouched()

    def test_full_disks_are_noticed_first(self):
        data = noise(100)
        self.hub.add_repository(NAME, {FILE: data}, listing={
            "id": NAME, "sha": "c0ffee", "siblings": [
                {"rfilename": FILE, "lfs": {"sha256": sha256(data), "size": 200 << 30}}]})
        self.hub.route(f"/cdn/{sha256(data)}", lambda handler: handler.reply(
            200, b"GGUF", {"Content-Length": str(200 << 30), "ETag": etag_of(data)}))
        text = self.pull(NAME, code=1)
        self.assertTrue(text.splitlines()[-1].startswith(f"bantam: {FILE} needs 204800 MiB more"))
        self.assert_untouched()


if __name__ == "__main__":
    unittest.main()
