"""What `callPackage` would do with a function: where each argument comes from, which are missing or not
wanted.

`callPackageWith scope f given` calls `f` with the attributes of *scope* that it has arguments for, and with
*given* on top. The function is not called here, and no argument is evaluated.
"""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.analysis.scope import analyse
from nixlite.errors import EvalError, NixError, did_you_mean
from nixlite.explain.arguments.calling import (
    Scope,
    arguments_so_far,
    passed,
    places_elsewhere,
    refusing_function,
)
from nixlite.runtime.call import call
from nixlite.runtime.messages import show_short
from nixlite.runtime.thunk import attribute_position, force
from nixlite.runtime.values import ContextString, NixPath, PrimOp, PrimOpApp, lambda_info, show_type
from nixlite.syntax import nodes as n
from nixlite.syntax.tree import walk

if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import LambdaInfo, Lazy
    from nixlite.source import Source

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


class Read(NamedTuple):
    """`args.name` in a function `{ …, ... }@args:` that no one passes; *fails*: there is no `or`, no `?`."""

    name: str
    place: Place
    fails: bool


class CallPlan(NamedTuple):
    """What a call would be.

    *place*: that of the function; *takes_set*: whether it names arguments at all. *reads*: what it reads of
    arguments that it does not name. *elsewhere*: sets that have what is missing, and what of it. *argument*:
    the name of all arguments (`@args`). *package*: whether it is one that is called already.
    """

    place: Place | None
    takes_set: bool
    ellipsis: bool
    arguments: list[Argument]
    unwanted: list[Unwanted]
    reads: list[Read]
    elsewhere: dict[str, list[str]]
    argument: str | None
    package: bool

    @property
    def fails(self) -> bool:
        """Whether the call would fail for its arguments."""
        return (
            any(a.how == MISSING for a in self.arguments)
            or any(u.error for u in self.unwanted)
            or any(read.fails for read in self.reads)
        )

    @property
    def untold(self) -> bool:
        """Whether it cannot be told what the function takes."""
        return self.package and not self.takes_set


class Written(NamedTuple):
    """The text of a function: its node, its source and the whole tree of that."""

    node: n.Lambda
    source: Source
    root: n.Expr


class Function(NamedTuple):
    """What is known of a function.

    *formals*: names to whether they have defaults, None for `x: …`; *tree*: its text, where that is at hand;
    *had*: what it is called with, of a package.
    """

    formals: dict[str, bool] | None
    ellipsis: bool
    place: Place | None
    tree: Written | None
    had: dict[str, Lazy] | None = None
    package: bool = False


def plan_call(
    evaluator: Evaluator, function: Lazy, scope: dict[str, Lazy] | Scope, given: dict[str, Lazy]
) -> CallPlan:
    """What `callPackageWith scope function given` would do.

    *function* may be a path, which is imported, a functor, or a package, whose `override` counts: its
    arguments are then those that it is called with. Raises EvalError for what is no function.
    """
    if not isinstance(scope, Scope):
        scope = Scope(scope)
    known = find_function(evaluator, force(function))
    if known.formals is None:
        return CallPlan(known.place, False, True, [], [], [], {}, None, known.package)
    formals = known.formals
    automatic = passed(evaluator, scope, formals)
    hand = given
    if known.had is not None:
        changed = {name: v for name, v in known.had.items() if not is_same(automatic.get(name, MISSING), v)}
        automatic = {name: v for name, v in known.had.items() if name not in changed}
        hand = {**changed, **given}
    arguments = [
        plan_argument(name, optional, automatic, hand, known.tree, scope.attrs)
        for name, optional in formals.items()
    ]
    unwanted = [
        Unwanted(
            name, not known.ellipsis, did_you_mean(name, [other for other in formals if other not in given])
        )
        for name in sorted(given)
        if name not in formals
    ]
    missing = [argument.name for argument in arguments if argument.how == MISSING]
    return CallPlan(
        known.place,
        True,
        known.ellipsis,
        arguments,
        unwanted,
        reads_of_others(evaluator, known, given),
        places_elsewhere(evaluator, scope, missing) if missing else {},
        known.tree.node.argument if known.tree is not None else None,
        known.package,
    )


def is_same(one: Lazy, other: Lazy) -> bool:
    """Whether two values are the same, as far as that shows without evaluating them."""
    place = attribute_position(one)
    return one is other or (place is not None and place == attribute_position(other))


