"""Inputs: the sets that `builtins.fetchTree` takes and `flake.lock` holds, and their URL form.

An input is a dictionary of strings, integers and Booleans. It is *locked* when it says exactly what its
content is: by a revision or by the hash of its archive (`narHash`). URLs are read in `references.py`; every
input, whatever it comes from, is checked here.
Manual: Built-ins, `fetchTree`; `nix flake`, "Types".
"""

from __future__ import annotations

import re

from nixlite.errors import EvalError, UsageError
from nixlite.fetch.url import BadUrlError, Url, git_url, parse_url
from nixlite.store.hashing import BadHashError, Hash, parse_hash, parse_sri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TypeAlias, Union

Attrs: TypeAlias = "dict[str, Union[str, int, bool]]"

CURL = frozenset({"url", "narHash", "name", "unpack", "rev", "revCount", "lastModified"})
FORGE = frozenset({"owner", "repo", "ref", "rev", "narHash", "lastModified", "host", "treeHash"})
ALLOWED: dict[str, frozenset[str]] = {
    "git": frozenset({
        "url", "ref", "rev", "shallow", "submodules", "lfs", "exportIgnore", "lastModified", "revCount",
        "narHash", "allRefs", "name", "dirtyRev", "dirtyShortRev", "verifyCommit", "keytype", "publicKey",
        "publicKeys",
    }),
    "path": frozenset({"path", "rev", "revCount", "lastModified", "narHash"}),
    "tarball": CURL,
    "file": CURL,
    "hg": frozenset({"url", "ref", "rev", "revCount", "narHash", "name"}),
    "github": FORGE,
    "gitlab": FORGE,
    "sourcehut": FORGE,
    "indirect": frozenset({"id", "ref", "rev", "narHash"}),
}  # fmt: skip
"""The attributes of each type of input, besides `type`."""

GIT_FLAGS = ("shallow", "submodules", "lfs", "exportIgnore", "allRefs", "verifyCommit")
URL_GIT_FLAGS = ("shallow", "lfs", "submodules", "exportIgnore", "verifyCommit")
VERIFYING = ("verifyCommit", "keytype", "publicKey", "publicKeys")
FORGES = ("github", "gitlab", "sourcehut")
REVISION = re.compile("[0-9a-fA-F]{40}")
FLAKE_ID = re.compile("[a-zA-Z][a-zA-Z0-9_-]*")
REF = re.compile(r"[a-zA-Z0-9@][a-zA-Z0-9_./@+-]*")
"""A branch or tag as the names of flakes and Mercurial have it; for git see `is_legal_ref_name`."""
HOST = re.compile("[a-zA-Z0-9.-]*")
FEATURES = {"path": "flakes", "indirect": "flakes"}
"""The experimental features that some types need."""


