"""What to say to errors that learners meet in every lesson: the belief that leads to each."""

from __future__ import annotations

import re

GENERAL = [
    (r"undefined variable 'rec'", "`rec` is a word of the language: write `rec { … }`, not `rec` alone."),
    (
        r"undefined variable '(.*)'",
        (
            "You use the name `{0}` as if it were known here. A name means what is written around it: a"
            " `let`, the arguments of a function, or a `rec` set. The attributes of a plain set are not"
            " names inside it."
        ),
    ),
    (
        r"called with unexpected argument '(.*)'",
        (
            "You pass `{0}`, and the function takes no such argument. A function with `{{ a, b }}:` takes"
            " those names and no others, unless it says `...`."
        ),
    ),
    (
        r"called without required argument '(.*)'",
        "The function wants `{0}` and was called without it: give it, or let it have a default (`{0} ? …`).",
    ),
    (
        r"attribute '(.*)' missing",
        (
            "You ask a set for `{0}`, and it has none. What `//` or a function returns has just the"
            " attributes that were put in."
        ),
    ),
    (
        r"infinite recursion encountered",
        (
            "A value was needed to compute itself. Look for a name that means what you are just defining: in"
            " `rec` and `let` the inner one hides the outer one; in an overlay `final.x` is what you are"
            " making, `prev.x` what was there."
        ),
    ),
    (
        r"expected an? (.*) but found a set",
        "A {0} is needed here, and this is a set. Perhaps you meant one of its attributes: `x.name`?",
    ),
    (
        r"expected a set but found (an? [^:]*)",
        (
            "A set is needed here, and this is {0}. Did you call the function with all its arguments?"
            " `f a b` has two."
        ),
    ),
    (
        r"attempt to call something which is not a function but (.*?):",
        "This is {0} and is called like a function. In a list and in `f x`, space means: call. Use brackets.",
    ),
    (r"stack overflow", "A function calls itself without end: is there a case in which it stops?"),
    (
        r"hash mismatch|invalid SRI hash|hash '.*' has wrong length",
        "This is no hash. `sha256-AAAA…` (43 A and `=`) is an honest placeholder.",
    ),
]
"""Pattern of a message, and what to say; braces are its groups."""


def general(message: str) -> str:
    """What to say to an error, or nothing."""
    for pattern, says in GENERAL:
        if found := re.search(pattern, message):
            return says.format(*found.groups())
    return ""


KINDS = (
    (r'"', "a string"),
    (r"\[", "a list"),
    (r"\{", "a set"),
    (r"«function", "a function"),
    (r"«derivation", "a package"),
    (r"(true|false)$", "a Boolean"),
    (r"null$", "`null`"),
    (r"-?[0-9.e+-]+$", "a number"),
)
"""How a value's text begins, and what it is."""


def kind(shown: str) -> str:
    """What a value is, by its text."""
    return next((name for pattern, name in KINDS if re.match(pattern, shown)), "a value")


def unlike(name: str, expected: str, got: str) -> str:
    """What to say of a value that nobody thought of: how it differs in kind, or where to look."""
    wanted, given = kind(expected), kind(got)
    if wanted != given:
        return f"“{name}” wants {wanted}, and yours gives {given}. What makes it so?"
    return (
        f"“{name}” is {wanted}, as it should be, but another one: compare what was expected and what you got."
    )
