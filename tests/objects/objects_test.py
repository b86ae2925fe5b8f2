"""The tests of this folder must be able to fail: objects_test.py COMPILER NM READELF."""

import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import self_contained
import weak_symbols

COMPILER, NM, READELF = sys.argv[1:4]


class Objects(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def compile(self, text, *flags):
        folder = pathlib.Path(self.folder.name)
        (folder / "a.cc").write_text(text)
        subprocess.run([COMPILER, "-std=c++17", *flags, "a.cc", "-o", "a.out"],
                       check=True, cwd=folder)
        return str(folder / "a.out")

    def test_an_inline_function_is_weak(self):
        out = self.compile("inline int F(int n) { return n; }\nint (*G())(int) { return F; }",
                           "-c")
        self.assertEqual(weak_symbols.weak_symbols(NM, out), ["F(int)"])

    def test_a_template_is_weak(self):
        out = self.compile("template <typename T> T F(T n) { return n; }\n"
                           "template int F<int>(int);", "-c")
        self.assertEqual(weak_symbols.weak_symbols(NM, out), ["int F<int>(int)"])

    def test_file_local_functions_are_not(self):
        out = self.compile("namespace { inline int F(int n) { return n + 1; } }\n"
                           "static int H(int n) { return n; }\n"
                           "int (*G())(int) { return F; }\nint (*I())(int) { return H; }", "-c")
        self.assertEqual(weak_symbols.weak_symbols(NM, out), [])

    def test_libstdcxx_is_found(self):
        out = self.compile("#include <iostream>\nint main() { std::cout << 1; }")
        strangers = {n for n in self_contained.needed(READELF, out)
                     if not self_contained.ALLOWED.fullmatch(n)}
        self.assertIn("libstdc++.so.6", strangers)
        self.assertLessEqual(strangers, {"libstdc++.so.6", "libgcc_s.so.1"})

    def test_libc_is_allowed(self):
        out = self.compile("#include <cstdio>\nint main() { std::puts(\"\"); }")
        self.assertTrue(all(self_contained.ALLOWED.fullmatch(name)
                            for name in self_contained.needed(READELF, out)
                            if name not in ("libstdc++.so.6", "libgcc_s.so.1")))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
