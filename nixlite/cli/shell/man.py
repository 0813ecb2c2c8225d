"""Manual pages, `nixlite(1)` and one for each command, made from the same tables as `--help`.

What many commands have is told in `nixlite(1)` only. Written for groff and mandoc: plain `man` macros.
"""

from __future__ import annotations

from nixlite.cli.examples import EXAMPLES
from nixlite.cli.help import NOTE, grouped, summary
from nixlite.cli.shell.tables import make
from nixlite.cli.table import COMMANDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.cli.command import Command
    from nixlite.cli.flag import Flag, Flags

OWN = "flags"
"""The group of flags that are a command's own (see `help.grouped`)."""
ENVIRONMENT = {
    "NIX_PATH": "the lookup path: what <nixpkgs> means",
    "CLICOLOR_FORCE": "if set, and not 0: colours in answers that go to no terminal, too",
    "NIXLITE_HYPERLINKS": "1: places in files are links (OSC 8) wherever text goes; 0: nowhere. "
    "Else they are on terminals with colours",
    "NO_COLOR": "if set: neither colours nor links",
    "TERM": "with 'dumb': neither colours, nor links, nor a line that tells of progress",
    "XDG_CACHE_HOME": "where compiled sources and answers are kept, in nixlite/ (~/.cache)",
}


def pages(version: str) -> dict[str, str]:
    """All pages, by their files' names. *version* is nixlite's."""
    commands = {name: make(name) for name in sorted(COMMANDS)}
    found = {"nixlite.1": main_page(commands, version)}
    for name, command in commands.items():
        found[f"{page_name(name)}.1"] = page(name, command, version)
    return found


def page_name(name: str) -> str:
    """What a command's page is called."""
    return f"nixlite-{name.replace(' ', '-')}"


def page(name: str, command: Command, version: str) -> str:
    """The page of a command."""
    parts = [
        heading(page_name(name), summary(command), version),
        section("SYNOPSIS", "".join([synopsis(way) for way in ways(command.usage)])),
        section("DESCRIPTION", paragraphs(command.description)),
    ]
    groups = grouped(command.flags)
    parts.append(section("OPTIONS", listed(groups.pop(OWN, {})) + paragraphs(others(list(groups)))))
    parts.append(section("EXAMPLES", "".join([example(line) for line in EXAMPLES.get(name, ())])))
    parts.append(section("SEE ALSO", ".BR nixlite (1)\n"))
    return "".join(parts)


def others(titles: list[str]) -> str:
    """Where the flags are told that other commands have too."""
    told = ", ".join([title.removeprefix("flags ") for title in titles])
    return f"There are also flags that several commands have ({told}): see nixlite(1)."


def main_page(commands: dict[str, Command], version: str) -> str:
    """`nixlite(1)`."""
    rows = "".join(
        [f".TP\n.BR {escaped(page_name(n))} (1)\n{line(summary(each))}" for n, each in commands.items()]
    )
    shared: dict[str, Flags] = {}
    for each in commands.values():
        for title, flags in grouped(each.flags).items():
            if title != OWN:
                shared.setdefault(title, {}).update(flags)
    options = "".join([f".SS {title.capitalize()}\n{listed(flags)}" for title, flags in shared.items()])
    variables = "".join([f".TP\n.B {name}\n{line(text)}" for name, text in ENVIRONMENT.items()])
    return "".join(
        [
            heading("nixlite", "the Nix language, and why an override did not take effect", version),
            section("SYNOPSIS", synopsis("nixlite COMMAND [flags] …")),
            section("DESCRIPTION", paragraphs("nixlite evaluates the Nix language. It builds nothing.")),
            section("COMMANDS", rows),
            section("OPTIONS", options + paragraphs(NOTE)),
            section("ENVIRONMENT", variables),
        ]
    )


def heading(name: str, text: str, version: str) -> str:
    """The first lines of a page, with what `apropos` reads."""
    title = escaped(name.upper())
    return f'.TH {title} 1 "" "nixlite {version}" "nixlite"\n.SH NAME\n{escaped(name)} \\- {line(text)}'


def section(title: str, text: str) -> str:
    """A section, if there is anything in it."""
    return f".SH {title}\n{text}" if text else ""


def ways(usage: str) -> list[str]:
    """The command lines that a usage has."""
    return usage.replace("   or   ", "\n").replace(" | nixlite", "\nnixlite").split("\n")


def synopsis(usage: str) -> str:
    """A command line; the name is bold."""
    word, _, rest = usage.strip().partition(" ")
    return f".PP\n\\fB{word}\\fR {line(rest)}"


def example(text: str) -> str:
    """A line to be typed, as it is."""
    return f".PP\n.RS 4\n.nf\n{line(text, blanks=True)}.fi\n.RE\n"


def listed(flags: Flags) -> str:
    """Flags and what they do."""
    return "".join([described(name, flag) for name, flag in flags.items()])


def described(name: str, flag: Flag) -> str:
    """A flag, and what it does."""
    names = ", ".join([f"\\fB{escaped(each)}\\fR" for each in (flag.short, name) if each])
    labels = "".join([f" \\fI{escaped(label.upper())}\\fR" for label in flag.labels.split()])
    return f".TP\n{names}{labels}\n{line(flag.help)}"


def paragraphs(text: str) -> str:
    """Text in which empty lines part paragraphs."""
    return "".join([f".PP\n{line(part)}" for part in text.split("\n\n")])


def line(text: str, *, blanks: bool = False) -> str:
    """A line of text, in which nothing is taken for a request; blanks are single unless they matter."""
    shown = escaped(text if blanks else " ".join(text.split()))
    return f"\\&{shown}\n" if shown[:1] in (".", "'") else f"{shown}\n"


def escaped(text: str) -> str:
    """Text in which no character means anything to roff; what is not ASCII is named."""
    special = {"\\": "\\e", "-": "\\-", "'": "\\(aq", "`": "\\(ga", "^": "\\(ha", "~": "\\(ti", '"': "\\(dq"}
    return "".join([special.get(c) or (c if c.isascii() else f"\\[u{ord(c):04X}]") for c in text])
