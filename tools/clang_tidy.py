"""clang-tidy over the sources of a build (not their tests): clang_tidy.py ROOT BUILD_DIR JOBS.

A source whose own text, headers of the project, flags and .clang-tidy are as they were when it last
passed is skipped (build/lint-cache), so that a second run takes seconds.
"""

import concurrent.futures
import hashlib
import json
import pathlib
import re
import subprocess
import sys

_INCLUDE = re.compile(r'^\s*#\s*include\s*"([^"]+)"', re.MULTILINE)


def closure(root, path, seen):
    """The source and the project's headers that it includes, in a fixed order."""
    if path in seen:
        return
    seen[path] = path.read_bytes()
    for name in _INCLUDE.findall(seen[path].decode(errors="replace")):
        for folder in (root / "src", root / "include", path.parent):
            if (folder / name).is_file():
                closure(root, (folder / name).resolve(), seen)
                break


def fingerprint(root, entry, path):
    seen = {}
    closure(root, path, seen)
    digest = hashlib.sha256((root / ".clang-tidy").read_bytes())
    digest.update(entry.get("command", "").encode())
    for text in seen.values():
        digest.update(hashlib.sha256(text).digest())
    return digest.hexdigest()


def main():
    root, build, jobs = pathlib.Path(sys.argv[1]).resolve(), pathlib.Path(sys.argv[2]), sys.argv[3]
    cache = root / "build/lint-cache"
    cache.mkdir(parents=True, exist_ok=True)
    todo = {}
    for entry in json.loads((build / "compile_commands.json").read_text()):
        path = (pathlib.Path(entry["directory"]) / entry["file"]).resolve()
        if path.is_relative_to(root / "src") and not path.name.endswith("_test.cc"):
            stamp = cache / fingerprint(root, entry, path)
            if not stamp.exists():
                todo[path] = stamp

    def run(path):
        return path, subprocess.run(
            ["clang-tidy-19", "-p", str(build), "--quiet", str(path)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True)

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(int(jobs)) as pool:
        for path, result in pool.map(run, todo):
            if result.returncode == 0:
                todo[path].touch()
            else:
                failed += 1
                print(result.stdout or result.stderr, flush=True)
    print(f"clang-tidy: {len(todo)} sources checked, {failed} with findings")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
