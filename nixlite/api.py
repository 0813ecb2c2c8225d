"""nixlite as a Python library.

    >>> import nixlite
    >>> nixlite.evaluate("{ a = 1; b = [ 2 3 ]; }").to_python()
    {'a': 1, 'b': [2, 3]}

A `Value` is a Nix value, lazily evaluated: look into it, call it, convert it. Errors are `NixError`, with
`message`, `position`, `hint` and `trace`, whichever operation they come from.
"""

from __future__ import annotations

import sys
from itertools import count
from weakref import WeakValueDictionary, finalize

from nixlite.cache.files import Cache
from nixlite.drives import given_path
from nixlite.evaluator import Evaluator as Engine
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.interop.origins import File, Flake, Text
from nixlite.interop.owning import Owning
from nixlite.interop.roots import add_builtin, evaluate_root
from nixlite.interop.value import Value, value_of
from nixlite.limits.budget import Budget
from nixlite.limits.recursion import KNOWN
from nixlite.limits.stack import free
from nixlite.runtime.thunk import force

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    import typing
    from collections.abc import Callable, Mapping
    from typing import Any, Self, TypeVar

    from nixlite.host.host import Host
    from nixlite.limits.budget import Limits

    T = TypeVar("T")
    F = TypeVar("F", bound=Callable[..., Any])


class Evaluator(Owning):
    """Evaluates Nix programs; files are evaluated once and remembered.

    Without *settings* and *host* it sees this machine as `nix-instantiate --eval` does. Two evaluators share
    nothing. Everything of the world outside goes through the host (`nixlite.host.host`): a `MemoryHost`
    has only the files it is given. `settings.pure_eval` and `settings.restrict_eval` limit what
    programs see. *limits* bound what it may use over its whole life: the call that goes beyond raises
    Exhausted, and so do all after it.

    Threads may share an evaluator: they take turns. A Python function that a program calls must not wait for
    another thread that uses the same one.

    As a context manager it is closed at the end. Values that it has given can be used further.

    >>> host = nixlite.MemoryHost({"/etc/app.nix": "{ port = 80 + 8000; }"})
    >>> with nixlite.Evaluator(host=host) as evaluator:
    ...     evaluator.evaluate_file("/etc/app.nix")["port"].to_python()
    8080
    """

    def __init__(
        self, settings: Settings | None = None, host: Host | None = None, *, limits: Limits | None = None
    ) -> None:
        host = host or RealHost()
        if settings is None:
            from nixlite.host.configuration import load_configuration

            settings = Settings()
            load_configuration(settings, host)
        self.settings = settings
        self.host = host
        directory = host.cache_directory()
        self.engine = Engine(settings, host, Cache(directory) if directory else None)
        self.engine.limit(Budget(limits))
        if directory:
            finalize(self, self.engine.close)
        # A text is kept for the messages of its errors, which its own code and values alone can raise.
        self.engine.sources = WeakValueDictionary()
        self.builtins: dict[str, Any] = {}
        """What `builtin` has added."""
        self._texts = count(1)
        self._closed = False

    # -- evaluating

    def evaluate(
        self,
        text: str,
        *,
        args: Mapping[str, Any] | None = None,
        scope: Mapping[str, Any] | None = None,
    ) -> Value:
        """The value of a Nix expression.

        *args*: the expression is a function, which is called with the set of these. *scope* binds further
        variables. Both are Python data or Values. Relative paths begin in `settings.cwd`. Raises NixError;
        for *args* and *scope* what has no Nix value raises TypeError, ValueError or OverflowError.

        >>> greeting = "{ name }: word + name"
        >>> nixlite.evaluate(greeting, args={"name": "you"}, scope={"word": "Hello, "}).to_python()
        'Hello, you'
        """
        if not isinstance(text, str):
            raise TypeError(
                f"a Nix expression is a string, not {type(text).__name__}; evaluate_file is for files"
            )
        number = next(self._texts)
        name = "«string»" if number == 1 else f"«string»\x1f{number}"
        origin = Text(name, text, self.settings.cwd, dict(scope or {}))
        return self._called(self._root(origin), args)

    def evaluate_file(self, path: str | os.PathLike[str], args: Mapping[str, Any] | None = None) -> Value:
        """The value of a file (a directory stands for its `default.nix`).

        With *args* the file must be a function, which is called with them. Raises NixError.
        """
        full = given_path(path, self.settings.cwd)
        return self._called(self._root(File(full)), args)

    def evaluate_flake(self, reference: str) -> Value:
        """What `nix eval` evaluates for `FLAKE#ATTRPATH`; for a reference without `#`, the flake itself.

        The flake itself is what `builtins.getFlake` gives: its outputs, with `inputs`, `outPath` and the
        like; it may be one that is not locked. A lock file is read, and made in memory where it lacks
        something, not written. Evaluation is as pure as the settings say. Raises NixError."""
        return self._root(Flake(reference))

    def _root(self, origin: Text | File | Flake) -> Value:
        if self._closed:
            raise ValueError("the evaluator is closed")
        return value_of(self.explained(lambda: force(evaluate_root(origin, self))), self, origin)

    def _called(self, value: Value, args: Mapping[str, Any] | None) -> Value:
        return value if args is None else value(dict(args))

    # -- builtins

    if TYPE_CHECKING:

        @typing.overload
        def builtin(self, name: str) -> Callable[[F], F]: ...
        @typing.overload
        def builtin(self, name: str, value: T) -> T: ...

    def builtin(self, name: str, value: Any = ...) -> Any:
        """Make `builtins.NAME` a Python function, or plain data; also as a decorator of a function.

        The Nix function takes the arguments that the Python one requires, one after the other. What a
        parameter is annotated with, the argument is checked against and converted to; without an annotation
        it is a `Value`. What the function returns is converted. What it raises becomes a `NixError`, with
        the exception as `__cause__`; `builtins.tryEval` does not catch it.

        Raises ValueError for a name that a builtin has already, TypeError for what has no Nix value.

        >>> evaluator = nixlite.Evaluator()
        >>> @evaluator.builtin("readSecret")
        ... def read_secret(name: str, length: int) -> str:
        ...     return {"db": "correct horse"}[name][:length]
        >>> evaluator.evaluate('builtins.readSecret "db" 7').to_python()
        'correct'
        >>> try:
        ...     evaluator.evaluate('builtins.readSecret "mail" 7')
        ... except nixlite.NixError as error:
        ...     print(error)
        error in the Python function 'readSecret': KeyError: 'mail'
        """
        if value is ...:

            def decorate(function: F) -> F:
                self.builtin(name, function)
                return function

            return decorate
        if name in self.engine.state.builtins:
            raise ValueError(f"there is a builtin '{name}' already")
        self.builtins[name] = value
        self.explained(lambda: add_builtin(name, value, self))
        return value

    # -- ending

    def cancel(self) -> bool:
        """Stop what this evaluator is evaluating, from another thread: the call raises Cancelled there.

        False if it is evaluating nothing. It can be used again afterwards.
        """
        return self.engine.cancel()

    def close(self) -> None:
        """Write to the cache what was compiled; nothing can be evaluated any more. It may be closed twice."""
        if not self._closed:
            self._closed = True
            self.engine.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def __del__(self, is_ending: Callable[[], bool] = sys.is_finalizing) -> None:
        # When Python ends, modules are empty before all values are gone.
        if not is_ending() and KNOWN.small:
            free([self.__dict__.pop("engine", None)])


