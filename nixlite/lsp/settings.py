"""What a user may set, by `initializationOptions` or `workspace/configuration` (section `nixlite`)."""

from __future__ import annotations

from typing import Any

DEFAULTS: dict[str, Any] = {
    "nixpkgs": "",
    "nixPath": [],
    "limits": {"seconds": 5.0, "memory": "3G"},
    "inlayHints": {"enable": True, "maxLength": 40},
    "codeLens": {"enable": True},
    "lint": {"enable": True, "ignore": []},
    "hover": {"wait": 1.0, "why": True},
    "diagnostics": {"delay": 0.2},
    "evaluate": True,
    "network": False,
}
"""All settings with their defaults; the page (`README.md`) says what each means."""

KINDS: dict[str, Any] = {
    "seconds": (int, float),
    "wait": (int, float),
    "delay": (int, float),
    "maxLength": int,
}
UNITS = {"K": 2**10, "M": 2**20, "G": 2**30}


class Settings:
    """The settings as they are; `problems` tells of what could not be understood."""

    def __init__(self, given: Any = None) -> None:
        self.problems: list[str] = []
        self.values = merged(DEFAULTS, given if isinstance(given, dict) else {}, "nixlite", self.problems)
        if given is not None and not isinstance(given, dict):
            self.problems.append("the settings are no object")

    def __getitem__(self, path: str) -> Any:
        """A setting by its path, as `limits` and then `seconds` with a dot between."""
        found: Any = self.values
        for name in path.split("."):
            found = found[name]
        return found

    def options(self) -> dict[str, Any]:
        """What the child processes are told."""
        return {
            "nixpkgs": self["nixpkgs"],
            "nixPath": self["nixPath"],
            "network": self["network"],
            "seconds": self["limits.seconds"],
            "memory": bytes_of(self["limits.memory"]),
        }


def merged(
    defaults: dict[str, Any], given: dict[str, Any], where: str, problems: list[str]
) -> dict[str, Any]:
    """Settings with what is given over the defaults; what is unknown or of another kind is told and left
    out."""
    found = dict(defaults)
    for name, value in given.items():
        if name not in defaults:
            problems.append(f"there is no setting '{where}.{name}'")
        elif value is None:
            continue
        elif isinstance(defaults[name], dict):
            if isinstance(value, dict):
                found[name] = merged(defaults[name], value, f"{where}.{name}", problems)
            elif isinstance(value, bool) and "enable" in defaults[name]:
                found[name] = {**defaults[name], "enable": value}
            else:
                problems.append(f"'{where}.{name}' is an object")
        elif not fits(name, value, defaults[name]):
            problems.append(f"'{where}.{name}' cannot be {value!r}")
        else:
            found[name] = value
    return found


def fits(name: str, value: Any, default: Any) -> bool:
    """Whether a value is of the kind of the default."""
    if name == "memory":
        return bytes_of(value) is not None
    if name in KINDS:
        return isinstance(value, KINDS[name]) and not isinstance(value, bool) and value >= 0
    if isinstance(default, list):
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    return type(value) is type(default)


def bytes_of(value: Any) -> int | None:
    """`3G`, `500M` or a number of bytes; None for what is none of these."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if value > 0 else None
    if isinstance(value, str) and value[-1:].upper() in UNITS and value[:-1].isdigit():
        return int(value[:-1]) * UNITS[value[-1].upper()]
    return int(value) if isinstance(value, str) and value.isdigit() else None
