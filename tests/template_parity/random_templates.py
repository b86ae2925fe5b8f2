"""Random templates, made from the grammar of the language: most of them mean something."""

import random

import conversations

DATA = {
    "s": "Hello World", "u": "Grüße Σ 日本 😀", "n": 7, "neg": -3, "f": 2.5, "t": True, "z": None,
    "l": [3, 1, 2], "e": [], "d": {"b": 1, "a": [1, 2], "c": {"x": "y"}}, "html": "<b>&'\"",
    "text": " one two\n three\n\nfour ", "words": ["b", "A", "c", "a"],
    "mixed": [1, "1", None, 2.0],
    "users": [{"name": "Bob", "age": 30, "tags": ["x"]}, {"name": "alice", "age": 25, "tags": []},
              {"name": "Carl", "age": 30}],
}
STRINGS = ["s", "u", "text", "html", "'a'", "'x y'", "''", "'1'", "'-2.5'", r"'a\nb'", "'%s'",
           "'é'"]
NUMBERS = ["n", "neg", "f", "0", "1", "2", "-1", "3", "1.5", "10", "loop.index", "true", "false"]
LISTS = ["l", "e", "words", "mixed", "users", "d.a", "[1, 2]", "['a', 'b']", "range(3)", "(1, 'x')",
         "d", "[[1, 2], [3]]", "messages", "d.items()", "s.split()"]
OTHERS = ["d", "z", "none", "missing", "d.c", "users[0]", "users[1].name", "messages[0].content",
          "d.nope", "i", "q", "ns.a", "ns", "loop", "{'k': 1, 'a': n}", "{}"]
FILTERS = """abs attr('name') batch(2) batch(2,0) capitalize center(9) count d('x')
default('x',true) dictsort dictsort(reverse=true) e escape first float float(1.5) forceescape
format(1) groupby('age') indent indent(2,true) indent('>',blank=true) int int(3) int(0,16) items
join join(',') join('-',attribute='name') last length list lower map('upper')
map(attribute='name') map('string') map(attribute='age',default=0) map('length') max min
max(attribute='age') pprint reject reject('odd') rejectattr('tags') replace('o','0')
replace('a','b',1) reverse round round(1) round(1,'floor') safe round(-1) select select('odd')
select('string') select('gt',1) selectattr('age') sort sort(true) selectattr('age','equalto',30)
slice(2) slice(2,'z') sort(attribute='name') sort(case_sensitive=true) string striptags sum
sum(attribute='age') sum(start=1) title tojson tojson(indent=2) trim trim('H') truncate(5)
truncate(6,true,'..',0) unique unique(true) upper urlencode wordcount wordwrap(4) xmlattr
filesizeformat""".split()
LAZY = ("batch", "items", "map", "reject", "reverse", "select", "slice", "unique")
TESTS = """boolean callable defined divisibleby(2) even false filter float integer iterable lower
mapping none number odd sequence string test true undefined upper eq(1) ne('a') gt(1) lt(2) ge(1)
in(l) in('abc') sameas(none) escaped""".split()
METHODS = """.upper() .lower() .strip() .lstrip() .rstrip('d') .split() .split('o')
.split('\\n',1) .rsplit('l',1) .title() .capitalize() .swapcase() .replace('l','L')
.startswith('H') .endswith('d') .find('o') .rfind('o') .count('l') .join(words) .join('ab')
.isalpha() .isdigit() .isupper() .islower() .zfill(4) .center(7,'*') .ljust(5) .rjust(5)
.partition('o') .splitlines() .format(n) .removeprefix('H') .removesuffix('d') .isspace() .keys()
.values() .items() .get('a') .get('k',0) .index('o') .index(1) .copy() .append(1) .pop() .name
.age .x .a .length""".split()
SUBSCRIPTS = ["[0]", "[-1]", "[1:]", "[:-1]", "[::-1]", "[::2]", "['a']", "['name']", "[n]",
              "[-2:]", "[1:2]", "[5]", "[none]", "[s]"]
OPERATORS = ["+", "-", "*", "/", "//", "%", "**", "~", "==", "!=", "<", "<=", ">", ">=", " in ",
             " not in ", " and ", " or ", "~", "+", "=="]
LOOP_PARTS = [
    "", "", "{{ loop.index }}", "{{ loop.last }}", "{{ loop.length }}", "{{ i }}",
    "{{ loop.previtem }}", "{{ loop.nextitem }}", "{{ loop.cycle('x', 'y') }}",
    "{{ loop.changed(i) }}", "{% if loop.first %}{% continue %}{% endif %}",
    "{% if i %}{% break %}{% endif %}", "{% set ns.a = ns.a ~ i %}",
]