def evaluate(
    text: str,
    *,
    args: Mapping[str, Any] | None = None,
    scope: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    host: Host | None = None,
    limits: Limits | None = None,
) -> Value:
    """The value of a Nix expression, as `nix-instantiate --eval -E` sees this machine, or as *host* shows it.

    *args*: the expression is a function, which is called with the set of these; *scope*: further variables;
    *limits* hold for all that is done with the value, too. Raises NixError.

    >>> nixlite.evaluate("map (x: x * n) [ 1 2 3 ]", scope={"n": 10}).to_python()
    [10, 20, 30]
    """
    return Evaluator(settings, host, limits=limits).evaluate(text, args=args, scope=scope)


async def evaluate_async(
    text: str,
    *,
    args: Mapping[str, Any] | None = None,
    scope: Mapping[str, Any] | None = None,
    settings: Settings | None = None,
    host: Host | None = None,
    limits: Limits | None = None,
) -> Value:
    """As `evaluate`, in a thread of its own; when the task is cancelled, the evaluation is stopped.

    What is inside of the value is evaluated where it is asked for: `await nixlite.run_async(value.to_python)`
    does that in a thread, too.

    >>> import asyncio
    >>> asyncio.run(nixlite.evaluate_async("1 + 1")).to_python()
    2
    """
    from nixlite.interop.workers import run_async

    evaluator = Evaluator(settings, host, limits=limits)
    return await run_async(evaluator.evaluate, text, args=args, scope=scope)


def evaluate_file(
    path: str | os.PathLike[str],
    args: Mapping[str, Any] | None = None,
    *,
    settings: Settings | None = None,
    host: Host | None = None,
    limits: Limits | None = None,
) -> Value:
    """The value of a Nix file, called with *args* if they are given; *limits* as for `evaluate`. Raises
    NixError."""
    return Evaluator(settings, host, limits=limits).evaluate_file(path, args)


def evaluate_flake(
    reference: str,
    *,
    settings: Settings | None = None,
    host: Host | None = None,
    limits: Limits | None = None,
) -> Value:
    """What `nix eval` evaluates for `FLAKE#ATTRPATH`; for a reference without `#`, the flake itself.

    Without *settings*, evaluation is pure, as it is for `nix eval`. Raises NixError.
    """
    if settings is None:
        from nixlite.host.configuration import load_configuration

        settings = Settings(pure_eval=True)
        load_configuration(settings, host or RealHost())
    return Evaluator(settings, host, limits=limits).evaluate_flake(reference)
