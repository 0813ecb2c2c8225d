"""Reading `flake.nix`: which inputs a flake says it has. Nothing of it but `outputs` may be computed.

Manual: `nix flake`, "Flake format".
"""

from __future__ import annotations

from nixlite.builtins.fetching import Fetched, fetch_input
from nixlite.errors import EvalError, NixTypeError
from nixlite.runtime.operators import attribute_position
from nixlite.runtime.thunk import VIRGIN, force, is_evaluated, peel
from nixlite.runtime.values import (
    ContextString,
    FunctionType,
    NixPath,
    PrimOp,
    PrimOpApp,
    lambda_info,
    show_type,
)
from nixlite.store.fetch.inputs import Attrs, Input
from nixlite.store.fetch.lock import FlakeRef, InputPath, parse_input_path, ref_from_attrs
from nixlite.store.fetch.references import parse_flake_ref
from nixlite.store.fetch.url import BadUrlError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value

KNOWN = ("description", "inputs", "outputs", "nixConfig")
SELF_ATTRIBUTES = ("submodules", "lfs")


class FlakeInput:
    """An input as `flake.nix` has it. *overrides* are what it says of that input's own inputs."""

    __slots__ = ("follows", "is_flake", "overrides", "ref")

    def __init__(
        self, ref: FlakeRef | None = None, *, is_flake: bool = True, follows: InputPath | None = None
    ) -> None:
        self.ref = ref
        self.is_flake = is_flake
        self.follows = follows
        self.overrides: dict[str, FlakeInput] = {}


class Flake:
    """A flake that has been fetched and read, nothing of its outputs evaluated.

    *directory*: where its `flake.nix` is. *tree*: the fetched tree that this is in. *dirty*: its lock file is
    not what it should be, so its revision would tell a lie.
    """

    __slots__ = ("directory", "dirty", "inputs", "locked", "ref", "self_attrs", "tree")

    def __init__(self, ref: FlakeRef, locked: FlakeRef, tree: Fetched, directory: str) -> None:
        self.ref = ref
        self.locked = locked
        self.tree = tree
        self.directory = directory
        self.inputs: dict[str, FlakeInput] = {}
        self.self_attrs: Attrs = {}
        self.dirty = False


def parse_ref(state: State, text: str, *, relative: bool = False) -> FlakeRef:
    """The flake that a text means. *relative*: a path may be relative."""
    features = state.settings.features
    try:
        attrs = parse_flake_ref(text, features)
    except BadUrlError:
        if not relative or text.startswith("/") or ":" in text.partition("/")[0]:
            raise
        attrs = parse_flake_ref("path:" + text, features)
    return ref_from_attrs(attrs, features)


def fetch_mounted(state: State, source: Input) -> Fetched:
    """Fetch a tree that programs may see even where nothing is added to the store."""
    if source.type == "indirect":
        raise not_in_registry(source)
    tree = fetch_input(state, source)
    state.store.mounted.add(tree.path)
    return tree


def not_in_registry(source: Input) -> EvalError:
    """There are no registries here: say what to do instead."""
    name = source.required_text("id")
    return EvalError(
        f"cannot find flake '{source}' in the flake registries",
        hint="nixlite reads no registries: say where it is ('path:…', 'git+file:…', 'github:…'), as an input"
        f" by 'inputs.{name}.url = …' or '--override-input {name} path:…', or lock the flake with an"
        " installed Nix ('nix flake lock').",
    )


def locked_ref(tree: Fetched, subdir: str) -> FlakeRef:
    """The reference that gives just this tree again."""
    attrs: Attrs = {**tree.source.attrs, "narHash": tree.content.text("sri")}
    if tree.count_revisions is not None and "revCount" not in attrs and "rev" in attrs:
        attrs["revCount"] = tree.count_revisions()
    return FlakeRef(Input(attrs), subdir)


def get_flake(state: State, ref: FlakeRef, prefix: InputPath = ()) -> Flake:
    """Fetch a flake and read its `flake.nix`; *prefix* leads to it in the lock file."""
    tree = fetch_mounted(state, ref.source)
    flake = Flake(ref, locked_ref(tree, ref.subdir), tree, below(tree.path, ref.subdir))
    read_flake(state, flake, prefix)
    changed = {name: value for name, value in flake.self_attrs.items() if name not in ref.source.attrs}
    for name in changed:
        if name not in SELF_ATTRIBUTES:
            raise EvalError(f"flake 'self' attribute '{name}' is not supported")
    if not changed:
        return flake
    tree = fetch_mounted(state, ref.source.copy(**changed))
    flake = Flake(ref, locked_ref(tree, ref.subdir), tree, below(tree.path, ref.subdir))
    read_flake(state, flake, prefix)
    return flake


def below(path: str, subdir: str) -> str:
    """The directory *subdir* of a tree; `..` does not lead out of the root."""
    parts: list[str] = []
    for part in subdir.split("/"):
        if part == "..":
            del parts[-1:]
        elif part not in ("", "."):
            parts.append(part)
    return "/".join([path, *parts])


