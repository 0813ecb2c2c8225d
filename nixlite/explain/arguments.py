"""What `callPackage` would do with a function: where each argument comes from, which are missing or not
wanted.

`callPackageWith scope f given` calls `f` with the attributes of *scope* that it has arguments for, and with
*given* on top. Nothing is called here, and no argument is evaluated.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import EvalError, NixError, did_you_mean
from nixlite.runtime.call import call
from nixlite.runtime.show import show_short
from nixlite.runtime.thunk import force
from nixlite.runtime.values import ContextString, NixPath, PrimOp, PrimOpApp, lambda_info, show_type
from nixlite.source import shown_name
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import LambdaInfo, Lazy

GIVEN, AUTOMATIC, DEFAULT, MISSING = "given", "automatic", "default", "missing"

MOST_CHARACTERS = 60

Place = tuple[str, int, int]
"""File, 1-based line, 1-based UTF-8 byte column."""


class Argument(NamedTuple):
    """One formal argument.

    *place*: where its value is defined: in the scope, in the given set, or its default in the function.
    *value*: what was given, as far as it is evaluated.
    *default*: the text of its default, also where that is not used. *hint*: what may have been meant.
    """

    name: str
    how: str
    place: Place | None
    default: str | None
    value: str
    hint: str | None


class Unwanted(NamedTuple):
    """A given argument that the function does not name. *error*: whether the call fails for it."""

    name: str
    error: bool
    hint: str | None


class CallPlan(NamedTuple):
    """What a call would be. *place*: that of the function; *takes_set*: whether it names arguments at all."""

    place: Place | None
    takes_set: bool
    ellipsis: bool
    arguments: list[Argument]
    unwanted: list[Unwanted]

    @property
    def fails(self) -> bool:
        """Whether the call would fail for its arguments."""
        return any(a.how == MISSING for a in self.arguments) or any(u.error for u in self.unwanted)


def plan_call(
    evaluator: Evaluator, function: Lazy, scope: dict[str, Lazy], given: dict[str, Lazy]
) -> CallPlan:
    """What `callPackageWith scope function given` would do.

    *function* may be a path, which is imported, a functor, or a package, whose `override` counts.
    Raises EvalError for what is no function.
    """
    formals, info = find_formals(evaluator, force(function))
    place = info.position if info is not None else None
    tree = find_lambda(evaluator, info) if info is not None else None
    if formals is None:
        return CallPlan(place, False, True, [], [])
    ellipsis = info.ellipsis if info is not None else True
    arguments = [
        plan_argument(evaluator, name, optional, scope, given, tree) for name, optional in formals.items()
    ]
    unwanted = [
        Unwanted(name, not ellipsis, did_you_mean(name, [other for other in formals if other not in given]))
        for name in sorted(given)
        if name not in formals
    ]
    return CallPlan(place, True, ellipsis, arguments, unwanted)


def plan_argument(
    evaluator: Evaluator,
    name: str,
    optional: bool,
    scope: dict[str, Lazy],
    given: dict[str, Lazy],
    tree: tuple[n.Lambda, Any] | None,
) -> Argument:
    """Where one argument comes from."""
    default, default_place = default_of(name, tree) if optional else (None, None)
    for how, attrs in ((GIVEN, given), (AUTOMATIC, scope)):
        if name in attrs:
            value = show_short(attrs[name]) if how == GIVEN else ""
            if len(value) > MOST_CHARACTERS:
                value = f"{value[: MOST_CHARACTERS - 1]}…"
            return Argument(name, how, place_of(attrs[name]), default, value, None)
    if optional:
        return Argument(name, DEFAULT, default_place, default, "", None)
    return Argument(name, MISSING, None, None, "", did_you_mean(name, {**scope, **given}))


def find_formals(evaluator: Evaluator, value: Any) -> tuple[dict[str, bool] | None, LambdaInfo | None]:
    """The names of the arguments and whether they have defaults (None for `x: …`); what is known of the
    source.
    """
    if type(value) is NixPath:
        value = evaluator.import_file(value)
    elif type(value) in (str, ContextString):
        value = evaluator.import_file(NixPath(value if type(value) is str else value.text))
    if type(value) is dict and "override" in value and "__functor" not in value:
        value = force(value["override"])
    named: dict[str, bool] | None = None
    while type(value) is dict and "__functor" in value:
        if named is None and "__functionArgs" in value:
            arguments: Any = force(value["__functionArgs"])
            named = {name: force(arguments[name]) is True for name in arguments}
        value = call(value["__functor"], value)
    if type(value) in (PrimOp, PrimOpApp):
        return named, None
    if type(value) is not FunctionType:
        raise EvalError(f"this is no function but {show_type(value)}")
    info = lambda_info(value)
    if named is not None:  # what is behind it is a wrapper
        return named, None
    return (dict(info.formals) if info.formals is not None else None), info


def find_lambda(evaluator: Evaluator, info: LambdaInfo) -> tuple[n.Lambda, Any] | None:
    """The function's node and its source, None where the text is not at hand."""
    file, line, column = info.position
    try:
        source = evaluator.sources.get(file) or evaluator.read_source(file)
        tree = evaluator.parse(source)
    except NixError:
        return None
    for node in walk(tree):
        if type(node) is n.Lambda and source.line_column(node.pos) == (line, column):
            return node, source
    return None


