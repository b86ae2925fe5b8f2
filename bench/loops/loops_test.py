"""Tests of how loops are found and compared, on assembly written for it."""

import unittest

import disassembly
import scoreboard

# An outer loop from 0x0 to 0x18 around an inner one from 0x8 to 0x10.
NEST = [disassembly.Instruction(4 * i, text) for i, text in enumerate([
    "ldr q0, [x0]",
    "sdot v1.4s, v0.16b, v2.4b[0]",
    "sdot v3.4s, v0.16b, v2.4b[1]",
    "subs x1, x1, #0x1",
    "b.ne 0x8",
    "subs x2, x2, #0x1",
    "cbnz x2, 0x0",
    "ret",
])]


class Loops(unittest.TestCase):
    def test_branches_backwards_make_loops(self):
        self.assertEqual(sorted(disassembly.loops(NEST)), [(0, 6), (2, 4)])

    def test_the_innermost_loop_is_hot(self):
        body = disassembly.hot_loop(NEST, disassembly.DOTS, 0)
        self.assertEqual(body, [instruction.text for instruction in NEST[2:5]])

    def test_a_block_has_the_inner_loop_as_often_as_it_takes(self):
        body = disassembly.hot_loop(NEST, disassembly.DOTS, 64)
        self.assertEqual(disassembly.multiply_adds(body, disassembly.DOTS), 64)
        self.assertEqual(body.count("b.ne 0x8"), 3)
        self.assertEqual(body.count("ldr q0, [x0]"), 1)

    def test_zeroing_of_a_new_register_waits_for_nothing(self):
        body = ["vpxord %xmm26, %xmm26, %xmm26", "vpdpbusd (%rax), %zmm31, %zmm26"]
        self.assertEqual(disassembly.free_zeros(body)[0], "vpxord %xmm31, %xmm31, %xmm26")
        self.assertEqual(disassembly.free_zeros(body)[1], body[1])

    def test_longer_chains_take_longer(self):
        short = disassembly.cycles(["fadd v0.4s, v0.4s, v1.4s"], "aarch64", "cortex-a76")
        long = disassembly.cycles(["fadd v0.4s, v0.4s, v1.4s"] * 2, "aarch64", "cortex-a76")
        self.assertAlmostEqual(long, 2 * short, delta=0.2)


class Scoreboard(unittest.TestCase):
    def compare(self, before, now):
        scores = {name: scoreboard.Score(cycles, 1) for name, cycles in now.items()}
        return scoreboard.compare(scores, {name: [cycles, 1] for name, cycles in before.items()})

    def test_only_slower_and_missing_loops_fail(self):
        self.assertTrue(self.compare({"a": 100}, {"a": 100.5}))
        self.assertTrue(self.compare({"a": 100}, {"a": 90, "b": 5}))
        self.assertFalse(self.compare({"a": 100}, {"a": 103}))
        self.assertFalse(self.compare({"a": 100, "b": 5}, {"a": 90}))


if __name__ == "__main__":
    unittest.main()
