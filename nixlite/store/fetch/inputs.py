"""Inputs: the sets that `builtins.fetchTree` takes and `flake.lock` holds, and their URL form.

An input is a dictionary of strings, integers and Booleans. It is *locked* when it says exactly what its
content is: by a revision or by the hash of its archive (`narHash`).
Manual: Built-ins, `fetchTree`; `nix flake`, "Types".
"""

from __future__ import annotations

import re

from nixlite.errors import EvalError
from nixlite.store.fetch.url import BadUrlError, Url, fix_git_url, parse_url
from nixlite.store.hashing import BadHashError, Hash, format_hash, parse_hash

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

REQUIRED = {
    "git": ("url",), "path": ("path",), "tarball": ("url",), "file": ("url",), "hg": ("url",),
    "github": ("owner", "repo"), "gitlab": ("owner", "repo"), "sourcehut": ("owner", "repo"),
    "indirect": ("id",),
}  # fmt: skip
GIT_FLAGS = ("shallow", "submodules", "lfs", "exportIgnore", "allRefs", "verifyCommit")
URL_GIT_FLAGS = ("shallow", "lfs", "submodules", "exportIgnore", "verifyCommit")
TARBALL_ENDINGS = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst")
REVISION = re.compile("[0-9a-fA-F]{40}")
FLAKE_ID = re.compile("[a-zA-Z][a-zA-Z0-9_-]*")
ILLEGAL_REF = re.compile(r"^[./-]|//|\.\.|@\{|/\.|[\x00-\x20\x7f~^:?*\[\\]|[./]$|\.lock(/|$)|^@$|^$")
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
        """The SHA-256 of the archive."""
        text = self.text("narHash")
        if text is None:
            return None
        return parse_hash(text, "sha256") if text else Hash("sha256", bytes(32))

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


def input_from_attrs(attrs: Attrs, features: frozenset[str]) -> Input:
    """Check the attributes of an input. A type that is not known is accepted until it is used.

    Raises EvalError in Nix's words.
    """
    result = Input(dict(attrs))
    kind = result.type
    allowed = ALLOWED.get(kind)
    if allowed is None:
        return result
    require_feature(FEATURES.get(kind), features)
    for name in sorted(attrs):
        if name not in ("type", "__final") and name not in allowed:
            raise EvalError(f"input attribute '{name}' not supported by scheme '{kind}'")
    if kind == "git":
        check_git(result, features)
    for name in REQUIRED[kind]:
        result.required_text(name)
    if kind == "git":
        result.attrs["url"] = str(fix_git_url(result.required_text("url")))
        for flag in ("shallow", "submodules", "allRefs"):
            result.flag(flag)
    result.text("ref")
    result.integer("revCount")
    result.integer("lastModified")
    return result


def check_git(git: Input, features: frozenset[str]) -> None:
    """What is peculiar to git inputs."""
    for name in ("verifyCommit", "keytype", "publicKey", "publicKeys"):
        if name in git.attrs:
            require_feature("verified-fetches", features)
    ref = git.text("ref")
    if ref is not None and ILLEGAL_REF.search(ref):
        raise EvalError(f"invalid Git branch/tag name '{ref}'")


def require_feature(feature: str | None, features: frozenset[str]) -> None:
    """Raise Nix's error unless an experimental feature is on."""
    if feature is not None and feature not in features:
        raise EvalError(
            f"experimental Nix feature '{feature}' is disabled; add "
            f"'--extra-experimental-features {feature}' to enable it"
        )


def input_from_url(text: str, features: frozenset[str], *, require_tree: bool = True) -> Input:
    """The input that a URL means: `path:/x`, `git+https://…`, `github:owner/repo/ref`, `https://….tar.gz`.

    *require_tree*: an `https://` URL is an archive, whatever it ends in.
    """
    url = parse_url(text)
    for scheme in (curl_input, forge_input, git_input, hg_input, indirect_input, path_input):
        found = scheme(url, require_tree)
        if found is not None:
            return input_from_attrs(found, features)
    if url.application == "file" and url.transport == "git":
        raise EvalError(f"input '{url}' is unsupported; did you mean 'git+file' instead of 'file+git'?")
    raise EvalError(f"input '{url}' is unsupported")


def is_number(text: str) -> bool:
    """Whether *text* is a number without sign of 64 bits."""
    return text.isascii() and text.isdigit() and len(text) <= 20 and int(text) < 2**64


def curl_input(url: Url, require_tree: bool) -> Attrs | None:
    """`https://…`, `file://…`, `tarball+https://…`, `file+https://…`."""
    if url.transport not in ("file", "http", "https"):
        return None
    kind = url.application
    if kind is None:
        kind = "tarball" if require_tree or url.path[-1].endswith(TARBALL_ENDINGS) else "file"
    if kind not in ("tarball", "file"):
        return None
    attrs: Attrs = {"type": kind}
    rest = url.copy()
    rest.scheme = url.transport
    for name in ("narHash", "rev"):
        if name in url.query:
            attrs[name] = url.query[name]
    for name in ("revCount", "lastModified"):
        if is_number(url.query.get(name, "")):
            attrs[name] = int(url.query[name])
    rest.query = {name: value for name, value in url.query.items() if name not in CURL}
    attrs["url"] = str(rest)
    return attrs


