"""Flake references and the URLs of inputs: `github:NixOS/nixpkgs/23.05?dir=lib`, and what they stand for.

`fetchTree`, `parseFlakeRef`, the inputs of flakes and the command line all read them here.
Manual: `nix flake`, "Flake references".
"""

from __future__ import annotations

import posixpath
import re

from nixlite.errors import EvalError
from nixlite.fetch.inputs import (
    CURL,
    FEATURES,
    FLAKE_ID,
    FORGES,
    GIT_FLAGS,
    REF,
    REVISION,
    Attrs,
    Input,
    checked,
    input_from_attrs,
    is_legal_ref_name,
    require_feature,
    to_url,
)
from nixlite.fetch.url import BadUrlError, Url, decode_query, parse_url, path_parts, percent_decode
from nixlite.host.settings import ignore_warning
from nixlite.spelling import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.fetch.url import Warn

REF_OR_REVISION = rf"(?:{REVISION.pattern}|{REF.pattern}(?:/{REVISION.pattern})?)"
FRAGMENT = r"""(?:[a-zA-Z0-9\-._~!$&'"()*+,;=:@/? ^]|%[0-9a-fA-F]{2})*"""
ID_REFERENCE = re.compile(rf"({FLAKE_ID.pattern}(?:/{REF_OR_REVISION})?)(?:#({FRAGMENT}))?")
PATH_REFERENCE = re.compile(r"([^?#]*)(?:\?([^#]*))?(?:#([^\n\r]*))?")
TRANSPORTS = ("file", "http", "https")
ARCHIVES = (".zip", ".tar", ".tgz", ".tar.gz", ".tar.xz", ".tar.bz2", ".tar.zst")


def input_from_url(text: str, features: frozenset[str], warn: Warn = ignore_warning) -> Input:
    """The input that a URL means: `path:/x`, `git+https://…`, `github:owner/repo/ref`, `https://….tar.gz`.

    Raises EvalError in Nix's words.
    """
    return from_url(parse_url(text, warn=warn), features)


def parse_flake_ref(
    text: str,
    features: frozenset[str],
    *,
    relative: bool = False,
    require_tree: bool = True,
    warn: Warn = ignore_warning,
) -> Attrs:
    """The attributes of a flake reference, with `dir` if it has one: see `reference_url`."""
    url, fragment = reference_url(text, features, relative=relative, require_tree=require_tree, warn=warn)
    if fragment:
        raise EvalError(f"unexpected fragment '{fragment}' in flake reference '{text}'")
    return url


def reference_url(
    text: str,
    features: frozenset[str],
    *,
    relative: bool = False,
    require_tree: bool = True,
    warn: Warn = ignore_warning,
) -> tuple[Attrs, str]:
    """The attributes and the fragment of a reference in any of its three forms: name, URL or path.

    *relative*: a path may be relative and stays so. *require_tree*: what is downloaded has to be an archive.
    """
    found = written_url(text, features, require_tree=require_tree, warn=warn)
    if found is not None:
        return found
    parts = PATH_REFERENCE.fullmatch(text)
    if parts is None:
        raise EvalError(f"invalid flakeref '{text}'")
    absolute = parts[1].startswith("/")
    url = Url(
        "path",
        path_parts(parts[1]),
        authority="" if absolute else None,
        query=decode_query(parts[2] or "", lenient=True, warn=warn),
        fragment=percent_decode(parts[3] or ""),
    )
    if not absolute and not relative:
        raise BadUrlError(f"flake reference '{text}' is not an absolute path")
    return from_reference(url, features, require_tree)


def written_url(
    text: str,
    features: frozenset[str],
    *,
    base: str | None = None,
    require_tree: bool = True,
    warn: Warn = ignore_warning,
) -> tuple[Attrs, str] | None:
    """The attributes and the fragment of a reference that is a name or a URL; None for a path.

    Relative paths in it are relative to *base*, where there is one.
    """
    found = ID_REFERENCE.fullmatch(text)
    if found is not None:
        name = Url("flake", found[1].split("/"))
        return from_url(name, features, require_tree).attrs, percent_decode(found[2] or "")
    try:
        url = parse_url(text, lenient=True, warn=warn)
        if base is not None and url.scheme in ("path", "git+file"):
            path = url.file_path
            if not path.startswith("/"):
                url.path = path_parts(posixpath.normpath(f"{base}/{path}"))
        return from_reference(url, features, require_tree)
    except BadUrlError:
        return None


def from_reference(url: Url, features: frozenset[str], require_tree: bool = True) -> tuple[Attrs, str]:
    """The attributes of a reference's URL, `dir` among them, and its fragment."""
    directory = url.query.pop("dir", "")
    fragment, url.fragment = url.fragment, ""
    attributes = from_url(url, features, require_tree).attrs
    if directory:
        attributes.setdefault("dir", directory)
    return attributes, fragment


