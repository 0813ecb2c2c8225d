"""Builtins on attribute sets and on the formal arguments of functions."""

from __future__ import annotations

from nixlite.abi.signatures import FIRST, SECOND, STRING
from nixlite.builtins.registry import builtin
from nixlite.errors import NixTypeError
from nixlite.opaque import TEXTS, seen
from nixlite.runtime.call import call2
from nixlite.runtime.expect import (
    force_attrs,
    force_function,
    force_list,
    force_string_no_context,
    get_attr,
    has_context,
    wrong_type,
)
from nixlite.runtime.operators import sorted_names
from nixlite.runtime.symbols import ACTIVE, make_symbol
from nixlite.runtime.thunk import UNASKED, force
from nixlite.runtime.values import ContextString, FunctionType, PrimOp, PrimOpApp, lambda_info
from nixlite.source import Position

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.values import Lazy, Value


def call2_delayed(payload: tuple[Lazy, Lazy, Lazy]) -> Value:
    """The code of a thunk for `f a b`: payload (f, a, b); f may be a thunk itself.

    Nix has no place for a call by `--strict` or `deepSeq` of a function that was not evaluated before.
    """
    applied, a, b = payload
    if type(applied) is list:
        if applied[0] is None:
            applied = applied[1]
        else:
            error_unplaced = True  # noqa: F841 - read by `traces`
            applied = force(applied)
    return call2(applied, a, b)


call2_delayed.is_application = True  # type: ignore[attr-defined]  # Python lets functions have some: see thunk.blackhole


@builtin("attrNames", args=("set",), forces=FIRST)
def attr_names(attrs: Lazy) -> Value:
    """Return the names of the attributes in *set* as a sorted list of strings."""
    return tuple(
        sorted_names(force_attrs(attrs, "while evaluating the argument passed to builtins.attrNames"))
    )


@builtin("attrValues", args=("set",), forces=FIRST)
def attr_values(attrs: Lazy) -> Value:
    """Return the values of the attributes in *set*, in the order of the sorted names."""
    found = force_attrs(attrs, "while evaluating the argument passed to builtins.attrValues")
    return tuple([found[name] for name in sorted_names(found)])


@builtin(
    "getAttr",
    args=("s", "set"),
    forces=((0, STRING, "while evaluating the first argument passed to builtins.getAttr"), *SECOND),
)
def get_attr_builtin(s: Lazy, attrs: Lazy) -> Value:
    """Return the attribute named *s* of *set*; it is an error if there is none.

    No suggestion is made, unlike for `set.${s}`.
    """
    name = force_string_no_context(s, "while evaluating the first argument passed to builtins.getAttr")
    found = force_attrs(attrs, "while evaluating the second argument passed to builtins.getAttr")
    return force(get_attr(found, make_symbol(name), "in the attribute set under consideration"))


@builtin(
    "hasAttr",
    args=("s", "set"),
    forces=((0, STRING, "while evaluating the first argument passed to builtins.hasAttr"), *SECOND),
)
def has_attr(s: Lazy, attrs: Lazy) -> Value:
    """Return `true` if *set* has an attribute named *s*, and `false` otherwise."""
    name = force_string_no_context(s, "while evaluating the first argument passed to builtins.hasAttr")
    found = force_attrs(attrs, "while evaluating the second argument passed to builtins.hasAttr")
    return make_symbol(name) in found


@builtin("unsafeGetAttrPos", args=("s", "set"))
def unsafe_get_attr_pos(s: Lazy, attrs: Lazy) -> Value:
    """Return where the attribute named *s* of *set* was defined, as a set of `file`, `line` and `column`; `null` if that is not known or there is no such attribute.

    Only files count: an expression from the command line has no place.
    """  # noqa: E501 - one paragraph of documentation
    name = force_string_no_context(
        s, "while evaluating the first argument passed to builtins.unsafeGetAttrPos"
    )
    found = force_attrs(attrs, "while evaluating the second argument passed to builtins.unsafeGetAttrPos")
    attribute = found.get(make_symbol(name))
    if type(attribute) is not list or len(attribute) < 3 or attribute[2] is None:
        return None
    file, line, column = attribute[2]
    if not file.startswith("/"):
        return None
    return {"column": column, "file": file, "line": line}


@builtin("removeAttrs", args=("set", "list"), top_level=True, forces=FIRST)
def remove_attrs(attrs: Lazy, xs: Lazy) -> Value:
    """Return *set* without the attributes whose names are in *list*; they need not exist."""
    found = force_attrs(attrs, "while evaluating the first argument passed to builtins.removeAttrs")
    names = force_list(xs, "while evaluating the second argument passed to builtins.removeAttrs")
    left = found.copy()
    known = ACTIVE.symbols.numbers
    for item in names:
        name: Any = item
        if type(item) is not str:
            name = force_string_no_context(
                item, "while evaluating the values of the second argument passed to builtins.removeAttrs"
            )
        if name in left:  # and so numbered
            del left[name]
        elif name not in known:
            make_symbol(name)
    return left


