"""Damage: bytes and tokens of a text are changed, lost, repeated, put elsewhere, or taken from another text."""

from __future__ import annotations

import json
import re
from functools import cache
from typing import TYPE_CHECKING

from tests.support import ROOT

if TYPE_CHECKING:
    from random import Random

TOKEN = re.compile(
    r"\s+|[A-Za-z_][\w'-]*|\d+(?:\.\d*)?|''|\$\{|//|\+\+|[=!<>]=|&&|\|\||->|\.\.\.|.", re.DOTALL
)
LONGEST = 4000
"""Characters of a text that is taken for a seed."""

BITS = [
    b"\0", b"\xff", b"\xc3\x28", b"\xed\xa0\x80", b"\xf4\x90\x80\x80", b"\xef\xbb\xbf", b"\r", b"\r\n", b"\t", b"\\",
    b"${", b"''${", b"''", b'"', b"''\\", b"/*", b"*/", b"#", b"\n", b";", b"9" * 30, b"-1", b"1e999", b"[" * 50,
    b"(" * 50, b"{ a = " * 20, b"!" * 40, b"\xe2\x80\xa8", b"\xf0\x9f\x98\x80", b"let ", b" in ", b"rec {", b"@", b"...",
]  # fmt: skip

WORDS = [
    "if", "then", "else", "assert", "with", "let", "in", "rec", "inherit", "or", "...", ".", ",", ":", ";", "=", "?", "@",
    "(", ")", "{", "}", "[", "]", "${", "''", '"', "//", "++", "->", "==", "<", "-", "+", "*", "/", "!", "&&", "||", "|>",
    "null", "true", "builtins", "throw", "abort", "import", "derivation", "toString", "map", "__curPos", "__functor",
    "0", "1", "-1", "9223372036854775807", "9223372036854775808", "1.5", "1e308", "\\", "$", "''${", "''\\", "x", "a", "self",
]  # fmt: skip


@cache
def seeds() -> list[str]:
    """The texts that are damaged: programs of the oracle, the bundled Nix files."""
    found = []
    for path in sorted((ROOT / "tests/oracle").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            found += [row.get("expr", ""), row.get("stdin", ""), *row.get("files", {}).values()]
    for path in sorted((ROOT / "stdlib").rglob("*.nix")):
        found.append(path.read_text("utf-8"))
    return sorted({text for text in found if text and len(text) <= LONGEST})


def mutated(text: str, random: Random) -> str:
    """*text*, damaged in one to four places."""
    for _ in range(random.choice((1, 1, 2, 4))):
        if random.random() < 0.35:
            data = mutated_bytes(bytearray(text.encode("utf-8", "surrogateescape")), random)
            text = data.decode("utf-8", "surrogateescape")
        else:
            text = mutated_tokens(text, random)
    return text


def mutated_bytes(data: bytearray, random: Random) -> bytearray:
    """Some bytes, damaged in one place."""
    at = random.randrange(len(data) + 1)
    end = min(len(data), at + random.choice((1, 1, 2, 8, 100)))
    kind = random.randrange(7)
    if kind == 0:
        data[at:end] = random.randbytes(end - at)
    elif kind == 1:
        del data[at:end]
    elif kind == 2:
        data[at:at] = data[at:end] * random.choice((1, 1, 1, 30))
    elif kind == 3:
        data[at:at] = random.choice(BITS)
    elif kind == 4 and at < len(data):
        data[at] ^= 1 << random.randrange(8)
    elif kind == 5:
        data[at:end] = random.choice(BITS)
    else:
        del data[at:]
    return data


def mutated_tokens(text: str, random: Random) -> str:
    """A text whose tokens are damaged in one place."""
    tokens = TOKEN.findall(text)
    if not tokens:
        return random.choice(WORDS)
    at = random.randrange(len(tokens))
    end = min(len(tokens), at + random.choice((1, 1, 2, 5, 20)))
    kind = random.randrange(7)
    if kind == 0:
        del tokens[at:end]
    elif kind == 1:
        tokens[at:at] = tokens[at:end]
    elif kind == 2:
        tokens[at] = random.choice(WORDS)
    elif kind == 3:
        tokens[at:at] = [random.choice(WORDS), " "]
    elif kind == 4:
        to = random.randrange(len(tokens))
        tokens[at], tokens[to] = tokens[to], tokens[at]
    elif kind == 5:
        other = TOKEN.findall(random.choice(seeds()))
        begin = random.randrange(len(other))
        tokens[at:end] = other[begin : begin + random.choice((1, 3, 10, 40))]
    else:
        other = tokens[:]
        tokens[at:end] = ["(", *other[at:end], ")"]
    return "".join(tokens)
