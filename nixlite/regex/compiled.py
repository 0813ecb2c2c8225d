"""A compiled regular expression: matched by Python's `re` where that is safe, else by our own matcher."""

from __future__ import annotations

import re

from nixlite.errors import EvalError
from nixlite.regex.delegation import (
    ENDLESS,
    analyse,
    character_class,
    python_source,
)
from nixlite.regex.engine import Machine, Matcher
from nixlite.regex.facts import Facts
from nixlite.regex.syntax import InvalidRegex, Parser, RegexTooBig
from nixlite.runtime.utf8 import byte_view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Union

    from nixlite.regex.syntax import Node

    Pieces = Union[str, tuple[str | None, ...]]

PATIENCE = 10**9
"""The work, in steps of `re`, beyond which our own matcher, linear but slower, is used."""


class Regex:
    """A compiled expression; programs are made when they are first needed."""

    def __init__(self, text: str) -> None:
        self.text = text
        parser = Parser(byte_view(text))
        self.tree: Node = parser.parse()
        self.groups = parser.groups
        self.facts = Facts(self.tree)
        self.analysis = analyse(self.tree, self.facts)
        self._loops = self.facts.endless[id(self.tree)]
        self._nullable = self.facts.nullable[id(self.tree)]
        self._program: Machine | None = None
        self._pattern: re.Pattern[str] | None = None
        self._start: re.Pattern[str] | None = None

    def program(self) -> Machine:
        """For our own matcher."""
        if self._program is None:
            self._program = Machine(self.tree, self.groups, self.facts)
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
        try:
            spans = Matcher(self.program(), view, whole=True).match_at(0)
        except RegexTooBig:
            raise too_big(self.text) from None
        return None if spans is None else cut(view, spans)

    def split(self, view: str) -> list[Pieces]:
        """What is between matches in *view* and, between those, the groups of each match as a tuple."""
        analysis = self.analysis
        degree = analysis.degree + (1 if self._loops else 0)  # each position may be tried in vain
        if not analysis.risky and not analysis.longest and self._is_cheap(len(view), degree):
            return self._split_by_re(view)
        try:
            return self._split_exactly(view)
        except RegexTooBig:
            raise too_big(self.text) from None

    def _split_by_re(self, view: str) -> list[Pieces]:
        # `re.split` puts the groups between the strings, one by one; all loops are in C.
        flat = self.pattern().split(view)
        step = self.groups + 1
        strings = flat[::step]
        result: list[Pieces] = [()] * (2 * len(strings) - 1)
        result[::2] = strings
        if self.groups:
            result[1::2] = zip(*[flat[n::step] for n in range(1, step)], strict=True)
        return result

    def _split_exactly(self, view: str) -> list[Pieces]:
        matcher = Matcher(self.program(), view, whole=False)
        result: list[Pieces] = []
        position = last = 0
        after_empty = False
        while (start := self._next_start(view, position)) is not None:
            # After an empty match one that is not empty may begin at the same place.
            spans = matcher.match_at(start, not_empty=after_empty and start == position)
            if spans is None:
                position, after_empty = start + 1, False
                continue
            end = spans[0][1]
            result += (view[last:start], tuple(cut(view, spans)))
            position = last = end
            after_empty = end == start
        result.append(view[last:])
        return result

    def _next_start(self, view: str, position: int) -> int | None:
        """The first place from *position* on where a match may begin."""
        if position > len(view):
            return None
        if self._nullable:
            return position
        if self._start is None:
            self._start = re.compile(character_class(self.facts.first[id(self.tree)]), re.DOTALL)
        found = self._start.search(view, position)
        return None if found is None else found.start()


def cut(view: str, spans: list[tuple[int, int]]) -> list[str | None]:
    """The texts of the groups, None for those that took no part."""
    return [view[start:end] if start >= 0 else None for start, end in spans[1:]]


def compile_regex(text: str) -> Regex:
    """The compiled form of *text*. Raises EvalError in Nix's words."""
    try:
        return Regex(text)
    except InvalidRegex:
        raise EvalError(f"invalid regular expression '{text}'") from None
    except RegexTooBig:
        raise too_big(text) from None


def too_big(text: str) -> EvalError:
    """The error for an expression that needs too much memory."""
    return EvalError(f"memory limit exceeded by regular expression '{text}'")
