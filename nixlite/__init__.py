"""The Nix language, compiled to Python. See `nixlite.api`; nothing is loaded before it is used."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.api import Evaluator, evaluate, evaluate_async, evaluate_file, evaluate_flake
    from nixlite.errors import Cancelled, Exhausted, NixError, PythonError
    from nixlite.host.host import Host
    from nixlite.host.memory import MemoryHost
    from nixlite.host.real import RealHost
    from nixlite.host.secluded import PureHost, RestrictedHost
    from nixlite.host.settings import Settings
    from nixlite.interop.value import Value
    from nixlite.interop.workers import run_async
    from nixlite.limits.budget import Limits
    from nixlite.questions import override, stale, why

__all__ = [
    "Cancelled", "Evaluator", "Exhausted", "Host", "Limits", "MemoryHost", "NixError", "PureHost",
    "PythonError", "RealHost", "RestrictedHost", "Settings", "Value", "evaluate", "evaluate_async",
    "evaluate_file", "evaluate_flake", "override", "run_async", "stale", "why",
]  # fmt: skip

_HOMES = {
    "Cancelled": "errors", "Exhausted": "errors", "Host": "host.host",
    "Limits": "limits.budget", "MemoryHost": "host.memory", "NixError": "errors",
    "PureHost": "host.secluded", "PythonError": "errors", "RealHost": "host.real",
    "RestrictedHost": "host.secluded", "Settings": "host.settings", "Value": "interop.value",
    "run_async": "interop.workers", "override": "questions", "stale": "questions", "why": "questions",
}  # fmt: skip
"""Where what is not in `nixlite.api` is."""


def __getattr__(name: str) -> Any:
    """Load what is asked for (PEP 562): importing a part of nixlite must not load all of it."""
    if name not in __all__:
        raise AttributeError(f"module 'nixlite' has no attribute '{name}'")
    from importlib import import_module

    found = getattr(import_module(f"nixlite.{_HOMES.get(name, 'api')}"), name)
    globals()[name] = found
    return found
