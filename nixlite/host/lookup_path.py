"""Lookup paths: what `<nixpkgs>` means.

Entries are pairs (prefix, path): from `-I`, then from `NIX_PATH` or the setting `nix-path`, then the user's
channels where they exist. Pure evaluation has none, restricted evaluation no channels; what the entries name
may be read in restricted evaluation.
Manual: Language, "Lookup path"; nix.conf, `nix-path`.
"""

from __future__ import annotations

from nixlite.drives import DRIVES, given_path, is_typed_path, nix_path, typed_path
from nixlite.errors import NixError, Thrown
from nixlite.host.bundled import BUNDLED_PREFIX
from nixlite.spelling import normalise

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, Protocol

    from nixlite.host.host import Host
    from nixlite.host.settings import Settings

    class Evaluation(Protocol):
        """What looking up needs of the state of an evaluation."""

        @property
        def caches(self) -> dict[str, Any]:
            """What is remembered."""

        @property
        def host(self) -> Host:
            """Where it is looked for."""

        @property
        def operation(self) -> Callable[[str], Callable[..., Any]]:
            """What builtins offer, among it `fetch_entry`."""

        @property
        def settings(self) -> Settings:
            """What the user wants."""

        @property
        def warn(self) -> Callable[[str], None]:
            """Writes a warning."""


Entry = tuple[str, str]
LISTENER = "listener of the lookup path"
"""The key in `State.caches` of a function that is told the path when `<nixpkgs>` is the bundled set."""
URL_SCHEMES = ("http", "https", "file", "git", "s3", "ssh")


def parse_entry(text: str) -> Entry:
    """`prefix=path`, or only a path: the prefix is then empty."""
    prefix, equals, path = text.partition("=")
    if not equals:
        prefix, path = "", text
    return prefix, typed_path(path) if DRIVES and is_typed_path(path) else path


def parse_nix_path(text: str) -> list[str]:
    """The entries of `NIX_PATH`: colons separate them, save those that are part of a URL, and so do blanks,
    for Nix makes the setting `nix-path` of it. Empty ones do not count. On Windows semicolons separate them.
    """
    if DRIVES:  # where colons are in paths
        return [entry for entry in text.split(";") if entry]
    entries: list[str] = []
    start = 0
    while start < len(text):
        end = text.find(":", start)
        if end < 0:
            end = len(text)
        # The value begins after the last `=` before this colon.
        value = text[max(start, text.rfind("=", start, end) + 1) :]
        if is_pseudo_url(value) or value.startswith("flake:"):
            end = text.find(":", end + 1)
            end = len(text) if end < 0 else end
        entries += text[start:end].split()
        start = end + 1
    return entries


def is_pseudo_url(text: str) -> bool:
    """Whether *text* names something to be downloaded: a URL, or `channel:NAME`."""
    return text.startswith("channel:") or ("://" in text and text.partition("://")[0] in URL_SCHEMES)


def lookup_path(settings: Settings, host: Host) -> list[Entry]:
    """The entries that `builtins.nixPath` shows, in the order of lookup."""
    if settings.pure_eval:
        return []
    entries = [*settings.lookup_path, *map(parse_entry, settings.nix_path)]
    if not settings.restrict_eval:
        entries += default_entries(settings, host)
    return entries


def default_entries(settings: Settings, host: Host) -> list[Entry]:
    """The channels of the user and of root, where they exist."""
    if settings.use_xdg_base_directories:
        state_home = host.get_env("XDG_STATE_HOME") or f"{host.home()}/.local/state"
        own = f"{state_home}/nix/defexpr/channels"
    else:
        own = f"{host.home()}/.nix-defexpr/channels"
    state_dir = host.get_env("NIX_STATE_DIR") or "/nix/var/nix"
    root = f"{state_dir}/profiles/per-user/root/channels"
    candidates = [("", own), ("nixpkgs", f"{root}/nixpkgs"), ("", root)]
    return [(prefix, path) for prefix, path in candidates if host.exists(host.real_path(path))]


def allow_lookup_path(state: Evaluation) -> None:
    """Let the programs of a restricted evaluation read what the lookup path names."""
    for _, path in lookup_path(state.settings, state.host):
        state.host.allow(absolute(state, path))
        resolve_entry(state, path)


