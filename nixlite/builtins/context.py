"""Builtins about string contexts, and about paths that are in the store already."""

from __future__ import annotations

from nixlite.builtins.registry import builtin
from nixlite.errors import EvalError, RestrictedError
from nixlite.runtime.attributes import bool_attribute, position, string_attribute
from nixlite.runtime.coerce import coerce_to_path, coerce_to_string
from nixlite.runtime.expect import (
    force_attrs,
    force_string_no_context,
    force_string_with_context,
    wrong_type,
)
from nixlite.runtime.string_context import Element, context_order, element_text, parse_element
from nixlite.runtime.symbols import in_symbol_order, make_symbol, make_symbols
from nixlite.runtime.thunk import attribute_position, force
from nixlite.runtime.values import ContextString, make_string
from nixlite.spelling import attribute_name
from nixlite.store.derivation import base_name
from nixlite.store.hashing import to_base32
from nixlite.store.path import (
    computed_hash,
    is_drv_path,
    is_in_store,
    is_store_path,
    output_placeholder,
    parse_store_path,
    upstream_hash,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value


@builtin("hasContext", args=("s",))
def has_context(s: Lazy) -> bool:
    """Return `true` if string *s* has a non-empty context, that is, if it depends on something in the store.

    Manual: Built-ins, `hasContext`.
    """
    _, context = force_string_with_context(s, "while evaluating the argument passed to builtins.hasContext")
    return bool(context)


@builtin("getContext", args=("s",))
def get_context(s: Lazy) -> Value:
    """Return the string context of *s* as a set: by store path, whether it is there as a `path`, with
    `allOutputs`, or which `outputs` of it.

    Manual: Built-ins, `getContext`.
    """
    _, context = force_string_with_context(s, "while evaluating the argument passed to builtins.getContext")
    found: dict[str, Any] = {}
    make_symbol("allOutputs")
    for text in sorted(context, key=context_order):
        element = parse_element(text)
        if len(element.outputs) > 1:
            raise EvalError(
                f"cannot operate on output '{element.outputs[0]}' of the unbuilt derivation '{element.path}'"
            )
        row: dict[str, Any] = found.setdefault(element.path, {})
        if element.outputs:
            row["outputs"] = (*row.get("outputs", ()), element.outputs[0])
        else:
            row["allOutputs" if element.deep else "path"] = True
    make_symbols(found)
    return found


@builtin("appendContext", args=("s", "context"), state=True)
def append_context(s: Lazy, context: Lazy, state: State) -> Value:
    """Return string *s* with the *context* added that is given in the form of `getContext`."""
    text, old = force_string_with_context(
        s, "while evaluating the first argument passed to builtins.appendContext"
    )
    rows = force_attrs(context, "while evaluating the second argument passed to builtins.appendContext")
    added = set(old)
    make_symbol("allOutputs")
    for path in in_symbol_order(rows):
        added |= context_row(state, path, rows[path])
    return make_string(text, frozenset(added))


def context_row(state: State, path: str, row: Lazy) -> set[str]:
    """The context elements of one attribute of `appendContext`'s argument."""
    place = attribute_position(row)
    store_dir = state.store.store_dir
    if not is_store_path(path, store_dir):
        raise EvalError(f"context key '{attribute_name(path)}' is not a store path", position=position(place))
    store_path = parse_store_path(path, store_dir)
    require_present(state, store_path)
    entries = row_entries(row)
    result: set[str] = set()
    if row_flag(entries, "path"):
        result.add(store_path)
    if row_flag(entries, "allOutputs"):
        if not is_drv_path(path):
            raise not_a_derivation("all-outputs", path, place)
        result.add("=" + store_path)
    if "outputs" in entries:
        names = row_outputs(entries["outputs"])
        if names and not is_drv_path(path):
            raise not_a_derivation("derivation output", path, place)
        outputs_place = attribute_position(entries["outputs"])
        for item in names:
            name = string_attribute(
                item, "while evaluating an output name within a string context", outputs_place
            )
            result.add(f"!{name}!{store_path}")
    return result


def not_a_derivation(kind: str, path: str, place: tuple[str, int, int] | None) -> EvalError:
    """Outputs can only be those of a derivation."""
    return EvalError(
        f'tried to add {kind} context of "{path}", which is not a derivation, to a string',
        position=position(place),
    )


def row_entries(row: Lazy) -> dict[str, Lazy]:
    """The set in one attribute; only a wrong type gets the frame, as in Nix."""
    value = force(row)
    error_position = attribute_position(row)
    error_context = "while evaluating the value of a string context"
    return force_attrs(value, "")


def row_flag(entries: dict[str, Lazy], name: str) -> bool:
    """`path` or `allOutputs`."""
    if name not in entries:
        return False
    return bool_attribute(entries[name], f"while evaluating the `{name}` attribute of a string context")


def row_outputs(x: Lazy) -> tuple[Lazy, ...]:
    """The list `outputs`; only a wrong type gets the frame."""
    value = force(x)
    return positioned_list(
        value, attribute_position(x), "while evaluating the `outputs` attribute of a string context"
    )


def positioned_list(
    value: Value, error_position: tuple[str, int, int] | None, error_context: str
) -> tuple[Lazy, ...]:
    """The elements of a list, or an error with the frame of its attribute."""
    if type(value) is not tuple:
        raise wrong_type("a list", value)
    return value


@builtin("unsafeDiscardStringContext", args=("s",), state=True)
def unsafe_discard_string_context(s: Lazy, state: State) -> str:
    """Discard the string context from a value that can be coerced to a string.

    A path is copied to the store for it. What comes out no longer makes a derivation depend on anything.
    Manual: Built-ins, `unsafeDiscardStringContext`.
    """
    return coerce_to_string(
        state, s, "while evaluating the argument passed to builtins.unsafeDiscardStringContext"
    )[0]


@builtin("unsafeDiscardOutputDependency", args=("s",), state=True)
def unsafe_discard_output_dependency(s: Lazy, state: State) -> Value:
    """Return string *s* depending only on the `.drv` files that it depended on with all their outputs.

    Manual: Built-ins, `unsafeDiscardOutputDependency`.
    """
    text, context = coerce_to_string(
        state, s, "while evaluating the argument passed to builtins.unsafeDiscardOutputDependency"
    )
    return make_string(text, frozenset([element.removeprefix("=") for element in context]))


@builtin("addDrvOutputDependencies", args=("s",), state=True)
def add_drv_output_dependencies(s: Lazy, state: State) -> Value:
    """Return string *s*, whose context is one `.drv` file, depending on that derivation with all its outputs.

    The opposite of `unsafeDiscardOutputDependency`.
    Manual: Built-ins, `addDrvOutputDependencies`.
    """
    text, context = coerce_to_string(
        state, s, "while evaluating the argument passed to builtins.addDrvOutputDependencies"
    )
    if len(context) != 1:
        raise EvalError(f"context of string '{text}' must have exactly one element, but has {len(context)}")
    (element,) = [parse_element(item) for item in context]
    if element.outputs:
        raise EvalError(
            "`addDrvOutputDependencies` can only act on derivations, "
            f"not on a derivation output such as '{element.outputs[-1]}'"
        )
    if not is_drv_path(element.path):
        raise EvalError(f"path '{element.path}' is not a derivation")
    return ContextString(text, frozenset(("=" + element.path,)))


@builtin("placeholder", args=("output",), top_level=True)
def placeholder(output: Lazy) -> str:
    """Return a text that the build replaces by the path of the derivation's own *output* (`"out"`, `"dev"`).

    Manual: Built-ins, `placeholder`.
    """
    name = force_string_no_context(
        output, "while evaluating the first argument passed to builtins.placeholder"
    )
    return output_placeholder(name)


@builtin("storePath", args=("path",), state=True)
def store_path(path: Lazy, state: State) -> Value:
    """Return *path*, which is in the store already, as a string that depends on it, without copying it again.

    Not available in pure evaluation.
    Manual: Built-ins, `storePath`.
    """
    if state.settings.pure_eval:
        raise RestrictedError("'builtins.storePath' is not allowed in pure evaluation mode")
    text, context = coerce_to_path(
        state, path, "while evaluating the first argument passed to 'builtins.storePath'"
    )
    store_dir = state.store.store_dir
    if not is_store_path(text, store_dir):
        text = state.host.real_path(text)
    if not is_in_store(text, store_dir):
        raise EvalError(f"path '{text}' is not in the Nix store")
    found, _ = state.store.split(text)
    require_present(state, found)
    return ContextString(text, context | {found})


def require_present(state: State, path: str) -> None:
    """Raise Nix's error unless a store path is there; read-only mode does not ask."""
    if not state.settings.read_only and not state.store.contains(path):
        raise EvalError(f"path '{path}' is required, but there is no substituter that can build it")


@builtin("toFile", args=("name", "s"), state=True)
def to_file(name: Lazy, s: Lazy, state: State) -> Value:
    """Store the string *s* in a file in the store and return its path; the file's name ends in *name*.

    *s* may refer to other files in the store, but not to outputs of derivations.
    Manual: Built-ins, `toFile`.
    """
    file_name = force_string_no_context(name, "while evaluating the first argument passed to builtins.toFile")
    text, context = force_string_with_context(
        s, "while evaluating the second argument passed to builtins.toFile"
    )
    for item in sorted(context, key=context_order):
        if item.startswith(("!", "=")):
            element = parse_element(item)
            short = element_text(Element(base_name(element.path), element.outputs, element.deep))
            raise EvalError(
                "files created by builtins.toFile may not reference derivations, "
                f"but {file_name} references {short}"
            )
    path: str = state.store.add_text(file_name, text, context)
    if is_drv_path(path) and not state.settings.read_only:
        state.store.read_derivation(path)  # a .drv file must be one
    state.host.allow(path)
    return ContextString(path, frozenset((path,)))


@builtin("outputOf", args=("drv", "output"), state=True, feature="dynamic-derivations")
def output_of(drv: Lazy, output: Lazy, state: State) -> Value:
    """Return a text that stands for *output* of the derivation that *drv* refers to, which may itself be the
    output of another derivation that is not built yet.

    Manual: Built-ins, `outputOf`.
    """
    element = single_element(state, drv)
    name = force_string_no_context(output, "while evaluating the second argument to builtins.outputOf")
    built = Element(element.path, (*element.outputs, name), element.deep)
    return ContextString(element_string(state, built), frozenset((element_text(built),)))


def single_element(state: State, drv: Lazy) -> Element:
    """The one thing that the string *drv* refers to and stands for."""
    blamed, error_context = "while evaluating the first argument to builtins.outputOf", ""
    text, context = force_string_with_context(drv, blamed)
    (element,) = [parse_element(item) for item in context] if len(context) == 1 else (Element(""),)
    expected = "" if element.deep or not element.path else element_string(state, element)
    error_context = blamed
    if len(context) != 1:
        raise EvalError(
            f"string '{text}' has {len(context)} entries in its context. "
            "It should only have exactly one entry"
        )
    if element.deep:
        raise EvalError(
            f"string '{text}' has a context which refers to a complete source and binary closure. "
            "This is not supported at this time"
        )
    if text == expected:
        return element
    if not element.outputs:
        raise EvalError(f"path string '{text}' has context with the different path '{expected}'")
    below = Element(element.path, element.outputs[:-1], element.deep)
    raise EvalError(
        f"string '{text}' has context with the output '{element.outputs[-1]}' "
        f"from derivation '{below.shown}', but the string is not the right placeholder "
        f"for this derivation output. It should be '{expected}'"
    )


def element_string(state: State, element: Element) -> str:
    """The text that stands for a context element: a path, or a placeholder."""
    if not element.outputs:
        return element.path
    first, *later = element.outputs
    if not later:
        if state.settings.read_only and not state.store.is_on_disk(element.path):
            raise EvalError(f"path '{element.path}' is not a valid store path")
        outputs = state.store.read_derivation(element.path).outputs
        if first not in outputs:
            raise EvalError(f"derivation '{element.path}' does not have output '{first}'")
        if outputs[first].path:
            return str(outputs[first].path)
    raw = upstream_hash(element.path, first)
    for name in later:
        raw = computed_hash(raw, name)
    return "/" + to_base32(raw)
