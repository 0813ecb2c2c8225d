"""The patterns of `expectedError.msg`: ECMAScript's, as C++'s `std::regex` reads them for nix-unit."""

from __future__ import annotations

import re

CLASSES = {
    "alnum": "a-zA-Z0-9", "alpha": "a-zA-Z", "blank": r" \t", "cntrl": r"\x00-\x1f\x7f", "d": "0-9",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~", "s": r"\s",
    "space": r"\s", "upper": "A-Z", "w": r"\w", "xdigit": "0-9A-Fa-f",
}  # fmt: skip

TOKENS = re.compile(
    r"\\c(?P<control>[A-Za-z])|(?P<null>\\0)|\\(?P<identity>[^A-Za-z0-9])|(?P<escape>\\.)|\[:(?P<name>\w+):\]"
    r"|(?P<nothing>\[\])|(?P<anything>\[\^\])|(?P<open>\[\^?)|(?P<close>\])|(?P<end>\$)|(?P<dot>\.)|(?P<odd>\(\?[P<#])",
    re.DOTALL,
)


def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern as Python has it. Raises ValueError for what is none."""
    pieces: list[str] = []
    at, inside = 0, False
    for token in TOKENS.finditer(pattern):
        text = pattern[at : token.start()]
        pieces.append(text)
        piece, inside = translated(token, inside)
        pieces.append(piece)
        at = token.end()
    try:
        return re.compile("".join(pieces) + pattern[at:], re.ASCII)
    except (re.error, OverflowError) as error:
        raise ValueError(str(error)) from None


def translated(token: re.Match[str], inside: bool) -> tuple[str, bool]:
    """What a part becomes, and whether it is between brackets afterwards."""
    kind, text = token.lastgroup, token.group()
    if kind == "control":
        return re.escape(chr(ord(token["control"]) % 32)), inside
    if kind == "null":
        return r"\x00", inside
    if kind == "identity":
        return re.escape(token["identity"]) if token["identity"] != "-" else r"\-", inside
    if kind == "escape":
        return (r"\x08", inside) if text == r"\b" and inside else (text, inside)
    if inside:
        if kind == "name":
            if token["name"] not in CLASSES:
                raise ValueError(f"there is no class '{text}'")
            return CLASSES[token["name"]], True
        if kind in ("nothing", "anything"):
            return re.escape(text[:-1]) + "]", False
        return (re.escape(text) if kind == "open" else text), kind != "close"
    if kind == "odd":
        raise ValueError(f"'{text}' is not ECMAScript")
    known = {"nothing": r"(?!)", "anything": r"[\s\S]", "end": r"\Z", "dot": r"[^\n\r]", "close": r"\]"}
    if kind in known:
        return known[kind], False
    if kind == "name":  # a set of these letters, outside of brackets
        return f"[{re.escape(text[1:-1])}]", False
    return text, kind == "open"
