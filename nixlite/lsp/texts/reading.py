"""From a text to its tree, whatever is wrong with it.

The parser's own automaton (`grammar/`) reads the tokens. Where it has no use for one, the cheapest repair is
looked for: tokens put in before it, or some left out, after which the text goes on for a while. So an
unfinished binding costs that binding, and the rest of the file keeps its names. What was put in and left out
is told, and makes a text of the same meaning that Nix's own parser takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.lsp.texts.lexing import Repair, lexed
from nixlite.lsp.texts.tree import MISSING, Leaf, Node
from nixlite.syntax.automaton import END
from nixlite.syntax.driver import machine, syntax_error
from nixlite.syntax.lines import shift

if TYPE_CHECKING:
    from nixlite.lsp.texts.tree import Part
    from nixlite.syntax.automaton import Tables

LOOK_AHEAD = 4
"""Tokens behind a repair that have to fit."""
MOST_INSERTED, MOST_LEFT_OUT = 4, 3
MOST_RESTARTS = 8
"""So often a text is read again from its beginning, since a `;` is missing further up."""
MOST_REPAIRS = 60
"""So many errors, and the rest of a text is left out: it is no Nix."""

INSERTED = (
    "ID", ";", "}", ")", "]", "=", ":", "in", "then", "else", "QUOTE", "IND_STRING_CLOSE", "PATH_END",
)  # fmt: skip
"""Kinds of tokens that may be put in, the ones that are forgotten most often first."""

CLOSING = (
    "IND_STRING_CLOSE", "QUOTE", "PATH_END", ";", "in", "}", ")", "]", "then", "else", "=", "ID", ":", "{",
)  # fmt: skip
"""The same, those first that bring a text nearer to its end."""

GROWING = {
    "more_bindings": "bindings", "first_binding": "bindings",
    "inherit": "bindings", "inherit_from": "bindings",
    "more_names": "names", "more_quoted_names": "names",
    "one_name": "path", "one_quoted_name": "path", "longer_path": "path", "longer_path_quoted": "path",
    "more_items": "items", "first_formal": "formals", "more_formals": "formals",
    "more_text": "pieces", "more_interpolation": "pieces", "first_interpolation": "pieces",
    "first_text_and_interpolation": "pieces", "more_indented_text": "pieces",
}  # fmt: skip
"""Rules that make a list longer, and what the list is called."""
EMPTY = {"no_bindings": "bindings", "nothing": "list", "empty_string": "pieces"}
LISTS = frozenset({*GROWING.values(), *EMPTY.values()})


class Read(NamedTuple):
    """A tree with what was repaired on the way, and the tokens (`syntax.tokens`) that it was made of."""

    root: Part
    repairs: list[Repair]
    tokens: list[Leaf]
    docs: dict[int, tuple[int, int]]


def read(text: str) -> Read:
    """The tree of a text."""
    tables, _ = machine()
    tokens, repairs, docs = lexed(text)
    for left in range(MOST_RESTARTS, -1, -1):
        reader = Reader(tables, text, list(tokens), list(repairs), is_last=not left)
        try:
            root = reader.run()
            return Read(root, in_order(reader.repairs), reader.tokens, docs)
        except Unfinished as unfinished:
            tokens, repairs = unfinished.tokens, unfinished.repairs
    raise AssertionError("the last run tries no more")


def in_order(repairs: list[Repair]) -> list[Repair]:
    """Repairs in the order of the text."""
    return sorted(repairs, key=lambda repair: repair.offset)


class Unfinished(Exception):
    """There is a binding before the present one that was not ended; read *tokens* instead."""

    def __init__(self, tokens: list[Leaf], repairs: list[Repair]) -> None:
        self.tokens = tokens
        self.repairs = repairs


# -- the parser


class Reader:
    """One run of the automaton over the tokens of a text."""

    def __init__(
        self, tables: Tables, text: str, tokens: list[Leaf], repairs: list[Repair], *, is_last: bool = False
    ) -> None:
        self.is_last = is_last
        self.tables = tables
        self.text = text
        self.repairs = repairs
        self.numbers = dict(tables.kinds)
        self.numbers.update({w: kind for w, kind in tables.literals.items() if w not in ("''", '"')})
        self.tokens = tokens
        self.kinds = [self.numbers.get(token.kind, 1) for token in tokens] + [END]
        self.states = [0]
        self.values: list[Any] = []
        self.end = 0
        self.found = 0  # errors so far
        self.inserted = [self.numbers[name] for name in INSERTED]
        self.at_end = [*self.inserted, self.numbers["{"]]
        self.names = {self.numbers[name]: name for name in CLOSING}

    def run(self) -> Part:
        """The tree."""
        at = 0
        while True:
            kind = self.kinds[at]
            if self.push(kind, self.tokens[at] if kind != END else None):
                at += 1
            elif kind == END and self.states[-1] == self.tables.accepting:
                root: Part = self.values[-1]
                return root
            else:
                at = self.repair(at)
                if at < 0:
                    return Node("nothing", [], 0, len(self.text))

    def push(self, kind: int, leaf: Leaf | None) -> bool:
        """Reduce what ends before a token and take it; False if there is no use for it."""
        tables, states = self.tables, self.states
        action = tables.actions[states[-1]][kind]
        if action < 0 and not self.fits(kind):
            return False
        while action < 0:
            length, origin, build = tables.rules[action]
            if length:
                parts = self.values[-length:]
                del self.values[-length:], states[-length:]
            else:
                parts = []
            self.values.append(self.made(build, parts))
            states.append(tables.gotos[states[-1]][origin][kind])
            action = tables.actions[states[-1]][kind]
        if not action or leaf is None:
            return False
        states.append(action)
        self.values.append(leaf)
        self.end = leaf.end
        return True

    def fits(self, kind: int) -> bool:
        """Whether there is a use for a token. Nothing is reduced yet: a reduction that is made by default,
        where there is none, would forget what may be put in instead."""
        tables, states = self.tables, self.states
        actions, gotos, rules = tables.actions, tables.gotos, tables.rules
        base, added = len(states), [0]
        state = states[-1]
        while (action := actions[state][kind]) < 0:
            length, origin, _ = rules[action]
            while length:
                if len(added) > 1:
                    added.pop()
                else:
                    base -= 1
                length -= 1
            state = gotos[added[-1] if len(added) > 1 else states[base - 1]][origin][kind]
            added.append(state)
        return action > 0 or (kind == END and state == tables.accepting)

    def made(self, rule: str | None, parts: list[Any]) -> Any:
        """The node of a rule."""
        if rule is None:
            return parts[0]
        if rule in EMPTY:
            return Node(EMPTY[rule], [], self.end, self.end)
        name = GROWING.get(rule)
        if name is not None:
            return grown(rule, name, parts)
        if rule in ("interpolated_string", "plain_path", "home_path"):
            return parts[0]
        start, end = parts[0].start, parts[-1].end
        if rule in ("apply", "pipe_from", "pipe_into"):
            if rule == "apply" and type(parts[0]) is Node and parts[0].rule == "call":
                parts[0].parts.append(parts[1])
                parts[0].end = end
                return parts[0]
            return Node("call" if rule == "apply" else rule, parts, start, end)
        if rule == "path":
            rule = "path_literal"
        return Node(rule, spliced(rule, parts), start, end)

    # -- repairs

    def repair(self, at: int) -> int:
        """Mend the error at the token number *at*; the number of the token to go on with, -1 for none."""
        self.found += 1
        offset = self.tokens[at].start if at < len(self.tokens) else len(self.text)
        message = syntax_error(self.tables, self.states[-1], self.kinds[at])
        if self.found > MOST_REPAIRS:
            return self.give_up(at, offset, message)
        if not self.is_last:
            self.end_binding_before(at, message)
        stack = self.stack()
        for left_out in range(min(MOST_LEFT_OUT, len(self.tokens) - at) + 1):
            for kinds in self.insertions(stack, at + left_out, MOST_INSERTED if not left_out else 2):
                return self.apply(at, left_out, kinds, offset, message)
        if at >= len(self.tokens):
            return self.give_up(at, offset, message)
        return self.apply(at, 1, (), offset, message)

    def end_binding_before(self, at: int, message: str) -> None:
        """`a = 1 b = 2;`: where the error is at a `=`, the name before it begins a binding."""
        kinds = [leaf.kind for leaf in self.tokens[: at + 1]][-40:]
        if kinds[-1:] != ["="]:
            return
        begin = at - 1
        while begin > 1 and self.tokens[begin - 1].kind == "." and self.tokens[begin - 2].kind == "ID":
            begin -= 2
        before = self.tokens[begin - 1] if begin > 0 else None
        if before is None or self.tokens[begin].kind != "ID" or before.kind in ("{", ";", "let"):
            return
        where = before.end
        words = [" " + MISSING + " ", ";"] if before.kind in ("=", ".", "(", "[") else [";"]
        added = [Leaf("ID", MISSING, where, where)] * (len(words) - 1) + [Leaf(";", ";", where, where)]
        tokens = [*self.tokens[:begin], *added, *self.tokens[begin:]]
        repair = Repair(
            where, message.partition(", unexpected")[0] + ": a ';' is missing", tuple(words), None
        )
        clean = [one for one in self.repairs if one.offset < where]
        raise Unfinished(tokens, [*clean, repair])

    def apply(self, at: int, left_out: int, kinds: tuple[int, ...], offset: int, message: str) -> int:
        """Put tokens in and leave some out."""
        span = (self.tokens[at].start, self.tokens[at + left_out - 1].end) if left_out else None
        words = tuple([word_of(self.names[kind]) for kind in kinds])
        where = self.end if kinds else offset
        self.repairs.append(Repair(offset, message, words, span))
        for kind in kinds:
            self.push(kind, Leaf(self.names[kind], word_of(self.names[kind]).strip(), where, where))
        return at + left_out

    def stack(self) -> Any:
        """The states as `syntax.lines` has them."""
        stack: Any = (0, None)
        for state in self.states[1:]:
            stack = (state, stack)
        return stack

    def insertions(self, stack: Any, at: int, most: int) -> Any:
        """The tokens to put in so that the text goes on at *at*: the shortest way, or none."""
        level: list[tuple[Any, tuple[int, ...]]] = [(stack, ())]
        for _ in range(most + 1):
            for now, kinds in level:
                if self.goes_on(now, at):
                    return [kinds]
            level = [
                (after, (*kinds, kind))
                for now, kinds in level
                for kind in (self.at_end if self.kinds[at] == END else self.inserted)
                if (after := shift(self.tables, now, kind)) is not None
            ][:400]
        return []

    def goes_on(self, stack: Any, at: int) -> bool:
        """Whether the next tokens fit."""
        for kind in self.kinds[at : at + LOOK_AHEAD]:
            if kind == END:
                return self.accepts(stack)
            stack = shift(self.tables, stack, kind)
            if stack is None:
                return False
        return True

    def accepts(self, stack: Any) -> bool:
        """Whether the text may end here, or after what is easily put in."""
        from nixlite.syntax.lines import accepts

        return accepts(self.tables, stack)

    def give_up(self, at: int, offset: int, message: str) -> int:
        """Close whatever is open and leave out the rest."""
        if at < len(self.tokens):
            self.repairs.append(Repair(offset, message, (), (offset, len(self.text))))
            del self.tokens[at:], self.kinds[at:]
            self.kinds.append(END)
            self.found = MOST_REPAIRS - 1
            return at
        words: list[str] = []
        for _ in range(1000):
            stack = self.stack()
            if self.accepts(stack):
                break
            kind = self.closing(stack)
            if kind is None:
                return -1
            words.append(word_of(self.names[kind]))
            self.push(kind, Leaf(self.names[kind], words[-1].strip(), self.end, self.end))
        self.repairs.append(Repair(offset, message, tuple(words), None))
        return at if words else -1

    def closing(self, stack: Any) -> int | None:
        """A token that brings the text nearer to its end."""
        in_string = shift(self.tables, stack, self.numbers["STR"]) is not None
        for name in CLOSING:
            if name == "QUOTE" and not in_string:  # it would open one
                continue
            if shift(self.tables, stack, self.numbers[name]) is not None:
                return self.numbers[name]
        return None


def word_of(kind: str) -> str:
    """What is written for a token that is put in."""
    words = {"ID": f" {MISSING} ", "QUOTE": '"', "IND_STRING_CLOSE": "''", "PATH_END": ""}
    return words.get(kind, f" {kind} " if kind.isalpha() else kind)


def grown(rule: str, name: str, parts: list[Any]) -> Node:
    """A list with one more part."""
    if rule in ("more_bindings", "first_binding"):
        rest = parts[1:] if rule == "more_bindings" else parts
        added: list[Part] = [Node("binding", rest, rest[0].start, rest[-1].end)]
    elif rule in ("inherit", "inherit_from"):
        added = [Node(rule, parts[1:], parts[1].start, parts[-1].end)]
        parts = [parts[0]]
        rule = "more_bindings"
    elif rule.startswith(("one_", "first_")):
        added = parts
    else:
        added = parts[1:]
    if name == "path":
        added = [part for part in added if not (type(part) is Leaf and part.kind == ".")]
    if rule.startswith(("one_", "first_")):
        return Node(name, added, added[0].start, added[-1].end)
    whole: Node = parts[0]
    if type(whole) is not Node or whole.rule not in LISTS:
        whole = Node(name, [parts[0]], parts[0].start, parts[0].end)
    whole.rule = name
    if not whole.parts:
        whole.start = added[0].start
    whole.parts += added
    whole.end = added[-1].end
    return whole


def spliced(rule: str, parts: list[Any]) -> list[Any]:
    """The parts of a string or path, with its pieces among them."""
    if rule in ("string", "indented_string", "interpolated_path", "string_name"):
        return [
            inner
            for part in parts
            for inner in (part.parts if type(part) is Node and part.rule in ("pieces", "list") else [part])
        ]
    return parts


# -- the text as Nix's parser takes it


class Mended(NamedTuple):
    """A text with its repairs made: *text*, and the *shifts*, pairs of an offset from which on so much
    more."""

    text: str
    shifts: list[tuple[int, int]]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where a span of the text as written is now."""
        return (
            start + sum(more for at, more in self.shifts if at <= start and end > start),
            end + sum(more for at, more in self.shifts if at < end),
        )


def mended(text: str, repairs: list[Repair], ends: dict[int, int]) -> Mended:
    """The text that Nix's parser takes for the tree; *ends* tells where the token before an offset ends."""
    pieces: list[str] = []
    shifts: list[tuple[int, int]] = []
    at = 0
    for repair in in_order(repairs):
        if repair.left_out is not None:
            start, end = max(repair.left_out[0], at), max(repair.left_out[1], at)
            pieces += [text[at:start], "".join([c if c in "\r\n" else " " for c in text[start:end]])]
            at = end
        if repair.inserted:
            where = max(ends.get(repair.offset, repair.offset), at)
            words = "".join(repair.inserted)
            pieces += [text[at:where], words]
            shifts.append((where, len(words)))
            at = where
    return Mended("".join([*pieces, text[at:]]), shifts)
