"""Builtins that fetch sources: `fetchurl`, `fetchTarball`, `fetchGit`, `fetchTree`, `fetchMercurial`.

How things are fetched is in `nixlite/fetch/`; here are the arguments, what pure and restricted
evaluation allow, and the results. In pure evaluation a fetch must say what it expects: a hash or a revision.
Manual: Built-ins, under the functions' names.
"""

from __future__ import annotations

from nixlite.builtins.registry import builtin
from nixlite.errors import EvalError, HashMismatch, NixTypeError
from nixlite.fetch.trees import (
    Fetched,
    channel_url,
    check_uri,
    downloader_of,
    fetch_by,
    fetch_input,
    reach,
)
from nixlite.opaque import TEXTS, seen
from nixlite.runtime.attributes import attribute_value, position, string_attribute
from nixlite.runtime.coerce import coerce_to_string
from nixlite.runtime.expect import force_string_no_context
from nixlite.runtime.symbols import in_symbol_order, make_symbols
from nixlite.runtime.thunk import attribute_position, force
from nixlite.runtime.values import ContextString, NixPath, show_type
from nixlite.store.hashing import expected_hash
from nixlite.store.path import BadStorePathError, check_name, fixed_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.fetch.inputs import Attrs, Input
    from nixlite.host.host import Host
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value
    from nixlite.store.hashing import Hash


# --- fetchurl and fetchTarball


@builtin("fetchurl", args=("arg",), state=True)
def fetchurl(arg: Lazy, state: State) -> Value:
    """Download a URL and return the path of the file in the store.

    *arg* is the URL, or a set with `url` and, if wanted, `name` and `sha256`.
    Manual: Built-ins, `fetchurl`.
    """
    request = Request(state, "fetchurl", "")
    read_request(request, arg)
    known = known_path(request, "flat")
    if known is not None:
        return known
    data = downloader_of(state, reach_request(request)).get(request.url).data
    path: str = state.store.add_bytes(request.name, data, recursive=False)
    state.store.mounted.add(path)
    if request.expected is not None:
        from nixlite.store.hashing import hash_bytes

        check_downloaded(request, hash_bytes("sha256", data))
    return store_string(state, path)


@builtin("fetchTarball", args=("args",), state=True, top_level=True)
def fetch_tarball(args: Lazy, state: State) -> Value:
    """Download an archive, unpack it and return the path of the tree in the store.

    *args* is the URL, or a set with `url` and, if wanted, `name` and `sha256`, the hash of the unpacked tree.
    Manual: Built-ins, `fetchTarball`.
    """
    request = Request(state, "fetchTarball", "source")
    read_request(request, args)
    known = known_path(request, "nar")
    if known is not None:
        return known
    from nixlite.fetch.inputs import Input

    source = Input({"type": "tarball", "url": request.url, "name": request.name})
    fetched = fetch_by(state, reach_request(request), source)
    if request.expected is not None:
        check_downloaded(request, fetched.content)
    return store_string(state, fetched.path)


class Request:
    """The arguments of `fetchurl` or `fetchTarball`, whose name is *who*."""

    __slots__ = ("expected", "name", "named", "state", "url", "who")

    def __init__(self, state: State, who: str, name: str) -> None:
        self.state = state
        self.who = who
        self.url = ""
        self.name = name
        self.named = False
        self.expected: Hash | None = None


def read_request(request: Request, arg: Lazy) -> None:
    """Take the arguments and check them."""
    state = request.state
    value = force(arg)
    if type(value) is dict:
        for key in in_symbol_order(value):
            take_argument(request, key, value[key])
        if "url" not in value:
            raise EvalError("'url' argument required")
    else:
        request.url = force_string_no_context(value, "while evaluating the url we should fetch")
    if request.who == "fetchTarball":
        request.url = channel_url(request.url)
    if TEXTS:
        seen(f"{request.url} {request.name}")
    check_uri(state, request.url)
    if not request.name:
        request.name = request.url.rstrip("/").rpartition("/")[2]
    check_request_name(request, type(value) is dict)
    if state.settings.pure_eval and request.expected is None:
        raise EvalError(f"in pure evaluation mode, '{request.who}' requires a 'sha256' argument")


def reach_request(request: Request) -> Host:
    """The host by way of which a request is fetched."""
    return reach(request.state, request.url, locked=lambda: request.expected is not None)


def take_argument(request: Request, key: str, value: Lazy) -> None:
    """One attribute of the argument set."""
    if key == "url":
        request.url = string_attribute(value, "while evaluating the url we should fetch")
    elif key == "sha256":
        text = string_attribute(value, "while evaluating the sha256 of the content we should fetch")
        settings = request.state.settings
        request.expected = expected_hash(text, "sha256", settings.features, settings.warn)
    elif key == "name":
        request.named = True
        request.name = string_attribute(value, "while evaluating the name of the content we should fetch")
    else:
        raise EvalError(f"unsupported argument '{key}' to '{request.who}'")


