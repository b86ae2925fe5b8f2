"""bench/peers: which rows run in which order, what happens to peers that fail, ratios, documents.

The programs are scripts of a few lines here, which answer as the real ones do.
"""

import mmap
import os
import pathlib
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "bench/peers"))

import documents  # noqa: E402
import ratio_chart  # noqa: E402
import report  # noqa: E402
import results as results_file  # noqa: E402
import roofline_chart  # noqa: E402
import rows as table  # noqa: E402

BANTAM = """
case $1 in
  doctor) echo '{"machine": {"isa": "avx2"}, "speed": {"threads": 2, "read_bytes_per_s": 2e10,
    "int8_products_per_s": 4e11}, "model": {"bytes_per_token": 400000000,
    "kv_bytes_per_token": 12288, "products_per_token": 350000000}}' ;;
  bench) echo '{"isa": "'${BANTAM_RUNS:-${BANTAM_ISA:-amx}}'",
    "tests": [{"tokens_per_s": {"median": '${BANTAM_RATE:-100}'}}]}' ;;
  run) printf ' Paris' ;;
esac"""
LLAMA_BENCH = """echo '[{"avg_ts": 50}]'"""
OPENVINO = """echo loading; echo '{"prefill": 80, "decode": 25}'"""


class Peers(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.path = pathlib.Path(self.folder.name)
        self.log = self.path / "log"
        self.program("bantam", BANTAM)

    def tearDown(self):
        self.folder.cleanup()

    def program(self, name: str, script: str):
        """A program that notes its arguments and what it is held to, then does what it does."""
        file = self.path / name
        file.write_text(f'#!/bin/sh\necho "{name} ${{BANTAM_ISA}}${{ONEDNN_MAX_CPU_ISA}} $*" >> '
                        f"{self.log}\n{script}\n", encoding="utf-8")
        file.chmod(file.stat().st_mode | stat.S_IXUSR)
        return str(file)

    def peers(self, *arguments: str, model: str = "model.gguf", **environment: str):
        return subprocess.run(
            [sys.executable, ROOT / "bench/peers", model, "--bantam",
             str(self.path / "bantam"), *arguments], capture_output=True, text=True,
            env={**os.environ, "PATH": f"{self.path}:/usr/bin:/bin", "OPENVINO_PYTHON": "",
                 **environment})

    def calls(self) -> list[str]:
        return self.log.read_text(encoding="utf-8").splitlines()

    def test_programs_take_turns_and_the_order_turns_too(self):
        self.program("llama-bench", LLAMA_BENCH)
        done = self.peers("--rows", "decode-64", "--rounds", "3", "-t", "2")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([call.split()[0] for call in self.calls()],
                         ["bantam", "llama-bench", "llama-bench", "bantam", "bantam",
                          "llama-bench"])
        self.assertIn("bench model.gguf -p 0 -n 64 -d 0", self.calls()[0])
        self.assertIn("-t 2", self.calls()[1])
        self.assertRegex(done.stdout, r"decode-64 +llama.cpp +50.00 +50.00 +50.00 tok/s +2.00\n")
        self.assertIn("OpenVINO left out: not given", done.stderr)

    def test_a_peer_that_fails_is_out_of_its_row_only(self):
        self.program("llama-bench", 'case "$*" in *8192*) echo no memory >&2; exit 3;; esac\n'
                     + LLAMA_BENCH)
        done = self.peers("--rows", "prefill-512,prefill-8192", "--rounds", "2", "--floor", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("prefill-8192: llama.cpp left out: exit code 3: no memory", done.stderr)
        self.assertIn("prefill-512            llama.cpp", done.stdout)
        self.assertIn("prefill-8192           bantam", done.stdout)
        self.assertNotIn("prefill-8192           llama.cpp", done.stdout)

    def test_after_a_peer_that_fails_the_next_one_has_its_turn(self):
        done = self.peers("--rows", "decode-64", "--rounds", "2", "--openvino-python",
                          self.program("python", OPENVINO), "--openvino-model", "folder")
        self.assertIn("llama.cpp left out: llama-bench is not on PATH", done.stderr)
        self.assertEqual([call.split()[0] for call in self.calls()],
                         ["bantam", "python", "python", "bantam"])

    def test_a_program_that_hangs_is_left_out(self):
        self.program("llama-bench", "sleep 60")
        done = self.peers("--rows", "decode-64", "--rounds", "1", "--timeout", "0.5")
        self.assertIn("llama.cpp left out: took longer than 0.5 s", done.stderr)

    def test_a_program_that_hangs_after_its_output_is_left_out(self):
        self.program("llama-bench", LLAMA_BENCH + "; exec >&-; sleep 60")
        done = self.peers("--rows", "decode-64", "--rounds", "1", "--timeout", "0.5")
        self.assertIn("llama.cpp left out: took longer than 0.5 s", done.stderr)

    def test_time_without_end(self):
        self.program("llama-bench", LLAMA_BENCH)
        for seconds in ("inf", "1e300"):
            done = self.peers("--rows", "decode-64", "--rounds", "1", "--timeout", seconds)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_peer_that_prints_no_answer_is_out_of_its_row_only(self):
        path = self.path / "runs.csv"
        for printed, words in (
                ('warning: x\n[{"avg_ts": 50}]', r"""printed 'warning: x\n[{"avg_ts": 50}]'"""),
                ("", "printed nothing, expected JSON"), ("[]", "printed '[]', expected a number"),
                ("{}", "printed '{}'"), ("[" * 100000, "printed '[[["), ("5", "printed '5'"),
                ('[{"avg_ts": 0}]', "expected a number above 0 at 0.avg_ts"),
                ('[{"avg_ts": "x"}]', """printed '[{"avg_ts": "x"}]'"""),
                ('[{"avg_ts": NaN}]', "NaN"), ('[{"avg_ts": 1e999}]', "1e999"),
                ('[{"avg_ts": true}]', "true"), ('[{"avg_ts": 1' + "0" * 400 + "}]", "1000")):
            (self.path / "printed").write_text(printed, encoding="utf-8")
            self.program("llama-bench", f'case "$*" in *"-n 64"*) cat {self.path}/printed; exit;; '
                         f"esac\n{LLAMA_BENCH}")
            done = self.peers("--rows", "prefill-512,decode-64,memory-4096", "--rounds", "1",
                              "--floor", "0", "--csv", str(path))
            self.assertEqual(done.returncode, 0, done.stderr)
            for row in ("decode-64", "memory-4096"):
                self.assertRegex(done.stderr, f"(?m)^{row}: llama.cpp left out: printed ")
            self.assertIn(words, done.stderr)
            samples = results_file.read(path).samples
            self.assertEqual({row: list(programs) for row, programs in samples.items()},
                             {"prefill-512": ["bantam", "llama.cpp"], "decode-64": ["bantam"],
                              "memory-4096": ["bantam"]})

    def test_other_programs_that_print_no_answer(self):
        self.program("llama-batched-bench", "echo '{}'")
        self.program("llama-completion", "")
        done = self.peers("--rows", "decode-64,sequences-8,first-token", "--rounds", "1", "--floor",
                          "0", "--openvino-python", "/bin/true", "--openvino-model", "/tmp")
        self.assertEqual(done.returncode, 0, done.stderr)
        for words in ("decode-64: OpenVINO left out: printed nothing, expected JSON",
                      "sequences-8: llama.cpp left out: printed '{}', expected a number above 0 at "
                      "speed_tg", "first-token: llama.cpp left out: printed nothing"):
            self.assertIn(words, done.stderr)

    def test_a_model_that_is_not_there(self):
        done = self.peers("--rows", "first-token-cold", "--rounds", "1")
        self.assertEqual(done.returncode, 1)
        self.assertIn("BROKEN  first-token-cold: bantam: model.gguf: No such file", done.stdout)

    def test_output_without_end_is_left_out(self):
        self.program("llama-bench", "yes")
        done = self.peers("--rows", "decode-64", "--rounds", "1")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("llama.cpp left out: printed more than 16 MiB", done.stderr)

    def test_what_was_measured_before_bantam_fails_is_kept(self):
        path = self.path / "runs.csv"
        for failing, words in (("echo no memory >&2; exit 3", "exit code 3: no memory"),
                               ("echo '{}'; exit", "printed '{}', expected a number above 0 at")):
            self.program("bantam", f'case "$*" in *8192*) {failing};; esac\n{BANTAM}')
            done = self.peers("--rows", "prefill-512,prefill-8192,decode-64", "--rounds", "1",
                              "--csv", str(path))
            self.assertEqual(done.returncode, 1)
            self.assertIn(f"BROKEN  prefill-8192: bantam: {words}", done.stdout)
            self.assertIn("decode-64              bantam", done.stdout)
            self.assertEqual(list(results_file.read(path).samples), ["prefill-512", "decode-64"])

    def test_what_was_measured_before_the_doctor_fails_is_kept(self):
        path = self.path / "runs.csv"
        self.program("bantam", f"[ $1 = doctor ] && [ -e {self.path}/ill ] && exit 3\n"
                     f"[ $1 = doctor ] && touch {self.path}/ill\n{BANTAM}")
        done = self.peers("--rows", "decode-64", "--rounds", "1", "--csv", str(path))
        self.assertEqual(done.returncode, 1)
        self.assertIn("BROKEN  bantam doctor: exit code 3: nothing printed", done.stdout)
        self.assertEqual(list(results_file.read(path).samples), ["decode-64"])
        path.write_text("kept", encoding="utf-8")
        self.assertEqual(self.peers("--rows", "decode-64", "--csv", str(path)).returncode, 1)
        self.assertEqual(path.read_text(encoding="utf-8"), "kept", "nothing was measured")

    def test_programs_that_are_not_bantam(self):
        for program, words in (("true", "printed nothing"), ("echo", "printed 'bench model.gguf")):
            for more in ((), ("--csv", str(self.path / "runs.csv"))):
                done = self.peers("--rows", "decode-64,memory-4096,first-token", "--bantam",
                                  f"/bin/{program}", *more)
                self.assertEqual(done.returncode, 1)
                self.assertNotIn("Traceback", done.stderr)
                self.assertIn("BROKEN  bantam doctor: printed" if more else words, done.stdout)

    def test_a_file_that_stays_in_memory_is_not_read_from_the_disk(self):
        path = self.path / "model.gguf"
        path.write_bytes(b"x" * 100_000)
        with open(path, "rb") as file, \
                mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as used:
            self.assertEqual(used[:1] + used[-1:], b"xx")
            done = self.peers("--rows", "first-token-cold", "--rounds", "1", model=str(path))
        self.assertEqual(done.returncode, 1)
        self.assertIn("pages stay in memory: another program uses them", done.stdout)

    def test_ctrl_c_in_the_doctor(self):
        for name in ("INT", "TERM", "HUP"):
            self.program("bantam", f"echo $$ > {self.path}/process; sleep 0.2; "
                                   f"kill -{name} $PPID; exec sleep 60")
            done = self.peers("--rows", "decode-64", "--csv", str(self.path / "runs.csv"))
            self.assertEqual(done.returncode, 1)
            self.assertNotIn("Traceback", done.stderr)
            self.assertIn("BROKEN  interrupted", done.stdout)
            left = int((self.path / "process").read_text(encoding="utf-8"))
            self.assertRaises(ProcessLookupError, os.kill, left, 0)

    def test_what_was_measured_before_ctrl_c_is_kept(self):
        self.program("llama-bench", 'case "$*" in *8192*) sleep 0.2; kill -INT $PPID; sleep 60;; '
                     f"esac\n{LLAMA_BENCH}")
        path = self.path / "runs.csv"
        done = self.peers("--rows", "prefill-512,prefill-8192,decode-64", "--rounds", "1", "--csv",
                          str(path))
        self.assertEqual(done.returncode, 1)
        self.assertIn("BROKEN  interrupted", done.stdout)
        self.assertEqual(list(results_file.read(path).samples), ["prefill-512"])

    def test_without_bantam_there_is_no_row(self):
        self.program("bantam", "echo no such instruction set >&2; exit 2")
        done = self.peers("--rows", "avx2-decode-64", "--rounds", "2")
        self.assertIn("avx2-decode-64: bantam left out: exit code 2: no such instr", done.stderr)
        self.assertEqual(done.returncode, 1)
        self.assertIn("no row was measured", done.stdout)

    def test_ratios_below_the_floor_break_it(self):
        self.program("llama-bench", LLAMA_BENCH)
        only = ("--rows", "decode-64", "--rounds", "1")
        self.assertEqual(self.peers(*only, BANTAM_RATE="91").returncode, 0)
        done = self.peers(*only, BANTAM_RATE="89")
        self.assertEqual(done.returncode, 1)
        self.assertIn("BROKEN  decode-64: 1.78 of llama.cpp, at least 1.8 wanted", done.stdout)
        self.assertEqual(self.peers(*only, "--floor", "1.7", BANTAM_RATE="89").returncode, 0)
        self.assertEqual(self.peers(*only, "--floor", "decode-64=2").returncode, 0)
        self.assertEqual(self.peers(*only, "--floor", "decode-64=2.1").returncode, 1)

    def test_instruction_sets_are_forced_on_all(self):
        self.program("llama-bench", "exit 1")  # the one on PATH is not to be taken
        builds = self.path / "avx2"
        builds.mkdir()
        shutil.copy(self.program("other", LLAMA_BENCH), builds / "llama-bench")
        done = self.peers(
            "--rows", "avx2-prefill-512", "--rounds", "1", "--llama-isa", f"avx2={builds}",
            "--openvino-python", self.program("python", OPENVINO), "--openvino-model", "folder")
        self.assertEqual(done.returncode, 0, done.stderr)
        calls = self.calls()
        self.assertTrue(calls[0].startswith("bantam avx2 bench"), calls)
        self.assertTrue(calls[1].startswith("other "), calls)
        self.assertRegex(calls[2], r"python AVX2 .*openvino_worker.py folder \d+ 512 1$")
        self.assertRegex(done.stdout, r"OpenVINO +80.00 +80.00 +80.00 tok/s +1.25\n")

    def test_another_instruction_set_than_asked_for_is_no_measurement(self):
        done = self.peers("--rows", "avx2-decode-64", "--rounds", "1", BANTAM_RUNS="amx")
        self.assertEqual(done.returncode, 1)
        self.assertIn("bantam left out: runs amx here, not avx2", done.stderr)

    def test_memory_and_time_are_better_when_less(self):
        self.program("llama-bench", LLAMA_BENCH)
        self.program("llama-completion", "sleep 0.3; printf ' Paris'")
        done = self.peers("--rows", "memory-4096,first-token", "--rounds", "1", "--floor",
                          "memory-4096=0.1")
        self.assertEqual(done.returncode, 0, done.stdout)
        ratio = float(done.stdout.split("llama.cpp")[-1].split()[-1])
        self.assertGreater(ratio, 3, "a start of 300 ms beside one of some milliseconds")

    @unittest.skipUnless(os.path.exists("/proc/self/smaps_rollup"), "no smaps_rollup")
    def test_private_memory_is_its_peak_and_has_a_limit(self):
        for size, code in ((60, 0), (140, 1)):  # MB, given back before the end
            self.program("bantam", f"""exec {sys.executable} -c '
import time
held = b"1" * {size}000000
time.sleep(0.4)
del held
time.sleep(0.2)
print("{{\\"tests\\": [{{\\"tokens_per_s\\": {{\\"median\\": 40}}}}]}}")'""")
            done = self.peers("--rows", "memory-mapped", "--rounds", "1")
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn("-d 4031 --weights mapped", self.calls()[-1])
            found = re.search(r"memory-mapped +bantam +([\d.]+) .* MB\n", done.stdout)
            self.assertTrue(size <= float(found[1]) <= size + 30, done.stdout)
        self.assertRegex(done.stdout, r"BROKEN  memory-mapped: 1\d\d\.\d MB, at most 130 wanted")

    def test_a_share_of_reading_has_a_least(self):
        for share, code in ((0.95, 0), (0.85, 1)):
            self.program("bantam", f"""echo '{{"tests": [{{"share_of_reading":
                {{"median": {share}}}}}]}}'""")
            done = self.peers("--rows", "f16-beside-memory", "--rounds", "1", "--f16", "f16.gguf")
            self.assertEqual(done.returncode, code, done.stderr)
            self.assertIn("bench f16.gguf -p 0 -n 16 --beside-memory -r 30", self.calls()[-1])
            self.assertRegex(done.stdout, rf"f16-beside-memory +bantam +{100 * share:.2f} .* %\n")
        self.assertIn("BROKEN  f16-beside-memory: 85.0 %, at least 90 wanted", done.stdout)

    def test_several_sequences_are_measured_beside_one(self):
        self.peers("--rows", "sequences-8", "--rounds", "1", "--floor", "0")
        sequences = [call.split("-s ")[1].split()[0] for call in self.calls()]
        self.assertEqual(sequences, ["8", "1"])

    def test_rows_that_do_not_exist_are_refused(self):
        done = self.peers("--rows", "decode-65")
        self.assertEqual(done.returncode, 2)
        self.assertIn("no row 'decode-65'; there are: prefill-512", done.stderr)
        for wrong, words in (("--rows=,", "--rows names no row"),
                             ("--floor=decode-65=1", "no row 'decode-65'"),
                             ("--floor=fast", "'fast': expected [ROW=]RATIO"),
                             ("--rounds=0", "--rounds 0: expected 1 or more"),
                             ("--llama-isa=avx2", "'avx2': expected ISA=DIR"),
                             ("--llama-isa=neon=.", "'neon=.': no rows for 'neon'"),
                             ("--llama-isa=avx2=gone", "'avx2=gone': no such folder")):
            done = self.peers(wrong)
            self.assertEqual(done.returncode, 2)
            self.assertIn(words, done.stderr)
        self.assertFalse(self.log.exists(), "nothing ran")

    def test_the_csv_has_every_run_and_the_machine(self):
        self.program("llama-bench", LLAMA_BENCH)
        path = self.path / "runs.csv"
        self.peers("--rows", "decode-64,prefill-512", "--rounds", "2", "--csv", str(path))
        results = results_file.read(path)
        self.assertEqual(results.samples["decode-64"]["llama.cpp"], [50, 50])
        self.assertEqual(results.fact("read_bytes_per_s"), 2e10)
        copy = self.path / "copy.csv"
        results_file.write(results, copy)
        self.assertEqual(copy.read_bytes(), path.read_bytes())


class Documents(unittest.TestCase):
    def results(self) -> results_file.Results:
        results = results_file.Results(facts={
            "read_bytes_per_s": "2e10", "bytes_per_token": "4e8", "int8_products_per_s": "4e11",
            "products_per_token": "4e8"})
        for row, program, value, unit in (
                ("prefill-512", "bantam", 800, "tok/s"), ("prefill-512", "llama.cpp", 200, "tok/s"),
                ("prefill-512", "OpenVINO", 1000, "tok/s"), ("sequences-8", "bantam", 160, "tok/s"),
                ("sequences-8", "one sequence", 40, "tok/s"),
                ("memory-mapped", "bantam", 120, "MB"),
                ("memory-4096", "bantam", 500, "MiB"), ("memory-4096", "llama.cpp", 750, "MiB")):
            results.add(row, program, value, unit)
        return results

    def test_new_rows_replace_old_ones_in_the_tables_order(self):
        old, new = self.results(), results_file.Results(facts={"bytes_per_token": "5e8"})
        for value in (900, 1000):
            new.add("prefill-512", "bantam", value, "tok/s")
        new.add("decode-64", "bantam", 50, "tok/s")
        old.update(new)
        old.order([row.name for row in table.ROWS])
        self.assertEqual(list(old.samples),
                         ["prefill-512", "decode-64", "sequences-8", "memory-4096",
                          "memory-mapped"])
        self.assertEqual(old.samples["prefill-512"], {"bantam": [900, 1000]})
        self.assertEqual((old.fact("bytes_per_token"), old.fact("read_bytes_per_s")), (5e8, 2e10))

    def test_rows_of_another_processor_are_told(self):
        old, new = self.results(), self.results()
        new.samples.pop("sequences-8")
        self.assertEqual(old.from_elsewhere(new), [], "it is not known whose they are")
        old.facts["processor"] = new.facts["processor"] = "Zen 4"
        self.assertEqual(old.from_elsewhere(new), [])
        new.facts["processor"] = "Xeon"
        self.assertEqual(old.from_elsewhere(new), ["sequences-8"])

    def test_tables(self):
        text = report.markdown(table.ROWS, self.results())
        self.assertIn("| | Bantam | llama.cpp | OpenVINO | ratio to each |\n", text)
        self.assertIn("| prompt of 512 | 800 | 200 | 1,000 | 4.00 · 0.80 |", text)
        self.assertIn("| eight replies at once | 160 | – | – | 4.00 × one sequence |", text)
        self.assertIn("| peak memory, 4,096 tokens | 500 MiB | 750 MiB | – | 1.50 · – |", text)
        self.assertIn("| private memory, weights mapped, 4,096 tokens | 120 MB | – | – | – |", text)
        self.assertEqual(text.count("\n"), 5, "rows that were not measured are not there")

    def test_charts_are_drawings_that_say_what_they_show(self):
        for text, words in ((ratio_chart.draw(table.ROWS, self.results()), "4.00 times llama.cpp"),
                            (roofline_chart.draw(self.results()), "OpenVINO prompt 1000")):
            root = xml.etree.ElementTree.fromstring(text)
            self.assertIn(words, root.find("{http://www.w3.org/2000/svg}title").text)
            width, height = float(root.get("width")), float(root.get("height"))
            for shape in root.iter():
                for name, most in (("x", width), ("cx", width), ("y", height), ("cy", height)):
                    self.assertTrue(0 <= float(shape.get(name, 0)) <= most, shape.attrib)

    def test_the_roof_is_memory_first_then_arithmetic(self):
        self.assertEqual(roofline_chart.bounds(self.results()), (50, 1000))
        text = roofline_chart.draw(self.results())
        self.assertIn("eight replies 160 (40%)", text)
        self.assertIn("prompt 800 (80%)", text)
        self.assertIsNone(roofline_chart.draw(results_file.Results()))

    def test_what_is_published_is_what_was_measured(self):
        """Tables and charts in the repository are those of docs/performance.csv."""
        names = ("docs/performance.md", "docs/performance.svg", "docs/roofline.svg", "README.md",
                 "README.zh.md")
        results = results_file.read(ROOT / documents.CSV)
        with tempfile.TemporaryDirectory() as folder:
            (pathlib.Path(folder) / "docs").mkdir()
            for name in names:
                shutil.copy(ROOT / name, pathlib.Path(folder) / name)
            documents.publish(pathlib.Path(folder), results)
            for name in names:
                self.assertEqual((pathlib.Path(folder) / name).read_text(encoding="utf-8"),
                                 (ROOT / name).read_text(encoding="utf-8"),
                                 f"{name}: run ./dev bench --peers --draw")

    def test_a_document_without_its_place_is_an_error(self):
        with tempfile.NamedTemporaryFile("w+", suffix=".md") as file:
            with self.assertRaises(ValueError):
                documents.replace_table(pathlib.Path(file.name), "| |")


if __name__ == "__main__":
    unittest.main()
