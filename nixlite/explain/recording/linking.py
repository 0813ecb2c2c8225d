"""The runtime and the builtins linked a second time, against other operations.

Recording must see every `force`, also those inside builtins, and a normal evaluation must not even test
whether it is recorded. So the functions of `runtime` and `builtins` are copied with other globals: the same
code objects, but where their modules say `force` the copies find the recorder's. Traces still work, for
they go by code.
"""

from __future__ import annotations

import builtins
import sys
from types import FunctionType, ModuleType

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

ROOMS = tuple(f"nixlite.{room}" for room in "runtime formats regex flakes installed builtins".split())

VALUES = ("nixlite.runtime.values", "nixlite.runtime.thunk")
"""Modules whose classes and functions are shared: values must be of the same types on both sides."""


class Linker:
    """Makes the copies; *replaced* maps an original function to what takes its place."""

    def __init__(self, replaced: dict[Any, Any]) -> None:
        self.replaced = replaced
        self.functions: dict[FunctionType, FunctionType] = {}
        self.classes: dict[type, type] = {}
        self.namespaces: dict[str, dict[str, Any]] = {}
        self.modules: dict[str, ModuleType] = {}
        self.builtins = {**vars(builtins), "__import__": self.import_module}

    def link(self, value: Any) -> Any:
        """What stands for *value* on the recording side."""
        kind = type(value)
        if kind is FunctionType:
            if value in self.replaced:
                return self.replaced[value]
            return self.function(value) if is_ours(value.__module__) else value
        if kind is ModuleType and is_ours(value.__name__):
            return self.module(value)
        if kind is type and is_ours(value.__module__):
            return self.linked_class(value)
        if kind is dict and any(type(item) is FunctionType for item in value.values()):
            return {key: self.link(item) for key, item in value.items()}  # a table of functions
        return value

    def function(self, original: FunctionType) -> FunctionType:
        """A copy of a function that finds the copies of what it uses."""
        copy = self.functions.get(original)
        if copy is None:
            names = self.namespace(original.__globals__)
            copy = FunctionType(
                original.__code__, names, original.__name__, original.__defaults__, original.__closure__
            )
            copy.__kwdefaults__ = original.__kwdefaults__
            copy.__dict__.update(original.__dict__)
            self.functions[original] = copy
        return copy

    def namespace(self, original: dict[str, Any]) -> dict[str, Any]:
        """The globals of a module's copies."""
        name = original["__name__"]
        names = self.namespaces.get(name)
        if names is None:
            names = self.namespaces[name] = dict(original)
            names["__builtins__"] = self.builtins
            for key, value in original.items():
                if key != "__builtins__":
                    names[key] = self.link(value)
        return names

    def linked_class(self, original: type) -> type:
        """A subclass whose methods are copies, for classes that evaluate (writers of JSON and XML)."""
        found = self.classes.get(original)
        if found is None:
            methods = methods_of(original)
            if not any(uses_force(item) for item in methods.values()):
                return original
            self.classes[original] = original  # while its methods are copied
            body: dict[str, Any] = {key: self.function(item) for key, item in methods.items()}
            found = self.classes[original] = type(original.__name__, (original,), {"__slots__": (), **body})
        return found

    def module(self, original: ModuleType) -> ModuleType:
        """A module object with the copies, for `select.select` and imports inside functions."""
        copy = self.modules.get(original.__name__)
        if copy is None:
            copy = self.modules[original.__name__] = ModuleType(original.__name__)
            copy.__dict__.update(self.namespace(vars(original)))
        return copy

    def import_module(self, name: str, *arguments: Any) -> Any:
        """`__import__` of the copies."""
        found = builtins.__import__(name, *arguments)
        listed = arguments[2] if len(arguments) > 2 else ()
        if listed and is_ours(name):
            return self.module(sys.modules[name])
        return found


def is_ours(module: str | None) -> bool:
    """Whether a module is to be copied."""
    return module is not None and module.startswith(ROOMS) and module not in VALUES


def methods_of(original: type) -> dict[str, FunctionType]:
    """The methods of a class, also those of ours that it inherits; none where a base is not ours."""
    bases = original.__mro__[:-1]
    if not all(is_ours(base.__module__) for base in bases):
        return {}
    return {
        key: item
        for base in reversed(bases)
        for key, item in vars(base).items()
        if type(item) is FunctionType
    }


def uses_force(function: FunctionType) -> bool:
    """Whether a method asks for values of thunks."""
    return any(
        name in ("force", "call", "call2") or name.startswith("coerce") for name in function.__code__.co_names
    )
