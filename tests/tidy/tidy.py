"""The house rules as a test: python3 tests/tidy/tidy.py [--build BUILD_DIR] [ROOT].

Prints path:line: rule: message for every finding, and fails if there is one. The rules are in
rules.py, the table of rooms in layers.txt, known exceptions in exceptions.txt.
"""

import argparse
import fnmatch
import pathlib
import sys

import rules
import source


def read_exceptions(path):
    """(rule, glob) pairs."""
    lines = (line.partition("#")[0].split() for line in path.read_text().splitlines())
    return [tuple(words) for words in lines if words]


def check(root, build=None):
    """Every finding, as text."""
    root = pathlib.Path(root)
    here = root / "tests/tidy"
    compiled = None
    if build is not None:
        compiled = rules.compiled_sources(root, pathlib.Path(build) / "compile_commands.json")
    layers = rules.Layers((here / "layers.txt").read_text())
    project = rules.Project(root, source.tree(root), layers, compiled)
    exceptions = read_exceptions(here / "exceptions.txt")
    used, findings = set(), []
    for rule in rules.RULES:
        for path, line, message in rule(project):
            excuses = [e for e in exceptions
                       if e[0] == rule.__name__ and fnmatch.fnmatch(path, e[1])]
            used.update(excuses)
            if not excuses:
                findings.append(f"{path}:{line}: {rule.__name__}: {message}")
    for exception in exceptions:
        if exception not in used and exception[0] != "orphan":
            findings.append(f"tests/tidy/exceptions.txt:1: exceptions: {' '.join(exception)} "
                            "excuses nothing; take it out")
    return findings


def main():
    parser = argparse.ArgumentParser(description="Checks the house rules.")
    parser.add_argument("--build", help="build folder with compile_commands.json (finds orphans)")
    parser.add_argument("root", nargs="?", default=pathlib.Path(__file__).resolve().parents[2])
    arguments = parser.parse_args()
    findings = check(arguments.root, arguments.build)
    for finding in findings:
        print(finding)
    print(f"tidy: {len(rules.RULES)} rules, {len(findings)} findings")
    sys.exit(1 if findings else 0)


if __name__ == "__main__":
    main()
