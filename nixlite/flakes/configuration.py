"""Settings that a flake asks for in its `nixConfig`: those that are harmless or trusted count.

Manual: `nix flake`, "Flake format", `nixConfig`; nix.conf, `accept-flake-config`.
"""

from __future__ import annotations

from nixlite.formats.json.outside import boolean, expected, items, parse
from nixlite.host.guarded import innermost
from nixlite.host.settings import INFO

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.host.host import Host
    from nixlite.runtime.state import State

HARMLESS = frozenset({
    "bash-prompt", "bash-prompt-prefix", "bash-prompt-suffix", "commit-lock-file-summary",
    "commit-lockfile-summary", "flake-registry",
})  # fmt: skip
"""Settings that any flake may set."""


def apply_settings(state: State, config: dict[str, str]) -> None:
    """Set what a flake asks for, as far as it may; the user is warned of the rest.

    *config*: texts by the names of settings. Raises UsageError for a value that a setting cannot have.
    """
    settings = state.settings
    trusted: dict[str, dict[str, bool]] | None = None
    for name, text in sorted(config.items()):
        if name.removeprefix("extra-") not in HARMLESS and not settings.get("accept-flake-config", False):
            if trusted is None:
                trusted = read_trusted(innermost(state.host))
            answer = trusted.get(name, {}).get(text)
            if answer is not None:
                state.tell(
                    INFO,
                    f"Using saved setting for '{name} = {text}' from"
                    " ~/.local/share/nix/trusted-settings.json.",
                )
            if not answer:
                settings.warn(
                    f"ignoring untrusted flake configuration setting '{name}'.\n"
                    "Pass '--accept-flake-config' to trust it"
                )
                continue
        settings.set_option(name, text)
        settings.unknown.pop(name, None)  # Nix does not warn of these


def read_trusted(host: Host) -> dict[str, dict[str, bool]]:
    """What the user has answered for good: whether a value of a setting is trusted.

    Raises JsonTypeError or JsonError, as C++ Nix does, where the file is not what it should be.
    """
    base = host.get_env("XDG_DATA_HOME") or f"{host.home()}/.local/share"
    path = f"{host.get_env('NIX_DATA_HOME') or f'{base}/nix'}/trusted-settings.json"
    if not host.exists(host.real_path(path)):
        return {}
    return {
        name: {text: boolean(answer) for text, answer in items(as_object(values))}
        for name, values in items(as_object(parse(host.read_real(path))))
    }


def as_object(value: Any) -> Any:
    """*value*, which must be an object. Raises JsonTypeError."""
    if type(value) is not dict:
        raise expected("object", value)
    return value
