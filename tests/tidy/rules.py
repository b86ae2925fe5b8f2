"""The house rules. Each is a function that yields (path, line, message); RULES lists them."""

import fnmatch
import json
import re

import source

MAX_LINES = 800
MAX_WEB_LINES = 300
MAX_COLUMNS = 100
MAX_FUNCTION = 70
MAX_KERNEL_FUNCTION = 120
MAX_BYTES = 256 * 1024
MAX_PUBLIC_HEADERS = 8
MAX_PUBLIC_LINES = 1000
CORE = ("base", "format", "text", "kernels", "grammar", "model", "engine")

# The C++ standard library; C headers only under their C++ names.
STANDARD = set("""
algorithm any array atomic barrier bit bitset cassert cctype cerrno cfenv cfloat charconv chrono
cinttypes climits clocale cmath compare complex concepts condition_variable coroutine csetjmp
csignal cstdarg cstddef cstdint cstdio cstdlib cstring ctime cwchar cwctype deque exception
execution expected filesystem format forward_list fstream functional future generator
initializer_list iomanip ios iosfwd iostream istream iterator latch limits list locale map mdspan
memory memory_resource mutex new numbers numeric optional ostream print queue random ranges ratio
regex scoped_allocator semaphore set shared_mutex source_location span spanstream sstream stack
stacktrace stdexcept stdfloat stop_token streambuf string string_view strstream syncstream
system_error thread tuple type_traits typeindex typeinfo unordered_map unordered_set utility
valarray variant vector version stdint.h stddef.h
""".split())
# Files and threads are the business of base alone (in the core rooms).
PLATFORM = set("""
thread mutex shared_mutex condition_variable future semaphore barrier latch stop_token fstream
filesystem
""".split())


class Layers:
    """layers.txt: rooms a room may include, and headers beyond the standard library."""

    def __init__(self, text):
        self.rooms, self.headers = {}, {}
        for line in text.splitlines():
            line = line.partition("#")[0].strip()
            if match := re.fullmatch(r"(\w+):\s*(.*)", line):
                self.rooms[match[1]] = match[2].split()
            elif match := re.fullmatch(r"(\w+)((?:\s+<[^>]+>)+)", line):
                self.headers.setdefault(match[1], []).extend(re.findall(r"<([^>]+)>", match[2]))
            elif line:
                raise SystemExit(f"layers.txt: cannot read '{line}'")


class Project:
    """What rules look at: the files, the layers, and the build's list of compiled sources."""

    def __init__(self, root, files, layers, compiled=None):
        self.root, self.files, self.layers = root, files, layers
        self.compiled = compiled  # relative paths, or None if there is no build to compare with
        self.code = [f for f in files if f.is_code]


def includes(file):
    code = source.blank(file.text, keep_strings=True)
    for match in re.finditer(r'(?m)^[ \t]*#[ \t]*include[ \t]*([<"])([^>"\n]+)[>"]', code):
        yield code.count("\n", 0, match.start()) + 1, match[1] == "<", match[2]


def layers(project):
    """Rooms include only what the table allows them."""
    for file in project.code:
        public = file.path.startswith("include/")
        if not public and file.room is None:
            continue
        if file.room and file.room not in project.layers.rooms:
            yield file.path, 1, f"room '{file.room}' is not in layers.txt"
            continue
        allowed = {"bantam"} if public else {"bantam", file.room, *project.layers.rooms[file.room]}
        for line, system, name in includes(file):
            if not system and name.partition("/")[0] not in allowed:
                what = "a public header" if public else f"room '{file.room}'"
                yield file.path, line, f"{what} may not include \"{name}\""


def layer_table(project):
    """The table has no cycles and is the one in ARCHITECTURE.md."""
    rooms = project.layers.rooms
    for room, below in rooms.items():
        seen, todo = set(), list(below)
        while todo:
            other = todo.pop()
            if other == room:
                yield "tests/tidy/layers.txt", 1, f"room '{room}' includes itself in a circle"
                break
            if other not in seen:
                seen.add(other)
                todo += rooms.get(other, [])
    for file in project.files:
        if file.path == "ARCHITECTURE.md":
            rows = re.findall(r"(?m)^\| `src/(\w+)/` \|[^|]*\|([^|]*)\|", file.text)
            told = {room: [r for r in allowed.split() if r != "–"] for room, allowed in rows}
            for room in sorted(told.keys() | rooms.keys()):
                if told.get(room) != rooms.get(room):
                    yield file.path, 1, (f"room '{room}': the table says {told.get(room)}, "
                                         f"layers.txt says {rooms.get(room)}")


def headers(project):
    """Third-party and system headers only where layers.txt allows them."""
    for file in project.code:
        if file.room is None and not file.path.startswith("include/"):
            continue
        allowed = list(project.layers.headers.get(file.room or "include", []))
        if file.is_test:
            allowed += project.layers.headers.get("test", [])
        for line, system, name in includes(file):
            if not system:
                continue
            if name in STANDARD:
                if name in PLATFORM and file.room in CORE[1:] and not file.is_test:
                    yield file.path, line, f"<{name}>: files and threads belong in src/base"
            elif not any(fnmatch.fnmatch(name, pattern) for pattern in allowed):
                yield file.path, line, f"<{name}> is not allowed here (tests/tidy/layers.txt)"


