"""Builtins for regular expressions: `match` and `split`.

Three layers: `regex_syntax` reads the expression, `regex_engine` matches exactly as the real Nix does, and
`regex_python` tells when Python's faster `re` gives the same answer in bounded time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from nixlite.builtins.regex_engine import Matcher, Program, is_nullable
from nixlite.builtins.regex_python import (
    ENDLESS,
    analyse,
    character_class,
    first_bytes,
    has_loops,
    python_source,
)
from nixlite.builtins.regex_syntax import InvalidRegex, Parser, RegexTooBig
from nixlite.builtins.registry import builtin
from nixlite.errors import EvalError
from nixlite.runtime.expect import force_string, force_string_no_context
from nixlite.runtime.thunk import force
from nixlite.runtime.utf8 import byte_view, from_byte_view

if TYPE_CHECKING:
    from nixlite.builtins.regex_syntax import Node
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value

PATIENCE = 10**9
"""The work, in steps of `re`, beyond which our own matcher, linear but slower, is used."""

CACHED = 2000


class Regex:
    """A compiled expression; programs are made when they are first needed."""

    def __init__(self, text: str) -> None:
        parser = Parser(byte_view(text))
        self.tree: Node = parser.parse()
        self.groups = parser.groups
        self.analysis = analyse(self.tree)
        self._loops = has_loops(self.tree)
        self._nullable = is_nullable(self.tree)
        self._program: Program | None = None
        self._pattern: re.Pattern[str] | None = None
        self._start: re.Pattern[str] | None = None

    def program(self) -> Program:
        """For our own matcher."""
        if self._program is None:
            self._program = Program(self.tree, self.groups)
        return self._program

    def pattern(self) -> re.Pattern[str]:
        """For `re`."""
        if self._pattern is None:
            self._pattern = re.compile(python_source(self.tree), re.DOTALL)
        return self._pattern

    def _is_cheap(self, length: int, degree: int) -> bool:
        return degree < ENDLESS and (length + 1) ** degree <= PATIENCE

    def match(self, view: str) -> list[str | None] | None:
        """The groups if the whole *view* matches; None otherwise."""
        if not self.analysis.risky and self._is_cheap(len(view), self.analysis.degree):
            found = self.pattern().fullmatch(view)
            return None if found is None else list(found.groups())
        spans = Matcher(self.program(), view, whole=True).match_at(0)
        return None if spans is None else cut(view, spans)

    def split(self, view: str) -> list[tuple[int, int, list[str | None]]]:
        """Start, end and groups of each match in *view*, from left to right."""
        analysis = self.analysis
        degree = analysis.degree + (1 if self._loops else 0)  # each position may be tried in vain
        if not analysis.risky and not analysis.longest and self._is_cheap(len(view), degree):
            return [(*found.span(), list(found.groups())) for found in self.pattern().finditer(view)]
        return self._split_exactly(view)

    def _split_exactly(self, view: str) -> list[tuple[int, int, list[str | None]]]:
        matcher = Matcher(self.program(), view, whole=False)
        result = []
        position = 0
        after_empty = False
        while (start := self._next_start(view, position)) is not None:
            # After an empty match one that is not empty may begin at the same place.
            spans = matcher.match_at(start, not_empty=after_empty and start == position)
            if spans is None:
                position, after_empty = start + 1, False
                continue
            end = spans[0][1]
            result.append((start, end, cut(view, spans)))
            position, after_empty = end, end == start
        return result

    def _next_start(self, view: str, position: int) -> int | None:
        """The first place from *position* on where a match may begin."""
        if position > len(view):
            return None
        if self._nullable:
            return position
        if self._start is None:
            self._start = re.compile(character_class(first_bytes(self.tree)), re.DOTALL)
        found = self._start.search(view, position)
        return None if found is None else found.start()


def cut(view: str, spans: list[tuple[int, int]]) -> list[str | None]:
    """The texts of the groups, None for those that took no part."""
    return [view[start:end] if start >= 0 else None for start, end in spans[1:]]


def compiled(state: State, text: str) -> Regex:
    """The compiled form of *text*, remembered in the state."""
    cache: dict[str, Regex] = state.caches.setdefault("regex", {})
    found = cache.get(text)
    if found is None:
        try:
            found = Regex(text)
        except InvalidRegex:
            raise EvalError(f"invalid regular expression '{text}'") from None
        except RegexTooBig:
            raise too_big(text) from None
        if len(cache) >= CACHED:
            cache.pop(next(iter(cache)))
        cache[text] = found
    return found


def too_big(text: str) -> EvalError:
    """The error for an expression that needs too much memory."""
    return EvalError(f"memory limit exceeded by regular expression '{text}'")


def strings(groups: list[str | None]) -> tuple[str | None, ...]:
    """Groups as a Nix list: strings and null."""
    return tuple([None if group is None else from_byte_view(group) for group in groups])


@builtin("match", args=("regex", "str"), state=True)
def match(state: State, regex: Lazy, text: Lazy) -> Value:
    """Match the whole of *str* against the POSIX extended regular expression *regex*. The result is the list of
    what the groups matched, null for an unused one, or null if there is no match: `match "(.*)=(.*)" "a=b"` is
    `[ "a" "b" ]`.

    The expression is compiled before the string is forced. The string's context is dropped.
    """
    source = force_string_no_context(regex, "while evaluating the first argument passed to builtins.match")
    expression = compiled(state, source)
    subject = force_string(text, "while evaluating the second argument passed to builtins.match")
    try:
        groups = expression.match(byte_view(subject))
    except RegexTooBig:
        raise too_big(source) from None
    return None if groups is None else strings(groups)


@builtin("split", args=("regex", "str"), state=True)
def split(state: State, regex: Lazy, text: Lazy) -> Value:
    """Split *str* at the matches of the POSIX extended regular expression *regex*: a list of the strings between
    matches and, for each match, the list of its groups. `split "(,)" "a,b"` is `[ "a" [ "," ] "b" ]`.

    Without a match the list holds the string itself, context included; otherwise contexts are dropped.
    """
    source = force_string_no_context(regex, "while evaluating the first argument passed to builtins.split")
    expression = compiled(state, source)
    subject = force_string(text, "while evaluating the second argument passed to builtins.split")
    view = byte_view(subject)
    try:
        matches = expression.split(view)
    except RegexTooBig:
        raise too_big(source) from None
    if not matches:
        return (force(text),)
    result: list[Lazy] = []
    last = 0
    for start, end, groups in matches:
        result += (from_byte_view(view[last:start]), strings(groups))
        last = end
    result.append(from_byte_view(view[last:]))
    return tuple(result)
