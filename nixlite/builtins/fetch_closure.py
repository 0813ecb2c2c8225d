"""`builtins.fetchClosure`: a store path with all it refers to, from a binary cache."""

from __future__ import annotations

from nixlite.builtins.registry import builtin
from nixlite.errors import EvalError
from nixlite.fetch.trees import downloader_of, reach
from nixlite.runtime.attributes import bool_attribute, string_attribute
from nixlite.runtime.coerce import coerce_to_store_path
from nixlite.runtime.expect import force_attrs
from nixlite.runtime.symbols import in_symbol_order
from nixlite.runtime.thunk import attribute_position, force
from nixlite.runtime.values import ContextString

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.fetch.binary_cache import BinaryCache
    from nixlite.runtime.state import State
    from nixlite.runtime.values import Lazy, Value


class Arguments:
    """The arguments of `fetchClosure`; `to_path` is "" when the new path is still to be found out."""

    __slots__ = ("from_path", "from_store", "input_addressed", "to_path")

    def __init__(self) -> None:
        self.from_store: str | None = None
        self.from_path: str | None = None
        self.to_path: str | None = None
        self.input_addressed = False


@builtin("fetchClosure", args=("args",), state=True, feature="fetch-closure")
def fetch_closure(args: Lazy, state: State) -> Value:
    """Fetch a store path closure from a binary cache, and return the store path as a string with context.

    *args* is a set with `fromStore`, `fromPath` and, if wanted, `toPath` (the path after rewriting to
    content-addressed form) or `inputAddressed`.
    Manual: Built-ins, `fetchClosure`.
    """
    values = force_attrs(args, "while evaluating the argument passed to builtins.fetchClosure")
    arguments = Arguments()
    for key in in_symbol_order(values):
        take_argument(state, arguments, key, values[key])
    cache, from_path = checked(state, arguments)
    if arguments.to_path is not None:
        path = rewritten(state, cache, from_path, arguments.to_path)
    else:
        path = copied(state, cache, from_path, arguments.input_addressed)
    for below in state.store.closure([path]):
        state.host.allow(below)
    return ContextString(path, frozenset((path,)))


def take_argument(state: State, arguments: Arguments, key: str, value: Lazy) -> None:
    """One attribute of the argument set."""
    text = f"while evaluating the attribute '{key}' passed to builtins.fetchClosure"
    place = attribute_position(value)
    if key == "fromPath":
        arguments.from_path, _ = coerce_to_store_path(state, value, text, error_position=place)
    elif key == "toPath":
        if force(value) == "":
            arguments.to_path = ""
        else:
            arguments.to_path, _ = coerce_to_store_path(state, value, text, error_position=place)
    elif key == "fromStore":
        arguments.from_store = string_attribute(value, text)
    elif key == "inputAddressed":
        arguments.input_addressed = bool_attribute(value, text)
    else:
        raise EvalError(f"attribute '{key}' isn't supported in call to 'fetchClosure'")


def checked(state: State, arguments: Arguments) -> tuple[BinaryCache, str]:
    """The cache and the path, once the arguments are found to go together."""
    from nixlite.fetch.binary_cache import BinaryCache
    from nixlite.fetch.url import parse_url

    if arguments.from_path is None:
        raise EvalError("attribute 'fromPath' is missing in call to 'fetchClosure'")
    if arguments.input_addressed and arguments.to_path is not None:
        raise EvalError(
            "attribute 'inputAddressed' is set to true, but 'toPath' is also set. Please remove one of them"
        )
    if arguments.from_store is None:
        raise EvalError("attribute 'fromStore' is missing in call to 'fetchClosure'")
    url = parse_url(arguments.from_store)
    if url.scheme not in ("http", "https"):
        raise EvalError("'fetchClosure' only supports http:// and https:// stores")
    if url.query:
        raise EvalError(f"'fetchClosure' does not support URL query parameters (in '{arguments.from_store}')")
    # Unlike Nix 2.34.8, which asks any server here, even in restricted evaluation.
    host = reach(state, arguments.from_store, locked=lambda: True)
    cache = BinaryCache(arguments.from_store, downloader_of(state, host), state.store.store_dir)
    return cache, arguments.from_path


def copied(state: State, cache: BinaryCache, path: str, input_addressed: bool) -> str:
    """Fetch the closure as it is."""
    from nixlite.fetch.binary_cache import copy_closure, is_content_addressed
    from nixlite.host.setting_names import LIST_DEFAULTS

    settings, name = state.settings, "trusted-public-keys"
    keys = settings.get(name, LIST_DEFAULTS[name]) if settings.get("require-sigs", True) else None
    copy_closure(cache, state.store, path, keys)
    by_content = is_content_addressed(cache.info(path), state.store.store_dir)
    if by_content and input_addressed:
        raise EvalError(
            f"The store object referred to by 'fromPath' at '{path}' is not input-addressed, but "
            "'inputAddressed' is set to 'true'.\n\n"
            "Remove the 'inputAddressed' attribute (it defaults to 'false') to expect 'fromPath' to be "
            "content-addressed"
        )
    if not by_content and not input_addressed:
        raise EvalError(
            f"The 'fromPath' value '{path}' is input-addressed, but 'inputAddressed' is set to 'false' "
            "(default).\n\nIf you do intend to fetch an input-addressed store path, add\n\n"
            "    inputAddressed = true;\n\nto the 'fetchClosure' arguments.\n\n"
            "Note that to ensure authenticity input-addressed store paths, users must configure a trusted "
            "binary cache public key on their systems. This is not needed for content-addressed paths."
        )
    return path


def rewritten(state: State, cache: BinaryCache, path: str, expected: str) -> str:
    """Fetch the closure and name every path by its content."""
    from nixlite.fetch.binary_cache import copy_rewritten

    if expected and state.store.is_valid(expected):
        return expected
    found = copy_rewritten(cache, state.store, path)
    if not expected:
        raise EvalError(
            f"rewriting '{path}' to content-addressed form yielded '{found}'\n"
            "Use this value for the 'toPath' attribute passed to 'fetchClosure'"
        )
    if found != expected:
        raise EvalError(
            f"rewriting '{path}' to content-addressed form yielded '{found}', while '{expected}' was expected"
        )
    return found