def public_size(project):
    """The public API stays small."""
    public = [f for f in project.code if f.path.startswith("include/")]
    lines = sum(len(f.lines) for f in public)
    if len(public) > MAX_PUBLIC_HEADERS + 1:  # and one C header
        yield "include", 1, f"{len(public)} headers; at most {MAX_PUBLIC_HEADERS} and one for C"
    if lines > MAX_PUBLIC_LINES:
        yield "include", 1, f"{lines} lines; at most {MAX_PUBLIC_LINES}"


def file_length(project):
    """Files have at most 800 lines, those of the page at most 300, unless generated."""
    for file in project.files:
        if (file.is_code or file.is_script or file.is_web) and not file.generator:
            most = MAX_WEB_LINES if file.is_web else MAX_LINES
            if len(file.lines) > most:
                yield file.path, len(file.lines), f"{len(file.lines)} lines; at most {most}"


def generator(project):
    """A generated file names a script that exists."""
    paths = {file.path for file in project.files}
    for file in project.code:
        if file.generator and file.generator not in paths:
            yield file.path, 1, f"generated by {file.generator}, which does not exist"


def function_length(project):
    """Functions have at most 70 lines, 120 in kernels."""
    for file in project.code:
        if file.generator:
            continue
        limit = MAX_KERNEL_FUNCTION if file.room == "kernels" else MAX_FUNCTION
        for line, length in source.functions(file.text):
            if length > limit:
                yield file.path, line, f"function of {length} lines; at most {limit}"


def columns(project):
    """Lines have at most 100 columns; a link may stick out."""
    for file in project.files:
        if not (file.is_code or file.is_script or file.is_web) or file.generator:
            continue
        for number, line in enumerate(file.lines, 1):
            if len(line) > MAX_COLUMNS and not re.search(r"https?://\S{40}", line):
                yield file.path, number, f"{len(line)} columns; at most {MAX_COLUMNS}"


def opening(project):
    """Every file opens with a comment that says what it is for."""
    for file in project.files:
        first = file.lines[0] if file.text else ""
        if (file.is_code or file.is_web) and not re.match(r"// \S|/\* \S", first):
            yield file.path, 1, "the first line is not a comment that says what the file is for"
        if file.is_script and not first.startswith(("#", '"""', 'r"""')):
            yield file.path, 1, "the first line is not a comment that says what the file is for"


def pragma_once(project):
    """Headers have #pragma once."""
    for file in project.code:
        if file.suffix == ".h" and not re.search(r"(?m)^#pragma once$", file.text):
            yield file.path, 1, "no #pragma once"


def macros(project):
    """No macros beyond TRY, CHECK and DCHECK; kernels may have a few for dispatch."""
    for file in project.code:
        if file.is_test or file.room == "kernels" or file.path == "src/base/check.h":
            continue
        for match in re.finditer(r"(?m)^[ \t]*#[ \t]*define[ \t]+(\w+)", source.blank(file.text)):
            line = file.text.count("\n", 0, match.start()) + 1
            yield file.path, line, f"macro {match[1]}: write a function or a constant"


def _call(names):
    return re.compile(r"(?<![\w.>:])(?:::|std::)?(" + names + r")\s*\(")


_EVERYWHERE = [
    (_call("exit|_exit|_Exit|quick_exit"), "return an error instead"),
    (_call("abort|terminate"), "use CHECK"),
    (_call("strcpy|strcat|sprintf|vsprintf|gets|strtok|alloca"), "it has no bounds"),
    (_call("atoi|atol|atoll|atof|strtod|strtof"), "use std::from_chars"),
    (_call("rand|srand|rand_r|drand48"), "use our own random generator"),
    (_call("system|popen"), "no shell"),
    (re.compile(r"\bstd::w?(regex\w*)"), "it recurses on its input and is slow"),
    (re.compile(r"\busing\s+(namespace\s+std)\b"), "name what is used"),
]
_NOT_IN_TESTS = [
    (re.compile(r"\bstd::(\w+_distribution)\b"), "it differs between standard libraries"),
]
_CORE = [
    (re.compile(r"\b(throw|try|catch)\b"), "the core is built without exceptions"),
    (_call("(?:exp|exp2|expm1|log|log2|log10|log1p|pow|sin|cos|tan|tanh|sinh|cosh|asin|acos|atan"
           "|atan2|erf|erfc|cbrt|hypot|tgamma|lgamma)[fl]?"),
     "libm differs between machines: use base/math.h"),
]


