"""Flake references: `github:NixOS/nixpkgs/23.05?dir=lib` and the attribute sets they stand for.

Imported by the builtins on first use: its regular expressions take time to compile.
"""

from __future__ import annotations

import re

from nixlite.builtins.urls import BadUrl, Url, decode_query, file_path, parse_url, path_parts, percent_decode
from nixlite.errors import EvalError
from nixlite.runtime.json_out import data_to_json
from nixlite.store.hashing import BadHashError, Hash, parse_hash, parse_sri

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Attributes = dict[str, Any]  # str, int or bool

REVISION = re.compile("[0-9a-fA-F]{40}")
FLAKE_ID = re.compile("[a-zA-Z][a-zA-Z0-9_-]*")
REF = re.compile(r"[a-zA-Z0-9@][a-zA-Z0-9_./@+-]*")
REF_OR_REVISION = rf"(?:{REVISION.pattern}|{REF.pattern}(?:/{REVISION.pattern})?)"
FRAGMENT = r"""(?:[a-zA-Z0-9\-._~!$&'"()*+,;=:@/? ^]|%[0-9a-fA-F]{2})*"""
ID_REFERENCE = re.compile(rf"({FLAKE_ID.pattern}(?:/{REF_OR_REVISION})?)(?:#({FRAGMENT}))?")
PATH_REFERENCE = re.compile(r"([^?#]*)(?:\?([^#]*))?(?:#([^\n\r]*))?")
HOST = re.compile("[a-zA-Z0-9.-]*")
SCP = re.compile(r"([^/\n\r]*)@([^\n\r]*):([^\n\r]*)")
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst")
FORGES = ("github", "gitlab", "sourcehut")
TRANSPORTS = ("file", "http", "https")

CURL = frozenset("url narHash name unpack rev revCount lastModified".split())
FORGE = frozenset("owner repo ref rev narHash lastModified host treeHash".split())
ALLOWED = {
    "file": CURL,
    "git": frozenset(
        "url ref rev shallow submodules lfs exportIgnore lastModified revCount narHash allRefs name dirtyRev"
        " dirtyShortRev verifyCommit keytype publicKey publicKeys".split()
    ),
    "github": FORGE,
    "gitlab": FORGE,
    "hg": frozenset("url ref rev revCount narHash name".split()),
    "indirect": frozenset("id ref rev narHash".split()),
    "path": frozenset("path rev revCount lastModified narHash".split()),
    "sourcehut": FORGE,
    "tarball": CURL,
}
"""The attributes that each kind of input may have."""

GIT_FLAGS = ("shallow", "submodules", "lfs", "exportIgnore", "allRefs", "verifyCommit")
VERIFYING = ("verifyCommit", "keytype", "publicKey", "publicKeys")


def parse_flake_ref(text: str, features: frozenset[str]) -> Attributes:
    """The attributes of a flake reference, with `dir` if it has one. Raises EvalError."""
    url, fragment = reference_url(text, features)
    if fragment:
        raise EvalError(f"unexpected fragment '{fragment}' in flake reference '{text}'")
    return url


def reference_url(text: str, features: frozenset[str]) -> tuple[Attributes, str]:
    """The attributes and the fragment of a reference in any of its three forms."""
    found = ID_REFERENCE.fullmatch(text)
    if found is not None:
        url = Url("flake", found[1].split("/"))
        return from_url(url, features), percent_decode(found[2] or "")
    try:
        return from_reference(parse_url(text, lenient=True), features)
    except BadUrl:
        pass  # then it is a path
    parts = PATH_REFERENCE.fullmatch(text)
    if parts is None:
        raise EvalError(f"invalid flakeref '{text}'")
    query = decode_query(parts[2] or "", lenient=True)
    fragment = percent_decode(parts[3] or "")
    if not parts[1].startswith("/"):
        raise BadUrl(f"flake reference '{text}' is not an absolute path")
    url = Url("path", path_parts(parts[1]), authority="", query=query, fragment=fragment)
    return from_reference(url, features)


def from_reference(url: Url, features: frozenset[str]) -> tuple[Attributes, str]:
    """The attributes of a reference's URL, `dir` among them, and its fragment."""
    directory = url.query.pop("dir", "")
    fragment, url.fragment = url.fragment, ""
    attributes = from_url(url, features)
    if directory:
        attributes.setdefault("dir", directory)
    return attributes, fragment


def flake_ref_to_string(attributes: Attributes, features: frozenset[str]) -> str:
    """The URL form of a flake reference. Raises EvalError for attributes that make no sense."""
    rest = {name: value for name, value in attributes.items() if name != "dir"}
    rest = from_attributes(rest, features)
    directory = string_attribute(attributes, "dir")
    url = to_url(rest)
    if directory:
        url.query.setdefault("dir", directory)
    return str(url)


