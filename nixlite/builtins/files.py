"""Builtins that look at files: reading, importing, and finding them on the lookup path."""

from __future__ import annotations

from nixlite.builtins.derivations import output_string
from nixlite.builtins.registry import builtin
from nixlite.errors import EvalError, RestrictedError
from nixlite.host.lookup_path import find_file
from nixlite.installed.realise import realise_context, realise_path
from nixlite.runtime.coerce import coerce_to_path, coerce_to_string
from nixlite.runtime.expect import force_attrs, force_list, force_string_no_context
from nixlite.runtime.symbols import make_symbols
from nixlite.runtime.thunk import force
from nixlite.runtime.values import ContextString, NixPath, make_string

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value


def resolved_path(state: State, x: Lazy, *, last: bool = True) -> str:
    """The path that *x* means with symlinks resolved (`last=False`: save the last component's)."""
    return _resolve(state, realise_path(state, x), last)


def _resolve(state: State, path: str, last: bool) -> str:
    error_context = f"while realising the context of path '{path}'"
    return state.host.real_path(path, last=last)


@builtin("readFile", args=("path",), state=True)
def read_file(path: Lazy, state: State) -> Value:
    """Return the contents of the file *path* as a string.

    The text of a file in the store has the store paths that it refers to as its context.
    Raises EvalError for a missing file, a directory, or NUL bytes.
    Manual: Built-ins, `readFile`.
    """
    found = resolved_path(state, path)
    text = state.host.read_bytes(found).decode("utf-8", "surrogateescape")
    if "\0" in text:
        raise EvalError(f"the contents of the file '{found}' cannot be represented as a Nix string")
    if found.startswith(state.settings.store_dir + "/"):
        return make_string(text, references_in(state, found, text))
    return text


def references_in(state: State, path: str, text: str) -> frozenset[str]:
    """The store paths that the store object at *path* refers to and that its *text* mentions."""
    store_path, _ = state.store.split(path)
    store_dir = state.settings.store_dir + "/"
    references = state.store.references(store_path)
    return frozenset(path for path in references if path[len(store_dir) :][:HASH_LENGTH] in text)


HASH_LENGTH = 32  # base-32 characters of a store path's hash


@builtin("pathExists", args=("path",), state=True)
def path_exists(path: Lazy, state: State) -> bool:
    """Return `true` if the path *path* exists at evaluation time, and `false` otherwise.

    A string that ends in `/` or `/.` asks for a directory; otherwise a broken symlink exists as well.
    What may not be seen does not exist.
    Manual: Built-ins, `pathExists`.
    """
    value = force(path)
    text = value.text if type(value) is ContextString else value
    directory = type(text) is str and text.endswith(("/", "/."))
    try:
        found = state.host.file_type(resolved_path(state, value, last=directory))
    except RestrictedError:
        return False
    return found == "directory" if directory else found is not None


@builtin("readDir", args=("path",), state=True)
def read_dir(path: Lazy, state: State) -> Value:
    """Return the contents of the directory *path* as a set mapping directory entries to the corresponding
    file type: `"regular"`, `"directory"`, `"symlink"` or `"unknown"`.

    Manual: Built-ins, `readDir`.
    """
    entries: dict[str, Lazy] = dict(sorted(state.host.list_dir(resolved_path(state, path)).items()))
    make_symbols(entries)
    return entries


@builtin("readFileType", args=("p",), state=True)
def read_file_type(path: Lazy, state: State) -> str:
    """Return the type of the file system node at *p*: `"directory"`, `"regular"`, `"symlink"` or
    `"unknown"`.

    No symlink is followed; one on the way is an error.
    Manual: Built-ins, `readFileType`.
    """
    return state.host.require_type(realise_path(state, path))


@builtin("import", args=("path",), state=True, top_level=True)
def import_(path: Lazy, state: State) -> Value:
    """Load, parse and return the Nix expression in the file *path*; a directory stands for the
    `default.nix` in it.

    Each file is evaluated once. The path of a derivation in the store gives a set that describes it.
    Manual: Built-ins, `import`.
    """
    found = realise_path(state, path)
    if is_derivation_in_store(state, found):
        return derivation_value(state, found)
    return state.import_file(NixPath(found))


