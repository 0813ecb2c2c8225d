"""Builtins for regular expressions: `match` and `split`.

Three layers, imported on first use: `regex_syntax` reads the expression, `regex_engine` matches exactly as
the real Nix does, and `regex_python` tells when Python's faster `re` gives the same answer in bounded time;
`regex_compiled` joins them.
"""

from __future__ import annotations

from nixlite.builtins.registry import builtin
from nixlite.opaque import TEXTS, matched
from nixlite.runtime.expect import force_string, force_string_no_context
from nixlite.runtime.thunk import force
from nixlite.runtime.utf8 import byte_view, from_byte_view

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from nixlite.regex.compiled import Regex
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value

CACHED = 2000
"""Compiled expressions that are kept."""


def compiled(state: State, text: str) -> Regex:
    """The compiled form of *text*, remembered in the state."""
    cache: dict[str, Regex] = state.caches.setdefault("regex", {})
    found = cache.get(text)
    if found is None:
        from nixlite.regex.compiled import compile_regex

        found = compile_regex(text)
        if len(cache) >= CACHED:
            cache.pop(next(iter(cache)))
        cache[text] = found
    return found


def strings(groups: Iterable[str | None]) -> tuple[str | None, ...]:
    """Groups as a Nix list: strings and null."""
    return tuple([None if group is None else from_byte_view(group) for group in groups])


@builtin("match", args=("regex", "str"), state=True)
def match(regex: Lazy, text: Lazy, state: State) -> Value:
    """Match the whole of *str* against the POSIX extended regular expression *regex*. The result is the list
    of what the groups matched, null for an unused one, or null if there is no match:
    `match "(.*)=(.*)" "a=b"` is `[ "a" "b" ]`.

    The expression is compiled before the string is forced. The string's context is dropped.
    """
    source = force_string_no_context(regex, "while evaluating the first argument passed to builtins.match")
    expression = compiled(state, source)
    subject = force_string(text, "while evaluating the second argument passed to builtins.match")
    if TEXTS:
        matched(subject, source)
    groups = expression.match(byte_view(subject))
    return None if groups is None else strings(groups)


@builtin("split", args=("regex", "str"), state=True)
def split(regex: Lazy, text: Lazy, state: State) -> Value:
    """Split *str* at the matches of the POSIX extended regular expression *regex*: a list of the strings
    between them and, for each match, the list of its groups. `split "(,)" "a,b"` is `[ "a" [ "," ] "b" ]`.

    Without a match the list holds the string itself, context included; otherwise contexts are dropped.
    """
    source = force_string_no_context(regex, "while evaluating the first argument passed to builtins.split")
    expression = compiled(state, source)
    subject = force_string(text, "while evaluating the second argument passed to builtins.split")
    if TEXTS:
        matched(subject, source)
    view = byte_view(subject)
    pieces = expression.split(view)
    if len(pieces) == 1:
        return (force(text),)
    if subject is view:
        return tuple(pieces)
    return tuple([from_byte_view(x) if type(x) is str else strings(x) for x in pieces])
