"""What is measured: which tokens, cut how. The published figures are tied to these choices."""

import json
import pathlib

CORPUS = pathlib.Path(__file__).resolve().parents[1] / "corpus"
CLASSES = {"English": "english", "Chinese": "chinese", "other": "multilingual", "code": "code"}

WINDOW = 512        # tokens per window, as llama-perplexity has it by default
FIRST = WINDOW // 2  # scored are the positions FIRST … WINDOW - 2, which have context
STRIDE = 256        # so that almost every token is scored once
N_WINDOWS = 13      # 3,315 positions


def text(name: str) -> str:
    return (CORPUS / f"{name}.txt").read_text(encoding="utf-8")


def windows(tokenizer, name: str) -> list[list[int]]:
    """The windows of one corpus."""
    ids = tokenizer.encode(text(name)).ids
    starts = [i * STRIDE for i in range(N_WINDOWS)]
    assert starts[-1] + WINDOW <= len(ids), f"{name}.txt has only {len(ids)} tokens"
    return [ids[start:start + WINDOW] for start in starts]


def language_texts(tokenizer) -> list[list[int]]:
    """One sequence for each section of multilingual.txt (a title, a blank line, a paragraph)."""
    paragraphs = text("multilingual").strip().split("\n\n")
    assert len(paragraphs) % 2 == 0
    return [tokenizer.encode("\n\n".join(paragraphs[i:i + 2])).ids
            for i in range(0, len(paragraphs), 2)]


def long_prompt(tokenizer, n: int) -> list[int]:
    """n tokens: paragraphs of all corpora in an order that looks shuffled but is always the same,
    then, if more are wanted, once more in another order."""
    paragraphs = [p for name in CLASSES.values() for p in text(name).strip().split("\n\n")]
    order, out = [], ""
    for step in (37, 101, 59):
        assert len(paragraphs) % step, "the step must visit every paragraph"
        order += [paragraphs[i * step % len(paragraphs)] for i in range(len(paragraphs))]
    ids = []
    for start in range(0, len(order), 64):
        out = "\n\n".join(order[start:start + 64]) + "\n\n"
        ids += tokenizer.encode(out).ids
        if len(ids) >= n:
            return ids[:n]
    raise ValueError(f"the corpora give only {len(ids)} tokens")


def prompts(tokenizer) -> list[tuple[str, str, list[int]]]:
    """(language, text, tokens): questions as a chat turn, beginnings as plain text."""
    out = []
    for language, prompt in json.loads((CORPUS / "prompts.json").read_text(encoding="utf-8")):
        if prompt[-1] in ".?。।":
            prompt = f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"
        out.append((language, prompt, tokenizer.encode(prompt).ids))
    return out