def default_of(name: str, tree: tuple[n.Lambda, Any] | None) -> tuple[str | None, Place | None]:
    """The text of a default and the place of its argument."""
    if tree is None or tree[0].formals is None:
        return None, None
    node, source = tree
    for formal in node.formals.items:  # type: ignore[union-attr]
        if formal.name == name and formal.default is not None:
            text = source.text[formal.default.start : formal.default.end]
            return " ".join(text.split()), (source.name, *source.line_column(formal.pos))
    return None, None


def place_of(cell: Lazy) -> Place | None:
    """Where an attribute is defined, if that is known."""
    return cell[2] if type(cell) is list and len(cell) > 2 else None


# -- showing


def render_plan(plan: CallPlan, scope_name: str = "the set") -> str:
    """The plan as a table, one line an argument."""
    where = f" ({place_text(plan.place)})" if plan.place else ""
    if not plan.takes_set:
        return f"the function{where} names no arguments, so callPackage gives it only what is given by hand"
    count = f"{len(plan.arguments)} argument{'' if len(plan.arguments) == 1 else 's'}"
    width = max((len(argument.name) for argument in plan.arguments), default=0)
    lines = [f"the function{where} takes {count}{' and others' * plan.ellipsis}:"]
    lines += [
        f"  {argument.name:{width}}  {argument.how:9}  {details(argument, scope_name)}".rstrip()
        for argument in plan.arguments
    ]
    for name, error, hint in plan.unwanted:
        what = "given, but there is no such argument" if error else "given, and taken by '...'"
        lines.append(f"  {name}: {what}{'. ' + hint if hint else ''}")
    return "\n".join(lines)


def details(argument: Argument, scope_name: str) -> str:
    """What there is to say of where an argument comes from."""
    at = f", {place_text(argument.place)}" if argument.place else ""
    match argument.how:
        case "automatic":
            instead = f", instead of the default {argument.default}" if argument.default is not None else ""
            return f"from {scope_name}{at}{instead}"
        case "given":
            return f"{argument.value}{at}"
        case "default":
            return f"{argument.default if argument.default is not None else ''}{at}"
    return argument.hint or f"{scope_name} has no such attribute"


def place_text(place: Place | None) -> str:
    """`file:line:column`."""
    return f"{shown_name(place[0])}:{place[1]}:{place[2]}" if place else "?"


def written_call(plan: CallPlan, function: str, given: str, scope_name: str) -> str:
    """The call as Nix code, without `callPackage`; *scope_name* is "" where the names are variables."""
    if not plan.takes_set:
        return f"{function} {given or '{ }'}"
    names = [attribute_name(argument.name) for argument in plan.arguments if argument.how == AUTOMATIC]
    source = f" ({scope_name})" if scope_name else ""
    inherited = f"{{ inherit{source} {' '.join(names)}; }}" if names else "{ }"
    return f"{function} {inherited}" if not given else f"{function} ({inherited} // {given})"


def to_data(plan: CallPlan) -> dict[str, Any]:
    """The plan as what JSON can say."""
    return {
        "place": place_text(plan.place) if plan.place else None,
        "ellipsis": plan.ellipsis,
        "arguments": [
            {**argument._asdict(), "place": place_text(argument.place) if argument.place else None}
            for argument in plan.arguments
        ],
        "unwanted": [unwanted._asdict() for unwanted in plan.unwanted],
    }
