"""Version numbers: comparing and splitting them, and finding them in package names."""

from __future__ import annotations

import re
from itertools import zip_longest

from nixlite.builtins.registry import builtin
from nixlite.opaque import TEXTS, seen
from nixlite.runtime.expect import force_string_no_context
from nixlite.runtime.symbols import make_symbol
from nixlite.runtime.utf8 import to_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.values import Lazy, Value

COMPONENT = r"[0-9]+|[^0-9.-]+"
"""A run of digits or of other characters; dots and dashes only separate."""

NAME_END = r"-(?=[^A-Za-z])"
LARGEST = 2**31 - 1


@builtin("compareVersions", args=("s1", "s2"))
def compare_versions_builtin(s1: Lazy, s2: Lazy) -> Value:
    """Compare two version numbers: `-1` if *s1* is older than *s2*, `1` if it is newer, `0` otherwise.

    As `nix-env -u` compares them.
    """
    first = force_string_no_context(
        s1, "while evaluating the first argument passed to builtins.compareVersions"
    )
    second = force_string_no_context(
        s2, "while evaluating the second argument passed to builtins.compareVersions"
    )
    if TEXTS:
        seen(first + "\n" + second)
    return compare_versions(first, second)


def compare_versions(a: str, b: str) -> int:
    """-1, 0 or 1: component by component, a missing component counting as the empty string."""
    for x, y in zip_longest(re.findall(COMPONENT, a), re.findall(COMPONENT, b), fillvalue=""):
        if x != y:
            if is_older(x, y):
                return -1
            if is_older(y, x):
                return 1
    return 0


def is_older(a: str, b: str) -> bool:
    """Whether component *a* comes before *b*.

    Numbers by value, `pre` before everything, the end before a number, other words before numbers. A number
    that does not fit into 32 bits is no number for Nix but a word.
    """
    x, y = _number(a), _number(b)
    if x is not None and y is not None:
        return x < y
    if not a and y is not None:
        return True
    if a == "pre" and b != "pre":
        return True
    if b == "pre":
        return False
    if y is not None:
        return True
    if x is not None:
        return False
    return to_bytes(a) < to_bytes(b)


def _number(component: str) -> int | None:
    if not component.isascii() or not component.isdigit():
        return None
    if len(component) > 10:
        component = component.lstrip("0") or "0"  # int() refuses absurdly long texts
        if len(component) > 10:
            return None
    number = int(component)
    return number if number <= LARGEST else None


@builtin("splitVersion", args=("s",))
def split_version(s: Lazy) -> Value:
    """Split a version number into the parts that `compareVersions` compares: `"1.2pre3"` gives
    `[ "1" "2" "pre" "3" ]`.
    """
    text = force_string_no_context(s, "while evaluating the first argument passed to builtins.splitVersion")
    if TEXTS:
        seen(text)
    return tuple(re.findall(COMPONENT, text))


@builtin("parseDrvName", args=("s",))
def parse_drv_name(s: Lazy) -> Value:
    """Split *s* into the name of a package and its version, which follows the first dash that has no letter
    after it: `"nix-0.12pre1"` gives `{ name = "nix"; version = "0.12pre1"; }`.

    A dash at the very end belongs to the name.
    """
    text = force_string_no_context(s, "while evaluating the first argument passed to builtins.parseDrvName")
    if TEXTS:
        seen(text)
    end = re.search(NAME_END, text)
    make_symbol("version")
    if end is None:
        return {"name": text, "version": ""}
    return {"name": text[: end.start()], "version": text[end.end() :]}
