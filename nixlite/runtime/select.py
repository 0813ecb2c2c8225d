"""Looking names up in attribute sets: selection, `?`, `with`, and attribute names that are computed.

`selected` is the cell that was found last: `traces` reads it for the frame `while evaluating the attribute
'a.b'`, whose place is the attribute's definition; computed names it finds in `path` or `name`. A set on the
way is evaluated at the place of the selection, only what is at the end of `path` where it is defined:
`error_at_end` tells that the end is reached, where `name` does not.
`error_context` and `error_position`: see `expect.py`.
"""

from __future__ import annotations

from nixlite.errors import EvalError, MissingAttribute, UndefinedVariable
from nixlite.runtime.expect import force_attrs, has_context, wrong_type
from nixlite.runtime.symbols import ACTIVE, make_symbol
from nixlite.runtime.thunk import attribute_position, force
from nixlite.runtime.values import HERE, MISSING, ContextString
from nixlite.source import shown_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.values import Lazy, Value

    Place = tuple[str, int, int]
    Selection = tuple[str, str, Place, Place]
    """The attribute's name, the same as messages show it, the places of the subject and of the selection."""
    PathSelection = tuple[tuple[str, ...], str, Place, Place]
    """The same with several names."""
    Lookup = tuple[str, tuple[Place, ...], Place]
    """The variable's name, the places of the `with` expressions and of the variable."""


def select(subject: Value, name: str) -> Any:
    """`subject.name`: the attribute's value in WHNF."""
    if type(subject) is dict:
        try:
            selected = subject[name]
        except KeyError:
            selected = MISSING
        if type(selected) is list:
            return selected[1] if selected[0] is None else force(selected)
        if selected is not MISSING:
            return selected
        raise missing(make_symbol(name), subject)
    raise not_a_set_to_select_from(subject)


def selection(payload: tuple[Lazy, Selection]) -> Any:
    """The code of a thunk for `subject.name`, which needs no compiled function of its own."""
    subject: Any  # a thunk, then a value
    subject, (name, shown, error_site, place) = payload
    if type(subject) is list:
        subject = subject[1] if subject[0] is None else force(subject)
    error_selection, error_site = shown, place
    if type(subject) is dict:
        try:
            selected = subject[name]
        except KeyError:
            raise missing(name, subject) from None
        if type(selected) is list:
            return selected[1] if selected[0] is None else force(selected)
        return selected
    raise not_a_set_to_select_from(subject)


def path_selection(payload: tuple[Lazy, PathSelection]) -> Any:
    """The same for `subject.a.b`; the last name is none of those before it."""
    subject: Any
    subject, (path, shown, error_site, place) = payload
    if type(subject) is list:
        subject = subject[1] if subject[0] is None else force(subject)
    error_selection, error_site = shown, place
    for name in path:
        if type(subject) is not dict:
            raise not_a_set_to_select_from(subject)
        cell = subject.get(name, MISSING)
        if cell is MISSING:
            raise missing(name, subject)
        selected = cell
        if type(selected) is list:
            subject = selected[1] if selected[0] is None else force(selected)
        else:
            subject = selected
    return subject


def select_path(subject: Value, path: tuple[str, ...]) -> Value:
    """`subject.a.b.c`."""
    for name in path:
        if type(subject) is not dict:
            raise not_a_set_to_select_from(subject)
        if name not in subject:
            raise missing(name, subject)
        selected: Any = subject[name]
        if type(selected) is list:
            subject = selected[1] if selected[0] is None else force(selected)
        else:
            subject = selected
    return subject


def missing(name: str, attrs: dict[str, Lazy]) -> MissingAttribute:
    """The error for an attribute that is not there."""
    from nixlite.spelling import attribute_name as shown  # only on the way to an error

    return MissingAttribute(name, attrs, shown(name))


def not_a_set_to_select_from(subject: Value) -> EvalError:
    """The error for `1.a`; its frame is added by `refuse_selection`."""
    error_context, error_position = "while selecting an attribute", HERE
    raise wrong_type("a set", subject)


def find(subject: Value, path: tuple[str, ...]) -> Any:
    """The value of `subject.a.b` in WHNF, MISSING when some attribute on the path is not there."""
    for name in path:
        if type(subject) is not dict or name not in subject:
            return MISSING
        selected: Any = subject[name]
        if type(selected) is list:
            subject = selected[1] if selected[0] is None else force(selected)
        else:
            subject = selected
    return subject


def find_one(subject: Value, name: str) -> Any:
    """`find` for a path of one name."""
    if type(subject) is dict and name in subject:
        selected = subject[name]
        if type(selected) is list:
            return selected[1] if selected[0] is None else force(selected)
        return selected
    return MISSING


