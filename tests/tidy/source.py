"""What the house rules read: files of the tree, code without comments, lengths of functions."""

import os
import pathlib
import re
import subprocess

CODE = {".cc", ".h", ".c", ".inl"}
SCRIPTS = {".py", ".sh", ".cmake"}
WEB = {".ts", ".tsx", ".mjs", ".css"}
SKIPPED = {"build", "models", ".git", ".venv", "__pycache__", "node_modules"}

# Everything whose inside must not be taken for code. Numbers come first: 1'000 is no character.
_OPAQUE = re.compile(
    r"""
    (?P<number>\b[0-9](?:[0-9A-Za-z_.]|'(?=[0-9A-Fa-f]))*)
  | (?P<comment>//(?:\\\n|[^\n])*|/\*.*?\*/)
  | (?P<raw>\b(?:u8|[uUL])?R"(?P<mark>[^\s()\\]{0,16})\(.*?\)(?P=mark)")
  | (?P<text>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    """,
    re.VERBOSE | re.DOTALL,
)


_DIRECTIVE = re.compile(r"(?m)^[ \t]*#(?:\\\n|[^\n])*")


def _spaces(match):
    return re.sub(r"[^\n]", " ", match[0])


def blank(text, keep_strings=False):
    """The text with comments (and strings) turned to spaces; lines and columns stay the same."""

    def replace(match):
        if match["number"] or (keep_strings and not match["comment"]):
            return match[0]
        return _spaces(match)

    return _OPAQUE.sub(replace, text)


def functions(text):
    """(first line, number of lines) of every function, nested lambdas counted in their function."""
    code = _DIRECTIVE.sub(_spaces, blank(text))
    found, head_start, i, parens = [], 0, 0, 0
    while i < len(code):
        c = code[i]
        if c == "(":
            parens += 1
        elif c == ")":
            parens -= 1
        elif c == ";" and parens <= 0:
            head_start, parens = i + 1, 0
        elif c == "}":
            head_start, parens = i + 1, 0
        elif c == "{":
            kind = _kind(code[head_start:i], parens)
            if kind == "scope":
                head_start, parens = i + 1, 0
            else:
                end = _closing(code, i)
                if kind == "function":
                    first = head_start + len(code[head_start:i]) - len(code[head_start:i].lstrip())
                    start_line = code.count("\n", 0, first) + 1
                    found.append((start_line, code.count("\n", 0, end) + 2 - start_line))
                    # A constructor's braced initialiser: the body is still to come.
                    if not re.match(r"\s*[,{]", code[end + 1 :]):
                        head_start = end + 1
                    else:
                        found.pop()
                i = end
        i += 1
    return found


def _kind(head, parens):
    if re.match(r"\s*(?:inline\s+)?namespace\b", head) or re.fullmatch(r"\s*extern\s*", head):
        return "scope"
    if "(" not in head:
        if "=" not in head and re.search(r"\b(?:class|struct|union)\b", head):
            return "scope"
        return "data"
    before, _, _ = head.partition("(")
    if "=" in before.replace("operator==", "").replace("operator=", "") and "[" not in before:
        return "data"
    if re.search(r"\b(?:class|struct|union)\s+(?:alignas\s*)?(?:\([^)]*\)\s*)?\w+[^()]*$", head):
        return "scope"
    return "function" if parens <= 0 else "data"


def _closing(code, start):
    depth = 0
    for i in range(start, len(code)):
        if code[i] == "{":
            depth += 1
        elif code[i] == "}":
            depth -= 1
            if depth == 0:
                return i
    return len(code) - 1


class File:
    """One file of the tree, read when first asked for."""

    def __init__(self, root, path):
        self.path = path  # relative, with forward slashes
        self.full = pathlib.Path(root) / path
        self.suffix = self.full.suffix
        self._text = None

    @property
    def text(self):
        if self._text is None:
            self._text = self.full.read_text(encoding="utf-8", errors="replace")
        return self._text

    @property
    def lines(self):
        return self.text.splitlines()

    @property
    def is_code(self):
        return self.suffix in CODE

    @property
    def is_script(self):
        return self.suffix in SCRIPTS or self.path == "dev" or self.full.name == "CMakeLists.txt"

    @property
    def is_web(self):
        return self.suffix in WEB and self.path.startswith("web/")

    @property
    def is_test(self):
        support = re.search(r"_test(?:_file)?\.(?:cc|h)$|/(?:test|fake)_\w+\.(?:h|cc)$", self.path)
        return bool(support) or not self.path.startswith(("src/", "include/"))

    @property
    def room(self):
        parts = self.path.split("/")
        return parts[1] if parts[0] == "src" and len(parts) > 2 else None

    @property
    def generator(self):
        """The script that made this file, if line 1 names one."""
        first = self.lines[0] if self.text else ""
        match = re.search(r"[Gg]enerated by (\S+\.py)", first)
        return match[1] if match else None


def tree(root):
    """Every file that belongs to the project: git's list where there is one."""
    try:
        listed = subprocess.run(
            ["git", "-C", str(root), "ls-files", "-z", "-co", "--exclude-standard"],
            check=True, capture_output=True).stdout.decode().split("\0")
        paths = [p for p in listed if p and os.path.isfile(os.path.join(root, p))]
    except (OSError, subprocess.CalledProcessError):
        paths = []
        for folder, folders, names in os.walk(root):
            folders[:] = [f for f in folders if f not in SKIPPED]
            paths += [os.path.relpath(os.path.join(folder, n), root) for n in names]
    return [File(root, p) for p in sorted(paths)]
