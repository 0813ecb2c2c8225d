"""Grammars as tables of alternatives, and random texts made by them; `grammars/nix.txt` says how they are written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from nixlite.builtins.index import BUILTINS
from tests.programs.nesting import KINDS

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

FOLDER = Path(__file__).with_name("grammars")
PART = re.compile(r"@@|@([a-z]+[0-9]?)([*+%]?)")
WEIGHT = re.compile(r"(\d+)\| ?(.*)")
MANY = {"*": (0, " "), "+": (1, " "), "%": (1, ", ")}
"""How few there are at least where several are meant, and what is between them."""

TALLEST = 99

STRANGE = "\0\x01\x7f\r\t\"'\\${}()[]<>@?/~;:,.#=*+-!|& \xa0é\u200b\u2028\ufeff\uffff\U0001f600"
USUAL = "abcdefgxyz0123456789_-ABC"


class Alternative(NamedTuple):
    """What a rule may become: texts, and names of rules with how many of them."""

    weight: int
    parts: tuple[str | tuple[str, str], ...]


def parts_of(text: str) -> tuple[str | tuple[str, str], ...]:
    """The parts of a line."""
    found: list[str | tuple[str, str]] = []
    at = 0
    for match in PART.finditer(text):
        found.append(text[at : match.start()])
        found.append((match[1], match[2]) if match[1] else "@")
        at = match.end()
    return tuple(part for part in (*found, text[at:]) if part)


def read(text: str, rules: dict[str, list[str]]) -> None:
    """Add the rules of a file to *rules*, a rule's lines under its name."""
    lines: list[str] = []
    for line in text.split("\n"):
        if line.startswith("= "):
            name, _, common = line[2:].partition(" < ")
            lines = rules[name] = list(rules.get(common, ()))
        elif line.strip() and not line.startswith("%%"):
            lines.append(line)


class Rule:
    """The alternatives of a rule, as `choices` draws them, and those that end soonest."""

    def __init__(self, lines: list[str]) -> None:
        self.alternatives: list[Alternative] = []
        for line in lines:
            match = WEIGHT.fullmatch(line)
            weight, rest = (int(match[1]), match[2]) if match else (1, line)
            self.alternatives.append(Alternative(weight, parts_of(rest)))
        self.drawn = [each.parts for each in self.alternatives for _ in range(each.weight)]
        self.short: list[tuple[str | tuple[str, str], ...]] = []


class Grammar:
    """All rules of all files."""

    def __init__(self) -> None:
        texts: dict[str, list[str]] = {}
        for name in ("nix", "data", "commands"):
            read((FOLDER / f"{name}.txt").read_text("utf-8"), texts)
        del texts["common"]
        texts["call"] = [
            f"(builtins.{name} {' '.join(['@any'] * count)})"
            for name, (_, count, *_) in BUILTINS.items()
            if count > 0
        ]
        texts["builtin"] = list(BUILTINS)
        self.rules = {
            name: Rule([line.replace("@self", f"@{name}") for line in lines]) for name, lines in texts.items()
        }
        self.made: dict[str, Callable[[Writer, float], str]] = {
            "char": a_character, "byte": a_byte, "nl": lambda writer, room: "\n", "deep": deep,
            "json": quoted_rule("jsontext"), "toml": quoted_rule("tomltext"), "expr": one_word,
        }  # fmt: skip
        self.find_short()

    def find_short(self) -> None:
        """For each rule, the alternatives that end soonest."""
        heights = dict.fromkeys(self.made, 0) | dict.fromkeys(self.rules, TALLEST)
        changed = True
        while changed:
            changed = False
            for name, rule in self.rules.items():
                known = [(self.height(parts, heights), parts) for _, parts in rule.alternatives]
                least = min(height for height, _ in known)
                if least < heights[name]:
                    heights[name], changed = least, True
                rule.short = [parts for height, parts in known if height == least]
        assert [name for name, height in heights.items() if height >= TALLEST] == []

    def height(self, parts: tuple[str | tuple[str, str], ...], heights: dict[str, int]) -> int:
        """How many rules stand within each other in an alternative at least."""
        needed = [heights[part[0]] for part in parts if type(part) is tuple and part[1] != "*"]
        return 1 + max(needed, default=-1)


class Writer:
    """Writes texts."""

    def __init__(self, grammar: Grammar, random: Random) -> None:
        self.grammar = grammar
        self.random = random

    def write(self, name: str, room: float = 30) -> str:
        """A text that a rule gives; *room* is about how many rules are used before it comes to an end."""
        made = self.grammar.made.get(name)
        if made is not None:
            return made(self, room)
        rule = self.grammar.rules[name]
        chance = self.random.random
        drawn = rule.drawn if room > 0 else rule.short
        parts = drawn[int(chance() * len(drawn))]
        shares = [chance() for part in parts if type(part) is tuple]
        if not shares:
            return "".join(parts)  # type: ignore[arg-type] # only texts
        shares[-1] *= 3  # what is evaluated comes last as a rule
        room = (room - 1) / sum(shares)
        out = []
        for part in parts:
            if type(part) is str:
                out.append(part)
                continue
            share = room * shares.pop(0)
            if part[1]:
                least, between = MANY[part[1]]
                count = max(least, int(chance() * 4) if share > 0 else 0)
                out.append(between.join([self.write(part[0], share / count) for _ in range(count)]))
            else:
                out.append(self.write(part[0], share))
        return "".join(out)


def a_character(writer: Writer, room: float) -> str:
    """A letter as a rule, now and then something else."""
    random = writer.random
    return random.choice(STRANGE) if random.random() < 0.2 else random.choice(USUAL)


def a_byte(writer: Writer, room: float) -> str:
    """A byte that is no UTF-8, as Python has it."""
    return chr(0xDC80 + writer.random.randrange(128))


def deep(writer: Writer, room: float) -> str:
    """Something nested or repeated, seldom very often."""
    random = writer.random
    programs = KINDS[random.choice(list(KINDS))]
    size = random.choice((3, 20, 50, 50, 200, 1000) if random.random() < 0.99 else (5000, 12_000))
    return f"({programs[random.choice(list(programs))](size)})"


def quoted(text: str) -> str:
    """*text* as a string of the language."""
    text = text.replace("\0", "").replace("\r", "\\r")
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("${", "\\${") + '"'


def quoted_rule(name: str) -> Callable[[Writer, float], str]:
    """A string that has what a rule gives."""
    return lambda writer, room: quoted(writer.write(name, room))


def one_word(writer: Writer, room: float) -> str:
    """A program, in which no blank stands: they are put back when the line is split."""
    return writer.write("program", room).replace(" ", "\x1f").replace("\n", "\x1f")


GRAMMAR = Grammar()
