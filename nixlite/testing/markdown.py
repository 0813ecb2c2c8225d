"""Examples in Markdown: each fence ` ```nix ` is a test.

    ```nix
    double = n: n * 2;
    ```

    ```nix
    double 3
    => 6
    double "3"
    => error: expected an integer but found a string
    ```

What stands after `=>`, or at a line's end after `# =>`, has to be equal to the expression before it; after
`error:`, to be in the message. A fence without any of these has to be evaluated. One of definitions is there
for what follows. `pkgs` and `lib` are those of `<nixpkgs>`. A fence ` ```nix skip ` is left out.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError, ParseError
from nixlite.formats.nix.deep import force_deep
from nixlite.runtime.thunk import delay, force
from nixlite.source import Source
from nixlite.syntax import nodes as n
from nixlite.testing.cases import Case
from nixlite.testing.checking import check_equal, failed, failure, guarded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import Lazy

FENCE = re.compile(r"^[ \t>]*(?P<mark>`{3,}|~{3,})[ \t]*(?P<info>[^`\n]*)$")
HEADING = re.compile(r"^#{1,6}\s+(?P<text>.*?)\s*#*$")
ANSWER = re.compile(r"^(?P<before>[ \t]*(?:#[ \t]*)?|.*?#[ \t]*)=>[ \t]*(?P<text>.*)$")
SKIP = "skip"
STANDARD = {"pkgs": "import <nixpkgs> { }", "lib": "import <nixpkgs/lib>"}


class Fence(NamedTuple):
    """A block of code: where its text begins and ends, its first line (1-based), what stands after ` ``` `,
    and under which heading it is."""

    start: int
    end: int
    line: int
    info: list[str]
    heading: str


class Example(NamedTuple):
    """An expression, and what it gives: offsets in the page, the second pair of what stands after `=>`."""

    start: int
    end: int
    answer_start: int
    answer_end: int


def fences_in(evaluator: Evaluator, path: str) -> list[Case]:
    """The examples of a page, in its order; *path* is absolute. Raises NixError if it cannot be read."""
    page = evaluator.read_source(path)
    reader = Page(evaluator, page)
    return [reader.case(fence) for fence in fences(page.text) if fence.info[:1] == ["nix"]]


def fences(text: str) -> Iterator[Fence]:
    """The blocks of code between fences."""
    at, heading, opened = 0, "", None
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        found = FENCE.match(line.rstrip("\r\n"))
        if opened is None and found:
            opened = (found["mark"], at + len(line), number + 1, found["info"].split())
        elif opened and found and not found["info"].strip() and found["mark"].startswith(opened[0]):
            yield Fence(opened[1], at, opened[2], opened[3], heading)
            opened = None
        elif opened is None and (title := HEADING.match(line.rstrip())):
            heading = title["text"]
        at += len(line)
    if opened:
        yield Fence(opened[1], at, opened[2], opened[3], heading)


class Page:
    """A page, whose definitions are there for what follows them."""

    def __init__(self, evaluator: Evaluator, source: Source) -> None:
        self.evaluator = evaluator
        self.source = source
        self.scope: dict[str, Lazy] = {}
        self._standard()

    def _standard(self) -> None:
        for name, text in STANDARD.items():
            source = Source(f"«{name}»", text, base=self.source.base)
            self.scope[name] = delay(self.evaluator.evaluate_source, source)  # type: ignore[arg-type] # no Lazy

    def part(self, start: int, end: int, before: str = "", after: str = "") -> Source:
        """A part of the page as a source in which it is at the same place, blanks around it."""
        text = self.source.text
        blank = re.sub(r"[^\n\r]", " ", text[:start])
        if before:  # on the line above, which is that of the fence
            line = blank.rstrip("\n\r").rpartition("\n")[0]
            head = f"{line}\n" if line or blank.startswith("\n") else ""
            blank = f"{head}{before}".ljust(len(blank) - 1)[: len(blank) - 1] + blank[-1:]
        return Source(self.source.name, f"{blank}{text[start:end]}{after}", base=self.source.base)

    def case(self, fence: Fence) -> Case:
        """The test that a fence is."""
        name = f"line {fence.line}" + (f": {plain(fence.heading)}" if fence.heading else "")
        if SKIP in fence.info[1:]:
            return Case(name, fence.line, f"'{SKIP}' is written at the fence", lambda: None)
        examples, scope = self.examples(fence), dict(self.scope)
        if examples:
            return Case(name, fence.line, "", lambda: self.check(examples, scope))
        whole = self.part(fence.start, fence.end)
        try:
            self.evaluator.parse(whole)
        except ParseError:
            defined = self.definitions(fence)
            if defined:
                return Case(name, fence.line, "", lambda: self.check_definitions(defined))
        return Case(name, fence.line, "", lambda: self.check_whole(whole, scope))

    def definitions(self, fence: Fence) -> dict[str, Lazy]:
        """What a fence defines, added to the scope; nothing if it is no definitions."""
        source = self.part(fence.start, fence.end, "rec {", "}")
        try:
            tree = self.evaluator.parse(source)
        except ParseError:
            return {}
        if type(tree) is not n.AttrSet:
            return {}
        scope = dict(self.scope)
        whole: Any = delay(lambda _: self.evaluator.evaluate_source(source, scope), None)
        defined: dict[str, Lazy] = {name: delay(attribute, whole, name) for name in tree.bindings}
        self.scope = {**self.scope, **defined}
        return defined

    def examples(self, fence: Fence) -> list[Example]:
        """The expressions of a fence that say what they give."""
        found: list[Example] = []
        text = self.source.text[fence.start : fence.end]
        at = begin = fence.start
        lines = text.splitlines(keepends=True)
        number = 0
        while number < len(lines):
            line = lines[number]
            answer = ANSWER.match(line.rstrip("\r\n"))
            before = answer["before"].rstrip().removesuffix("#") if answer else ""
            number += 1
            if answer is not None and self.parses(begin, at + len(before)):
                start = at + answer.start("text")
                end, more = self.answer_end(start, at, lines[number - 1 :])
                found.append(Example(begin, at + len(before), start, end))
                number += more
                at += sum(map(len, lines[number - more - 1 : number]))
                begin = at
                continue
            at += len(line)
        return found

    def answer_end(self, start: int, at: int, lines: list[str]) -> tuple[int, int]:
        """Where an answer ends, which may have more lines than its first, and how many more."""
        end = at + len(lines[0].rstrip("\r\n"))
        first, at = end, at + len(lines[0])
        if self.source.text.startswith("error:", start):
            return end, 0
        for more in range(len(lines)):
            if self.parses(start, end):
                return end, more
            if more + 1 < len(lines):
                end = at + len(lines[more + 1].rstrip("\r\n"))
                at += len(lines[more + 1])
        return first, 0

    def parses(self, start: int, end: int) -> bool:
        """Whether a part of the page is an expression."""
        try:
            self.evaluator.parse(self.part(start, end))
        except NixError:
            return False
        return True

    # -- running

    def value(self, start: int, end: int, scope: dict[str, Lazy]) -> Lazy:
        """The value of a part, delayed."""
        part = self.part(start, end)
        return delay(lambda _: self.evaluator.evaluate_source(part, scope), None)

    def check(self, examples: list[Example], scope: dict[str, Lazy]) -> None:
        """Whether each expression gives what it says."""
        for example in examples:
            found = self.value(example.start, example.end, scope)
            text = self.source.text[example.answer_start : example.answer_end]
            if text.startswith("error:"):
                self.check_error(found, text.removeprefix("error:").strip(), example)
            else:
                expected = self.value(example.answer_start, example.answer_end, scope)
                check_equal(self.evaluator, expected, found)

    def check_error(self, found: Lazy, text: str, example: Example) -> None:
        """Whether an expression fails with a message that has *text* in it."""
        try:
            guarded(self.evaluator, lambda x: force_deep(self.evaluator.state, x), found)
        except NixError as error:
            if text not in error.message:
                raise failed(self.evaluator, f"the message does not have '{text}' in it", error) from None
            return
        line = self.source.line_column(example.answer_start)[0]
        raise failure(f"an error is expected, and there is none (line {line})")

    def check_whole(self, source: Source, scope: dict[str, Lazy]) -> None:
        """Whether a fence can be evaluated."""
        try:
            guarded(self.evaluator, lambda _: self.evaluator.evaluate_source(source, scope), None)
        except NixError as error:
            raise failed(self.evaluator, "the example cannot be evaluated", error) from None

    def check_definitions(self, defined: dict[str, Lazy]) -> None:
        """Whether what a fence defines can be evaluated."""
        for name, lazy in defined.items():
            try:
                guarded(self.evaluator, force, lazy)
            except NixError as error:
                raise failed(self.evaluator, f"'{name}' cannot be evaluated", error) from None


def attribute(whole: Lazy, name: Any) -> Any:
    """An attribute of a set, evaluated."""
    attrs: Any = force(whole)
    return force(attrs[name])


def plain(heading: str) -> str:
    """A heading as a part of a test's name."""
    text = re.sub(r"[`*_]|\]\([^)]*\)", "", heading).replace("[", "").replace("]", "")
    return text.replace("::", ":").strip()
