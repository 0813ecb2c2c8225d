"""Strings as nixlite's REPL shows them: several lines as lines, and no control character as it is.

    ''
      first line
      second line
    ''

Nix reads back what is shown, except for control characters, which it cannot write: `\\u001b`.
"""

from __future__ import annotations

from nixlite.spelling import quote


def has_lines(text: str) -> bool:
    """Whether a string is shown as lines: it has several, and an indented string can hold them as they are.

    That is not so where all lines are indented, for that is taken off, nor where the last is blank or ends
    in the beginning of what ends the string.
    """
    body = text.removesuffix("\n")
    if "\n" not in body or not is_printable(text):
        return False
    lines = text.split("\n")
    depths = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip(" ")]
    if not depths or min(depths) > 0:
        return False
    last = lines[-1]
    return not (last and not last.strip(" ")) and "'" not in (last[-1:], body[-1:])


def lines_of(text: str) -> list[str]:
    """The lines of an indented string, without indentation; the last is "" where a newline ends the text."""
    escaped = text.replace("''", "'''").replace("${", "''${")
    return escaped.split("\n")


def is_printable(text: str) -> bool:
    """Whether all characters are shown as they are: no control characters but newlines and tabs, and nothing
    in which quotes and dollars touch."""
    if "'$" in text or "$''" in text or "$${" in text or "'''" in text:
        return False
    return all(c.isprintable() or c in "\n\t" for c in text)


def quoted(text: str) -> str:
    """A string on one line, as Nix writes it, but control characters by their numbers."""
    shown = quote(text)
    if shown.isprintable():
        return shown
    return "".join([f"\\u{ord(c):04x}" if is_control(c) else c for c in shown])


def is_control(character: str) -> bool:
    """Whether a character can steer a terminal."""
    number = ord(character)
    return number < 32 or 127 <= number < 160


def shown_name(name: str) -> str:
    """An attribute's name as it has been made for showing, without control characters."""
    if name.isprintable():
        return name
    return "".join([f"\\u{ord(c):04x}" if is_control(c) else c for c in name])