def find_named(subject: Value, name: str) -> Any:
    """`find_one` for a computed name, which is numbered here if nothing has it."""
    if type(subject) is dict and name in subject:
        selected = subject[name]
        if type(selected) is list:
            return selected[1] if selected[0] is None else force(selected)
        return selected
    if name not in ACTIVE.symbols.numbers:
        make_symbol(name)
    return MISSING


def select_computed(subject: Value, path: tuple[Lazy, ...]) -> Value:
    """`subject.a.${b}.c`; *path* has names, and thunks for those that are computed.

    A name is computed before the attribute that was found last is evaluated, and counts as inside that.
    """
    cell: Lazy = subject
    for step in path:
        name: Any = force(step)
        attrs = force(cell)
        if type(attrs) is not dict:
            raise not_a_set_to_select_from(attrs)
        cell = attrs.get(name, MISSING)
        if cell is MISSING:
            raise missing(name, attrs)
        selected = cell
    error_at_end = True
    return force(selected)


def find_computed(subject: Value, path: tuple[Lazy, ...]) -> Any:
    """`find` for a path as `select_computed` takes it; names behind a missing attribute are not computed."""
    cell: Any = subject
    for step in path:
        name: Any = force(step)
        attrs = force(cell)
        if type(attrs) is not dict:
            return MISSING
        cell = attrs.get(name, MISSING)
        if cell is MISSING:
            return MISSING
        selected = cell
    error_at_end = True
    return force(selected)


def default_of(subject: Value, path: tuple[Lazy, ...], default: Lazy) -> Value:
    """The default of `subject.a.b or default`, evaluated as if in the attribute that was found last.

    *path* is what `find` or `find_computed` was given before.
    """
    attrs: Any = subject
    for step in path:
        name: Any = step if type(step) is str else force(step)
        if type(attrs) is not dict or name not in attrs:
            break
        selected = attrs[name]
        attrs = force(selected)
    return force(default)


def has_path(subject: Lazy, path: tuple[str, ...]) -> bool:
    """`subject ? a.b`: forces every set on the path but not the attribute at its end."""
    for name in path:
        value = force(subject)
        if type(value) is not dict or name not in value:
            return False
        subject = value[name]
    return True


def has_attribute(subject: Value, name: str) -> bool:
    """`subject ? ${name}`."""
    if type(subject) is dict and name in subject:
        return True
    if name not in ACTIVE.symbols.numbers:  # as `make_symbol` does, without a call
        make_symbol(name)
    return False


def attribute_name(value: Value) -> str:
    """The value of `${name}` in an attribute path.

    Compiled code does not call this for a string while nobody is to be told of what is done with it: a name
    that an attribute has is numbered already, and who does not find it numbers it.
    """
    if type(value) is str:
        if value not in ACTIVE.symbols.numbers:
            make_symbol(value)
        return value
    error_context, error_position = "while evaluating an attribute name", HERE
    if type(value) is ContextString:
        raise has_context(value)
    raise wrong_type("a string", value, at_site=True)


def dynamic_name(value: Value) -> str | None:
    """The value of `${name}` in a set literal; null defines nothing."""
    if type(value) is str:
        return make_symbol(value)
    if value is None:
        return value
    if type(value) is ContextString:
        raise has_context(value)
    raise wrong_type("a string", value, at_site=True)


def add_attribute(attrs: dict[str, Lazy], name: str | None, cell: Lazy) -> None:
    """Put a dynamic attribute into a set that is being made."""
    if name is None:
        return
    if name in attrs:
        from nixlite.spelling import attribute_name as shown  # only on the way to an error

        position = definition(attrs[name])
        raise EvalError(f"dynamic attribute '{shown(name)}' already defined at {position}", at_site=True)
    attrs[name] = cell


def add_function(
    attrs: dict[str, Lazy],
    name: str | None,
    cell: Lazy,
    lambdas: dict[str, tuple[Any, ...]],
    identifiers: tuple[str, ...],
) -> None:
    """The same for a function that is written there: it is named after the attribute from now on, as are all
    that the same text has made before (Nix 2.34.8, observed). *identifiers*: its rows in the lambda table.
    """
    add_attribute(attrs, name, cell)
    if name is not None:
        for identifier in identifiers:
            lambdas[identifier] = (name, *lambdas[identifier][1:])


def definition(cell: Lazy) -> str:
    """Where an attribute was defined, as `file:line:column`."""
    return shown_place(attribute_position(cell))


def with_value(name: str, scopes: tuple[Lazy, ...], places: tuple[tuple[str, int, int], ...]) -> Any:
    """The attribute *name* of the innermost `with` set that has it, in WHNF."""
    at = 0
    for scope in scopes:
        if type(scope) is list and scope[0] is None:
            scope = scope[1]
        if type(scope) is not dict:
            scope = with_set(scope, places[at])
        if name in scope:
            found = scope[name]
            if type(found) is list:
                return found[1] if found[0] is None else force(found)
            return found
        at += 1  # noqa: SIM113 - `enumerate` makes a tuple for each
    from nixlite.spelling import attribute_name as shown  # only on the way to an error

    raise UndefinedVariable(f"undefined variable '{shown(name)}'", at_site=True)


