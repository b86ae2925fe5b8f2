"""Makes rewordings.jsonl of questions.jsonl: each question in five kinds of other spelling.

    python3 tests/cache/make_rewordings.py > tests/cache/rewordings.jsonl

Written by rule, from a fixed seed; what people would write freely stands in questions.jsonl.
"""

import json
import pathlib
import random

HERE = pathlib.Path(__file__).resolve().parent

BEFORE = {
    "en": ["Hi, {l}", "Hello! {q}", "Please tell me: {l}", "Could you tell me: {l}",
           "Excuse me, {l}", "Good morning, {l}", "Hey there, {l}", "Can you please tell me, {l}"],
    "zh": ["请问{q}", "你好，{q}", "您好，请问{q}", "麻烦问一下，{q}", "请问一下{q}",
           "不好意思，请问{q}", "你能告诉我{q}", "下午好！{q}"],
}
AFTER = {
    "en": [" Thanks!", " Thank you.", " Thanks a lot!", " Please.", "", "",
           " Thank you very much.", ""],
    "zh": ["谢谢！", "谢谢您。", "多谢。", "", "", "麻烦了。", "非常感谢！", ""],
}


def language(question):
    return "zh" if any(ord(c) > 0x2E80 for c in question) else "en"


def lowered(question):
    """With a small first letter, as after a comma."""
    return question[0].lower() + question[1:]


def case(question, rng):
    return rng.choice([str.upper, str.lower, str.title])(question).replace("'S", "'s")


def width(question, rng):
    wide = {c: chr(c + 0xFEE0) for c in range(0x21, 0x7F)}
    narrow = {0xFF1F: "?", 0xFF0C: ",", 0xFF01: "!", 0xFF1A: ":"}
    if language(question) == "zh":
        return question.translate(narrow | {c: wide[c] for c in range(ord("0"), ord("z") + 1)})
    return question.translate(wide | {0x20: "\u3000"})


def punctuation(question, rng):
    bare = question.rstrip("?？。.! ")
    english = language(question) == "en"
    ends = ["", "??", "?!", "...", "."] if english else ["", "？？", "?", "……", "。"]
    quoted = ["“{}”", "\"{}\"", "「{}」"]
    changed = bare + rng.choice(ends)
    return rng.choice(quoted).format(changed) if rng.random() < 0.25 else changed


def whitespace(question, rng):
    if language(question) == "en":
        blank = rng.choice(["  ", "\u00A0", "\t", " \u2009"])
        before = rng.choice(["", " ", "\n"])
        return before + blank.join(question.split(" ")) + rng.choice(["", "  \n"])
    at = rng.randrange(1, len(question) - 1)
    while question[at - 1].isdigit() or question[at].isdigit() or question[at] == ".":
        at = rng.randrange(1, len(question) - 1)
    blank = rng.choice([" ", "\u3000", "  "])
    return question[:at] + blank + question[at:] + rng.choice(["", " \n"])


def politeness(question, rng):
    i = rng.randrange(len(BEFORE["en"]))
    kind = language(question)
    before = BEFORE[kind][i].format(q=question, l=lowered(question))
    return before + AFTER[kind][rng.randrange(len(AFTER[kind]))]


def main():
    rng = random.Random(7)
    kinds = [case, width, punctuation, whitespace, politeness]
    for line in (HERE / "questions.jsonl").read_text().splitlines():
        question = json.loads(line)["question"]
        for kind in kinds:
            if kind is case and language(question) == "zh":
                # No case: another politeness in its place.
                reworded, name = politeness(question, rng), "politeness"
            else:
                reworded, name = kind(question, rng), kind.__name__
            print(json.dumps({"question": question, "kind": name, "reworded": reworded},
                             ensure_ascii=False))


if __name__ == "__main__":
    main()
