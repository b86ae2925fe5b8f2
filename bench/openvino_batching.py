"""Many prompts at once by OpenVINO GenAI, in its own Python: continuous batching, prefixes kept.

    openvino_batching.py MODEL_DIR THREADS

Each line on standard input is a load, {"prompts": [[system, user], …], "tokens": N}, answered by a
line of JSON: tokens a second over all prompts, and the median time to the first token.
"""

import json
import statistics
import sys
import time

import openvino_genai


CHATML = ("{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}"
          "<|im_end|>\n{% endfor %}<|im_start|>assistant\n")


def chat(tokenizer, system: str, user: str) -> str:
    history = [{"role": "system", "content": system}] if system else []
    history.append({"role": "user", "content": user})
    return tokenizer.apply_chat_template(history, add_generation_prompt=True)


def load(pipeline, prompts: list[str], n_tokens: int, first_id: int) -> dict:
    config = openvino_genai.GenerationConfig(max_new_tokens=n_tokens, ignore_eos=True,
                                             do_sample=False)
    began = time.monotonic()
    handles = [pipeline.add_request(first_id + i, prompt, config)
               for i, prompt in enumerate(prompts)]
    first, tokens = {}, 0
    while pipeline.has_non_finished_requests():
        pipeline.step()
        for i, handle in enumerate(handles):
            while handle.can_read():
                for output in handle.read().values():
                    tokens += len(output.generated_ids)
                    first.setdefault(i, time.monotonic() - began)
    seconds = time.monotonic() - began
    return {"rate": tokens / seconds, "first": statistics.median(first.values()),
            "tokens": tokens}


def main():
    folder, threads = sys.argv[1], int(sys.argv[2])
    scheduler = openvino_genai.SchedulerConfig()
    scheduler.enable_prefix_caching = True
    scheduler.cache_size = 1
    pipeline = openvino_genai.ContinuousBatchingPipeline(
        folder, scheduler, "CPU", {"INFERENCE_NUM_THREADS": threads})
    tokenizer = pipeline.get_tokenizer()
    tokenizer.set_chat_template(tokenizer.chat_template or CHATML)
    n_requests = 0
    for line in sys.stdin:
        wanted = json.loads(line)
        prompts = [chat(tokenizer, *prompt) for prompt in wanted["prompts"]]
        print(json.dumps(load(pipeline, prompts, wanted["tokens"], n_requests)), flush=True)
        n_requests += len(prompts)


if __name__ == "__main__":
    main()
