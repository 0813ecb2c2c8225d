"""Registries: what `nixpkgs` means as a flake. Files of JSON, and what the command line adds.

There are four, asked in this order: that of the flags (`--override-flake`, `--inputs-from`), the user's, the
system's and the global one. An entry says of an input what is to be taken for it; `dir` may be among the
attributes. Manual: `nix registry`, "Registry format".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import EvalError
from nixlite.fetch.inputs import FORGES, Input, input_from_attrs
from nixlite.flakes.lock_file import attrs_from_json
from nixlite.formats.json.outside import (
    MISSING,
    JsonTypeError,
    boolean,
    find,
    items,
    member,
    number_or,
    parse,
)
from nixlite.formats.json.reader import JsonError

if TYPE_CHECKING:
    from typing import Any

    from nixlite.fetch.inputs import Attrs
    from nixlite.host.host import Host
    from nixlite.host.settings import Settings

VERSION = 2
LONGEST = 100
"""So many entries one after the other are a circle."""

KINDS = ("flags", "user", "system", "global")
LIMITED = ("flags", "global")
"""The registries that count for the inputs of a flake, whose meaning should not depend on the user."""


class Entry(NamedTuple):
    """For *source* take *target*, and in it the directory in *more*, if there is one (`{"dir": …}`).

    *exact*: only for just this input; else also where a branch or a revision of it is wanted.
    """

    source: Input
    target: Input
    more: Attrs
    exact: bool = False


class Registry:
    """One registry; *kind* is one of `KINDS`."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.entries: list[Entry] = []

    def remove(self, source: Input) -> None:
        """Forget what is said of an input."""
        self.entries = [entry for entry in self.entries if entry.source.attrs != source.attrs]

    def add(self, source: Input, target: Input, directory: str) -> None:
        """Say something of an input, after what is there."""
        self.entries.append(Entry(source, target, {"dir": directory} if directory else {}))

    def text(self) -> str:
        """What is written to a registry's file."""
        import json

        rows = [
            {
                "from": entry.source.attrs,
                "to": {**entry.target.attrs, **entry.more},
                **({"exact": True} if entry.exact else {}),
            }
            for entry in self.entries
        ]
        data = {"version": VERSION, "flakes": rows or None}
        return json.dumps(data, sort_keys=True, indent=2, ensure_ascii=False)


# --- reading


def read_registry(host: Host, path: str, kind: str, settings: Settings) -> Registry:
    """The registry in a file, an empty one where there is none. What is wrong with it is only warned of, and
    what was read up to there counts."""
    registry = Registry(kind)
    path = host.real_path(path)
    if not host.exists(path):
        return registry
    try:
        read_entries(registry, parse(host.read_bytes(path)), path, settings.features)
    except (JsonError, JsonTypeError) as error:
        settings.warn(f"cannot parse flake registry '{path}': {error.message}")
    except EvalError as error:
        settings.warn(f"cannot read flake registry '{path}': error: {error.message}")
    return registry


def read_entries(registry: Registry, data: Any, path: str, features: frozenset[str]) -> None:
    """Fill in the entries. Raises EvalError."""
    version = number_or(data, "version", 0)
    if version != VERSION:
        raise EvalError(f"flake registry '{path}' has unsupported version {version}")
    for _, row in items(member(data, "flakes")):
        target = attrs_from_json(member(row, "to"))
        more: Attrs = {"dir": target.pop("dir")} if "dir" in target else {}
        source = input_from_attrs(attrs_from_json(member(row, "from")), features)
        exact = find(row, "exact")
        registry.entries.append(
            Entry(source, input_from_attrs(target, features), more, exact is not MISSING and boolean(exact))
        )