# --- typed attributes


def string_attribute(attributes: Attributes, name: str) -> str | None:
    """A string attribute, None when absent."""
    value = attributes.get(name)
    if value is not None and type(value) is not str:
        raise EvalError(f"input attribute '{name}' is not a string {data_to_json(attributes)}")
    return value


def required_string(attributes: Attributes, name: str) -> str:
    """A string attribute that must be there."""
    value = string_attribute(attributes, name)
    if value is None:
        raise EvalError(f"input attribute '{name}' is missing")
    return value


def integer_attribute(attributes: Attributes, name: str) -> int | None:
    """An integer attribute, None when absent."""
    value = attributes.get(name)
    if value is not None and type(value) is not int:
        raise EvalError(f"input attribute '{name}' is not an integer")
    return value


def flag(attributes: Attributes, name: str) -> bool:
    """A Boolean attribute, false when absent."""
    value = attributes.get(name, False)
    if type(value) is not bool:
        raise EvalError(f"input attribute '{name}' is not a Boolean")
    return value


def revision(attributes: Attributes) -> str | None:
    """The commit hash in hexadecimal."""
    text = string_attribute(attributes, "rev")
    if text is None:
        return None
    try:
        found = parse_hash(text)
    except BadHashError:
        found = parse_hash(text, "sha1")
    return found.raw.hex()


def nar_hash(attributes: Attributes) -> str | None:
    """The SRI text of the `narHash`."""
    text = string_attribute(attributes, "narHash")
    if text is None:
        return None
    found = parse_sri(text) if text else Hash("sha256", bytes(32))
    if found.algorithm != "sha256":
        raise EvalError("narHash must use SHA-256")
    return found.text("sri")


def check_common(attributes: Attributes) -> Attributes:
    """Check what all kinds have in common."""
    required_string(attributes, "type")
    string_attribute(attributes, "ref")
    integer_attribute(attributes, "revCount")
    integer_attribute(attributes, "lastModified")
    return attributes


def is_legal_ref_name(name: str) -> bool:
    """Whether Git takes *name* for a branch or tag, as libgit2 checks it."""
    if name in ("", "@", ".", "/") or any([c <= " " or c in "~^:\\?[*\x7f" for c in name]):
        return False
    if ".." in name or "@{" in name or name.endswith((".", "/")) or "//" in name or name.startswith("/"):
        return False
    if any([part.startswith(".") or part.endswith(".lock") for part in name.split("/")]):
        return False
    return not name.startswith("-") or "/" in name


# --- from URLs


def from_url(url: Url, features: frozenset[str]) -> Attributes:
    """The attributes of an input given as a URL; kinds are tried in the order of their names."""
    application, transport = url.application, url.transport
    if transport in TRANSPORTS and application == "file":
        found = from_curl_url(url, "file")
    elif url.scheme == "git" or application == "git":
        found = from_git_url(url, features)
    elif url.scheme in FORGES:
        found = from_forge_url(url)
    elif url.scheme in ("hg+http", "hg+https", "hg+ssh", "hg+file"):
        found = from_hg_url(url)
    elif url.scheme == "flake":
        found = from_indirect_url(url)
    elif url.scheme == "path":
        found = from_path_url(url)
    elif transport in TRANSPORTS and application in (None, "tarball"):
        found = from_curl_url(url, "tarball")
    else:
        if (application, transport) == ("file", "git"):
            raise EvalError(f"input '{url}' is unsupported; did you mean 'git+file' instead of 'file+git'?")
        raise EvalError(f"input '{url}' is unsupported")
    return check_common(found)


def from_curl_url(url: Url, kind: str) -> Attributes:
    """`https://example.org/x.tar.gz?narHash=…`."""
    attributes: Attributes = {}
    for name in ("narHash", "rev"):
        if name in url.query:
            attributes[name] = url.query[name]
    for name in ("revCount", "lastModified"):
        number = natural(url.query.get(name, ""))
        if number is not None:
            attributes[name] = number
    plain = url.copy()
    plain.scheme = url.transport
    plain.query = {name: value for name, value in url.query.items() if name not in CURL}
    attributes["type"] = kind
    attributes["url"] = str(plain)
    return attributes


def natural(text: str) -> int | None:
    """A number without sign that fits into 64 bits."""
    if not text.isascii() or not text.isdigit() or len(text) > 20:
        return None
    number = int(text)
    return number if number < 2**64 else None


def from_git_url(url: Url, features: frozenset[str]) -> Attributes:
    """`git+https://example.org/repo?ref=main&shallow=1`."""
    plain = url.copy()
    plain.query = {}
    attributes: Attributes = {"type": "git"}
    for name, value in url.query.items():
        if name in ("rev", "ref", "keytype", "publicKey", "publicKeys"):
            attributes[name] = value
        elif name in GIT_FLAGS:
            attributes[name] = value == "1"
        else:
            plain.query[name] = value
    attributes["url"] = str(plain)
    return from_git_attributes(attributes, features)