def flake_ref_to_string(attributes: Attrs, features: frozenset[str]) -> str:
    """The URL form of a flake reference. Raises EvalError for attributes that make no sense."""
    rest = {name: value for name, value in attributes.items() if name != "dir"}
    source = input_from_attrs(rest, features)
    directory = Input(attributes).text("dir")
    url = to_url(source)
    if directory:
        url.query.setdefault("dir", directory)
    return str(url)


# --- from URLs


def from_url(url: Url, features: frozenset[str], require_tree: bool = True) -> Input:
    """The input that a URL means, checked; kinds are tried in the order of their names.

    *require_tree*: what is downloaded has to be an archive, whatever its name ends in.
    """
    application, transport = url.application, url.transport
    if transport in TRANSPORTS and application is None and not require_tree:
        application = "tarball" if url.path[-1].endswith(ARCHIVES) else "file"
    if transport in TRANSPORTS and application == "file":
        found = from_curl_url(url, "file")
    elif url.scheme == "git" or application == "git":
        found = from_git_url(url)
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
    source = checked(found, features)
    require_feature(FEATURES.get(source.type), features)
    return source


def from_curl_url(url: Url, kind: str) -> Attrs:
    """`https://example.org/x.tar.gz?narHash=…`."""
    attributes: Attrs = {}
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


def from_git_url(url: Url) -> Attrs:
    """`git+https://example.org/repo?ref=main&shallow=1`."""
    plain = url.copy()
    plain.query = {}
    attributes: Attrs = {"type": "git"}
    for name, value in url.query.items():
        if name in ("rev", "ref", "keytype", "publicKey", "publicKeys"):
            attributes[name] = value
        elif name in GIT_FLAGS:
            attributes[name] = value == "1"
        else:
            plain.query[name] = value
    attributes["url"] = str(plain)
    return attributes


def from_hg_url(url: Url) -> Attrs:
    """`hg+https://example.org/repo?rev=…`."""
    plain = url.copy()
    plain.scheme = url.transport
    plain.query = {name: value for name, value in url.query.items() if name not in ("rev", "ref")}
    attributes: Attrs = {"type": "hg", "url": str(plain)}
    for name in ("rev", "ref"):
        if name in url.query:
            attributes[name] = url.query[name]
    return attributes


def from_forge_url(url: Url) -> Attrs:
    """`github:owner/repo/ref-or-revision?host=…`."""
    parts = url.segments()
    ref = rev = None
    if len(parts) < 2:
        raise BadUrlError(f"URL '{url}' is invalid")
    if len(parts) == 3 and REVISION.fullmatch(parts[2]):
        rev = parts[2]
    elif len(parts) > 2:
        ref = "/".join(parts[2:])
    if "rev" in url.query:
        if rev is not None:
            raise BadUrlError(f"URL '{url}' contains multiple commit hashes")
        rev = url.query["rev"]
    if "ref" in url.query:
        if ref is not None:
            raise BadUrlError(f"URL '{url}' contains multiple branch/tag names")
        ref = url.query["ref"]
    attributes: Attrs = {"type": url.scheme, "owner": parts[0], "repo": parts[1]}
    optional = {"rev": rev, "ref": ref, "host": url.query.get("host"), "narHash": url.query.get("narHash")}
    attributes.update({name: value for name, value in optional.items() if value is not None})
    return attributes


def from_indirect_url(url: Url) -> Attrs:
    """`flake:nixpkgs/ref/revision`."""
    parts = url.segments()
    attributes: Attrs = {"type": "indirect"}
    if len(parts) == 2:
        if REVISION.fullmatch(parts[1]):
            attributes["rev"] = parts[1].lower()
        elif is_legal_ref_name(parts[1]):
            attributes["ref"] = parts[1]
        else:
            raise BadUrlError(f"in flake URL '{url}', '{parts[1]}' is not a commit hash or branch/tag name")
    elif len(parts) == 3:
        if not is_legal_ref_name(parts[1]):
            raise BadUrlError(f"in flake URL '{url}', '{parts[1]}' is not a branch/tag name")
        if not REVISION.fullmatch(parts[2]):
            raise BadUrlError(f"in flake URL '{url}', '{parts[2]}' is not a commit hash")
        attributes["ref"] = parts[1]
        attributes["rev"] = parts[2].lower()
    elif len(parts) != 1:
        raise BadUrlError(f"GitHub URL '{url}' is invalid")
    attributes["id"] = parts[0]
    return attributes


def from_path_url(url: Url) -> Attrs:
    """`path:/some/where?lastModified=…`."""
    if url.authority:
        raise EvalError(f"path URL '{url}' should not have an authority ('{url.authority}')")
    attributes: Attrs = {"type": "path", "path": url.file_path}
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
