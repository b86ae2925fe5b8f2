"""Fails if an object of src/kernels/{x86,arm}/ defines a weak symbol: weak_symbols.py NM BUILD_DIR.

Those sources are compiled for instructions that not every machine has. A weak symbol is a function
that other objects may define as well (an inline function, a template); the linker keeps any one of
them, so it could keep the one that runs only here. The folders must use file-local functions.
"""

import json
import pathlib
import re
import subprocess
import sys

KERNELS = re.compile(r"/src/kernels/(?:x86|arm)/")


def kernel_objects(build):
    """(source, object) of every kernel source that the build compiles."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if KERNELS.search(entry["file"]):
            output = entry.get("output") or re.search(r" -o (\S+)", entry["command"])[1]
            yield entry["file"], pathlib.Path(entry["directory"]) / output


def weak_symbols(nm, obj):
    """Names of the weak symbols that the object defines."""
    listing = subprocess.run([nm, "--demangle", str(obj)],
                             check=True, capture_output=True, text=True)
    return re.findall(r"(?m)^[0-9a-f]+ [WVu] (.*)$", listing.stdout)


def main():
    nm, build = sys.argv[1], pathlib.Path(sys.argv[2])
    objects, failed = 0, False
    for source, obj in kernel_objects(build):
        if not obj.exists():
            sys.exit(f"{obj} is not built")
        objects += 1
        for name in weak_symbols(nm, obj):
            failed = True
            print(f"{source}: weak symbol {name}")
    print(f"{objects} kernel objects looked at")
    sys.exit(failed)


if __name__ == "__main__":
    main()