def plan_argument(
    name: str,
    optional: bool,
    automatic: dict[str, Lazy],
    given: dict[str, Lazy],
    tree: Written | None,
    others: dict[str, Lazy],
) -> Argument:
    """Where one argument comes from. *others*: names that may be meant by one that is missing."""
    default, default_place = default_of(name, tree) if optional else (None, None)
    for how, attrs in ((GIVEN, given), (AUTOMATIC, automatic)):
        if name in attrs:
            value = shown_value(attrs[name]) if how == GIVEN else ""
            return Argument(name, how, attribute_position(attrs[name]), default, value, None)
    if optional:
        return Argument(name, DEFAULT, default_place, default, "", None)
    return Argument(name, MISSING, None, None, "", did_you_mean(name, {**others, **given}))


def shown_value(value: Lazy) -> str:
    """A value in short, as far as it is evaluated: "" for one that is not, packages by their names."""
    known = evaluated(value)
    if known is None and value is not None:
        return ""
    if type(known) is dict:
        if evaluated(known.get("type")) != "derivation":
            return "{ … }" if known else "{ }"
        name = evaluated(known.get("name"))
        return f"«derivation {name}»" if type(name) is str else "«derivation»"
    text = show_short(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def evaluated(value: Lazy) -> Any:
    """A value that is evaluated already; None for others."""
    if type(value) is list:
        return value[1] if value[0] is None else None
    return value


def reads_of_others(evaluator: Evaluator, known: Function, given: dict[str, Lazy]) -> list[Read]:
    """Where a function `{ …, ... }@args:` reads arguments that it does not name and that are not given."""
    if known.tree is None or known.tree.node.argument is None or known.tree.node.formals is None:
        return []
    node, source, root = known.tree
    analysis = analyse(root, source, evaluator.state.globals)
    variable = analysis.bound[node][str(node.argument)]
    found: dict[str, Read] = {}
    asked = set()
    for inner in walk(node):
        if type(inner) in (n.Select, n.HasAttr) and analysis.variables.get(inner.subject) is variable:
            name = inner.path[0]
            if type(inner) is n.HasAttr:
                asked.add(name)
            elif isinstance(name, str) and name not in (known.formals or {}) and name not in given:
                place = (source.name, *source.line_column(inner.subject.start))
                found.setdefault(name, Read(name, place, inner.default is None))
    return [read._replace(fails=read.fails and read.name not in asked) for read in found.values()]


def find_function(evaluator: Evaluator, value: Any) -> Function:
    """What is known of a function, or of the one behind a package's `override`."""
    if not (type(value) is dict and "override" in value and "__functor" not in value):
        formals, info = find_formals(evaluator, value)
        place = info.position if info is not None else None
        tree = find_lambda(evaluator, info.position) if info is not None else None
        return Function(formals, info.ellipsis if info is not None else True, place, tree)
    override = force(value["override"])
    had = arguments_so_far(evaluator, override)
    position = refusing_function(evaluator, override)
    tree = None
    if position is not None:
        tree = find_lambda(evaluator, (position.file, position.line, position.column))
    if tree is not None and tree.node.formals is not None:
        written = tree.node.formals
        named = {formal.name: formal.default is not None for formal in written.items}
        place = (tree.source.name, *tree.source.line_column(tree.node.pos))
        return Function(named, written.ellipsis, place, tree, had, True)
    formals, info = find_formals(evaluator, override)
    return Function(formals, True, info.position if info is not None else None, None, had, True)


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


def find_lambda(evaluator: Evaluator, place: Place) -> Written | None:
    """The node of the function at a place and its source, None where the text is not at hand."""
    file, line, column = place
    try:
        source = evaluator.sources.get(file) or evaluator.read_source(file)
        tree = evaluator.parse(source)
    except NixError:
        return None
    for node in walk(tree):
        if type(node) is n.Lambda and source.line_column(node.pos) == (line, column):
            return Written(node, source, tree)
    return None


def default_of(name: str, tree: Written | None) -> tuple[str | None, Place | None]:
    """The text of a default and the place of its argument."""
    if tree is None or tree.node.formals is None:
        return None, None
    source = tree.source
    for formal in tree.node.formals.items:
        if formal.name == name and formal.default is not None:
            text = source.text[formal.default.start : formal.default.end]
            return " ".join(text.split()), (source.name, *source.line_column(formal.pos))
    return None, None