def git_input(url: Url, require_tree: bool) -> Attrs | None:
    """`git://…`, `git+https://…?ref=…`."""
    if url.scheme != "git" and url.application != "git":
        return None
    attrs: Attrs = {"type": "git"}
    rest = url.copy()
    rest.query = {}
    for name, value in url.query.items():
        if name in ("rev", "ref", "keytype", "publicKey", "publicKeys"):
            attrs[name] = value
        elif name in GIT_FLAGS:
            attrs[name] = value == "1"
        else:
            rest.query[name] = value
    attrs["url"] = str(rest)
    return attrs


def hg_input(url: Url, require_tree: bool) -> Attrs | None:
    """`hg+https://…`."""
    if url.application != "hg" or url.transport not in ("http", "https", "ssh", "file"):
        return None
    rest = url.copy()
    rest.scheme = url.transport
    rest.query = {}
    attrs: Attrs = {"type": "hg"}
    for name, value in url.query.items():
        if name in ("rev", "ref"):
            attrs[name] = value
        else:
            rest.query[name] = value
    attrs["url"] = str(rest)
    return attrs


def path_input(url: Url, require_tree: bool) -> Attrs | None:
    """`path:/…`."""
    if url.scheme != "path":
        return None
    if url.authority:
        raise EvalError(f"path URL '{url}' should not have an authority ('{url.authority}')")
    attrs: Attrs = {"type": "path", "path": url.file_path}
    for name, value in url.query.items():
        if name in ("rev", "narHash"):
            attrs[name] = value
        elif name in ("revCount", "lastModified"):
            if not is_number(value):
                raise EvalError(f"path URL '{url}' has invalid parameter '{name}'")
            attrs[name] = int(value)
        else:
            raise EvalError(f"path URL '{url}' has unsupported parameter '{name}'")
    return attrs


def forge_input(url: Url, require_tree: bool) -> Attrs | None:
    """`github:owner/repo/ref-or-rev`."""
    if url.scheme not in ("github", "gitlab", "sourcehut"):
        return None
    parts = [part for part in url.path if part]
    if len(parts) < 2:
        raise EvalError(f"URL '{url}' is invalid")
    attrs: Attrs = {"type": url.scheme, "owner": parts[0], "repo": parts[1]}
    if len(parts) > 2:
        last = "/".join(parts[2:])
        attrs["rev" if REVISION.fullmatch(last) else "ref"] = last
    for name, value in url.query.items():
        if name in ("rev", "ref"):
            if name in attrs:
                what = "commit hashes" if name == "rev" else "branch/tag names"
                raise BadUrlError(f"URL '{url}' contains multiple {what}")
            attrs[name] = value
        elif name in ("host", "narHash"):
            attrs[name] = value
    if "ref" in attrs and "rev" in attrs:
        raise BadUrlError(
            f"URL '{url}' contains both a commit hash and a branch/tag name {attrs['ref']} {attrs['rev']}"
        )
    return attrs


def indirect_input(url: Url, require_tree: bool) -> Attrs | None:
    """`flake:nixpkgs/ref/rev`: a name in a registry."""
    if url.scheme != "flake":
        return None
    parts = [part for part in url.path if part]
    if not 1 <= len(parts) <= 3 or not FLAKE_ID.fullmatch(parts[0]):
        raise BadUrlError(f"URL '{url}' is invalid" if parts else f"'{url}' is not a valid flake ID")
    attrs: Attrs = {"type": "indirect", "id": parts[0]}
    for part in parts[1:]:
        attrs["rev" if REVISION.fullmatch(part) else "ref"] = part
    return attrs


def to_url(source: Input) -> Url:
    """The URL form of an input. Raises EvalError for a type that is not known."""
    kind = source.type
    if kind == "git":
        return git_url(source)
    if kind == "path":
        query = {
            name: str(int(value)) if type(value) is bool else str(value)
            for name, value in source.attrs.items()
            if name not in ("type", "path", "__final")
        }
        return Url("path", None, source.required_text("path").split("/"), query)
    if kind in ("tarball", "file"):
        url = parse_url(source.required_text("url"))
        if source.nar_hash is not None:
            url.query["narHash"] = source.nar_hash.text("sri")
        return url
    if kind == "hg":
        url = parse_url(source.required_text("url"))
        url.scheme = "hg+" + url.scheme
        return with_query(url, source, "rev", "ref")
    if kind == "indirect":
        parts = [source.text("id"), source.text("ref"), source.text("rev")]
        return Url("flake", None, [part for part in parts if part])
    if kind in ALLOWED:
        parts = [source.text("owner"), source.text("repo"), source.text("ref"), source.text("rev")]
        return with_query(Url(kind, None, [part for part in parts if part]), source, "host", "narHash")
    raise EvalError(f"cannot show unsupported input '{source.json()}'")


def git_url(source: Input) -> Url:
    """The URL of a git input."""
    url = parse_url(source.required_text("url"))
    if url.scheme != "git":
        url.scheme = "git+" + url.scheme
    rev = source.rev
    if rev is not None:
        url.query["rev"] = rev.raw.hex()
    with_query(url, source, "ref", "keytype", "publicKey", "publicKeys")
    for flag in URL_GIT_FLAGS:
        if source.flag(flag):
            url.query[flag] = "1"
    return url


def with_query(url: Url, source: Input, *names: str) -> Url:
    """Add attributes that are there to a URL's query."""
    for name in names:
        value = source.text(name)
        if value is not None:
            url.query[name] = value
    return url


def sri(content: Hash) -> str:
    """A hash as `narHash` has it."""
    return format_hash(content.algorithm, content.raw, "sri")
