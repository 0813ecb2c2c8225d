"""What is made when the documentation is: pages out of tables, and addresses out of links.

The pages of commands and of builtins say nothing that `--help` and `:doc` do not say, so they are made of the
same tables. It comes where a page has `<!-- made: NAME -->`.

Pages are linked to by their place (`../how-to/tests.md`), which works where they lie as well. A link to
anything outside of this folder becomes the address of that file in the repository.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from nixlite.builtins.install import declarations
from nixlite.builtins.manual import PROMPT, entry
from nixlite.cli.examples import EXAMPLES
from nixlite.cli.help import NOTE, grouped
from nixlite.cli.shell.man import ENVIRONMENT, OWN, ways
from nixlite.cli.shell.tables import make
from nixlite.cli.table import COMMANDS, UNFIT
from nixlite.resources import HOME

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sphinx.application import Sphinx

    from nixlite.cli.command import Command
    from nixlite.cli.flag import Flag

DOCS = Path(__file__).parent
ROOT = DOCS.parents[1]
LINK = re.compile(r"(\]\()([^)\s#:]+)(#[^)\s]*)?(\))")
MADE = re.compile(r"^<!-- made: (\w+) -->$", re.MULTILINE)
PICTURES = (".png", ".svg")

GROUPS = (
    ("Evaluating", "eval instantiate repl derivation build path-info"),
    ("Explaining", "stale why override diff layers impact args lint trace"),
    ("Learning and testing", "learn test"),
    ("Flakes", "flake registry"),
    ("Sets of packages", "jobs"),
    ("Files, hashes, settings", "hash store config cache"),
    ("Where you work", "lsp kernel playground completion"),
)
"""The commands by their first words, as the page has them."""


# -- events of Sphinx


def complete(app: Sphinx, name: str, source: list[str]) -> None:
    """What Sphinx calls with the text of each page, the only item of *source*."""
    page = DOCS / f"{name}.md"
    source[0] = lead_out(MADE.sub(lambda found: PARTS[found[1]](), source[0]), page.parent, page.parent)


def lead_out_of_included(app: Sphinx, path: Path, name: str, content: list[str]) -> None:
    """The same for a file that is included; *path* is relative to this folder."""
    content[0] = lead_out(content[0], (DOCS / path).resolve().parent, None)


def lead_out(text: str, folder: Path, within: Path | None) -> str:
    """*text*, a file of *folder*, with addresses for links that lead out of the documentation. Links to pages
    begin at its root where it is not known *within* which folder they will stand."""

    def linked(found: re.Match[str]) -> str:
        before, link, anchor, after = found.groups("")
        target = Path(os.path.normpath(folder / link))
        if not target.exists() or (target.suffix in PICTURES):
            return found[0]
        if target.is_relative_to(DOCS):
            place = link if within else f"/{target.relative_to(DOCS).as_posix()}"
        else:
            kind = "tree" if target.is_dir() else "blob"
            place = f"{HOME}/{kind}/main/{target.relative_to(ROOT).as_posix()}"
        return f"{before}{place}{anchor}{after}"

    return LINK.sub(linked, text)


# -- commands


def commands() -> str:
    """All commands: what each is for, how it is called, examples, its own flags; then what several have."""
    parts: list[str] = []
    shared: dict[str, dict[str, Flag]] = {}
    for title, first_words in GROUPS:
        parts.append(f"## {title}")
        for word in first_words.split():
            for name in sorted(COMMANDS, key=list(COMMANDS).index):
                if name.split()[0] == word:
                    parts += of_command(name, make(name))
                    for group, flags in grouped(make(name).flags).items():
                        if group != OWN:
                            shared.setdefault(group, {}).update(flags)
    parts.append("## Flags that several commands have")
    for group, flags in shared.items():
        parts += [f"### {group[0].upper()}{group[1:]}", flag_table(flags)]
    parts += [NOTE, "## Commands of Nix that are not there", unfit_table()]
    return "\n\n".join(parts)


def of_command(name: str, command: Command) -> Iterable[str]:
    """A section about a command."""
    yield f"### nixlite {name}"
    yield "```text\n" + "\n".join(way.strip() for way in ways(command.usage)) + "\n```"
    for paragraph in command.description.split("\n\n"):
        yield escaped(" ".join(paragraph.split()))
    if name in EXAMPLES:
        yield "```sh\n" + "\n".join(EXAMPLES[name]) + "\n```"
    groups = grouped(command.flags)
    if own := groups.pop(OWN, {}):
        yield flag_table(own)
    if groups:
        titles = [title.removeprefix("flags ") for title in groups]
        links = [f"[{short}](#{anchor(title)})" for short, title in zip(titles, groups, strict=True)]
        yield "There are also flags: " + ", ".join(links) + "."


def anchor(title: str) -> str:
    """The anchor of a heading, as the places where pages lie make it."""
    return re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-")


def flag_table(flags: dict[str, Flag]) -> str:
    """A row for each flag that does something."""
    rows = ["| flag | |", "|---|---|"]
    for name, flag in flags.items():
        words = " ".join([name, *flag.labels.upper().split()])
        short = f"`{flag.short}`, " if flag.short else ""
        rows.append(f"| {short}`{words}` | {escaped(flag.help)} |")
    return "\n".join(rows)


def unfit_table() -> str:
    """What Nix has and nixlite has not, by the reason."""
    reasons: dict[str, list[str]] = {}
    for name, reason in UNFIT.items():
        reasons.setdefault(reason, []).append(f"`{name}`")
    rows = [f"| {', '.join(sorted(names))} | {reason} |" for reason, names in reasons.items()]
    return "\n".join(["| commands | why |", "|---|---|", *rows])


def environment() -> str:
    """The variables that change what nixlite does, as in the manual page."""
    rows = [f"| `{name}` | {escaped(text)} |" for name, text in ENVIRONMENT.items()]
    return "\n".join(["| variable | |", "|---|---|", *rows])


def escaped(text: str) -> str:
    """A text of a terminal as Markdown: nothing in it means anything, save addresses and what stands between
    backticks."""
    parts = text.split("`")
    for number in range(0, len(parts), 2):
        parts[number] = re.sub(r"([\\*_<>|\[\]])", r"\\\1", parts[number])
        parts[number] = re.sub(r"https?://\S+", r"<\g<0>>", parts[number])
    return "`".join(parts).replace("`|`", "`\\|`")


# -- builtins


def builtins() -> str:
    """All builtins by name: what they take, their documentation, and examples with the answers of Nix."""
    rows = declarations()
    parts = []
    for name in sorted([*rows, "derivation"], key=str.lower):
        parts.append(f"## {name}")
        said = rows[name].function.__doc__ if name in rows and not rows[name].is_constant else ""
        if name in rows and rows[name].arguments:
            taken = " ".join(f"*{each.strip()}*" for each in rows[name].arguments)
            parts.append(f"`builtins.{name}` {taken}")
        parts += [first_paragraph(said or "")] if said else []
        parts += explained(name)
    return "\n\n".join(parts)


def first_paragraph(docstring: str) -> str:
    """What `:doc` shows of a docstring."""
    return " ".join(docstring.split("\n\n")[0].split())


def explained(name: str) -> Iterable[str]:
    """What the manual adds about a builtin."""
    found = entry(name)
    if found is None:
        return
    if found.text:
        yield found.text
    for expression, answer in found.examples:
        lines = expression.split("\n")
        shown = [f"{PROMPT}{lines[0]}", *lines[1:]] if answer is not None else lines
        yield "\n".join(["```console", *shown, *([] if answer is None else [answer]), "```"])


PARTS: dict[str, Callable[[], str]] = {
    "commands": commands,
    "environment": environment,
    "builtins": builtins,
}