class Registries:
    """The registries of an evaluation, read when they are first asked for. *host* sees all files."""

    def __init__(self, settings: Settings, host: Host) -> None:
        self.settings = settings
        self.host = host
        self.flags = Registry("flags")
        self.known: dict[str, Registry] = {"flags": self.flags}

    def path(self, kind: str) -> str:
        """The file of a registry, empty where it has none here."""
        if kind == "user":
            return f"{user_directory(self.host)}/registry.json"
        if kind == "system":
            return f"{self.host.get_env('NIX_CONF_DIR') or '/etc/nix'}/registry.json"
        place: str = self.settings.get("flake-registry", "")
        return place if place.startswith("/") else ""  # a URL: that would be a download at every start

    def get(self, kind: str) -> Registry:
        """One registry."""
        if kind not in self.known:
            path = self.path(kind)
            self.known[kind] = read_registry(self.host, path, kind, self.settings) if path else Registry(kind)
        return self.known[kind]

    def resolve(self, source: Input, kinds: tuple[str, ...] = KINDS) -> tuple[Input, Attrs]:
        """What an input means, and perhaps the directory in it.

        Raises EvalError for a name that no registry has, and for names that mean each other.
        """
        wanted = source
        more: Attrs = {}
        registries = [registry for registry in map(self.get, KINDS) if registry.kind in kinds]
        for _ in range(LONGEST):
            found = next(filter(None, [self.step(source, registry) for registry in registries]), None)
            if found is None:
                break
            source, more = found
        else:
            raise EvalError(f"cycle detected in flake registry for '{source}'")
        if source.type == "indirect":
            raise not_found(source, wanted)
        return source, more

    def step(self, source: Input, registry: Registry) -> tuple[Input, Attrs] | None:
        """What one registry says of an input, if anything."""
        plain = {name: value for name, value in source.attrs.items() if name not in ("ref", "rev")}
        for entry in registry.entries:
            if entry.source.attrs == source.attrs and entry.exact:
                return entry.target, entry.more
            if not entry.exact and entry.source.attrs in (source.attrs, plain):
                ref = None if entry.source.text("ref") else source.text("ref")
                rev = None if entry.source.rev else source.rev
                return with_revision(entry.target, ref, rev.raw.hex() if rev else None), entry.more
        return None


def user_directory(host: Host) -> str:
    """The directory of the user's configuration of Nix."""
    own = host.get_env("XDG_CONFIG_HOME") or f"{host.home()}/.config"
    return host.get_env("NIX_CONFIG_HOME") or f"{own}/nix"


def with_revision(source: Input, ref: str | None, rev: str | None) -> Input:
    """An input at a branch or a revision. Raises EvalError for inputs that have none."""
    changes: Attrs = {name: value for name, value in (("ref", ref), ("rev", rev)) if value is not None}
    if not changes:
        return source
    if source.type in FORGES:
        if len(changes) == 2:
            raise EvalError(
                f"cannot apply both a commit hash ({rev}) and a branch/tag name ('{ref}') to input '{source}'"
            )
        plain = {name: value for name, value in source.attrs.items() if name not in ("ref", "rev")}
        return Input({**plain, **changes})
    if source.type not in ("git", "hg", "indirect"):
        what = "branch/tag name" if ref else "revision"
        raise EvalError(f"don't know how to set {what} of input '{source}' to '{ref or rev}'")
    result = source.copy(**changes)
    if source.type == "git" and rev and "ref" not in result.attrs:
        raise EvalError(f"Git input '{result}' has a commit hash but no branch/tag name")
    return result


def not_found(source: Input, wanted: Input) -> EvalError:
    """Say what to do where no registry knows a name."""
    name = source.required_text("id")
    return EvalError(
        f"cannot find flake '{source}' in the flake registries",
        hint=f"nixlite downloads no registry: say where '{wanted.text('id')}' is ('path:…', 'git+file:…',"
        f" 'github:…'), as an input by 'inputs.{name}.url = …', '--override-input {name} path:…' or"
        f" '--override-flake {name} path:…', or let 'flake-registry' be a file.",
    )


def entry_url(source: Input, more: Attrs) -> str:
    """The URL form of an input with more parameters; its own count."""
    from nixlite.fetch.inputs import to_url

    url = to_url(source)
    for name, value in more.items():
        url.query.setdefault(name, str(int(value)) if type(value) is bool else str(value))
    return str(url)