def read_flake(state: State, flake: Flake, prefix: InputPath) -> None:
    """Fill in what `flake.nix` says. Raises EvalError in Nix's words."""
    path = flake.directory + "/flake.nix"
    value = state.import_file(NixPath(path))
    if type(value) is not dict:
        error_context = f"while evaluating the file '{path}':"
        raise EvalError(f"file '{path}' must be an attribute set")
    if "description" in value:
        expect(value["description"], "a string")
    if "inputs" in value:
        flake.inputs = read_inputs(state, flake, value["inputs"], prefix, allow_self=True)
    if "outputs" not in value:
        raise EvalError(f"flake '{flake.ref}' lacks attribute 'outputs'")
    outputs = expect(value["outputs"], "a function")
    if type(outputs) is FunctionType:
        for name, _ in lambda_info(outputs).formals or ():
            if name != "self" and name not in flake.inputs:
                flake.inputs[name] = FlakeInput(parse_ref(state, name))
    if "nixConfig" in value:
        expect(value["nixConfig"], "a set")
    for name in value:
        if name not in KNOWN:
            place = show_place(value[name])
            raise EvalError(f"flake '{flake.ref}' has an unsupported attribute '{name}', at {place}")


def read_inputs(
    state: State, flake: Flake, lazy: Lazy, prefix: InputPath, *, allow_self: bool = False
) -> dict[str, FlakeInput]:
    """The attribute `inputs`, of a flake or of an input."""
    found = {}
    for name, item in expect(lazy, "a set").items():
        if name != "self":
            found[name] = read_input(state, flake, item, prefix)
        elif not allow_self:
            raise EvalError(f"'self' input attribute not allowed at {show_place(item)}")
        else:
            for key, value in expect(item, "a set").items():
                flake.self_attrs[key] = input_attribute(key, value)
    return found


def read_input(state: State, flake: Flake, lazy: Lazy, prefix: InputPath) -> FlakeInput:
    """One input."""
    result = FlakeInput()
    attrs: Attrs = {}
    for name, value in expect(lazy, "a set").items():
        read_attribute(state, flake, result, attrs, (name, value, prefix))
    if "type" in attrs:
        error_context = "while evaluating flake input"
        result.ref = ref_from_attrs(attrs, state.settings.features)
        del error_context
    else:
        url = attrs.pop("url", None)
        for name in sorted(attrs):
            raise EvalError(f"unexpected flake input attribute '{name}', at {show_place(lazy)}")
        if url is not None:
            result.ref = parse_ref(state, str(url), relative=True)
    if result.ref is not None and result.follows is not None:
        place = show_place(lazy)
        raise EvalError(f"flake input has both a flake reference and a follows attribute, at {place}")
    return result


def read_attribute(
    state: State, flake: Flake, result: FlakeInput, attrs: Attrs, row: tuple[str, Lazy, InputPath]
) -> None:
    """One attribute of an input."""
    name, value, prefix = row
    error_context = f"while evaluating flake attribute '{name}'"
    error_position = attribute_position(value)  # both are read by trace.py
    if name == "url":
        attrs["url"] = input_url(flake, value)
    elif name == "flake":
        result.is_flake = expect(value, "a Boolean")
    elif name == "inputs":
        result.overrides = read_inputs(state, flake, value, prefix)
    elif name == "follows":
        result.follows = (*prefix, *parse_input_path(expect(value, "a string")))
    else:
        attrs[name] = input_attribute(name, value)
    del error_context, error_position


def input_url(flake: Flake, lazy: Lazy) -> str:
    """`url`: a text, or a path in the flake's own tree."""
    value = force(lazy)
    if type(value) is NixPath:
        if not (value.path + "/").startswith(flake.tree.path + "/"):
            raise EvalError(
                f"input attribute path '{value.path}' at {show_place(lazy)} must be in the same source tree"
                f" as {flake.directory}"
            )
        import posixpath

        return "path:" + posixpath.relpath(value.path, flake.directory)
    if type(value) is ContextString:
        return value.text
    if type(value) is not str:
        raise EvalError(f"expected a string or a path but got {kind_of(value)} at {show_place(lazy)}")
    return value


def input_attribute(name: str, lazy: Lazy) -> str | int | bool:
    """An attribute that goes to the fetcher."""
    value = force(lazy)
    if type(value) is ContextString:
        return value.text
    if type(value) is int and value < 0:
        raise EvalError(f"negative value given for flake input attribute {name}: {value}")
    if type(value) in (str, bool, int):
        return value  # type: ignore[return-value]
    raise NixTypeError(
        f"flake input attribute '{name}' is {show_type(value)}"
        " while a string, Boolean, or integer is expected"
    )


def expect(lazy: Lazy, kind: str) -> Any:
    """The value, which must be of a kind; nothing is computed for it."""
    found = kind_of(force(lazy)) if is_plain(lazy) else "a thunk"
    if found != kind:
        raise EvalError(f"expected {kind} but got {found} at {show_place(lazy)}")
    value = force(lazy)
    return value.text if type(value) is ContextString else value


def is_plain(lazy: Lazy) -> bool:
    """Whether something is written down as a value. Sets and functions in thunks are let pass."""
    lazy = peel(lazy)
    return is_evaluated(lazy) or lazy[0] is VIRGIN or not str_or_bool(lazy)  # type: ignore[index]


def str_or_bool(lazy: Lazy) -> bool:
    """Whether a thunk gives a string or a Boolean, which as plain values are never delayed."""
    return type(force(lazy)) in (str, ContextString, bool)


def kind_of(value: Value) -> str:
    """The kind of a value as messages about flakes name it."""
    if type(value) in (PrimOp, PrimOpApp, FunctionType):
        return "a function"
    return "a string" if type(value) is ContextString else show_type(value)


def show_place(lazy: Lazy) -> str:
    """Where an attribute is written."""
    place = attribute_position(lazy)
    return ":".join(map(str, place)) if place else "«none»:0"