def banned(project):
    """Calls that the house does without."""
    for file in project.code:
        if not file.path.startswith(("src/", "include/")):
            continue
        checks = _EVERYWHERE + ([] if file.is_test else _NOT_IN_TESTS)
        if file.room in CORE and not file.is_test:
            checks += _CORE[:1] if file.path.startswith("src/base/math") else _CORE
        code = source.blank(file.text)
        for pattern, reason in checks:
            for match in pattern.finditer(code):
                if match[1] == "abort" and "CheckFailed" in file.text and file.room == "base":
                    continue
                yield file.path, code.count("\n", 0, match.start()) + 1, f"{match[1]}: {reason}"


def fast_math(project):
    """No flag may change arithmetic."""
    for file in project.files:
        if file.suffix == ".cmake" or file.full.name in ("CMakeLists.txt", "CMakePresets.json"):
            for match in re.finditer(r"-ffast-math|-Ofast|-funsafe-math\S*|-ffp-contract=fast",
                                     file.text):
                yield file.path, file.text.count("\n", 0, match.start()) + 1, match[0]


def todo(project):
    """A TODO names its issue: TODO(#12)."""
    for file in project.files:
        if file.is_code or file.is_script or file.is_web:
            for match in re.finditer(r"\b(TODO|FIXME|XXX)\b(?!\(#\d+\))", file.text):
                if not file.path.startswith("tests/tidy/"):
                    line = file.text.count("\n", 0, match.start()) + 1
                    yield file.path, line, f"{match[1]} without an issue, as in TODO(#12)"


def machine_path(project):
    """No path of somebody's machine."""
    for file in project.files:
        if (file.is_code or file.is_script or file.is_web
                or file.suffix in (".md", ".json", ".txt")):
            if file.path.startswith(("tests/golden/", "tests/tidy/")):
                continue
            for match in re.finditer(r"(?<![\w./~-])/(?:home|Users|root|work)/\w[\w./-]*",
                                     file.text):
                line = file.text.count("\n", 0, match.start()) + 1
                yield file.path, line, f"{match[0]}: a path of one machine"


def big_file(project):
    """No file above 256 KiB but the golden data that exceptions.txt lists."""
    for file in project.files:
        if (size := file.full.stat().st_size) > MAX_BYTES:
            yield file.path, 1, f"{size // 1024} KiB; at most {MAX_BYTES // 1024}"


def orphan(project):
    """Every source is compiled by some target."""
    if project.compiled is None:
        return
    for file in project.code:
        if file.suffix == ".cc" and file.path not in project.compiled:
            yield file.path, 1, "belongs to no target"


def dead_link(project):
    """Links between documents lead somewhere."""
    for file in project.files:
        if file.suffix != ".md":
            continue
        text = re.sub(r"(?ms)^```.*?^```", lambda m: re.sub(r"[^\n]", " ", m[0]), file.text)
        for match in re.finditer(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            target = file.full.parent / match[1]
            if "://" not in match[1] and not target.exists():
                line = text.count("\n", 0, match.start()) + 1
                yield file.path, line, f"{match[1]} does not exist"


def room_readme(project):
    """Each room has a README.md."""
    paths = {file.path for file in project.files}
    for room in sorted({file.room for file in project.code if file.room}):
        if f"src/{room}/README.md" not in paths:
            yield f"src/{room}", 1, "the room has no README.md"


_MARKUP = re.compile(
    r"\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc|DOMParser|eval"
    r"|createContextualFragment|document\.write|new Function|setAttributeNS?\(['\"]on)\b")


def page_safety(project):
    """Nothing that the page is given becomes markup or code; nothing comes from elsewhere."""
    for file in project.files:
        if not file.path.startswith("web/src/") or not file.is_web or "_test." in file.path:
            continue
        for number, line in enumerate(file.lines, 1):
            if match := _MARKUP.search(line):
                yield file.path, number, f"{match[1]}: the page draws elements, never markup"
            if match := re.search(r"https?://[\w.-]+|@import|url\(", line):
                yield file.path, number, f"{match[0]}: the page loads nothing from elsewhere"


def lock_file(project):
    """A lock file names no registry, and every package in it has its hash."""
    for file in project.files:
        if file.full.name != "package-lock.json":
            continue
        for name, package in json.loads(file.text).get("packages", {}).items():
            if "resolved" in package:
                yield file.path, 1, f"{name}: names a registry ({package['resolved']})"
            if name and "integrity" not in package:
                yield file.path, 1, f"{name}: no integrity"


RULES = [layers, layer_table, headers, public_size, file_length, generator, function_length,
         columns, opening, pragma_once, macros, banned, fast_math, todo, machine_path, big_file,
         orphan, dead_link, room_readme, page_safety, lock_file]


def compiled_sources(root, database):
    """Relative paths of the sources in a compile_commands.json."""
    root = root.resolve()
    paths = set()
    for entry in json.loads(database.read_text()):
        path = (root / entry["directory"] / entry["file"]).resolve()
        if path.is_relative_to(root):
            paths.add(path.relative_to(root).as_posix())
    return paths
