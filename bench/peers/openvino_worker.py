"""Measures OpenVINO GenAI in its own Python: openvino_worker.py MODEL_DIR THREADS PROMPT REPLY.

Reads PROMPT tokens and generates REPLY of them (greedily, past end tokens), twice; prints the
second run's tokens a second of reading (the time to the first token) and of the tokens after it,
as JSON.
"""

import json
import sys

import numpy
import openvino
import openvino_genai


def tokens(n: int, seed: int) -> openvino_genai.TokenizedInputs:
    """Token ids that look random; low enough for every vocabulary, and no control tokens."""
    ids = numpy.random.default_rng(seed).integers(1000, 30000, (1, n), dtype=numpy.int64)
    mask = numpy.ones_like(ids)
    return openvino_genai.TokenizedInputs(openvino.Tensor(ids), openvino.Tensor(mask))


def main():
    folder, threads, n_prompt, n_reply = sys.argv[1], *map(int, sys.argv[2:])
    pipeline = openvino_genai.LLMPipeline(folder, "CPU", INFERENCE_NUM_THREADS=threads)
    for seed in range(2):
        metrics = pipeline.generate(tokens(n_prompt, seed), max_new_tokens=n_reply,
                                    ignore_eos=True, do_sample=False).perf_metrics
    report = {"prefill": n_prompt / metrics.get_ttft().mean * 1000}
    if n_reply > 1:
        report["decode"] = 1000 / metrics.get_tpot().mean
    print(json.dumps(report))


if __name__ == "__main__":
    main()
