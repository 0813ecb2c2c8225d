"""Random programs whose answers depend on the order of names.

`program(seed)` gives one: two sets (or functions) whose names come from everywhere (bindings, selections,
arguments, formals, quoted and computed names, JSON, TOML, other files), some of whose values throw, and
something that goes through them: a comparison, `deepSeq`, `--strict`, a call. The same seed gives the same program.
"""

from __future__ import annotations

import json
from random import Random
from typing import NamedTuple

KNOWN = (
    "name", "value", "type", "x", "args", "body", "system", "key", "path", "right", "wrong", "strict", "all",
    "map", "add", "drvAttrs", "outPath", "self", "line", "column", "file", "import", "head",
)  # fmt: skip
"""Names that Nix has from the start."""

LATE = ("success", "version", "out", "allOutputs", "hash", "_type", "main")
"""Names that builtins make when they are called."""

FRESH = (
    "a", "b", "c", "d", "e", "f1", "zz", "yy", "xx", "a'", "b-c", "_u", "c1", "d1", "foo", "bar", "quux",
    "nameX", "Value", "aa", "ab", "zebra", "alpha", "m", "n", "k",
)  # fmt: skip

ODD = ("", "1", "a b", "é", "if", "x.y", "or", "a\\b", "${", '"', "null", "2nd")
"""Names that must be quoted somewhere."""

KEYWORDS = ("if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or")


class Program(NamedTuple):
    """A program: its text, the texts of the files that it imports, and further arguments."""

    text: str
    files: dict[str, str]
    arguments: tuple[str, ...]