def is_derivation_in_store(state: State, path: str) -> bool:
    """Whether *path* is that of a derivation that the store knows."""
    if not (path.endswith(".drv") and path.startswith(state.settings.store_dir + "/")):
        return False
    return "/" not in path[len(state.settings.store_dir) + 1 :] and bool(state.store.contains(path))


def derivation_value(state: State, drv_path: str) -> dict[str, Lazy]:
    """What `import` gives for a derivation in the store: much the same set as `derivation` returns."""
    drv = state.store.read_derivation(drv_path)
    elements: dict[str, dict[str, Lazy]] = {name: {} for name in sorted(drv.outputs)}
    make_symbols(elements)
    common: dict[str, Lazy] = {
        **elements,
        "all": tuple(elements.values()),
        "drvPath": ContextString(drv_path, frozenset((f"={drv_path}",))),
        "name": drv.env.get("name", drv.name),
        "type": "derivation",
    }
    for name, element in elements.items():  # the sets refer to each other, so they are filled last
        element |= common
        element["outPath"] = output_string(drv_path, name, drv.outputs[name])
        element["outputName"] = name
    return elements[next(iter(elements))]


@builtin("scopedImport", args=("scope", "path"), state=True, top_level=True)
def scoped_import(scope: Lazy, path: Lazy, state: State) -> Value:
    """Load, parse and return the Nix expression in the file *path* with the attributes of *scope* as
    variables in its scope, where they hide builtins of the same name.

    The file is evaluated anew each time.
    Manual: Built-ins, `scopedImport`.
    """
    found = realise_path(state, path)
    if is_derivation_in_store(state, found):
        return derivation_value(state, found)
    attributes = force_attrs(scope, "while evaluating the first argument passed to builtins.scopedImport")
    return state.scoped_import(attributes, NixPath(found))


@builtin("findFile", args=("search-path", "lookup-path"), state=True)
def find_file_(search_path: Lazy, name: Lazy, state: State) -> NixPath:
    """Find *lookup-path* in *search-path*, a list of sets with the attributes `prefix` and `path`.

    `<name>` means `__findFile __nixPath "name"`.
    Raises Thrown, which `tryEval` catches, when it is not found.
    Manual: Built-ins, `findFile`.
    """
    elements = force_list(search_path, "while evaluating the first argument passed to builtins.findFile")
    entries = [_search_path_entry(state, element) for element in elements]
    text = force_string_no_context(name, "while evaluating the second argument passed to builtins.findFile")
    return NixPath(find_file(state, entries, text))


def _search_path_entry(state: State, element: Lazy) -> tuple[str, str]:
    entry = force_attrs(element, "while evaluating an element of the list passed to builtins.findFile")
    prefix = ""
    if "prefix" in entry:
        prefix = force_string_no_context(
            entry["prefix"],
            "while evaluating the `prefix` attribute of an element of the list passed to builtins.findFile",
        )
    if "path" not in entry:
        error_context = "in an element of the __nixPath"
        raise EvalError("attribute 'path' missing")
    path, context = coerce_to_string(
        state,
        entry["path"],
        "while evaluating the `path` attribute of an element of the list passed to builtins.findFile",
        copy_to_store=False,
    )
    if context:
        for old, new in realise_context(state, context).items():
            path = path.replace(old, new)
    return prefix, path


@builtin("toPath", args=("s",), state=True)
def to_path(s: Lazy, state: State) -> Value:
    """Convert *s*, which must be an absolute path, to a normalised one. **Deprecated**: use
    `/. + "/path"` for a path.

    The result is a string, as it has been since Nix 1.
    Manual: Built-ins, `toPath`.
    """
    path, context = coerce_to_path(state, s, "while evaluating the first argument passed to builtins.toPath")
    return make_string(path, context)


@builtin("getEnv", args=("s",), state=True)
def get_env(s: Lazy, state: State) -> str:
    """Return the value of the environment variable *s*, or an empty string if there is none.

    Always empty in pure and restricted evaluation.
    Manual: Built-ins, `getEnv`.
    """
    name = force_string_no_context(s, "while evaluating the first argument passed to builtins.getEnv")
    if state.settings.pure_eval or state.settings.restrict_eval:
        return ""
    return state.host.get_env(name)
