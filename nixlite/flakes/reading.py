"""Reading `flake.nix`: which inputs a flake says it has. Nothing of it but `outputs` may be computed.

Manual: `nix flake`, "Flake format".
"""

from __future__ import annotations

from nixlite.errors import EvalError, NixTypeError
from nixlite.fetch.inputs import Attrs, Input, require_feature
from nixlite.fetch.references import parse_flake_ref
from nixlite.fetch.trees import Fetched, fetch_input
from nixlite.flakes.lock_graph import FlakeRef, InputPath, parse_input_path, ref_from_attrs
from nixlite.flakes.registry import KINDS, Registries
from nixlite.host.guarded import innermost
from nixlite.host.mounts import no_such_path
from nixlite.runtime.expect import force_string_no_context
from nixlite.runtime.symbols import in_symbol_order
from nixlite.runtime.thunk import UNASKED, attribute_position, force, peel
from nixlite.runtime.values import (
    ContextString,
    FunctionType,
    NixPath,
    PrimOp,
    PrimOpApp,
    lambda_info,
    show_type,
)
from nixlite.source import shown_place

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
    not what it should be, so its revision would tell a lie. *config*: the texts of the settings it asks for.
    *resolved*: what *ref* means after the registries.
    """

    __slots__ = (
        "config", "description", "directory", "dirty", "inputs", "locked", "ref", "resolved", "self_attrs",
        "tree",
    )  # fmt: skip

    def __init__(
        self,
        ref: FlakeRef,
        locked: FlakeRef,
        tree: Fetched,
        directory: str,
        resolved: FlakeRef | None = None,
    ) -> None:
        self.ref = ref
        self.locked = locked
        self.tree = tree
        self.directory = directory
        self.inputs: dict[str, FlakeInput] = {}
        self.self_attrs: Attrs = {}
        self.dirty = False
        self.description: str | None = None
        self.config: dict[str, str] = {}
        self.resolved = resolved or ref


def parse_ref(state: State, text: str, *, relative: bool = False, require_tree: bool = True) -> FlakeRef:
    """The flake that a text means; see `reference_url` for *relative* and *require_tree*."""
    features, warn = state.settings.features, state.settings.warn
    attrs = parse_flake_ref(text, features, relative=relative, require_tree=require_tree, warn=warn)
    return ref_from_attrs(attrs, features)


def fetch_mounted(state: State, source: Input, *, trusted: bool = False) -> Fetched:
    """Fetch a tree that programs may see even where nothing is added to the store; *trusted* as for
    `fetch_input`."""
    tree = fetch_input(state, source, trusted=trusted)
    state.store.mounted.add(tree.path)
    state.caches.setdefault("shown trees", {}).setdefault(tree.path, origin_of_tree(state, source, tree))
    name = state.caches.setdefault("mounted trees", {}).setdefault(
        tree.path, name_of_tree(state, source, tree)
    )
    if state.host.mounts is not None:
        state.host.mounts.add(tree.path, name)
    return tree


def share_fetched(known: State, state: State) -> None:
    """Let programs of an evaluation see what another one has fetched, in whose store it is."""
    if state.store is not known.store:
        state.share_store(known.store)
    for key in ("fetched inputs", "mounted trees", "shown trees"):
        state.caches[key] = known.caches[key]
    for path, name in state.caches["mounted trees"].items():
        state.host.allow(path)
        if state.host.mounts is not None:
            state.host.mounts.add(path, name)


def name_of_tree(state: State, source: Input, tree: Fetched) -> str:
    """What Nix shows for the root of a fetched tree: its directory, or the input in quotes."""
    from nixlite.fetch.git import local_repository
    from nixlite.fetch.url import parse_url

    if source.type == "git" and source.rev is None and source.text("ref") is None:
        path = local_repository(innermost(state.host), parse_url(source.required_text("url")))
        if path is not None:
            return path
    if source.type in ("path", "hg"):
        return tree.path
    return f"«{source if source.type in ('tarball', 'file') else tree.source}»"


def origin_of_tree(state: State, source: Input, tree: Fetched) -> str:
    """The directory that a tree was copied from, where a person would look for its files; of one from
    elsewhere what Nix shows."""
    if source.type == "path":
        return source.required_text("path")
    return name_of_tree(state, source, tree)


def registries_of(state: State) -> Registries:
    """The registries of an evaluation."""
    found = state.caches.get("registries")
    if found is None:
        found = state.caches["registries"] = Registries(state.settings, innermost(state.host))
    return found


def resolve(state: State, ref: FlakeRef, kinds: tuple[str, ...]) -> FlakeRef:
    """What a reference means by the registries of some *kinds*, in which only names are looked up.

    Raises EvalError.
    """
    if ref.source.type != "indirect":
        return ref
    if not kinds:
        raise EvalError(
            f"'{ref.source}' is an indirect flake reference, but registry lookups are not allowed"
        )
    source, more = registries_of(state).resolve(ref.source, kinds)
    return FlakeRef(source, Input(more).text("dir") or ref.subdir)


def locked_ref(tree: Fetched, subdir: str) -> FlakeRef:
    """The reference that gives just this tree again."""
    attrs: Attrs = {**tree.source.attrs, "narHash": tree.content.text("sri"), "__final": True}
    if tree.count_revisions is not None and "revCount" not in attrs and "rev" in attrs:
        attrs["revCount"] = tree.count_revisions()
    return FlakeRef(Input(attrs), subdir)


def get_flake(
    state: State,
    ref: FlakeRef,
    prefix: InputPath = (),
    kinds: tuple[str, ...] = KINDS,
    *,
    trusted: bool = False,
) -> Flake:
    """Fetch a flake and read its `flake.nix`; *prefix* leads to it in the lock file, *kinds* are the
    registries that a name is looked up in, *trusted* as for `fetch_input`.
    """
    resolved = resolve(state, ref, kinds)
    flake = fetched_flake(state, ref, resolved, resolved.source, prefix, trusted=trusted)
    changed = {
        name: value
        for name, value in flake.self_attrs.items()
        if flake.locked.source.attrs.get(name) != value
    }
    for name in sorted(flake.self_attrs):
        if name not in SELF_ATTRIBUTES:
            raise EvalError(f"flake 'self' attribute '{name}' is not supported")
    if not changed:
        return flake
    source = resolved.source.copy(**changed)
    return fetched_flake(state, ref, resolved, source, prefix, trusted=trusted)


def fetched_flake(
    state: State, ref: FlakeRef, resolved: FlakeRef, source: Input, prefix: InputPath, *, trusted: bool
) -> Flake:
    """The flake in the tree of *source*."""
    tree = fetch_mounted(state, source, trusted=trusted)
    directory = below(tree.path, resolved.subdir)
    flake = Flake(ref, locked_ref(tree, resolved.subdir), tree, directory, resolved)
    name = name_of_tree(state, source, tree)
    if name == tree.path:
        read_flake(state, flake, prefix)
        return flake
    if not state.host.exists(f"{directory}/flake.nix"):
        missing = f"{name}{directory.removeprefix(tree.path)}/flake.nix"
        raise no_such_path(innermost(state.host), missing, name)
    try:
        read_flake(state, flake, prefix)
    except EvalError as error:  # its places are in the tree as it was fetched, not in the store
        error.message = error.message.replace(f"{tree.path}/", f"{name}/")
        raise
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
    value = state.import_set(NixPath(flake.directory + "/flake.nix"))
    if "description" in value:
        flake.description = expect(value["description"], "a string")
    if "inputs" in value:
        flake.inputs = read_inputs(state, flake, value["inputs"], prefix, allow_self=True)
    if "outputs" not in value:
        raise EvalError(f"flake '{flake.resolved}' lacks attribute 'outputs'")
    outputs = expect(value["outputs"], "a function")
    if type(outputs) is FunctionType:
        for name, _ in lambda_info(outputs).formals or ():
            if name != "self" and name not in flake.inputs:
                flake.inputs[name] = FlakeInput(parse_ref(state, name))
    if "nixConfig" in value:
        for name, setting in rows(value["nixConfig"]):
            flake.config[name] = read_setting(state, name, setting)
    for name in in_symbol_order(value):
        if name not in KNOWN:
            place = show_place(value[name])
            raise EvalError(f"flake '{flake.resolved}' has an unsupported attribute '{name}', at {place}")


def rows(lazy: Lazy) -> list[tuple[str, Lazy]]:
    """The attributes of what must be a set, in the order in which Nix goes through them."""
    found: dict[str, Lazy] = expect(lazy, "a set")
    return [(name, found[name]) for name in in_symbol_order(found)]


def read_inputs(
    state: State, flake: Flake, lazy: Lazy, prefix: InputPath, *, allow_self: bool = False
) -> dict[str, FlakeInput]:
    """The attribute `inputs`, of a flake or of an input."""
    found = {}
    for name, item in rows(lazy):
        if name != "self":
            found[name] = read_input(state, flake, item, prefix)
        elif not allow_self:
            raise EvalError(f"'self' input attribute not allowed at {show_place(item)}")
        else:
            for key, value in rows(item):
                flake.self_attrs[key] = input_attribute(key, value, state.settings.features)
    return found


def read_input(state: State, flake: Flake, lazy: Lazy, prefix: InputPath) -> FlakeInput:
    """One input."""
    result = FlakeInput()
    attrs: Attrs = {}
    for name, value in rows(lazy):
        read_attribute(state, flake, result, attrs, (name, value, prefix))
    if "type" in attrs:
        error_context, error_position = "while evaluating flake input", attribute_position(lazy)
        result.ref = ref_from_attrs(attrs, state.settings.features)
        del error_context, error_position
    else:
        url = attrs.pop("url", None)
        for name in sorted(attrs):
            raise EvalError(f"unexpected flake input attribute '{name}', at {show_place(lazy)}")
        if url is not None:
            result.ref = parse_ref(state, str(url), relative=True, require_tree=result.is_flake)
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
    error_position = attribute_position(value)  # both are read by `traces`
    if name == "url":
        attrs["url"] = input_url(flake, value)
    elif name == "flake":
        result.is_flake = expect(value, "a Boolean")
    elif name == "inputs":
        result.overrides = read_inputs(state, flake, value, prefix)
    elif name == "follows":
        result.follows = (*prefix, *parse_input_path(expect(value, "a string")))
    else:
        attrs[name] = input_attribute(name, value, state.settings.features)
    del error_context, error_position


def input_url(flake: Flake, lazy: Lazy) -> str:
    """`url`: a text, or a path in the flake's own tree."""
    kind = written_kind(lazy)
    if kind == "a path":
        path: Any = force(lazy)
        if not (path.path + "/").startswith(flake.tree.path + "/"):
            raise EvalError(
                f"input attribute path '{path.path}' at {show_place(lazy)} must be in the same source tree"
                f" as {flake.directory}{'/' if flake.directory == flake.tree.path else ''}"
            )
        import posixpath

        return "path:" + posixpath.relpath(path.path, flake.directory)
    if kind != "a string":
        raise EvalError(f"expected a string or a path but got {kind} at {show_place(lazy)}")
    return text_of(force(lazy))