def quoted(text: str) -> str:
    """*text* as a string of the language."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${") + '"'


def is_word(name: str) -> bool:
    """Whether a name can stand without quotes."""
    letters = name.replace("'", "").replace("-", "").replace("_", "a")
    return letters.isalnum() and letters.isascii() and not name[:1].isdigit() and name not in KEYWORDS


class Writer:
    """Writes one program."""

    def __init__(self, random: Random) -> None:
        self.random = random
        pool = [*random.sample(FRESH, 7), *random.sample(KNOWN, 3), *random.sample(LATE, 1)]
        if random.random() < 0.4:
            pool += random.sample(ODD, 2)
        self.pool = pool
        self.words = [name for name in pool if is_word(name)]
        self.throws = 0
        self.depth = 0
        self.files: dict[str, str] = {}
        self.sets: list[str] = []  # variables that are sets
        self.others: list[str] = []  # variables that are anything
        self.strings: list[str] = []  # variables that are strings

    def chance(self, probability: float) -> bool:
        """True with a probability."""
        return self.random.random() < probability

    def names(self, most: int = 4, least: int = 1) -> list[str]:
        """Some different names."""
        return self.random.sample(self.pool, self.random.randint(least, min(most, len(self.pool))))

    # -- values

    def value(self) -> str:
        """Any expression, which can stand as an operand."""
        roll = self.random.random()
        if roll < 0.30:
            return str(self.random.randint(0, 2))
        if roll < 0.50:
            self.throws += 1
            return f'(throw "t{self.throws}")'
        if roll < 0.56:
            return self.random.choice(("true", "null", '"s"', "1.5", "[ ]", "{ }"))
        if roll < 0.62 and self.others:
            return self.random.choice(self.others)
        if roll < 0.66 and self.strings:
            return self.random.choice(self.strings)
        if roll < 0.72 or self.depth > 2:
            return self.random.choice((f"({self.word()}: 1)", f"({self.word()}: {self.word()}: 2)", "3"))
        if roll < 0.82:
            self.depth += 1
            items = " ".join(self.value() for _ in range(self.random.randint(0, 2)))
            self.depth -= 1
            return f"[ {items} ]"
        if roll < 0.94:
            return f"({self.set_of(self.names(3))})"
        return self.selection()

    def word(self) -> str:
        """A name that needs no quotes."""
        return self.random.choice(self.words)

    def key(self, name: str) -> str:
        """A name as an attribute's."""
        if is_word(name) and self.chance(0.7):
            return name
        return quoted(name) if self.chance(0.7) else "${" + quoted(name) + "}"

    def computed(self, name: str) -> str:
        """A string that nobody has read as a name."""
        cut = self.random.randint(0, len(name))
        return f"({quoted(name[:cut])} + {quoted(name[cut:])})"

    def selection(self) -> str:
        """Looks something up."""
        subject = self.random.choice(self.sets) if self.sets else "{ }"
        name = self.random.choice(self.pool)
        key = self.key(name) if self.chance(0.6) else "${" + self.computed(name) + "}"
        return self.random.choice((
            f"({subject} ? {key})", f"({subject}.{key} or {self.random.randint(0, 2)})",
            f"(builtins.hasAttr {self.computed(name)} {subject})",
            f"({subject} ? {self.key(self.word())}.{key})",
        ))  # fmt: skip

    # -- sets

    def set_of(self, names: list[str]) -> str:
        """A set with these names, as it happens to be made."""
        self.depth += 1
        made = self.literal if self.depth > 2 or self.chance(0.5) else self.random.choice(self.makers())
        text = made(names)
        self.depth -= 1
        return text

    def literal(self, names: list[str]) -> str:
        """`{ a = 1; }` in its many forms."""
        parts = []
        for name in names:
            roll = self.random.random()
            if roll < 0.14:
                parts.append("${" + self.computed(name) + "} = " + self.value() + ";")
            elif roll < 0.22:
                parts.append(f"{self.key(name)}.{self.key(self.random.choice(self.pool))} = {self.value()};")
            elif roll < 0.30:
                source = self.literal([name]) if self.depth < 3 else "{ }"
                parts.append(f"inherit ({source}) {quoted(name)};")
            elif roll < 0.34 and name in self.others:
                parts.append(f"inherit {name};")
            else:
                parts.append(f"{self.key(name)} = {self.value()};")
        recursive = "rec " if self.chance(0.1) else ""
        return f"{recursive}{{ {' '.join(parts)} }}"

    def makers(self) -> list:  # type: ignore[type-arg]
        """What makes a set of given names."""
        return [
            self.from_json, self.from_toml, self.from_list, self.mapped, self.updated, self.without,
            self.grouped, self.zipped, self.of_formals, self.intersected, self.from_file, self.by_builtin,
        ]  # fmt: skip

    def data(self, names: list[str], depth: int = 0) -> dict[str, object]:
        """Names with plain values."""
        inner = self.names(2) if depth < 2 and self.chance(0.3) else []
        found: dict[str, object] = {name: self.random.choice((0, 1, 2, "s")) for name in names}
        if inner and found:
            found[self.random.choice(names)] = self.data(inner, depth + 1)
        return found

    def from_json(self, names: list[str]) -> str:
        """`fromJSON`."""
        text = json.dumps(self.data(names), ensure_ascii=self.chance(0.5))
        if names and self.chance(0.1):  # a name twice
            text = f"{{ {json.dumps(names[-1])} : {json.dumps(self.data(self.names(2)))}, {text[1:]}"
        return f"(builtins.fromJSON {quoted(text)})"

    def from_toml(self, names: list[str]) -> str:
        """`fromTOML`."""
        lines, tables = [], []
        for name, value in self.data(names, 1).items():
            if isinstance(value, dict):
                inner = [f"{json.dumps(key)} = {json.dumps(item)}" for key, item in value.items()]
                tables.append("\n".join([f"[{json.dumps(name)}]", *inner]))
            else:
                lines.append(f"{json.dumps(name)} = {json.dumps(value)}")
        return f"(builtins.fromTOML {quoted(chr(10).join([*lines, *tables]))})"

    def from_list(self, names: list[str]) -> str:
        """`listToAttrs`."""
        pairs = [f"{{ name = {quoted(name)}; value = {self.value()}; }}" for name in names]
        return f"(builtins.listToAttrs [ {' '.join(pairs)} ])"

    def mapped(self, names: list[str]) -> str:
        """`mapAttrs`."""
        body = self.random.choice(("v", "throw n", "builtins.trace n v", "1", "{ ${n} = v; }"))
        return f"(builtins.mapAttrs (n: v: {body}) {self.set_of(names)})"

    def updated(self, names: list[str]) -> str:
        """`a // b`."""
        cut = self.random.randint(0, len(names))
        return f"({self.set_of(names[cut:])} // {self.set_of(names[:cut])})"

    def without(self, names: list[str]) -> str:
        """`removeAttrs`."""
        more = [name for name in self.names(3) if name not in names]
        removed = " ".join([self.computed(name) for name in more])
        return f"(removeAttrs {self.set_of([*more, *names])} [ {removed} ])"

    def grouped(self, names: list[str]) -> str:
        """`groupBy`."""
        items = " ".join([self.computed(name) for name in names])
        return f"(builtins.groupBy (g: g) [ {items} ])"

    def zipped(self, names: list[str]) -> str:
        """`zipAttrsWith`."""
        body = self.random.choice(("vs", "throw n", "builtins.head vs"))
        return f"(builtins.zipAttrsWith (n: vs: {body}) [ {self.set_of(names)} {self.set_of(names)} ])"

    def of_formals(self, names: list[str]) -> str:
        """`functionArgs`."""
        return f"(builtins.functionArgs ({self.formals([name for name in names if is_word(name)])}: 1))"

    def intersected(self, names: list[str]) -> str:
        """`intersectAttrs`."""
        return f"(builtins.intersectAttrs {self.set_of(names)} {self.set_of(names)})"

    def by_builtin(self, names: list[str]) -> str:
        """A set whose names the builtin knows."""
        return self.random.choice((
            f"(builtins.tryEval {self.value()})", '(builtins.parseDrvName "a-1")',
            f"(builtins.partition (p: p == {self.value()}) [ {self.value()} ])",
        ))  # fmt: skip

    def from_file(self, names: list[str]) -> str:
        """`import`."""
        if self.files and self.chance(0.3):
            file = self.random.choice(list(self.files))
        else:
            file = f"m{len(self.files)}.nix"
            self.files[file] = ""  # it may import itself only in its own text, which is not there yet
            saved = self.sets, self.others, self.strings
            self.sets, self.others, self.strings = [], [], []
            self.files[file] = self.literal(names) + "\n"
            self.sets, self.others, self.strings = saved
        return f"(import ./{file})"

    def formals(self, names: list[str]) -> str:
        """`{ a, b ? 1, ... }@args`."""
        parts = []
        for name in dict.fromkeys(names):
            roll = self.random.random()
            if roll < 0.55:
                parts.append(name)
            elif roll < 0.75:
                parts.append(f"{name} ? {self.random.choice(names)}")
            else:
                parts.append(f"{name} ? {self.value()}")
        if self.chance(0.3):
            parts.append("...")
        text = f"{{ {', '.join(parts)} }}"
        if self.chance(0.2):
            argument = next((name for name in ("args", "all", "q") if name not in names), "r")
            return f"{text}@{argument}" if self.chance(0.5) else f"{argument}@{text}"
        return text

    # -- the program

    def bindings(self) -> str:
        """What comes first and decides which names are met first."""
        lines = []
        for index in range(self.random.randint(0, 4)):
            variable = f"v{index}"
            roll = self.random.random()
            if roll < 0.35:
                lines.append(f"{variable} = {self.set_of(self.names(3))};")
                self.sets.append(variable)
            elif roll < 0.55:
                lines.append(
                    f"{variable} = {self.formals(self.random.sample(self.words, 2))}: {self.word_use()};"
                )
            elif roll < 0.70:
                lines.append(f"{variable} = {self.word()}: {self.word()}: {self.word_use()};")
            elif roll < 0.85:
                lines.append(f"{variable} = {self.computed(self.random.choice(self.pool))};")
                self.strings.append(variable)
            else:
                lines.append(f"{variable} = {self.value()};")
            self.others.append(variable)
        self.random.shuffle(lines)
        return f"let {' '.join(lines)} in " if lines else ""

    def word_use(self) -> str:
        """A body that mentions names."""
        return self.random.choice((
            "1", f"{{ {self.word()} = 1; }}", f"{{ }}.{self.word()} or 1", f"[ ({self.word()}: 1) ]",
        ))  # fmt: skip

    def pair(self) -> tuple[str, str]:
        """Two sets that have much in common."""
        names = self.names(5)
        others = list(names)
        if self.chance(0.4):
            others[self.random.randrange(len(others))] = self.random.choice(self.pool)
            others = list(dict.fromkeys(others))
        self.random.shuffle(others)
        if self.sets and self.chance(0.25):
            return self.random.choice(self.sets), self.set_of(others)
        if self.chance(0.15):
            text = self.set_of(names)
            return text, text
        return self.set_of(names), self.set_of(others)

    def question(self) -> str:
        """What goes through sets."""
        return self.random.choice((
            self.comparison, self.comparison, self.comparison, self.deep, self.deep, self.call, self.call,
            self.plain, self.listed, self.closure, self.asserted, self.shared,
        ))()  # fmt: skip

    def comparison(self) -> str:
        """`==` and `!=`."""
        left, right = self.pair()
        return f"{left} {self.random.choice(('==', '==', '!='))} {right}"

    def asserted(self) -> str:
        """`assert a == b`, which tells where they differ."""
        left, right = self.pair()
        return f"assert {left} == {right}; 1"

    def listed(self) -> str:
        """Sets in lists."""
        left, right = self.pair()
        return self.random.choice((
            f"builtins.elem {left} [ {{ }} {right} ]", f"[ {left} ] == [ {right} ]",
            f"[ 1 {left} ] < [ 1 {right} ]", f"builtins.elem {{ a = {left}; }} [ {{ a = {right}; }} ]",
        ))  # fmt: skip

    def closure(self) -> str:
        """`genericClosure`, whose keys are compared."""
        left, right = self.pair()
        items = f"{{ key = [ {left} ]; }} {{ key = [ {right} ]; }}"
        return f"builtins.length (builtins.genericClosure {{ startSet = [ {items} ]; operator = i: [ ]; }})"

    def shared(self) -> str:
        """What is in two places at once: whether they are one place decides, where functions are compared."""
        values = (
            "(x: x)", "(i (x: x))", "s.f", "(i s)", "s", "(i w)", "(1.0e308 * 10 - 1.0e308 * 10)", "(h [ s.f ])",
            "{ f = x: x; }", "[ (x: x) ]", "{ inherit (s) f; }", "(if true then s.f else 1)", self.value(),
        )  # fmt: skip
        first, second = self.random.choice(values[:-1]), self.random.choice(("w", "w", *values))
        if self.chance(0.3):
            first, second = ("s.f" if "w" in second else second), first
        prelude = (
            'i = a: a; h = builtins.head; m = builtins.map (a: a); s = { f = x: x; t = throw "t"; };'
            f" w = {first.replace('(i w)', '(i s.f)')}; u = {second};"
        )
        sides = [self.place(), self.place()]
        before = self.random.choice((
            "", "", "", "builtins.seq w ", "builtins.deepSeq [ w u ] ", "builtins.seq (i w) ",
            f"builtins.deepSeq {sides[0]} ",
        ))  # fmt: skip
        equal = f"{sides[0]} == {sides[1]}"
        if self.chance(0.2):
            return f"let {prelude} l = {sides[0]}; r = {sides[1]}; in {before}[ (l == r) (l == r) (r == l) ]"
        if self.chance(0.3):
            keys = " ".join([f"{{ key = {side}; }}" for side in (*sides, self.place())])
            closure = f"builtins.genericClosure {{ startSet = [ {keys} ]; operator = i: [ ]; }}"
            return f"let {prelude} in {before}(builtins.length ({closure}))"
        return f"let {prelude} in {before}({equal})"

    def place(self) -> str:
        """A list with something shared in it."""
        name = self.random.choice("wwwu")
        return self.random.choice((
            f"[ {name} ]", f"[ {name} ]", f"[ {{ inherit {name}; }} ]", f"[ {{ w = {name}; }} ]", "[ s.f ]",
            f"[ ({{ a = {name}; }}).a ]", f"((p: [ p ]) {name})", f"(({{ p }}: [ p ]) {{ p = {name}; }})",
            f"(({{ p ? {name} }}: [ p ]) {{ }})", f"(with {{ p = {name}; }}; [ p ])", f"(m [ {name} ])",
            f"[ (h [ {name} ]) ]", f"(builtins.attrValues {{ a = {name}; }})", f"[ [ {name} ] ]",
            f"(builtins.filter (a: true) [ {name} ])", f"([ {name} ] ++ [ ])", f"[ (i {name}) ]",
            f"(builtins.catAttrs \"a\" [ {{ a = {name}; }} ])", f"[ (let v = {name}; in {{ inherit v; }}) ]",
            f"[ (builtins.listToAttrs [ {{ name = \"w\"; value = {name}; }} ]) ]", f"[ ({{ w = {name}; }} // {{ }}) ]",
            f"(let v = {name}; in [ v ])", f"(let q.v = {name}; in [ q.v ])", f"(rec {{ a = {name}; l = [ a ]; }}).l",
            f"(let inherit ({{ q = {name}; }}) q; in [ q ])", f"((a: b: [ b ]) 1 {name})", f"[ (a: {name}) ]",
            f"(builtins.foldl' (a: b: [ b ]) [ ] [ {name} ])", f"(builtins.genList (k: {name}) 1)",
            f"[ ({name}: {{ inherit {name}; }}) ]", f"(let e = {{ w ? {name} }}: {{ inherit w; }}; in [ (e {{ }}) ])",
            f"(builtins.concatMap (a: [ a ]) [ {name} ])", f"[ (if true then {name} else 1) ]",
        ))  # fmt: skip

    def deep(self) -> str:
        """`deepSeq`."""
        return f"builtins.deepSeq {self.set_of(self.names(5, 2))} 1"

    def called(self, first: str, arguments: tuple[str, ...]) -> Program:
        """A program that is a function, or a set of them, called with what the command line gives."""
        names = self.random.sample(self.words, self.random.randint(1, min(4, len(self.words))))
        text = f"{self.formals(names)}: {self.set_of(names)}"
        for name in self.random.sample(names, self.random.randint(0, len(names))):
            arguments += ("--arg", name, self.value()) if self.chance(0.6) else ("--argstr", name, "s")
        if self.chance(0.4):
            name = self.word()
            text = f"{{ {name} = {text}; }}"
            arguments += ("-A", f"{name}.{self.word()}" if self.chance(0.5) else name)
        return Program(f"{first}({text})", self.files, arguments)

    def plain(self) -> str:
        """A set, to be printed, or evaluated all through."""
        return self.set_of(self.names(5, 2))

    def call(self) -> str:
        """A function of formals, which may lack arguments or get too many."""
        names = self.random.sample(self.words, self.random.randint(1, min(5, len(self.words))))
        body = f"[ {' '.join(names)} ]"
        given = [name for name in names if self.chance(0.7)]
        if self.chance(0.4):
            given += [name for name in self.names(3) if name not in given]
        return f"({self.formals(names)}: {body}) {self.set_of(given) if given else '{ }'}"


def program(seed: int) -> Program:
    """The program number *seed*."""
    random = Random(seed)
    writer = Writer(random)
    first = writer.bindings()
    question = writer.question()
    arguments = ("--strict",) if random.random() < 0.5 else ()
    if random.random() < 0.2:
        other = writer.question()
        question = f"[ ({question}) ({other}) ]" if arguments else f"builtins.seq ({question}) ({other})"
    if random.random() < 0.15:
        question = f"builtins.tryEval ({question})"
    if random.random() < 0.1:
        return writer.called(first, arguments)
    return Program(first + question, writer.files, arguments)