def with_one(name: str, scope: Lazy, places: tuple[tuple[str, int, int], ...]) -> Any:
    """`with_value` with one set, which was evaluated before as a rule."""
    attrs: Any = scope[1] if type(scope) is list and scope[0] is None else scope
    if type(attrs) is not dict or name not in attrs:
        return with_value(name, (scope,), places)
    found = attrs[name]
    if type(found) is list:
        return found[1] if found[0] is None else force(found)
    return found


def with_two(name: str, inner: Lazy, outer: Lazy, places: tuple[tuple[str, int, int], ...]) -> Any:
    """`with_value` with two sets."""
    attrs: Any = inner[1] if type(inner) is list and inner[0] is None else inner
    if type(attrs) is not dict:
        return with_value(name, (inner, outer), places)
    if name not in attrs:
        attrs = outer[1] if type(outer) is list and outer[0] is None else outer
        if type(attrs) is not dict or name not in attrs:
            return with_value(name, (inner, outer), places)
    found = attrs[name]
    if type(found) is list:
        return found[1] if found[0] is None else force(found)
    return found


def lookup_one(payload: tuple[Lazy, Lookup]) -> Any:
    """The code of a thunk for a variable that is looked up in one `with` set."""
    scope, (name, places, error_site) = payload
    return with_one(name, scope, places)


def lookup_two(payload: tuple[Lazy, Lazy, Lookup]) -> Any:
    """The code of a thunk for a variable that is looked up in two `with` sets."""
    inner, outer, (name, places, error_site) = payload
    return with_two(name, inner, outer, places)


def lookup_selection(payload: tuple[Lazy, tuple[Lookup, str, str, Place]]) -> Any:
    """The code of a thunk for `subject.name`, where *subject* is looked up in one `with` set.

    (*looked_up* is no local `name`, which the reader of traces takes for that of the selection.)
    """
    scope, ((looked_up, places, error_site), name, shown, place) = payload
    subject: Any = with_one(looked_up, scope, places)
    error_selection, error_site = shown, place
    if type(subject) is dict:
        try:
            selected = subject[name]
        except KeyError:
            raise missing(name, subject) from None
        if type(selected) is list:
            return selected[1] if selected[0] is None else force(selected)
        return selected
    raise not_a_set_to_select_from(subject)


def with_chain(name: str, chain: dict[str, Any]) -> Any:
    """`with_value` in a row of `with` sets, for the first time: *chain* has what was found there by name.

    Under the empty name, which no variable has, it has the sets and their places.
    """
    scopes, places = chain[""]
    value = chain[name] = with_value(name, scopes, places)
    return value


def with_nearest(
    name: str, scopes: tuple[Lazy, ...], places: tuple[tuple[str, int, int], ...], chain: dict[str, Any]
) -> Any:
    """`with_value` in the sets of *scopes*, and then in those of *chain*."""
    at = 0
    for scope in scopes:
        attrs: Any = scope[1] if type(scope) is list and scope[0] is None else scope
        if type(attrs) is not dict:
            attrs = with_set(scope, places[at])
        if name in attrs:
            found = attrs[name]
            if type(found) is list:
                return found[1] if found[0] is None else force(found)
            return found
        at += 1  # noqa: SIM113 - `enumerate` makes a tuple for each
    return chain[name] if name in chain else with_chain(name, chain)


def with_set(scope: Lazy, error_position: tuple[str, int, int]) -> dict[str, Lazy]:
    """The set of a `with`, forced when the first name is looked up in it."""
    error_site = error_position
    value = force(scope)
    if type(value) is not dict:
        error_context = "while evaluating the first subexpression of a with expression"
        raise wrong_type("a set", value)
    return value


def apply_overrides(attrs: dict[str, Lazy]) -> dict[str, Lazy]:
    """The attributes of a `rec` set with those of its `__overrides` on top."""
    overrides = force_attrs(attrs["__overrides"], "while evaluating the `__overrides` attribute")
    return {**attrs, **overrides}


def refill(cell: Lazy, code: object, payload: object) -> None:
    """Give a thunk that still waits with *code* another payload."""
    if type(cell) is list and cell[0] is code:
        cell[1] = payload


def position_set(place: tuple[str, int, int]) -> dict[str, Lazy] | None:
    """A position as `{ file, line, column }`; null for what is no file (`builtins.unsafeGetAttrPos`)."""
    file, line, column = place
    return {"column": column, "file": file, "line": line} if file.startswith("/") else None
