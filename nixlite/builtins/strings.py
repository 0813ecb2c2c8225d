"""Builtins that measure, cut and join strings. Lengths and offsets count bytes, as Nix does."""

from __future__ import annotations

import re

from nixlite.abi.signatures import ANYTHING, FIRST, INTEGER, SECOND, STRING
from nixlite.builtins.registry import builtin
from nixlite.errors import EvalError
from nixlite.limits.growth import NOTABLE, grow, grow_by_joining, is_limited
from nixlite.opaque import TEXTS, cut, searched
from nixlite.runtime.coerce import coerce_to_string
from nixlite.runtime.expect import (
    NO_CONTEXT,
    force_int,
    force_list,
    force_string,
    force_string_with_context,
)
from nixlite.runtime.thunk import force
from nixlite.runtime.utf8 import byte_length, byte_view, from_byte_view, from_bytes, normalise, to_bytes
from nixlite.runtime.values import NixPath, make_string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value


@builtin("stringLength", args=("e",), state=True, forces=FIRST)
def string_length(e: Lazy, state: State) -> Value:
    """Return the length of the string *e* in bytes.

    Paths are copied to the store, sets coerced.
    """
    value: Any = e if type(e) is not list else e[1] if e[0] is None else force(e)
    if type(value) is not str:
        value, _ = coerce_to_string(
            state, value, "while evaluating the argument passed to builtins.stringLength"
        )
    return len(value) if value.isascii() else byte_length(value)


@builtin(
    "substring",
    args=("start", "len", "s"),
    state=True,
    forces=(
        (0, INTEGER, "while evaluating the first argument (the start offset) passed to builtins.substring"),
        (
            1,
            INTEGER,
            "while evaluating the second argument (the substring length) passed to builtins.substring",
        ),
        (2, ANYTHING, ""),
    ),
)
def substring(start: Lazy, length: Lazy, s: Lazy, state: State) -> Value:
    """Return at most *len* bytes of *s* from byte *start* on, counted from 0; all to the end if *len* is
    negative. `substring 0 3 "nixos"` is `"nix"`.

    *start* may lie beyond the end but must not be negative.
    """
    if type(s) is list and s[0] is None:
        s = s[1]
    if (
        not TEXTS
        and type(s) is str
        and type(start) is int
        and type(length) is int
        and start >= 0
        and s.isascii()
    ):
        return s[start : start + length] if length >= 0 else s[start:]  # as below
    first = force_int(
        start, "while evaluating the first argument (the start offset) passed to builtins.substring"
    )
    if first < 0:
        raise EvalError("negative start position in 'substring'")
    count = force_int(
        length, "while evaluating the second argument (the substring length) passed to builtins.substring"
    )
    value = force(s)
    if type(value) is str:
        text, context = value, NO_CONTEXT
    else:
        text, context = coerce_to_string(
            state, value, "while evaluating the third argument (the string) passed to builtins.substring"
        )
    if TEXTS:
        cut(text, first, first + count if count >= 0 else len(text))
    if text.isascii():
        part = text[first : first + count] if count >= 0 else text[first:]
    else:
        data = _remembered_bytes(state, text)
        part = from_bytes(data[first : first + count] if count >= 0 else data[first:])
    return make_string(part, context)


def _remembered_bytes(state: State, text: str) -> bytes:
    """The bytes of *text*; those of the last text are kept, because programs cut a string piece by piece."""
    last: tuple[str, bytes] | None = state.caches.get("substring")
    if last is not None and last[0] is text:
        return last[1]
    data = to_bytes(text)
    state.caches["substring"] = (text, data)
    return data


@builtin(
    "concatStringsSep",
    args=("separator", "list"),
    state=True,
    forces=(
        (
            0,
            STRING,
            "while evaluating the first argument (the separator string) passed to builtins.concatStringsSep",
        ),
        *SECOND,
    ),
)
def concat_strings_sep(separator: Lazy, xs: Lazy, state: State) -> Value:
    """Join the strings of *list* with *separator* between them: `concatStringsSep "/" [ "usr" "bin" ]` is
    `"usr/bin"`.

    Elements are coerced as in interpolation. The separator's context counts even for an empty list.
    """
    between, context = force_string_with_context(
        separator,
        "while evaluating the first argument (the separator string) passed to builtins.concatStringsSep",
    )
    items = force_list(
        xs,
        "while evaluating the second argument (the list of strings to concat) passed to"
        " builtins.concatStringsSep",
    )
    parts: list[str] = []
    for item in items:
        value: Any = item
        if type(item) is list:  # here, not in the coercion, whose frame is only for its own errors
            value = item[1] if item[0] is None else force(item)
        if type(value) is not str:
            value, more = coerce_to_string(
                state,
                value,
                "while evaluating one element of the list of strings to concat passed to"
                " builtins.concatStringsSep",
            )
            context |= more
        parts.append(value)
    grow_by_joining(between, parts)
    return make_string(normalise(between.join(parts)), context)