def input_attribute(name: str, lazy: Lazy, features: frozenset[str]) -> str | int | bool:
    """An attribute that goes to the fetcher; unlike others, not even what is written down is looked into."""
    kind = "a thunk" if is_delayed(lazy) else kind_of(force(lazy))
    if kind == "a string":
        return text_of(force(lazy))
    if kind in ("an integer", "a Boolean"):
        value = force(lazy)
        assert isinstance(value, int)  # for Python a Boolean is one, too
        if value < 0:
            raise EvalError(f"negative value given for flake input attribute {name}: {value}")
        return value
    if name == "publicKeys":
        require_feature("verified-fetches", features)
    raise NixTypeError(
        f"flake input attribute '{name}' is {kind} while a string, Boolean, or integer is expected"
    )


def read_setting(state: State, name: str, lazy: Lazy) -> str:
    """The text of a setting in `nixConfig`."""
    kind = written_kind(lazy)
    value: Any = force(lazy) if kind != "a thunk" else None
    if kind == "a string":
        return force_string_no_context(value, "")
    if kind == "a path":
        path: str = state.store.copy_path(state, value.path)
        return path
    if kind == "an integer":
        return str(value)
    if kind == "a Boolean":
        return "true" if value else "false"
    if kind != "a list":
        raise NixTypeError(f"flake configuration setting '{name}' is {kind}")
    for item in value:
        if is_delayed(item) or kind_of(force(item)) != "a string":
            raise NixTypeError(
                f"list element in flake configuration setting '{name}' is a list while a string is expected"
            )
    return " ".join([force_string_no_context(item, "") for item in value]).lstrip(" ")