class Input:
    """One input: its attributes, checked."""

    __slots__ = ("attrs",)

    def __init__(self, attrs: Attrs) -> None:
        self.attrs = attrs

    @property
    def type(self) -> str:
        """The type, `git` or `path` or another."""
        return str(self.attrs["type"])

    def text(self, name: str) -> str | None:
        """A string attribute. Raises EvalError for another type."""
        value = self.attrs.get(name)
        if value is None or type(value) is str:
            return value
        raise EvalError(f"input attribute '{name}' is not a string {self.json()}")

    def required_text(self, name: str) -> str:
        """A string attribute that must be there."""
        value = self.text(name)
        if value is None:
            raise EvalError(f"input attribute '{name}' is missing")
        return value

    def integer(self, name: str) -> int | None:
        """An integer attribute."""
        value = self.attrs.get(name)
        if value is None or type(value) is int:
            return value
        raise EvalError(f"input attribute '{name}' is not an integer")

    def flag(self, name: str) -> bool:
        """A Boolean attribute, false by default."""
        value = self.attrs.get(name, False)
        if type(value) is not bool:
            raise EvalError(f"input attribute '{name}' is not a Boolean")
        return value

    @property
    def name(self) -> str:
        """The name in the store."""
        return self.text("name") or "source"

    @property
    def rev(self) -> Hash | None:
        """The revision."""
        text = self.text("rev")
        if text is None:
            return None
        try:
            return parse_hash(text)
        except BadHashError:
            return parse_hash(text, "sha1")

    @property
    def nar_hash(self) -> Hash | None:
        """The SHA-256 of the archive; zeros for an empty text. Raises NixError for what is no such hash."""
        text = self.text("narHash")
        if text is None:
            return None
        found = parse_sri(text) if text else Hash("sha256", bytes(32))
        if found.algorithm != "sha256":
            raise UsageError("narHash must use SHA-256")
        return found

    def json(self) -> str:
        """The attributes as compact JSON, for messages."""
        import json  # only on the way to an error

        return json.dumps(self.attrs, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    def copy(self, **changes: str | int | bool) -> Input:
        """The same input with attributes changed."""
        return Input({**self.attrs, **changes})

    @property
    def is_locked(self) -> bool:
        """Whether the attributes determine the content."""
        if self.type in ("git", "hg", "github", "gitlab", "sourcehut"):
            rev = self.rev
            return rev is not None and any(rev.raw)
        return self.type in ALLOWED and self.type != "indirect" and self.nar_hash is not None

    def __str__(self) -> str:
        """The URL form."""
        return str(to_url(self))


# --- checking


def input_from_attrs(attrs: Attrs, features: frozenset[str]) -> Input:
    """Check the attributes of an input and put them into their standard form.

    A type that is not known is accepted until it is used. Raises EvalError in Nix's words.
    """
    kind = Input(attrs).text("type")
    if kind is None:
        raise EvalError("'type' attribute to specify input scheme is required but not provided")
    allowed = ALLOWED.get(kind)
    if allowed is not None:
        require_feature(FEATURES.get(kind), features)
        for name in sorted(attrs):
            if name not in ("type", "__final") and name not in allowed:
                raise EvalError(f"input attribute '{name}' not supported by scheme '{kind}'")
    return checked(attrs, features)


def checked(attrs: Attrs, features: frozenset[str]) -> Input:
    """As `input_from_attrs`, of attributes that the type allows."""
    result = Input(dict(attrs))
    kind = result.type
    if kind == "git":
        check_git(result, features)
    elif kind in FORGES:
        check_forge(result)
    elif kind == "hg":
        check_mercurial(result)
    elif kind == "indirect":
        name = result.required_text("id")
        if not FLAKE_ID.fullmatch(name):
            raise BadUrlError(f"'{name}' is not a valid flake ID")
    elif kind == "path":
        result.required_text("path")
    elif kind in ("tarball", "file"):
        result.required_text("url")
    result.text("ref")
    result.integer("revCount")
    result.integer("lastModified")
    return result


def check_git(git: Input, features: frozenset[str]) -> None:
    """Check a git input and write its `url` as a URL."""
    if any([name in git.attrs for name in VERIFYING]):
        require_feature("verified-fetches", features)
    git.flag("verifyCommit")
    ref = git.text("ref")
    if ref is not None and not is_legal_ref_name(ref):
        raise BadUrlError(f"invalid Git branch/tag name '{ref}'")
    git.attrs["url"] = str(git_url(git.required_text("url")))
    for name in ("shallow", "submodules", "allRefs"):
        git.flag(name)


def check_forge(forge: Input) -> None:
    """Check an input of GitHub, GitLab or SourceHut."""
    forge.required_text("owner")
    forge.required_text("repo")
    ref, rev = forge.text("ref"), forge.text("rev")
    shown = f"input {forge.json()} contains"
    if ref is not None and rev is not None:
        raise BadUrlError(f"{shown} both a commit hash ('{rev}') and a branch/tag name ('{ref}')")
    if rev is not None:
        parse_hash(rev, "sha1")
    if ref is not None and not is_legal_ref_name(ref):
        raise BadUrlError(f"{shown} an invalid branch/tag name")
    host = forge.text("host")
    if host is not None and not HOST.fullmatch(host):
        raise BadUrlError(f"{shown} an invalid instance host")


def check_mercurial(mercurial: Input) -> None:
    """Check a Mercurial input."""
    parse_url(mercurial.required_text("url"))
    ref = mercurial.text("ref")
    if ref is not None and not REF.fullmatch(ref):
        raise BadUrlError(f"invalid Mercurial branch/tag name '{ref}'")


def is_legal_ref_name(name: str) -> bool:
    """Whether Git takes *name* for a branch or tag, as libgit2 checks it."""
    if name in ("", "@", ".", "/") or any([c <= " " or c in "~^:\\?[*\x7f" for c in name]):
        return False
    if ".." in name or "@{" in name or name.endswith((".", "/")) or "//" in name or name.startswith("/"):
        return False
    if any([part.startswith(".") or part.endswith(".lock") for part in name.split("/")]):
        return False
    return not name.startswith("-") or "/" in name


def require_feature(feature: str | None, features: frozenset[str]) -> None:
    """Raise Nix's error unless an experimental feature is on."""
    if feature is not None and feature not in features:
        raise EvalError(
            f"experimental Nix feature '{feature}' is disabled; add "
            f"'--extra-experimental-features {feature}' to enable it"
        )


# --- the URL form


def to_url(source: Input) -> Url:
    """The URL form of an input. Raises EvalError for a type that is not known."""
    kind = source.type
    if kind in FORGES:
        return forge_url(source)
    if kind == "indirect":
        rev = source.rev
        parts = [source.text("id"), source.text("ref"), None if rev is None else rev.raw.hex()]
        return Url("flake", [part for part in parts if part is not None])
    if kind == "path":
        return path_url(source)
    if kind not in ALLOWED:
        raise EvalError(f"cannot show unsupported input '{source.json()}'")
    url = parse_url(source.required_text("url"))
    if kind in ("file", "tarball"):
        add(url, "narHash", sri(source.nar_hash))
        return url
    if kind == "hg" or url.scheme != "git":
        url.scheme = f"{kind}+{url.scheme}"
    add(url, "rev", None if source.rev is None else source.rev.raw.hex())
    add(url, "ref", source.text("ref"))
    if kind == "git":
        for name in URL_GIT_FLAGS:
            add(url, name, "1" if source.flag(name) else None)
        for name in ("keytype", "publicKey", "publicKeys"):
            add(url, name, source.text(name))
    return url


def add(url: Url, name: str, value: str | None) -> None:
    """Set a query parameter, if there is a value."""
    if value is not None:
        url.query[name] = value


def forge_url(source: Input) -> Url:
    """`github:owner/repo/…`."""
    rev = source.rev
    last = source.text("ref") or (None if rev is None else rev.raw.hex())
    parts = [source.required_text("owner"), source.required_text("repo")]
    url = Url(source.type, parts if last is None else [*parts, last])
    add(url, "narHash", sri(source.nar_hash))
    add(url, "host", source.text("host"))
    return url


def path_url(source: Input) -> Url:
    """`path:/some/where?…`."""
    query = {
        name: str(int(value)) if type(value) is bool else str(value)
        for name, value in source.attrs.items()
        if name not in ("path", "type", "__final")
    }
    return Url("path", source.required_text("path").split("/"), query=query)


def sri(content: Hash | None) -> str | None:
    """A hash as `narHash` has it."""
    return None if content is None else content.text("sri")


def date_text(seconds: int, form: str, *, local: bool = False) -> str:
    """The date of `lastModified` in *form*, that of `strftime`, in UTC or *local* time.

    Raises EvalError where the system has none.

    Nix 2.34.8 crashes there.
    """
    import time

    try:
        return time.strftime(form, time.localtime(seconds) if local else time.gmtime(seconds))
    except (OverflowError, OSError, ValueError):
        raise EvalError(f"'lastModified' is {seconds} seconds since 1970, which is no date") from None