@builtin("replaceStrings", args=("from", "to", "s"), state=True, forces=FIRST)
def replace_strings(sought: Lazy, replacements: Lazy, s: Lazy, state: State) -> Value:
    """Replace every occurrence in *s* of a string in *from* by the string at the same place in *to*:
    `replaceStrings [ "oo" "a" ] [ "a" "i" ] "foobar"` is `"fabir"`.

    At each position the first pattern of the list that fits wins; an empty pattern fits everywhere, also at
    the end. Only the elements of *to* that are used are forced, and their contexts added to that of *s*.
    """
    patterns = force_list(sought, "while evaluating the first argument passed to builtins.replaceStrings")
    values: tuple[Any, ...] = force_list(
        replacements, "while evaluating the second argument passed to builtins.replaceStrings"
    )
    if len(patterns) != len(values):
        raise EvalError("'from' and 'to' arguments passed to builtins.replaceStrings have different lengths")
    texts: Any = patterns
    if not all_plain(patterns):
        about = "while evaluating one of the strings to replace passed to builtins.replaceStrings"
        texts = tuple([force_string(pattern, about) for pattern in patterns])
    text, context = force_string_with_context(
        s, "while evaluating the third argument passed to builtins.replaceStrings"
    )
    if TEXTS:
        searched(text, list(texts))
    replacer = _replacer(state, texts)
    if replacer.knows(values) and not is_limited():
        parts = replacer.pattern.split(byte_view(text))  # what is found is every other one
        if len(parts) == 1:
            return make_string(text, context)
        table = replacer.table
        parts[1::2] = [table[part] for part in parts[1::2]]
        return make_string(from_byte_view("".join(parts)), context)
    return one_by_one(replacer, values, text, context)


def one_by_one(replacer: Replacer, values: tuple[Any, ...], text: str, context: frozenset[str]) -> Value:
    """The same with replacements that have to be evaluated, or looked at for their contexts; or counted."""
    view = byte_view(text)
    pieces: list[str] = []
    known: dict[int, str] = {}
    end = made = 0
    for match in replacer.pattern.finditer(view):
        number = replacer.numbers[match.group()]
        replacement = known.get(number)
        if replacement is None:
            replacement, more = force_string_with_context(
                values[number],
                "while evaluating one of the replacement strings passed to builtins.replaceStrings",
            )
            context |= more
            replacement = known[number] = byte_view(replacement)
        pieces += (view[end : match.start()], replacement)
        end = match.end()
        made += len(replacement)
        if made > NOTABLE:
            grow(made)
            made = 0
    if not pieces:
        return make_string(text, context)
    pieces.append(view[end:])
    return make_string(from_byte_view("".join(pieces)), context)


def all_plain(values: tuple[Lazy, ...]) -> bool:
    """Whether all of a list are strings already, without context."""
    for value in values:  # noqa: SIM110 - a generator costs more than all the rest
        if type(value) is not str:
            return False
    return True


class Replacer:
    """What looks for some strings. `pattern`: fits any of them, earlier ones first, in byte view, and is one
    group; `numbers`: the index of each; `values`, `table`: what was put in their places last, and for each
    string its own.
    """

    __slots__ = ("numbers", "pattern", "table", "values")

    def __init__(self, texts: tuple[str, ...]) -> None:
        self.numbers: dict[str, int] = {}
        for number, text in enumerate(texts):
            self.numbers.setdefault(byte_view(text), number)
            if not text:
                break  # fits everywhere: later ones have no chance, and `re` must not try them
        source = "|".join([re.escape(text) for text in self.numbers]) if self.numbers else "(?!)"
        self.pattern: re.Pattern[str] = re.compile(f"({source})")
        self.values: tuple[Any, ...] | None = None
        self.table: dict[str, str] = {}

    def knows(self, values: tuple[Any, ...]) -> bool:
        """Whether all *values* are plain strings; then `table` has them."""
        if values != self.values:
            if not all_plain(values):
                return False
            self.table = {text: byte_view(values[number]) for text, number in self.numbers.items()}
            self.values = values
        return True


def _replacer(state: State, texts: tuple[str, ...]) -> Replacer:
    """What looks for *texts*, those of the last calls being kept."""
    cache: dict[tuple[str, ...], Replacer] = state.caches.setdefault("replaceStrings", {})
    found = cache.get(texts)
    if found is None:
        found = cache[texts] = Replacer(texts)
        if len(cache) > 500:  # programs that make their patterns as they go must not fill the memory
            cache.pop(next(iter(cache)))
    return found


@builtin("baseNameOf", args=("x",), state=True, top_level=True)
def base_name_of(x: Lazy, state: State) -> Value:
    """Return the last component of a path, or of a string with slashes, of which one at the end is ignored.

    As Nix 2.34.8: `"/a/b//"` gives the empty string.
    """
    text, context = coerce_to_string(
        state,
        force(x),
        "while evaluating the first argument passed to builtins.baseNameOf",
        copy_to_store=False,
    )
    if len(text) > 1 and text.endswith("/"):
        text = text[:-1]
    return make_string(text[text.rfind("/") + 1 :], context)


@builtin("dirOf", args=("s",), state=True, top_level=True)
def dir_of(s: Lazy, state: State) -> Value:
    """Return the directory of a path, or of a string everything before the last slash (`"."` without one).

    A path gives a path.
    """
    value = force(s)
    if type(value) is NixPath:
        return NixPath(value.path[: value.path.rfind("/")] or "/")
    text, context = coerce_to_string(
        state,
        value,
        "while evaluating the first argument passed to 'builtins.dirOf'",
        copy_to_store=False,
    )
    slash = text.rfind("/")
    if slash < 0:
        return make_string(".", context)
    return make_string(text[:slash] or "/", context)
