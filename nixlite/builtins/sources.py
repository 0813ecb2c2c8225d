"""Builtins that copy files into the store: `path` and `filterSource`."""

from __future__ import annotations

from nixlite.builtins.registry import builtin
from nixlite.errors import EvalError
from nixlite.installed.realise import realise_context
from nixlite.runtime.attributes import bool_attribute, function_attribute, position, string_attribute
from nixlite.runtime.call import call2
from nixlite.runtime.coerce import coerce_to_path
from nixlite.runtime.expect import force_attrs, force_bool, force_function
from nixlite.runtime.symbols import in_symbol_order
from nixlite.runtime.thunk import attribute_position
from nixlite.runtime.values import ContextString
from nixlite.store.hashing import expected_hash
from nixlite.store.path import fixed_path
from nixlite.store.tree import Directory, Node, host_leaf, host_tree

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value
    from nixlite.store.hashing import Hash


@builtin("path", args=("args",), state=True)
def path_builtin(args: Lazy, state: State) -> Value:
    """Copy a path to the store and return where it is; *args* is a set with `path` and, if wanted, `name`,
    `filter`, `recursive` and `sha256`.

    `recursive = false` hashes a single file flatly. With `sha256` the content must have this hash.
    Manual: Built-ins, `path`.
    """
    values = force_attrs(args, "while evaluating the argument passed to 'builtins.path'")
    source = Source(state)
    for key in in_symbol_order(values):
        take_argument(source, key, values[key])
    if source.path is None:
        raise EvalError("missing required 'path' attribute in the first argument to 'builtins.path'")
    return add_path(source, source.path)


class Source:
    """What is to be added to the store, and how."""

    __slots__ = ("context", "expected", "filter", "method", "name", "path", "state")

    def __init__(self, state: State) -> None:
        self.state = state
        self.path: str | None = None
        self.context: frozenset[str] = frozenset()
        self.name = ""
        self.filter: Lazy = None
        self.method = "nar"
        self.expected: Hash | None = None


def take_argument(source: Source, key: str, value: Lazy) -> None:
    """One attribute of the argument of `builtins.path`."""
    if key == "path":
        source.path, source.context = coerce_to_path(
            source.state,
            value,
            "while evaluating the 'path' attribute passed to 'builtins.path'",
            error_position=attribute_position(value),
        )
    elif key == "name":
        source.name = string_attribute(value, "while evaluating the `name` attribute passed to builtins.path")
    elif key == "filter":
        source.filter = function_attribute(
            value, "while evaluating the `filter` parameter passed to builtins.path"
        )
    elif key == "recursive":
        recursive = bool_attribute(
            value, "while evaluating the `recursive` attribute passed to builtins.path"
        )
        source.method = "nar" if recursive else "flat"
    elif key == "sha256":
        text = string_attribute(value, "while evaluating the `sha256` attribute passed to builtins.path")
        settings = source.state.settings
        source.expected = expected_hash(text, "sha256", settings.features, settings.warn)
    else:
        raise EvalError(
            f"unsupported argument '{key}' to 'builtins.path'", position=position(attribute_position(value))
        )


@builtin("filterSource", args=("filter", "path"), state=True)
def filter_source(filter: Lazy, path: Lazy, state: State) -> Value:  # noqa: A002 - Nix's name
    """Copy the directory *path* to the store without the files for which *filter* returns `false`.

    *filter* is called with the path and the type (`"regular"`, `"directory"`, `"symlink"`, `"unknown"`) of
    everything below *path*; a directory that it leaves out is not looked into.
    Manual: Built-ins, `filterSource`.
    """
    source = Source(state)
    text, source.context = coerce_to_path(
        state,
        path,
        "while evaluating the second argument (the path to filter) passed to 'builtins.filterSource'",
    )
    source.filter = force_function(
        filter, "while evaluating the first argument passed to builtins.filterSource"
    )
    return add_path(source, text)


def add_path(source: Source, path: str) -> ContextString:
    """Add what lies at *path* to the store; returns its store path as a string."""
    error_context = f"while adding path '{path}'"
    state, store = source.state, source.state.store
    name = source.name or path.rpartition("/")[2] or "source"
    references: tuple[str, ...] = ()
    if source.context and path.startswith(store.store_dir + "/"):
        for old, new in realise_context(state, source.context).items():
            path = path.replace(old, new)
        references = store.references(store.split(path)[0])
    expected = None
    if source.expected is not None:
        expected = fixed_path(name, source.method, source.expected, references, store.store_dir)
    if expected is not None and store.is_valid(expected):
        result = expected
    else:
        result = add_tree_at(source, name, state.host.real_path(path), references)
        if expected is not None and expected != result:
            raise EvalError(f"store path mismatch in (possibly filtered) path added from '{path}'")
    state.host.allow(result)
    return ContextString(result, frozenset((result,)))


def add_tree_at(source: Source, name: str, path: str, references: tuple[str, ...]) -> str:
    """Add the tree at a path without symlinks, filtered."""
    state = source.state
    state.store.tell_of_copy(state, path)
    if source.method == "flat":
        result = state.store.add_bytes(name, state.host.read_bytes(path), recursive=False)
        return str(result)
    if source.filter is None:
        node = host_tree(state.host, path)
    else:
        state.host.check_access(path)
        node = filtered_tree(state, source.filter, path, state.host.file_type(path))
    return str(state.store.add_tree(name, node, references=references))


def filtered_tree(state: State, filter_function: Lazy, path: str, kind: str | None) -> Node:
    """The tree at *path* without what the filter leaves out; the filter is asked in the order of names."""
    if kind != "directory":
        return host_leaf(state.host, path, kind)
    prefix = path if path.endswith("/") else path + "/"
    entries: dict[str, Node] = {}
    kinds = state.host.list_dir(path)
    for name in sorted(kinds):
        below = prefix + name
        if keeps(filter_function, below, kinds[name]):
            entries[name] = filtered_tree(state, filter_function, below, kinds[name])
    return Directory(entries)


def keeps(filter_function: Lazy, path: str, kind: str) -> bool:
    """What the filter says of one path."""
    answer = call2(filter_function, path, kind)
    return force_bool(answer, "while evaluating the return value of the path filter function")