def check_request_name(request: Request, is_set: bool) -> None:
    """The name must do for a store path; if not, say what to change."""
    try:
        check_name(request.name)
    except BadStorePathError as error:
        if request.named:
            advice = f"Please change the value for the 'name' attribute passed to '{request.who}',"
        elif is_set:
            advice = f"Please add a valid 'name' attribute to the argument for '{request.who}',"
        else:  # two blanks, as Nix has them
            advice = f"Please pass an attribute set with 'url' and 'name' attributes to '{request.who}', "
        raise EvalError(
            f"invalid store path name when fetching URL '{request.url}': {error.message}. "
            f"{advice} so that it can create a valid store path."
        ) from None


def known_path(request: Request, method: str) -> Value:
    """The result when the expected content is in the store already; None otherwise."""
    if request.expected is None:
        return None
    store = request.state.store
    path = fixed_path(request.name, method, request.expected, (), store.store_dir)
    return store_string(request.state, path) if store.is_valid(path) else None


def check_downloaded(request: Request, content: Hash) -> None:
    """Raise Nix's error unless the content is what was expected."""
    assert request.expected is not None
    if content != request.expected:
        raise HashMismatch(
            f"hash mismatch in file downloaded from '{request.url}':\n"
            f"  specified: {request.expected.text('nix32')}\n"
            f"  got:       {content.text('nix32')}"
        )


def store_string(state: State, path: str) -> ContextString:
    """A store path as a string that depends on it."""
    state.host.allow(path)
    return ContextString(path, frozenset((path,)))


# --- fetchTree, fetchGit


@builtin("fetchTree", args=("input",), state=True, top_level=True, feature="fetch-tree")
def fetch_tree(input: Lazy, state: State) -> Value:  # noqa: A002 - Nix's name
    """Fetch a file tree or a plain file and return it with what is known of it: `outPath`, `narHash`, `rev`…

    *input* is a set with `type` ("git", "path", "tarball", "file", "github"…) or a flake reference.
    Manual: Built-ins, `fetchTree`.
    """
    return fetch(state, input, "fetchTree")


@builtin("fetchGit", args=("args",), state=True, top_level=True)
def fetch_git(args: Lazy, state: State) -> Value:
    """Fetch a path of a git repository and return it with its revision.

    *args* is a URL, a path, or a set with `url` and, if wanted, `rev`, `ref`, `name`, `submodules`,
    `shallow`, `allRefs`. A local repository without `rev` and `ref` gives its working tree.
    Manual: Built-ins, `fetchGit`.
    """
    return fetch(state, args, "fetchGit")


def fetch(state: State, arg: Lazy, who: str) -> dict[str, Lazy]:
    """What `fetchTree` and `fetchGit` share."""
    source = input_of(state, arg, who)
    if state.settings.pure_eval and not source.is_locked:
        if source.nar_hash is None:
            raise EvalError(f"in pure evaluation mode, '{who}' doesn't fetch unlocked input '{source}'")
        state.settings.warn(
            f"Input '{source}' is unlocked (e.g. lacks a Git revision) but is checked by NAR hash. "
            "This is not reproducible and will break after garbage collection or when shared."
        )
    check_uri(state, str(source))
    if "__final" in source.attrs:
        raise EvalError(f"input '{source}' is not allowed to use the '__final' attribute")
    return tree_attributes(state, fetch_input(state, source), is_git=who == "fetchGit")


def input_of(state: State, arg: Lazy, who: str) -> Input:
    """The input that the argument means."""
    from nixlite.fetch.inputs import input_from_attrs
    from nixlite.fetch.references import input_from_url
    from nixlite.fetch.url import git_url

    value = force(arg)
    features = state.settings.features
    if type(value) is dict:
        return input_from_attrs(attributes_of(state, value, who), features)
    text, _ = coerce_to_string(
        state, value, f"while evaluating the first argument passed to '{who}'", copy_to_store=False
    )
    if who == "fetchGit":
        attrs: Attrs = {"type": "git", "url": str(git_url(text, state.settings.warn)), "exportIgnore": True}
        return input_from_attrs(attrs, features)
    if "flakes" not in features:
        raise EvalError(f"passing a string argument to '{who}' requires the 'flakes' experimental feature")
    return input_from_url(text, features, state.settings.warn)


def attributes_of(state: State, values: dict[str, Lazy], who: str) -> Attrs:
    """The attributes of an input, from a Nix set."""
    attrs: Attrs = {"type": input_type(values, who)}
    for key in in_symbol_order(values):
        if key != "type":
            attrs[key] = attribute_of(state, key, values[key], who)
    if who == "fetchGit":
        if "exportIgnore" not in attrs and attrs.get("submodules") is not True:
            attrs["exportIgnore"] = True
        return attrs
    if attrs["type"] == "git":
        attrs.setdefault("shallow", True)
    if "name" in attrs:
        raise EvalError(f"argument 'name' isn’t supported in call to '{who}'")
    return attrs