@builtin("listToAttrs", args=("e",), forces=FIRST)
def list_to_attrs(e: Lazy) -> Value:
    """Make a set from a list of sets `{ name = …; value = …; }`; of several with one name the first counts.

    The values are not evaluated.
    """
    items = force_list(e, "while evaluating the argument passed to builtins.listToAttrs")
    symbols = ACTIVE.symbols
    numbers = symbols.numbers
    pairs: dict[str, dict[str, Lazy]] = {}
    for item in items:
        pair: Any = item[1] if type(item) is list and item[0] is None else item
        if type(pair) is not dict:
            pair = force_attrs(item, "while evaluating an element of the list passed to builtins.listToAttrs")
        cell: Any = pair["name"] if "name" in pair else get_attr(pair, "name", PAIR)
        name = cell[1] if type(cell) is list and cell[0] is None else cell
        if type(name) is not str:
            name = _name_of_pair(cell)
        if name not in numbers:  # as `make_symbol` does: such names come by the thousands
            if TEXTS:
                seen(name)
            if symbols.unread:
                symbols.table()
            numbers.setdefault(name, len(numbers))
        if name not in pairs:
            pairs[name] = pair
    try:
        return {name: pair["value"] for name, pair in pairs.items()}
    except KeyError:
        return {name: get_attr(pair, "value", PAIR) for name, pair in pairs.items()}


PAIR = "in a {name=...; value=...;} pair"


def _name_of_pair(x: Lazy) -> str:
    """The text of a `name` that is not evaluated yet, or no text; Nix knows here where it was defined."""
    error_position = error_site = x[2] if type(x) is list and len(x) > 2 else None  # `attribute_position`
    error_context = (
        "while evaluating the `name` attribute of an element of the list passed to builtins.listToAttrs"
    )
    value: Any = force(x)
    if type(value) is str:
        return value
    if type(value) is ContextString:
        raise has_context(value)
    error = wrong_type("a string", value)
    error.position = Position(*error_position) if error_position else None
    raise error


@builtin("intersectAttrs", args=("e1", "e2"), forces=FIRST)
def intersect_attrs(e1: Lazy, e2: Lazy) -> Value:
    """Return the attributes of the set *e2* whose names are also in the set *e1*.

    Takes time in proportion to the smaller set.
    """
    left = force_attrs(e1, "while evaluating the first argument passed to builtins.intersectAttrs")
    right = force_attrs(e2, "while evaluating the second argument passed to builtins.intersectAttrs")
    if len(left) < len(right):
        return {name: right[name] for name in left if name in right}
    return {name: value for name, value in right.items() if name in left}


@builtin(
    "catAttrs",
    args=("attr", "list"),
    forces=((0, STRING, "while evaluating the first argument passed to builtins.catAttrs"), *SECOND),
)
def cat_attrs(attr: Lazy, xs: Lazy) -> Value:
    """Return the list of the attributes named *attr* of the sets in *list*; sets without it are left out."""
    name = force_string_no_context(attr, "while evaluating the first argument passed to builtins.catAttrs")
    make_symbol(name)
    items = force_list(xs, "while evaluating the second argument passed to builtins.catAttrs")
    found = []
    for item in items:
        attrs = force_attrs(
            item,
            "while evaluating an element in the list passed as second argument to builtins.catAttrs",
        )
        if name in attrs:
            found.append(attrs[name])
    return tuple(found)


@builtin("mapAttrs", args=("f", "attrset"), forces=SECOND)
def map_attrs(f: Lazy, attrset: Lazy) -> Value:
    """Return *attrset* with every value replaced by `f name value`.

    The calls are delayed until an attribute is needed, and so is *f* itself.
    """
    attrs = force_attrs(attrset, "while evaluating the second argument passed to builtins.mapAttrs")
    function = f if type(f) is list else [UNASKED, f]
    return {name: [call2_delayed, (function, name, value)] for name, value in attrs.items()}


@builtin("zipAttrsWith", args=("f", "list"))
def zip_attrs_with(f: Lazy, xs: Lazy) -> Value:
    """Return the set of all names that occur in the sets of *list*, each with the value `f name values`, *values* being the list of the values found.

    The calls are delayed until an attribute is needed.
    """  # noqa: E501 - one paragraph of documentation
    function = force_function(f, "while evaluating the first argument passed to builtins.zipAttrsWith")
    items = force_list(xs, "while evaluating the second argument passed to builtins.zipAttrsWith")
    values: dict[str, list[Lazy]] = {}
    for item in items:
        attrs = force_attrs(
            item,
            "while evaluating a value of the list passed as second argument to builtins.zipAttrsWith",
        )
        for name, value in attrs.items():
            if name in values:
                values[name].append(value)
            else:
                values[name] = [value]
    return {name: [call2_delayed, (function, name, tuple(found))] for name, found in values.items()}


@builtin("functionArgs", args=("f",), forces=FIRST)
def function_args(f: Lazy) -> Value:
    """Return the formal arguments of the function *f* as a set: `true` for those that have a default, `false` for the others.

    Empty for `x: …` and for built-in functions. Raises NixTypeError for all but functions, functors too.
    """  # noqa: E501 - one paragraph of documentation
    function: Any = force(f)  # told apart by `kind`
    kind = type(function)
    if kind is PrimOp or kind is PrimOpApp:
        return {}
    if kind is not FunctionType:
        raise NixTypeError("'functionArgs' requires a function")
    info = lambda_info(function)
    formals = info.formals or ()
    if not info.formal_positions:
        return dict(formals)
    file = info.position[0]
    return {
        name: [None, has_default, (file, *place)]
        for (name, has_default), place in zip(formals, info.formal_positions, strict=True)
    }