def from_hg_url(url: Url) -> Attributes:
    """`hg+https://example.org/repo?rev=…`."""
    plain = url.copy()
    plain.scheme = url.transport
    plain.query = {name: value for name, value in url.query.items() if name not in ("rev", "ref")}
    attributes: Attributes = {"type": "hg", "url": str(plain)}
    for name in ("rev", "ref"):
        if name in url.query:
            attributes[name] = url.query[name]
    return from_hg_attributes(attributes)


def from_forge_url(url: Url) -> Attributes:
    """`github:owner/repo/ref-or-revision?host=…`."""
    parts = url.segments()
    ref = rev = None
    if len(parts) < 2:
        raise BadUrl(f"URL '{url}' is invalid")
    if len(parts) == 3 and REVISION.fullmatch(parts[2]):
        rev = parts[2]
    elif len(parts) > 2:
        ref = "/".join(parts[2:])
    if "rev" in url.query:
        if rev is not None:
            raise BadUrl(f"URL '{url}' contains multiple commit hashes")
        rev = url.query["rev"]
    if "ref" in url.query:
        if ref is not None:
            raise BadUrl(f"URL '{url}' contains multiple branch/tag names")
        ref = url.query["ref"]
    attributes: Attributes = {"type": url.scheme, "owner": parts[0], "repo": parts[1]}
    optional = {"rev": rev, "ref": ref, "host": url.query.get("host"), "narHash": url.query.get("narHash")}
    attributes.update({name: value for name, value in optional.items() if value is not None})
    return from_forge_attributes(attributes)


def from_indirect_url(url: Url) -> Attributes:
    """`flake:nixpkgs/ref/revision`."""
    parts = url.segments()
    attributes: Attributes = {"type": "indirect"}
    if len(parts) == 2:
        if REVISION.fullmatch(parts[1]):
            attributes["rev"] = parts[1].lower()
        elif is_legal_ref_name(parts[1]):
            attributes["ref"] = parts[1]
        else:
            raise BadUrl(f"in flake URL '{url}', '{parts[1]}' is not a commit hash or branch/tag name")
    elif len(parts) == 3:
        if not is_legal_ref_name(parts[1]):
            raise BadUrl(f"in flake URL '{url}', '{parts[1]}' is not a branch/tag name")
        if not REVISION.fullmatch(parts[2]):
            raise BadUrl(f"in flake URL '{url}', '{parts[2]}' is not a commit hash")
        attributes["ref"] = parts[1]
        attributes["rev"] = parts[2].lower()
    elif len(parts) != 1:
        raise BadUrl(f"GitHub URL '{url}' is invalid")
    attributes["id"] = parts[0]
    return from_indirect_attributes(attributes)


def from_path_url(url: Url) -> Attributes:
    """`path:/some/where?lastModified=…`."""
    if url.authority:
        raise EvalError(f"path URL '{url}' should not have an authority ('{url.authority}')")
    attributes: Attributes = {"type": "path", "path": file_path(url.path)}
    for name in sorted(url.query):
        value = url.query[name]
        if name in ("rev", "narHash"):
            attributes[name] = value
        elif name in ("revCount", "lastModified"):
            number = natural(value)
            if number is None:
                raise EvalError(f"path URL '{url}' has invalid parameter '{name}'")
            attributes[name] = number
        else:
            raise EvalError(f"path URL '{url}' has unsupported parameter '{name}'")
    return attributes


# --- from attributes


def from_attributes(attributes: Attributes, features: frozenset[str]) -> Attributes:
    """Check the attributes of an input and put them into their standard form."""
    kind = string_attribute(attributes, "type")
    if kind is None:
        raise EvalError("'type' attribute to specify input scheme is required but not provided")
    if kind in ALLOWED:
        for name in sorted(attributes):
            if name not in ("type", "__final") and name not in ALLOWED[kind]:
                raise EvalError(f"input attribute '{name}' not supported by scheme '{kind}'")
    if kind == "git":
        attributes = from_git_attributes(attributes, features)
    elif kind in FORGES:
        attributes = from_forge_attributes(attributes)
    elif kind == "hg":
        attributes = from_hg_attributes(attributes)
    elif kind == "indirect":
        attributes = from_indirect_attributes(attributes)
    elif kind == "path":
        required_string(attributes, "path")
    return check_common(attributes)