def input_type(values: dict[str, Lazy], who: str) -> str:
    """`type`, which `fetchGit` knows already."""
    if who == "fetchGit":
        if "type" in values:
            raise EvalError("unexpected argument 'type'")
        return "git"
    if "type" not in values:
        raise EvalError(f"argument 'type' is missing in call to '{who}'")
    return string_attribute(values["type"], f"while evaluating the `type` argument passed to '{who}'")


def attribute_of(state: State, key: str, lazy: Lazy, who: str) -> str | int | bool:
    """One attribute: a string, a path, an integer or a Boolean."""
    value = attribute_value(lazy)
    kind = type(value)
    if kind in (str, ContextString, NixPath):
        text, _ = coerce_to_string(state, value, "", copy_to_store=False)
        if who == "fetchGit" and key == "url":
            from nixlite.fetch.url import git_url

            return str(git_url(text, state.settings.warn))
        return text
    if type(value) is bool:
        return value
    if type(value) is int:
        if value < 0:
            raise EvalError(f"negative value given for '{who}' argument '{key}': {value}")
        return value
    raise NixTypeError(
        f"argument '{key}' to '{who}' is {show_type(value)} while a string, Boolean or integer is expected"
    )


def tree_attributes(state: State, fetched: Fetched, *, is_git: bool = False) -> dict[str, Lazy]:
    """The set that describes a fetched tree.

    *is_git*: as `fetchGit` has it, where a dirty working tree has a revision of zeros.
    """
    source = fetched.source
    result: dict[str, Lazy] = {
        "outPath": store_string(state, fetched.path),
        "narHash": fetched.content.text("sri"),
    }
    if source.type == "git":
        result["submodules"] = source.flag("submodules")
    rev = source.rev
    if rev is not None:
        result["rev"] = rev.raw.hex()
        result["shortRev"] = rev.raw.hex()[:7]
    elif is_git:
        result["rev"] = "0" * 40
        result["shortRev"] = "0" * 7
    if fetched.count_revisions is not None:
        result["revCount"] = fetched.count_revisions()
    elif "revCount" in source.attrs:
        result["revCount"] = source.integer("revCount")
    elif is_git:
        result["revCount"] = 0
    for key in ("dirtyRev", "dirtyShortRev"):
        if key in source.attrs:
            result[key] = source.text(key)
    modified = source.integer("lastModified")
    if modified is not None:
        from nixlite.fetch.inputs import date_text

        result["lastModified"] = modified
        result["lastModifiedDate"] = date_text(modified, "%Y%m%d%H%M%S")
    make_symbols(result)
    return state.host.facts(fetched.path, result)


# --- fetchMercurial


@builtin("fetchMercurial", args=("args",), state=True, top_level=True)
def fetch_mercurial(args: Lazy, state: State) -> Value:
    """Fetch a Mercurial repository and return it with its revision; the program `hg` must be installed.

    *args* is a URL or a set with `url` and, if wanted, `rev` (a revision, branch or tag) and `name`.
    """
    from nixlite.fetch.inputs import REVISION, Input

    attrs: Attrs = {"type": "hg", "name": "source"}
    value = force(args)
    if type(value) is dict:
        for key in in_symbol_order(value):
            take_mercurial_argument(state, attrs, key, value[key])
        if not attrs.get("url"):
            raise EvalError("'url' argument required")
    else:
        attrs["url"], _ = coerce_to_string(
            state, value, "while evaluating the first argument passed to builtins.fetchMercurial",
            copy_to_store=False,
        )  # fmt: skip
    url = str(attrs["url"])
    check_uri(state, url)
    rev = str(attrs.pop("rev", ""))
    if rev:
        attrs["rev" if REVISION.fullmatch(rev) else "ref"] = rev
    if state.settings.pure_eval and "rev" not in attrs:
        raise EvalError("in pure evaluation mode, 'fetchMercurial' requires a Mercurial revision")
    attrs["url"] = url if "://" in url else "file://" + url
    fetched = fetch_by(state, reach(state, url, locked=lambda: "rev" in attrs), Input(attrs))
    found = fetched.source.text("rev") or "0" * 40
    result: dict[str, Lazy] = {
        "outPath": store_string(state, fetched.path),
        "rev": found,
        "shortRev": found[:12],
    }
    branch = fetched.source.text("ref")
    if branch is not None:
        result["branch"] = branch
    if "revCount" in fetched.source.attrs:
        result["revCount"] = fetched.source.integer("revCount")
    return result


def take_mercurial_argument(state: State, attrs: Attrs, key: str, value: Lazy) -> None:
    """One attribute of the argument of `fetchMercurial`."""
    error_context = f"while evaluating the `{key}` attribute passed to builtins.fetchMercurial"
    place = attribute_position(value)
    if key == "url":
        blamed, error_context = error_context, ""
        attrs[key], _ = coerce_to_string(state, value, blamed, copy_to_store=False, error_position=place)
    elif key in ("rev", "name"):
        blamed, error_context = error_context, ""
        attrs[key] = string_attribute(value, blamed)
    else:
        error_context = ""
        raise EvalError(f"unsupported argument '{key}' to 'fetchMercurial'", position=position(place))
