"""nixlite as a Python library.

    >>> import nixlite
    >>> nixlite.evaluate("{ a = 1; b = [ 2 3 ]; }").to_python()
    {'a': 1, 'b': [2, 3]}

A `Value` is a Nix value, lazily evaluated: look into it, call it, convert it. Errors are `NixError`, with
`message`, `position`, `hint` and `trace`, whichever operation they come from.
"""

from __future__ import annotations

import os
from types import FunctionType
from weakref import WeakValueDictionary, finalize

from nixlite.cache.files import Cache
from nixlite.errors import NixError, NixTypeError, StackOverflow
from nixlite.evaluator import Evaluator as Engine
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.runtime.call import call
from nixlite.runtime.thunk import force
from nixlite.runtime.values import (
    INT_MAX,
    INT_MIN,
    ContextString,
    NixPath,
    PrimOp,
    PrimOpApp,
    show_type,
    type_name,
)
from nixlite.source import Source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Any

    from nixlite.host.host import Host
    from nixlite.runtime.values import Lazy


class Evaluator:
    """Evaluates Nix programs; files are evaluated once and remembered.

    Without *settings* and *host* it sees this machine as `nix-instantiate --eval` does. Two evaluators share
    nothing. Everything of the world outside goes through the host (`nixlite.host.host`): a `MemoryHost`
    has only the files it is given. `settings.pure_eval` and `settings.restrict_eval` limit what
    programs see.
    """

    def __init__(self, settings: Settings | None = None, host: Host | None = None) -> None:
        host = host or RealHost()
        if settings is None:
            from nixlite.host.configuration import load_configuration

            settings = Settings()
            load_configuration(settings, host)
        self.settings = settings
        directory = host.cache_directory()
        self.engine = Engine(settings, host, Cache(directory) if directory else None)
        if directory:
            finalize(self, self.engine.close)
        # A text is kept for the messages of its errors, which its own code and values alone can raise.
        self.engine.sources = WeakValueDictionary()
        self._texts = 0

    def evaluate(self, text: str, *, scope: Mapping[str, Any] | None = None) -> Value:
        """The value of a Nix expression; *scope* binds further variables to Python or Nix values.

        Relative paths are relative to `settings.cwd`. Raises NixError.
        """
        self._texts += 1
        name = "«string»" if self._texts == 1 else f"«string»\x1f{self._texts}"
        source = Source(name, text, base=self.settings.cwd)
        names = {key: from_python(item, self) for key, item in (scope or {}).items()}
        return self._value(lambda: self.engine.evaluate_source(source, names))

    def evaluate_file(self, path: str | os.PathLike[str], args: Mapping[str, Any] | None = None) -> Value:
        """The value of a file (a directory stands for its `default.nix`).

        With *args* the file must be a function, which is called with them. Raises NixError.
        """
        full = os.path.normpath(os.path.join(self.settings.cwd, os.fspath(path)))
        value = self._value(lambda: self.engine.import_file(NixPath(full)))
        return value if args is None else value(dict(args))

    def _value(self, compute: Callable[[], Lazy]) -> Value:
        return Value(self.explained(lambda: force(compute())), self)

    def explained(self, compute: Callable[[], Any]) -> Any:
        """Run *compute*; an error that it raises gets its position and trace."""
        try:
            return self.engine.guard(lambda _: compute(), None)
        except NixError as error:
            self.engine.explain(error)
            raise