class Maker:
    def __init__(self, rng):
        self.rng = rng

    def pick(self, choices):
        return self.rng.choice(choices)

    def atom(self):
        if self.rng.random() < .3:
            return self.pick(["s", "u", "l", "words", "users", "d", "text", "messages"])
        return self.pick(self.pick([STRINGS, NUMBERS, LISTS, OTHERS]))

    def expression(self, depth=0):
        if depth > 2:
            return self.atom()
        inner = lambda: self.expression(depth + 1)
        kind = self.rng.randrange(20) if self.rng.random() < .7 else 0
        if kind < 6:
            return self.atom()
        if kind < 10:
            return self.filtered(inner)
        if kind == 10:
            return f"({self.filtered(inner)}|{self.filter()})"
        if kind == 11:
            return f"({inner()}{self.pick(OPERATORS)}{inner()})"
        if kind == 12:
            return f"{inner()}{self.pick(OPERATORS)}{inner()}"
        if kind == 13:
            return f"{inner()} is {self.pick(['', 'not '])}{self.pick(TESTS)}"
        if kind == 14:
            return f"{self.atom()}{self.pick(METHODS)}"
        if kind == 15:
            return f"({inner()}){self.pick(METHODS + SUBSCRIPTS)}"
        if kind == 16:
            return f"{self.atom()}{self.pick(SUBSCRIPTS)}"
        if kind == 17:
            return f"({inner()} if {inner()} else {inner()})"
        if kind == 18:
            return self.pick(["not ", "-", "+"]) + inner()
        return self.pick(["[{}, {}]", "({}, {})", "{{'k': {}, 'j': {}}}"]).format(inner(), inner())

    def filter(self):
        """A filter; generators become lists, because printed they are addresses."""
        name = self.pick(FILTERS)
        return name + "|list" if name.startswith(LAZY) else name

    def filtered(self, inner):
        """A filter, mostly on what it is for."""
        name = self.filter()
        if self.rng.random() < .3:
            return f"{inner()}|{name}"
        fitting = ["s", "text", "words", "l", "users", "n", "f", "d", "messages"]
        return f"{self.pick(fitting)}|{name}"

    def block(self, text):
        left, right = self.pick(["", "", "", "-", "+"]), self.pick(["", "", "", "-", "+"])
        return f"{{%{left} {text} {right}%}}"

    def text(self):
        return self.pick(["", "", " ", "\n", "  \n ", "a", " b ", "\n\n  c", "é\n", "{", "}} ",
                          "x\t"])

    def body(self, depth):
        return "".join(self.text() + self.statement(depth + 1)
                       for _ in range(self.rng.randrange(1, 3))) + self.text()

    def statement(self, depth=0):
        kind = self.rng.randrange(22 if depth < 3 else 9)
        if kind < 7:
            left, right = self.pick(["", "", "-"]), self.pick(["", "", "-"])
            return f"{{{{{left} {self.expression()} {right}}}}}"
        if kind == 7:
            target = self.pick(["q", "i", "n", "ns.a", "q, i", "s"])
            return self.block(f"set {target} = {self.expression(1)}")
        if kind == 8:
            return self.pick(["{# c #}", "{#- c -#}", "{% raw %} {{ x }} {% endraw %}"])
        if kind < 12:
            otherwise = self.block("else") + self.body(depth) if self.rng.random() < .4 else ""
            middle = (self.block(f"elif {self.expression(1)}") + self.body(depth)
                      if self.rng.random() < .2 else "")
            return (self.block(f"if {self.expression(1)}") + self.body(depth) + middle + otherwise +
                    self.block("endif"))
        if kind < 16:
            return self.loop(depth)
        if kind == 16:
            part = self.pick(["set q", "set q | upper", "set ns.b"])
            return self.block(part) + self.body(depth) + self.block("endset")
        if kind == 17:
            return (self.block(f"filter {self.filter()}") + self.body(depth) +
                    self.block("endfilter"))
        if kind == 18:
            return (self.block(f"with i = {self.expression(1)}, q = i") + self.body(depth) +
                    self.block("endwith"))
        if kind == 19:
            return (self.block(f"macro m(i, q={self.expression(2)})") + self.body(depth) +
                    self.pick(["", "{{ caller() }}", "{{ varargs }}{{ kwargs }}"]) +
                    self.block("endmacro") + f"{{{{ m({self.expression(2)}) }}}}")
        if kind == 20:
            return (self.block("macro k(i)") + "<{{ caller(i) if caller else i }}>" +
                    self.block("endmacro") +
                    self.block(f"call(q) k({self.expression(2)})") + self.body(depth) +
                    self.block("endcall"))
        return self.block("generation") + self.body(depth) + self.block("endgeneration")

    def loop(self, depth):
        target = self.pick(["i", "i", "i", "i, q", "q"])
        lazy = f"{self.pick(LISTS)}|{self.pick([f for f in FILTERS if f.startswith(LAZY)])}"
        items = self.pick([self.pick(LISTS), self.expression(1), lazy])
        test = f" if {self.expression(2)}" if self.rng.random() < .25 else ""
        body = self.body(depth)
        extra = self.pick(LOOP_PARTS)
        if items == lazy:  # a break would show that we make all items at once
            extra = extra.replace("break", "continue")
        otherwise = self.block("else") + self.body(depth) if self.rng.random() < .2 else ""
        return (self.block(f"for {target} in {items}{test}") + extra + body + otherwise +
                self.block("endfor"))


def make(count, seed):
    """{name: source}."""
    templates = {}
    for i in range(count):
        maker = Maker(random.Random(f"{seed} {i}"))
        source = "{% set ns = namespace(a=1) %}" + maker.body(0)
        templates[f"random {seed} {i}"] = source
    return templates


def conversation():
    return {"messages": conversations.TURNS, "tools": conversations.TOOLS, "extra": DATA,
            "add_generation_prompt": True, "bos_token": "<s>", "eos_token": "</s>",
            "now_s": conversations.NOW_S}
