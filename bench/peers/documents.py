"""Puts measured tables and charts where they are shown: docs/ and the two READMEs."""

import pathlib
import re

import ratio_chart
import report
import roofline_chart
import rows as table
from results import Results

CSV = "docs/performance.csv"
HEADLINES = ("prefill-512", "prefill-8192", "decode-64", "decode-8192", "memory-4096",
             "first-token", "small-prefill-512", "small-decode-64")
CHINESE = {
    "prefill-512": "512 词元的提示", "prefill-8192": "8,192 词元的提示",
    "decode-64": "生成 64 词元", "decode-8192": "上下文 8,192 词元后的生成",
    "memory-4096": "内存峰值，4,096 词元", "first-token": "从启动到第一个词元",
    "small-prefill-512": "SmolLM2-135M：512 词元的提示", "small-decode-64": "SmolLM2-135M：生成 64 词元",
}


def publish(root: pathlib.Path, results: Results):
    """Rewrites the charts, and the tables between <!-- measured --> and <!-- end -->."""
    rows = table.every()
    (root / "docs/performance.svg").write_text(ratio_chart.draw(rows, results), encoding="utf-8")
    roofline = roofline_chart.draw(results)
    if roofline is not None:
        (root / "docs/roofline.svg").write_text(roofline, encoding="utf-8")
    headlines = [row for row in rows if row.name in HEADLINES]
    replace_table(root / "docs/performance.md", report.markdown(rows, results))
    replace_table(root / "README.md", report.markdown(headlines, results))
    replace_table(root / "README.zh.md", report.markdown(
        headlines, results, CHINESE, ("与两者之比", "单个序列")))


def replace_table(path: pathlib.Path, lines: str):
    text = path.read_text(encoding="utf-8")
    new, n = re.subn(r"(<!-- measured -->\n).*?(<!-- end -->)",
                     lambda match: f"{match[1]}{lines}\n{match[2]}", text, flags=re.DOTALL)
    if n != 1:
        raise ValueError(f"{path}: {n} tables between <!-- measured --> and <!-- end -->, not one")
    path.write_text(new, encoding="utf-8")
