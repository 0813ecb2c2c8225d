"""`nixlite lint --fix`: `rec { … }` to `(finalAttrs: { … })`, where that makes the same derivation; the same
for `let version = …; in mkDerivation { inherit version; … }`.

That it does is not believed but evaluated: the file before and after has to give derivations of the same .drv
paths and with the same `meta`, and what could be overridden before has to be overridable after, or the text
stays. Nothing but `rec` and the references is touched; the variable of a `let` gives the value as before.
"""

from __future__ import annotations

import re
from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.diff.derivations import drv_path_of
from nixlite.explain.impact.packages import packages_of
from nixlite.explain.lint.building import BUILDERS
from nixlite.explain.lint.program import Linted
from nixlite.explain.lint.tree import callee_name, let_references, offset_of, references
from nixlite.explain.quiet import quiet
from nixlite.formats.nix.evaluated import show_value
from nixlite.runtime.call import call
from nixlite.runtime.values import lambda_info
from nixlite.source import Source
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.evaluator import Evaluator
    from nixlite.explain.lint.tree import Reference
    from nixlite.runtime.values import Lazy

HEAD = re.compile(r"\(?\s*((?:rec\s*)?)\{")
INHERIT = re.compile(r"inherit\b([^;()]*);")

Edit = tuple[int, int, str]
"""Start and end offset of what is replaced, and what by."""


class Fix(NamedTuple):
    """What became of one set: its offset, the text afterwards, and why it stayed ("" where it did not)."""

    offset: int
    text: str
    refusal: str


def fix_source(make_evaluator: Callable[[], Evaluator], source: Source, caller: str) -> tuple[str, list[Fix]]:
    """The text with every set rewritten for which that is proved, and what became of each.

    *make_evaluator* makes a new evaluator for each attempt. *caller*: a Nix expression for the `callPackage`
    that a file is called with that is a function with named arguments.
    """
    text = source.text
    fixes: list[Fix] = []
    skip: set[int] = set()
    while True:
        now = Source(source.name, text, base=source.base, path=source.path)
        target = next_target(Linted(make_evaluator(), now), skip)
        if target is None:
            return text, fixes
        attrs, found = target
        changed = apply(text, edits_for(text, attrs, found))
        names = sorted({reference.node.name for reference in found})
        refusal = refuse(make_evaluator, source, text, changed, caller, names)
        fixes.append(Fix(attrs.pos, changed, refusal))
        if refusal:
            skip.add(len(skip))
        else:
            text = changed


def next_target(program: Linted, skip: set[int]) -> tuple[n.AttrSet, list[Reference]] | None:
    """The first set that can be rewritten, after those that were refused."""
    at = 0
    for node in program.of(n.Call):
        if callee_name(node.function) in BUILDERS and len(node.arguments) == 1:
            attrs = node.arguments[0]
            if type(attrs) is n.AttrSet:
                found = references(attrs) if attrs.recursive else let_references(program, attrs)
                if found and at not in skip:
                    return attrs, found
                at += bool(found)
    return None


# -- the text


def edits_for(text: str, attrs: n.AttrSet, found: list[Reference]) -> list[Edit]:
    """What to replace for one set."""
    match = HEAD.match(text, attrs.start)
    if match is None:
        return []
    name = free_name(text[attrs.start : attrs.end])
    parenthesised = text[attrs.start] == "("
    start, end = match.span(1)
    edits: list[Edit] = [(start, end, f"{name}: " if parenthesised else f"({name}: ")]
    if not parenthesised:
        edits.append((attrs.end, attrs.end, ")"))
    statements: dict[int, set[str]] = {}
    for reference in found:
        if reference.inherit is not None:
            statements.setdefault(text.rindex("inherit", 0, offset_of(reference)), set()).add(
                reference.node.name
            )
        else:
            at = offset_of(reference)
            edits.append((at, at, f"{name}."))
    for at, names in statements.items():
        statement = INHERIT.match(text, at)
        if statement is not None:
            edits.append((at, statement.end(), split_inherit(statement[1], names, name)))
    return sorted(edits)


