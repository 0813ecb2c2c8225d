"""The examples in a Markdown text: fenced blocks `console` and `nix`.

    ```console                        ```nix
    $ cat x.nix                       let a = 1; in a + 1
    { a = 1; }                        # => 2
    $ nixlite eval -f x.nix a         throw "no"
    1                                 # error: no
    nix-repl> 1 + 1                   ```
    2
    ```

`$ cat NAME` makes the file that it shows. A block that begins with `nix-repl>` goes on with the session of
the one before; `$ nixlite repl` begins one of its own. A `nix` block without `# =>` shows no result. Where
`…` is shown there may be anything.
"""

from __future__ import annotations

from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

PROMPT, MORE = "nix-repl> ", "        > "
GIVES, FAILS = "# => ", "# error: "


@dataclass(frozen=True)
class Step:
    """An input and what is shown after it.

    `kind`: `file`, `command`, `fresh` (begins a session), `input` (of a session) or `expression`; `line` is
    where it stands, from 1; `shown` are the lines `first` to `last` (from 0, the last one excluded).
    """

    kind: str
    line: int
    text: str
    shown: str
    first: int
    last: int


def steps(text: str) -> Iterator[Step]:
    """All examples of a text, in their order."""
    lines = text.split("\n")
    at = 0
    while at < len(lines):
        fence = lines[at]
        ticks = fence[: len(fence) - len(fence.lstrip("`"))]
        if len(ticks) < 3:
            at += 1
            continue
        end = next((n for n in range(at + 1, len(lines)) if lines[n].rstrip() == ticks), len(lines))
        language = fence[len(ticks) :].split(maxsplit=1)[:1]
        if language == ["console"]:
            yield from console(lines, at + 1, end)
        elif language == ["nix"]:
            yield from expressions(lines, at + 1, end)
        at = end + 1


def console(lines: list[str], begin: int, end: int) -> Iterator[Step]:
    """The steps of a `console` block."""
    starts = [n for n in range(begin, end) if lines[n].startswith(("$ ", PROMPT))]
    for at, after in zip(starts, [*starts[1:], end], strict=True):
        first = at + 1
        if lines[at].startswith(PROMPT):
            while first < after and lines[first].startswith(MORE):
                first += 1
            typed = [
                lines[at].removeprefix(PROMPT),
                *[line.removeprefix(MORE) for line in lines[at + 1 : first]],
            ]
            kind, text = "input", "\n".join(typed)
        else:
            kind, text = "command", lines[at][2:]
            words = text.split()
            if words[:1] == ["cat"] and len(words) == 2:
                kind, text = "file", words[1]
            elif words[:2] in (["nixlite", "repl"], ["nix", "repl"]):
                kind, text = "fresh", " ".join(words[2:])
        yield Step(kind, at + 1, text, "\n".join(lines[first:after]), first, after)


def expressions(lines: list[str], begin: int, end: int) -> Iterator[Step]:
    """The expressions of a `nix` block that have a result."""
    first = begin
    for n in range(begin, end):
        if lines[n].startswith((GIVES, FAILS)):
            text = "\n".join(lines[first:n])
            yield Step("expression", first + 1, text, lines[n], n, n + 1)
            first = n + 1