def find_file(state: Evaluation, entries: list[Entry], name: str, *, tell: bool = True) -> str:
    """The path that `<name>` means: the first entry that matches and has it, symlinks resolved.

    Raises Thrown, which `tryEval` catches, when no entry has it. `<nix/…>` is always there, and
    `<nixpkgs>` is the bundled package set where Nix would look for one and find none; the `LISTENER` is told
    of that unless *tell* is off.
    """
    found = search(state, entries, name)
    if found is not None:
        return found
    if name.startswith("nix/"):
        return f"{BUNDLED_PREFIX}{normalise(name[4:])[1:]}>"
    bundled = bundled_nixpkgs(state, name)
    if bundled is not None and search(state, entries, "nixpkgs") is None:
        if tell and LISTENER in state.caches:
            state.caches[LISTENER](bundled)
        return bundled
    if state.settings.pure_eval:
        raise Thrown(f"cannot look up '<{name}>' in pure evaluation mode (use '--impure' to override)")
    raise Thrown(f"file '{name}' was not found in the Nix search path (add it using $NIX_PATH or -I)")


def bundled_nixpkgs(state: Evaluation, name: str) -> str | None:
    """What `<nixpkgs>` or `<nixpkgs/…>` means to those who have no nixpkgs: a path in `stdlib/nixpkgs/`.

    None for other names, and wherever Nix would not look for one, so that its error is the answer and nothing
    depends on where nixlite is installed: in pure and restricted evaluation (flakes are pure), and where an
    *empty* `NIX_PATH` says that the user wants no lookup path.
    """
    if name != "nixpkgs" and not name.startswith("nixpkgs/"):
        return None
    host, settings = state.host, state.settings
    if settings.pure_eval or settings.restrict_eval:
        return None
    if host.has_env("NIX_PATH") and not host.get_env("NIX_PATH"):
        return None
    from nixlite.resources import stdlib_directory  # hardly ever needed

    directory = nix_path(stdlib_directory()) if DRIVES else stdlib_directory()
    found = host.real_path(f"{directory}/nixpkgs") + name.removeprefix("nixpkgs")
    return found if host.exists(found) else None


def search(state: Evaluation, entries: list[Entry], name: str) -> str | None:
    """The path that the entries give for a name; None when no entry has it."""
    for prefix, path in entries:
        rest = suffix_of(prefix, name)
        if rest is None:
            continue
        base = resolve_entry(state, path)
        if base is None:
            continue
        found = state.host.real_path(base + normalise(rest))
        if state.host.exists(found):
            return found
        state.host.check_access(found)
    return None


def suffix_of(prefix: str, name: str) -> str | None:
    """What is left of *name* after *prefix*, None when it does not begin with it as a whole component."""
    if not prefix:
        return name
    if name == prefix:
        return ""
    return name[len(prefix) + 1 :] if name.startswith(prefix + "/") else None


def resolve_entry(state: Evaluation, path: str) -> str | None:
    """The absolute path that an entry's path means; None, after a warning, when it is not there.

    Remembered for the evaluation, so each warning comes once.
    """
    known: dict[str, str | None] = state.caches.setdefault("lookup path", {})
    if path not in known:
        known[path] = _resolve_entry(state, path)
    return known[path]


def _resolve_entry(state: Evaluation, path: str) -> str | None:
    if path.startswith("flake:") or is_pseudo_url(path):
        trusted = any(own == path for _, own in lookup_path(state.settings, state.host))
        fetch = state.operation("fetch_entry")
    if path.startswith("flake:"):
        return str(fetch(state, path, trusted=trusted))
    if is_pseudo_url(path):
        try:
            return str(fetch(state, path, trusted=trusted))
        except NixError:
            state.warn(f"Nix search path entry '{path}' cannot be downloaded, ignoring")
    full = absolute(state, path)
    host = state.host
    if host.exists(host.real_path(full)):
        return full
    host.check_access(full)
    state.warn(f"Nix search path entry '{path}' does not exist, ignoring")
    return None


def absolute(state: Evaluation, path: str) -> str:
    """*path* as seen from the working directory."""
    return given_path(path, state.settings.cwd)
