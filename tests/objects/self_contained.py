"""Fails if a program needs a shared library other than libc: self_contained.py READELF PROGRAM."""

import re
import subprocess
import sys

ALLOWED = re.compile(r"lib(?:c|m)\.so\.6|ld-linux[-\w]*\.so\.\d")


def needed(readelf, program):
    """Names of the shared libraries that the program asks for."""
    listing = subprocess.run([readelf, "-d", program], check=True, capture_output=True, text=True)
    return re.findall(r"\(?NEEDED\)?.*\[(.*?)\]", listing.stdout)


def main():
    libraries = needed(*sys.argv[1:])
    strangers = [name for name in libraries if not ALLOWED.fullmatch(name)]
    print(f"needs {', '.join(libraries) or 'nothing'}")
    if strangers:
        sys.exit(f"not part of libc: {', '.join(strangers)}")


if __name__ == "__main__":
    main()