def free_name(text: str) -> str:
    """A name for the function's argument that the text does not use yet."""
    name = "finalAttrs"
    while re.search(rf"\b{name}\b", text):
        name += "'"
    return name


def split_inherit(listed: str, names: set[str], argument: str) -> str:
    """`inherit a b;` as `inherit a; inherit (finalAttrs) b;`, or only one of the two."""
    words = listed.split()
    if set(words) == names:
        return f"inherit ({argument}){listed if listed.startswith((' ', chr(10))) else ' ' + listed};"
    others = " ".join(word for word in words if word not in names)
    moved = " ".join(word for word in words if word in names)
    return f"inherit {others}; inherit ({argument}) {moved};"


def apply(text: str, edits: list[Edit]) -> str:
    """*text* with the edits made."""
    for start, end, new in sorted(edits, reverse=True):
        text = text[:start] + new + text[end:]
    return text


# -- the proof


def refuse(
    make_evaluator: Callable[[], Evaluator],
    source: Source,
    before: str,
    after: str,
    caller: str,
    names: list[str],
) -> str:
    """Why the text must not become the other one; "" where it may. *names*: what is referred to in it."""
    if before == after:
        return "the text is not as expected"
    try:
        old, old_failures = derivations(make_evaluator(), source, before, caller, names)
    except NixError as error:
        return f"it cannot be evaluated as it is: {first_line(error)}"
    if not old:
        return "it gives no derivation to compare"
    try:
        new, new_failures = derivations(make_evaluator(), source, after, caller, names)
    except NixError as error:
        return f"with finalAttrs it cannot be evaluated: {first_line(error)}"
    if old != new:
        return "with finalAttrs it would be another derivation"
    for name, message in new_failures.items():
        if name not in old_failures:
            return f"with finalAttrs overrideAttrs could not change '{name}' any more: {message}"
    return ""


def derivations(
    evaluator: Evaluator, source: Source, text: str, caller: str, names: list[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """The .drv paths (and of a single derivation `meta`) that a file's text gives, called with what it asks
    for; and for which of *names* `overrideAttrs` fails, with the message. Warnings are not shown."""
    with quiet(evaluator):
        return quiet_derivations(evaluator, source, text, caller, names)


def quiet_derivations(
    evaluator: Evaluator, source: Source, text: str, caller: str, names: list[str]
) -> tuple[dict[str, str], dict[str, str]]:
    """As `derivations`."""
    value: Any = evaluator.evaluate_source(Source(source.name, text, base=source.base, path=source.path))
    if type(value) is FunctionType and lambda_info(value).formals is not None:
        call_package = evaluator.evaluate_source(Source("«callPackage»", caller, base=source.base))
        value = evaluator.guard(lambda f: call(call(call_package, f), {}), value)
    packages = evaluator.guard(lambda x: packages_of(named(x), evaluator.state), value)
    if packages.failed:
        raise NixError(next(iter(packages.failed.values())))
    found: dict[str, str] = dict(packages.found)
    if type(value) is dict and "meta" in value and found:
        found["meta"] = evaluator.guard(lambda x: show_value(evaluator.state, x), value["meta"])
    return found, override_failures(evaluator, value, names)


CHANGE = 'package: name: package.overrideAttrs (old: { ${name} = old.${name} or "" + "1"; })'


def override_failures(evaluator: Evaluator, value: Any, names: list[str]) -> dict[str, str]:
    """The names that `overrideAttrs` cannot change in a derivation, with the messages."""
    failures: dict[str, str] = {}
    if type(value) is not dict or "overrideAttrs" not in value:
        return failures
    change = evaluator.evaluate_source(Source("«override»", CHANGE))
    for name in names:
        try:
            changed = evaluator.guard(lambda n: call(call(change, value), n), name)
            drv_path_of(changed, evaluator.state)
        except NixError as error:
            failures[name] = first_line(error)
    return failures


def named(value: Lazy) -> Lazy:
    """The value under a name, so that it does not matter how a single derivation is called."""
    return {"it": value} if type(value) is dict and "drvPath" in value else value


def first_line(error: NixError) -> str:
    """What went wrong, in short."""
    return error.message.split("\n", 1)[0]