def expect(lazy: Lazy, kind: str) -> Any:
    """The value, which must be of a kind; nothing is computed for it."""
    found = written_kind(lazy)
    if found != kind:
        raise EvalError(f"expected {kind} but got {found} at {show_place(lazy)}")
    value = force(lazy)
    return value.text if type(value) is ContextString else value


def written_kind(lazy: Lazy) -> str:
    """The kind of what is written down; "a thunk" where something would have to be computed."""
    return kind_of(force(lazy)) if is_written(lazy) else "a thunk"


def is_written(lazy: Lazy) -> bool:
    """Whether something is a value already, or is written down: a function, or a list or set literal."""
    lazy = peel(lazy)
    if type(lazy) is not list or lazy[0] is None or lazy[0] is UNASKED:
        return True
    code = lazy[0]
    if type(code) is not FunctionType:  # what a recorder leaves of a thunk that has its value
        return True
    if "LAMBDAS" in code.__globals__:
        return str(code.__name__).startswith("l")  # see `compiler.unit.Function.finish`
    # A piece of a big source: its code is not there yet. Only kinds that are always plain are certain.
    return code.__name__ == "piece" and type(force(lazy)) not in (str, ContextString, bool)


def is_delayed(lazy: Lazy) -> bool:
    """Whether Nix has a thunk here, be it one for a literal."""
    lazy = peel(lazy)
    if type(lazy) is not list or lazy[0] is None:
        return False
    return lazy[0] is not UNASKED or type(lazy[1]) is FunctionType


def text_of(value: Value) -> str:
    """The characters of a string."""
    return value.text if type(value) is ContextString else str(value)


def kind_of(value: Value) -> str:
    """The kind of a value as messages about flakes name it."""
    if type(value) in (PrimOp, PrimOpApp, FunctionType):
        return "a function"
    return "a string" if type(value) is ContextString else show_type(value)


def show_place(lazy: Lazy) -> str:
    """Where an attribute is written."""
    return shown_place(attribute_position(lazy))
