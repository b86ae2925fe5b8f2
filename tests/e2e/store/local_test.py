"""Models that are already on this machine: import, cp, rm, ps, and names in place of paths."""

import json
import os
import pathlib
import shutil
import unittest

from store_harness import (ENCODERS, TINY, StoreTest, folder_files, noise, rewrite_safetensors,
                           sha256)

from harness import ROOT

GOLDEN = ROOT / "tests/golden/models"


class LocalTest(StoreTest):
    def imported(self, *args):
        done = self.bantam("import", *args)
        self.assertEqual(done.returncode, 0, done.stderr.decode())
        return done.stderr.decode()

    def test_import_shares_the_bytes(self):
        path = self.write("My-Model.Q4_0.gguf", TINY)
        self.assertIn("kept as my-model.q4_0", self.imported(path))
        (model,) = self.listed()
        self.assertEqual(model["sha256"], sha256(TINY))
        self.assertEqual(model["source"], path)
        self.assertEqual(os.path.basename(model["path"]), "My-Model.Q4_0.gguf")
        os.unlink(path)
        self.assertIn("qwen2", self.good("show", "my-model.q4_0"))
        self.check_blobs()
        self.assertEqual(self.names("parts"), [])

    def test_names_are_not_taken_away(self):
        self.imported(self.write("m.gguf", TINY))
        self.imported(self.path("m.gguf"))
        os.mkdir(self.path("other"))
        kept = self.listed()
        self.assertIn("m is here already", self.imported(self.write("other/M.gguf", TINY)))
        self.assertEqual(self.listed(), kept)
        other = (GOLDEN / "llama_tied.gguf").read_bytes()
        for name in ([], ["--name", "M"]):
            text = self.bad(2, "import", self.write("other/M.gguf", other), *name)
            self.assertIn(f"there is another model named 'm', from {self.path('m.gguf')}; "
                          "'bantam rm m' first, or give this one another name", text)
        same_size = TINY.replace(b"general.name", b"general.nome")
        self.assertIn("another model", self.bad(2, "import", self.write("other/M.gguf", same_size)))
        self.assertEqual(self.listed(), kept)
        os.replace(self.write("new", other), self.path("m.gguf"))
        self.assertIn("kept as m", self.imported(self.path("m.gguf")), "the same path: an update")
        self.assertIn("llama", self.good("show", "m"))

    def test_import_copies_when_told(self):
        path = self.write("m.gguf", TINY)
        self.imported(path, "--copy", "--name", "Mine:1")
        with open(path, "r+b") as file:
            file.write(b"GONE")
        self.check_blobs()
        self.assertIn("qwen2", self.good("show", "mine:1"))

    def test_import_refuses_what_cannot_run(self):
        for name, data in (("a.gguf", noise(1000)), ("b.gguf", b""), ("c.zip", b"PK"),
                           ("d.tar.gz", b"x"), ("e.bin", TINY), ("b c.gguf", TINY)):
            text = self.bad(1 if name != "b c.gguf" else 2, "import", self.write(name, data))
            self.assertIn(name, text)
        self.assertIn("is an archive; unpack it", self.bad(1, "import", self.path("c.zip")))
        self.assertIn("No such file", self.bad(1, "import", self.path("none.gguf")))
        os.mkfifo(self.path("fifo.gguf"))
        os.symlink("/dev/zero", self.path("zero.gguf"))
        for name in ("fifo.gguf", "zero.gguf"):
            self.assertIn(f"{name}' is a device, pipe or socket",
                          self.bad(1, "import", self.path(name)))
        os.mkdir(self.path("empty"))
        self.assertIn("is no model", self.bad(1, "import", self.path("empty")))
        self.bad(2, "import", self.write("ok.gguf", TINY), "--name", "../x")
        self.assertEqual(self.names("blobs") + self.names("manifests") + self.names("parts"), [])

    def test_import_takes_all_parts(self):
        parts = sorted((ROOT / "tests/golden").rglob("split-0000?-of-00003.gguf"))
        if not parts:
            self.skipTest("no split golden file")
        for part in parts:
            self.write(part.name, part.read_bytes())
        done = self.bantam("import", self.path(parts[1].name), "--name", "split")
        if done.returncode != 0:  # golden data of the format, no model that runs
            self.assertIn(b"split-0000", done.stderr)
            return
        (model,) = self.listed()
        self.assertEqual(len(os.listdir(os.path.dirname(model["path"]))), 3)

    def test_folders_with_one_model(self):
        os.mkdir(self.path("folder"))
        self.write("folder/only-q8_0.gguf", TINY)
        self.imported(self.path("folder"))
        self.assertEqual(self.listed()[0]["name"], "only-q8_0")

    def test_encoders(self):
        for name in ("cls", "mean"):
            folder = ENCODERS / name
            self.assertIn(f"kept as {name}", self.imported(str(folder)))
            self.assertEqual(self.good("embed", name, "some text"),
                             self.good("embed", str(folder), "some text"))
            self.assertIn("bert", self.good("show", name))
        self.assertIn("as the model's files say, 40",
                      self.bad(2, "embed", "mean", "text", "--max-tokens", "2000"))
        self.good("cp", "cls", "other")
        self.good("rm", "cls")
        self.assertEqual(self.good("embed", "other", "some text"),
                         self.good("embed", str(ENCODERS / "cls"), "some text"))
        self.assertIn(": good", self.good("list", "--verify"))
        self.good("rm", "other")
        self.good("rm", "mean")
        self.assert_nothing_kept()

    def test_folders_must_open_from_the_store(self):
        """The folder opens, but what the store keeps of it does not."""
        folder = pathlib.Path(self.path("odd"))
        shutil.copytree(ENCODERS / "mean", folder)
        (folder / "1_Pooling").rename(folder / "pooling")
        modules = (folder / "modules.json").read_text().replace("1_Pooling", "pooling")
        (folder / "modules.json").write_text(modules)
        self.good("embed", str(folder), "text")
        self.assertIn("pooling/config.json", self.bad(1, "import", str(folder)))
        self.assert_nothing_kept()

    def test_folders_must_have_a_vocabulary_that_can_be_read(self):
        folder = pathlib.Path(self.path("folder"))
        for name in ("tokenizer.json", "tokenizer_config.json"):
            shutil.rmtree(folder, ignore_errors=True)
            shutil.copytree(ENCODERS / "mean", folder)
            for text in ("{}" if name == "tokenizer.json" else "[]", "["):
                (folder / name).write_text(text)
                self.assertIn(name, self.bad(1, "import", str(folder)))
                self.assert_nothing_kept()

    def test_tensors_must_be_those_of_the_model(self):
        nan = b"\x00\x00\xc0\x7f"
        for source, norm in ((ROOT / "tests/golden/folders/qwen2_f32", "model.norm.weight"),
                             (ENCODERS / "mean", "embeddings.LayerNorm.weight")):
            folder = pathlib.Path(self.path(source.name))
            self.imported(str(source))
            self.good("rm", source.name)

            def misshape(tensors, norm=norm):
                dtype, shape, values = tensors[norm]
                tensors[norm] = (dtype, [shape[0] // 2, 2], values)

            def spoil(tensors, norm=norm):
                dtype, shape, values = tensors[norm]
                tensors[norm] = (dtype, shape, nan + values[4:])

            for change, said in ((lambda tensors, norm=norm: tensors.pop(norm), "is missing"),
                                 (misshape, "expected"), (spoil, "holds nan"),
                                 (lambda tensors: tensors.update(extra=("F32", [1], bytes(4))),
                                  "is none that this build knows")):
                shutil.rmtree(folder, ignore_errors=True)
                shutil.copytree(source, folder)
                rewrite_safetensors(folder / "model.safetensors", change)
                self.assertIn(said, self.bad(1, "show", str(folder)))
                self.assertIn(said, self.bad(1, "import", str(folder)))
                self.assert_nothing_kept()
        broken = TINY.replace(b"output_norm.weight", b"output_narm.weight")
        self.assertIn("tensor output_norm.weight is missing",
                      self.bad(1, "import", self.write("m.gguf", broken)))
        self.assert_nothing_kept()

    def test_empty_files_count_as_not_there(self):
        folder = pathlib.Path(self.path("folder"))
        shutil.copytree(ENCODERS / "mean", folder)
        kept = self.names_below(folder)
        for name in ("generation_config.json", "tokenizer_config.json", "chat_template.jinja",
                     "special_tokens_map.json", "model.safetensors.index.json"):
            (folder / name).write_bytes(b"")
        self.imported(str(folder))
        (model,) = self.listed()
        self.assertEqual(self.names_below(model["path"]), kept)
        self.assertEqual(self.good("embed", "folder", "text"),
                         self.good("embed", str(ENCODERS / "mean"), "text"))
        self.assertEqual(self.good("embed", str(folder), "text"),
                         self.good("embed", "folder", "text"))
        self.good("rm", "folder")
        for name in ("model.safetensors", "config.json"):
            (folder / name).write_bytes(b"")
            self.assertIn(f"{name}: is empty", self.bad(1, "import", str(folder)))
            self.assert_nothing_kept()

    def names_below(self, folder):
        return sorted(folder_files(pathlib.Path(folder)))

    def test_second_names(self):
        self.imported(self.write("m.gguf", TINY))
        self.good("cp", "m", "assistant")
        self.assertEqual([model["name"] for model in self.listed()], ["assistant", "m"])
        self.assertEqual(len(self.names("blobs")), 1)
        self.assertIn("0 B freed", self.bantam("rm", "m").stderr.decode())
        self.assertIn("qwen2", self.good("show", "Assistant"))
        self.assertIn("ASSISTANT is here already",
                      self.bantam("cp", "assistant", "ASSISTANT").stderr.decode())
        self.imported(str(GOLDEN / "llama_tied.gguf"), "--name", "other")
        kept = self.listed()
        for names in (("assistant", "other"), ("other", "assistant")):
            self.assertIn(f"there is another model named '{names[1]}', from ",
                          self.bad(2, "cp", *names))
        self.assertEqual(self.listed(), kept)
        self.good("rm", "other")
        self.bad(2, "cp", "assistant", "a/b/c")
        self.assertIn("a file's path", self.bad(2, "cp", "assistant", "a.gguf"))
        self.assertIn("a file's path",
                      self.bad(2, "import", self.path("m.gguf"), "--name", "b.GGUF"))
        self.bad(1, "cp", "none", "x")
        self.bad(1, "rm", "none")
        self.bad(1, "rm", "../../etc/passwd/x")
        self.good("rm", "assistant")
        self.assert_nothing_kept()

    def assert_nothing_kept(self):
        for part in ("blobs", "manifests", "models", "parts"):
            self.assertEqual(self.names(part), [])

    def test_every_command_takes_names(self):
        path = self.write("m.gguf", TINY)
        self.imported(path, "--name", "m:1")
        for command in (["run", "{}", "a", "-n", "2", "--temperature", "0"],
                        ["tokenize", "{}", "abc"], ["detokenize", "{}", "1", "2"],
                        ["score", "{}", "--text", self.write("t", "abc"), "--summary"]):
            results = [self.good(*[word.format(name) for word in command])
                       for name in (path, "m:1", "M:1")]
            self.assertEqual(len(set(results)), 1, command)
        shown = [json.loads(self.good("show", name, "--json")) for name in (path, "m:1")]
        for each in shown:
            del each["path"]
        self.assertEqual(shown[0], shown[1])

    def test_ps_shows_who_uses_what(self):
        self.imported(self.write("m.gguf", TINY), "--name", "m:1")
        self.assertIn("a model now", self.bantam("ps").stderr.decode())
        terminal = self.terminal("run", "m:1")
        terminal.prompt()
        rows = json.loads(self.good("ps", "--json"))
        mine = [row for row in rows if row["pid"] == terminal.pid]
        self.assertEqual([(row["command"], row["model"]) for row in mine], [("run", "m:1")])
        self.assertIn("m:1", self.good("ps"))
        terminal.line("/bye")
        self.assertEqual(terminal.exit_code(), 0)

    def test_without_a_home(self):
        del self.environment["BANTAM_HOME"]
        self.environment["XDG_DATA_HOME"] = self.path("data")
        self.imported(self.write("m.gguf", TINY))
        self.assertTrue(pathlib.Path(self.path("data/bantam/models/manifests/m.json")).exists())
        del self.environment["XDG_DATA_HOME"]
        self.imported(self.path("m.gguf"))
        self.assertTrue(pathlib.Path(self.path(".local/share/bantam/models/blobs")).exists())
        del self.environment["HOME"]
        self.assertIn("BANTAM_HOME", self.bad(1, "list"))

    def test_adapters_are_no_models(self):
        adapter = str(ROOT / "tests/golden/adapters/qwen2_mixed.gguf")
        for command in ("import", "show"):
            self.assertIn("it is an adapter (LoRA), no model", self.bad(1, command, adapter))

    def test_stores_that_cannot_be_written(self):
        if os.geteuid() == 0:
            self.skipTest("root writes everywhere")
        self.imported(self.write("m.gguf", TINY))
        for top, folders, _ in os.walk(self.root):
            os.chmod(top, 0o555)
        self.addCleanup(lambda: [os.chmod(top, 0o755) for top, _, _ in os.walk(self.root)])
        self.assertIn("qwen2", self.good("show", "m"))
        self.bad(1, "rm", "m")
        # Found out before any hub is asked.
        text = self.bad(1, "pull", "Someone/Small-GGUF")
        self.assertIn(str(self.root), text)
        self.assertNotIn("no place has it", text)


if __name__ == "__main__":
    unittest.main()