def from_git_attributes(attributes: Attributes, features: frozenset[str]) -> Attributes:
    """Check a Git input."""
    if any([name in attributes for name in VERIFYING]) and "verified-fetches" not in features:
        raise EvalError(
            "experimental Nix feature 'verified-fetches' is disabled; add '--extra-experimental-features"
            " verified-fetches' to enable it"
        )
    flag(attributes, "verifyCommit")
    ref = string_attribute(attributes, "ref")
    if ref is not None and not is_legal_ref_name(ref):
        raise BadUrl(f"invalid Git branch/tag name '{ref}'")
    result = {**attributes, "url": str(git_url(required_string(attributes, "url")))}
    for name in ("shallow", "submodules", "allRefs"):
        flag(result, name)
    return result


def git_url(text: str) -> Url:
    """The URL of a repository that may be written as `user@host:path` or as a path."""
    scp = None if text.startswith("/") else SCP.fullmatch(text)
    if scp is not None:
        text = f"ssh://{scp[1]}@{scp[2]}/{scp[3]}"
    if not text.startswith(("file:", "git+file:")) and "://" not in text:
        parts = text.split("/")
        if ":" in parts[0]:
            raise BadUrl(f"SCP-like URL '{text}' is not supported; use SSH URL syntax instead (ssh://...)")
        return Url("file", parts, authority="" if text.startswith("/") else None)
    url = parse_url(text)
    if url.application == "git":
        url.scheme = url.transport
    return url


def from_forge_attributes(attributes: Attributes) -> Attributes:
    """Check an input of a forge."""
    required_string(attributes, "owner")
    required_string(attributes, "repo")
    ref, rev = string_attribute(attributes, "ref"), string_attribute(attributes, "rev")
    shown = data_to_json(attributes)
    if ref is not None and rev is not None:
        raise BadUrl(f"input {shown} contains both a commit hash ('{rev}') and a branch/tag name ('{ref}')")
    if rev is not None:
        parse_hash(rev, "sha1")
    if ref is not None and not is_legal_ref_name(ref):
        raise BadUrl(f"input {shown} contains an invalid branch/tag name")
    host = string_attribute(attributes, "host")
    if host is not None and not HOST.fullmatch(host):
        raise BadUrl(f"input {shown} contains an invalid instance host")
    return attributes


def from_hg_attributes(attributes: Attributes) -> Attributes:
    """Check a Mercurial input."""
    parse_url(required_string(attributes, "url"))
    ref = string_attribute(attributes, "ref")
    if ref is not None and not REF.fullmatch(ref):
        raise BadUrl(f"invalid Mercurial branch/tag name '{ref}'")
    return attributes


def from_indirect_attributes(attributes: Attributes) -> Attributes:
    """Check an input that the registry resolves."""
    name = required_string(attributes, "id")
    if not FLAKE_ID.fullmatch(name):
        raise BadUrl(f"'{name}' is not a valid flake ID")
    return attributes


# --- to URLs


def to_url(attributes: Attributes) -> Url:
    """The URL form of a checked input."""
    kind = attributes["type"]
    if kind in FORGES:
        return forge_url(attributes)
    if kind == "indirect":
        parts = [attributes["id"], string_attribute(attributes, "ref"), revision(attributes)]
        return Url("flake", [part for part in parts if part is not None])
    if kind == "path":
        return path_url(attributes)
    if kind not in ALLOWED:
        raise EvalError(f"cannot show unsupported input '{data_to_json(attributes)}'")
    url = parse_url(required_string(attributes, "url"))
    if kind in ("file", "tarball"):
        add(url, "narHash", nar_hash(attributes))
        return url
    if kind == "hg" or url.scheme != "git":
        url.scheme = f"{kind}+{url.scheme}"
    add(url, "rev", revision(attributes))
    add(url, "ref", string_attribute(attributes, "ref"))
    if kind == "git":
        for name in ("shallow", "lfs", "submodules", "exportIgnore", "verifyCommit"):
            add(url, name, "1" if flag(attributes, name) else None)
        for name in ("keytype", "publicKey", "publicKeys"):
            add(url, name, string_attribute(attributes, name))
    return url


def add(url: Url, name: str, value: str | None) -> None:
    """Set a query parameter, if there is a value."""
    if value is not None:
        url.query[name] = value


def forge_url(attributes: Attributes) -> Url:
    """`github:owner/repo/…`."""
    ref, rev = string_attribute(attributes, "ref"), revision(attributes)
    last = ref if ref is not None else rev
    parts = [attributes["owner"], attributes["repo"]]
    url = Url(attributes["type"], parts if last is None else [*parts, last])
    add(url, "narHash", nar_hash(attributes))
    add(url, "host", string_attribute(attributes, "host"))
    return url


def path_url(attributes: Attributes) -> Url:
    """`path:/some/where?…`."""
    query = {}
    for name, value in attributes.items():
        if name not in ("path", "type", "__final"):
            query[name] = str(int(value)) if type(value) is bool else str(value)
    return Url("path", required_string(attributes, "path").split("/"), query=query)
