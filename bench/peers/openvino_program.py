"""OpenVINO GenAI, if a Python that has it and a converted model are given."""

import pathlib

import process
from answers import Answer
from programs import Program
from tests import Decode, Memory, NotMeasured, Prefill, Test

WORKER = pathlib.Path(__file__).with_name("openvino_worker.py")
# What ONEDNN_MAX_CPU_ISA calls the instruction sets; the row of AVX-512 stands for the same machine
# without AMX, so that bfloat16 is allowed.
ISAS = {"sse41": "SSE41", "avx2": "AVX2", "avx512vnni": "AVX512_CORE_BF16"}


class OpenVino(Program):
    """One measurement is one process of that Python, as with the other programs."""

    name = "OpenVINO"

    def measure(self, test: Test) -> float:
        if not (self.options.openvino_python and self.options.openvino_models.get(test.model)):
            option = "--openvino-small" if test.model == "small" else "--openvino-model"
            raise NotMeasured(f"not given (--openvino-python PYTHON {option} DIR)")
        match test:
            case Prefill():
                return self.worker(test, test.tokens, 1)[0].number("prefill")
            case Decode(sequences=1):
                # One token comes with the prompt, and something must have been read before it.
                answer, _ = self.worker(test, max(test.depth, 1), test.tokens + 1)
                return answer.number("decode")
            case Memory():
                answer, done = self.worker(test, test.context - 64, 64)
                answer.number("decode")  # or it has not done what the memory is for
                return done.peak_bytes / 2**20
        raise NotMeasured("has no such test")

    def worker(self, test: Test, prompt: int, reply: int) -> tuple[Answer, process.Finished]:
        environment = {}
        if test.isa:
            if test.isa not in ISAS:
                raise NotMeasured(f"cannot be held to {test.isa}")
            environment["ONEDNN_MAX_CPU_ISA"] = ISAS[test.isa]
        done = self.run([self.options.openvino_python, WORKER,
                         self.options.openvino_models[test.model], self.options.threads, prompt,
                         reply], environment)
        return Answer(done.output.strip().rpartition("\n")[2]), done