class Value:
    """A Nix value in weak head normal form: what is inside it is evaluated when it is asked for.

    Sets and lists are indexed, measured and iterated over like Python's (a set over its names, sorted);
    functions are called, with Python or Nix values.
    """

    __slots__ = ("evaluator", "nix")

    def __init__(self, nix: Any, evaluator: Evaluator) -> None:
        self.nix = nix
        self.evaluator = evaluator

    @property
    def type(self) -> str:
        """As `builtins.typeOf`: "int", "bool", "string", "path", "null", "set", "list", "lambda", "float"."""
        return type_name(self.nix)

    def to_python(self) -> Any:
        """The value as plain Python data, evaluated all through.

        Sets become dictionaries, lists lists, paths and strings `str` (string contexts are dropped; a set
        that is a derivation is a set like any other); functions stay callable `Value`s.
        Raises NixError, also for a value that contains itself.
        """
        return self.evaluator.explained(lambda: plain(self.nix, self.evaluator, set()))

    def __getitem__(self, key: str | int) -> Value:
        found = self.nix
        if isinstance(key, str):
            if type(found) is not dict:
                raise NixTypeError(f"expected a set but found {show_type(found)}")
            if key not in found:
                raise KeyError(key)
        elif type(found) is not tuple:
            raise NixTypeError(f"expected a list but found {show_type(found)}")
        return Value(self.evaluator.explained(lambda: force(found[key])), self.evaluator)

    def __len__(self) -> int:
        return len(self._collection())

    def __contains__(self, name: object) -> bool:
        return name in self._collection()

    def __iter__(self) -> Iterator[Any]:
        items = self._collection()
        if type(items) is dict:
            return iter(sorted(items))
        return (self[n] for n in range(len(items)))

    def __call__(self, *arguments: Any) -> Value:
        """Apply a function to arguments, one after the other; the result is lazy inside."""
        result = self.nix
        for argument in arguments:
            result = self._apply(result, from_python(argument, self.evaluator))
        return Value(result, self.evaluator)

    def _apply(self, function: Lazy, argument: Lazy) -> Any:
        return self.evaluator.explained(lambda: call(function, argument))

    def _collection(self) -> Any:
        if type(self.nix) not in (dict, tuple):
            raise NixTypeError(f"expected a set or a list but found {show_type(self.nix)}")
        return self.nix

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Value):
            return NotImplemented
        equal = force(self.evaluator.engine.state.builtins["elem"])
        return bool(self._apply(self._apply(equal, self.nix), (other.nix,)))

    __hash__ = None  # type: ignore[assignment]  # as Python has it; the stubs do not

    def __str__(self) -> str:
        """The value as `nix eval` prints it, evaluated all through."""
        from nixlite.formats.nix.evaluated import show_value

        return str(self.evaluator.explained(lambda: show_value(self.evaluator.engine.state, self.nix)))

    def __repr__(self) -> str:
        """The value as far as it is evaluated."""
        from nixlite.formats.nix.instantiated import show_shallow

        return f"<nixlite {self.type}: {show_shallow(self.nix)}>"


def plain(x: Lazy, evaluator: Evaluator, path: set[int]) -> Any:
    """*x* as Python data; *path* holds the identities of the sets and lists around it: no more than there may
    be calls, as where Nix prints JSON."""
    value: Any = force(x)  # told apart by `kind`
    kind = type(value)
    if kind is ContextString:
        return value.text
    if kind is NixPath:
        return value.path
    if kind in (FunctionType, PrimOp, PrimOpApp):
        return Value(value, evaluator)
    if kind is not dict and kind is not tuple:
        return value
    if id(value) in path:
        raise NixError("cannot convert a value that contains itself to Python data")
    if len(path) >= evaluator.engine.settings.max_call_depth:
        raise StackOverflow
    path.add(id(value))
    converted: Any
    if kind is dict:
        converted = {name: plain(item, evaluator, path) for name, item in sorted(value.items())}
    else:
        converted = [plain(item, evaluator, path) for item in value]
    path.discard(id(value))
    return converted


def from_python(data: Any, evaluator: Evaluator) -> Lazy:
    """The Nix value for Python data.

    Dictionaries, lists, tuples, strings, numbers, Booleans, None and `os.PathLike` convert; a Python
    function becomes a Nix function of one argument, which it gets as a `Value`.
    Raises TypeError for anything else, OverflowError for an integer beyond 64 bits.
    """
    if isinstance(data, Value):
        value: Lazy = data.nix
        return value
    if data is None or isinstance(data, bool | float | str):
        return data
    if isinstance(data, int):
        if not INT_MIN <= data <= INT_MAX:
            raise OverflowError(f"{data} does not fit into a Nix integer, which has 64 bits")
        return data
    if isinstance(data, dict):
        return {str(name): from_python(item, evaluator) for name, item in data.items()}
    if isinstance(data, list | tuple):
        return tuple([from_python(item, evaluator) for item in data])
    if isinstance(data, os.PathLike):
        return NixPath(os.path.abspath(os.fspath(data)))
    if callable(data):
        return python_function(data, evaluator)
    raise TypeError(f"no Nix value for {type(data).__name__}")


def python_function(function: Callable[[Value], Any], evaluator: Evaluator) -> PrimOp:
    """A Nix function that calls a Python one."""

    def apply(x: Lazy) -> Any:
        return force(from_python(function(Value(force(x), evaluator)), evaluator))

    name = getattr(function, "__name__", "python")
    return PrimOp(name, apply, ("x",), (function.__doc__ or "").strip())


def evaluate(text: str) -> Value:
    """The value of a Nix expression, as `nix-instantiate --eval -E` sees this machine. Raises NixError."""
    return Evaluator().evaluate(text)


def evaluate_file(path: str | os.PathLike[str], args: Mapping[str, Any] | None = None) -> Value:
    """The value of a Nix file, called with *args* if they are given. Raises NixError."""
    return Evaluator().evaluate_file(path, args)
