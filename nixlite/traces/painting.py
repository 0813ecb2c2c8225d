"""Where Nix colours its messages: names in quotes, types, and values.

Nix colours the arguments of a message when it makes it; here they are found again in the text. That is exact
for the messages below and for names in quotes; texts of the user's (`builtins.throw`) are not for it.
"""

from __future__ import annotations

import re

from nixlite.colours import BLUE, CYAN, FAINT, GREEN, MAGENTA, NORMAL, RED

TYPE = (
    r"((?:an? (?:integer|Boolean|string|string with context|path|set|list|function|float)|null"
    r"|the (?:partially applied )?built-in function '[^']*'))"
)
MESSAGES = [
    (re.compile(text.replace("TYPE", TYPE), re.DOTALL), kinds)
    for text, kinds in (
        (
            r"(?:expected .+? but found|attempt to call something which is not a function but) TYPE: (.*)",
            "av",
        ),
        (r"cannot coerce TYPE to a string: (.*)", "av"),
        (r"cannot compare TYPE with TYPE; values are (.*) and (.*)", "aavv"),
        (
            r"cannot compare TYPE with TYPE; values of that type are .* \(values are (.*) and (.*)\)",
            "aavv",
        ),
        (r"TYPE (?:with|of) value '(.*)' is not equal to TYPE (?:with|of) value '(.*)'", "avav"),
        (r"cannot add TYPE to .*", "a"),
        (r"cannot convert TYPE to JSON", "a"),
        (r"integer overflow in \w+ (-?\d+) . (-?\d+)", "aa"),
        (r"'builtins\.elemAt' called with index (-?\d+) on a list of size (\d+)", "aa"),
        (r"cannot create list of size (-?\d+)", "a"),
        (r"(?:dynamic )?attribute '([^']*)' already defined at (.*)", "aa"),
        (r"list index (\d+) in selection path '(.*)' is out of range", "aa"),
        (r"NixFloat argument (\S+) is not in the range of NixInt", "a"),
        (r"unsigned json number (\d+) outside of Nix integer range", "a"),
        (r"while evaluating list element at index (\d+)", "a"),
        (r"while calling ('[^']+')", "a"),
        (r"(?:in|while calling operator on) genericClosure element (.*)", "v"),
        (r"(?:while comparing|with) element (.*)", "v"),
        (r"while evaluating derivation '(.*)'\n  whose name attribute is located at (.*)", "aa"),
        (r"experimental Nix feature '([^']*)' is disabled.* '--extra-experimental-features (.*)' .*", "aa"),
        (r"(\[json\.exception.*)", "a"),
        (r"while parsing TOML: (.*)", "a"),
    )
]
"""Messages whose arguments are not in quotes: `a` is an argument that is coloured as a whole, `v` a value."""
QUOTED = re.compile(r"'(?!builtins\.)([^'\n]+'?)'(?! attribute)")
OWN_QUOTES = (
    "syntax error, unexpected", ", expect 'blake3'", "'from' and 'to' arguments", "required attribute",
    "negative start position in", "'functionArgs' requires", "invalid derivation output name",
    "while locating the attribute",
)  # fmt: skip
"""What stands before or around quotes that are the message's own."""
HINT = re.compile(r"(?<=Did you mean )[^?]*")
WORDS = re.compile(r"(?<![^\s])(?!(?:one|of|or)\s)[^\s,]+")
TOKEN = re.compile(
    r'(?P<name>"(?:\\.|[^"\\])*" = |[\w\'-]+ = )|(?P<magenta>"(?:\\.|[^"\\])*"|«(?:thunk|repeated)»)'
    r"|(?P<blue>«(?:lambda|primop|partially)(?:[^«»]|«[^«»]*»)*»)|(?P<faint>«\d+ \w+ elided»)"
    r"|(?P<red>«(?:[^«»]|«[^«»]*»)*»)|(?P<cyan>-?\d[\w.+-]*|\b(?:true|false|null|nan|inf)\b)|(?P<green>/[^\s;]*)",
    re.DOTALL,
)
COLOURS = {"magenta": MAGENTA, "blue": BLUE, "faint": FAINT, "red": RED, "cyan": CYAN, "green": GREEN}


def paint_message(text: str) -> str:
    """*text* with colours around what are arguments of the message."""
    for pattern, kinds in MESSAGES:
        found = pattern.fullmatch(text)
        if found is not None:
            return paint_groups(text, found, kinds)
    for own in OWN_QUOTES:
        before, separator, after = text.partition(own)
        if separator:
            return f"{paint_quoted(before)}{separator}{after}"
    return paint_quoted(text)


def paint_quoted(text: str) -> str:
    """*text* with colours for what is in quotes."""
    return QUOTED.sub(lambda match: f"'{MAGENTA}{match[1]}{NORMAL}'", text)


def paint_hint(text: str) -> str:
    """`Did you mean …?` with its names coloured."""
    return HINT.sub(lambda match: WORDS.sub(lambda word: f"{MAGENTA}{word[0]}{NORMAL}", match[0]), text)


def paint_groups(text: str, found: re.Match[str], kinds: str) -> str:
    """The message with its groups coloured, each as its kind says."""
    pieces, end = [], 0
    for number, kind in enumerate(kinds, 1):
        argument = found[number]
        painted = paint_value(argument) if kind == "v" else f"{MAGENTA}{argument}{NORMAL}"
        pieces += [text[end : found.start(number)], painted]
        end = found.end(number)
    return "".join([*pieces, text[end:]])


def paint_value(text: str) -> str:
    """A printed value with the colours of `formats.nix.evaluated.ValuePrinter`."""

    def paint(match: re.Match[str]) -> str:
        kind = match.lastgroup or ""
        return match[0] if kind == "name" else f"{COLOURS[kind]}{match[0]}{NORMAL}"

    return TOKEN.sub(paint, text)
