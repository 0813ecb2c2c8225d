"""URLs as Nix reads and writes them."""

from __future__ import annotations

import re

from nixlite.errors import EvalError

UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
NOT_IN_URL = re.compile(r"[^A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=%-]|%(?![0-9A-Fa-f]{2})")
PERCENT = re.compile(r"%([0-9A-Fa-f]{2})")
IN_PATH = frozenset(":@")
IN_QUERY = frozenset(":@/?")


class BadUrlError(EvalError):
    """A text that is no URL."""


class Url:
    """The parts of a URL, decoded. *authority* is None for `path:…`, empty for `file:///…`.

    *path* is a list of segments; an absolute path begins with an empty one.
    """

    __slots__ = ("authority", "fragment", "path", "query", "scheme")

    def __init__(
        self,
        scheme: str,
        authority: str | None,
        path: list[str],
        query: dict[str, str] | None = None,
        fragment: str = "",
    ) -> None:
        self.scheme = scheme
        self.authority = authority
        self.path = path
        self.query = query or {}
        self.fragment = fragment

    def __str__(self) -> str:
        text = self.scheme + ":"
        if self.authority is not None:
            text += "//" + self.authority
        text += "/".join([percent_encode(part, IN_PATH) for part in self.path])
        if self.query:
            pairs = [
                f"{percent_encode(name, IN_QUERY)}={percent_encode(self.query[name], IN_QUERY)}"
                for name in sorted(self.query)
            ]
            text += "?" + "&".join(pairs)
        return text + ("#" + percent_encode(self.fragment) if self.fragment else "")

    @property
    def file_path(self) -> str:
        """The path as a file name."""
        return "/".join(self.path)

    @property
    def application(self) -> str | None:
        """`git` of `git+https`, None without a `+`."""
        application, plus, _ = self.scheme.partition("+")
        return application if plus else None

    @property
    def transport(self) -> str:
        """`https` of `git+https`."""
        return self.scheme.partition("+")[2] or self.scheme

    def copy(self) -> Url:
        """A URL that can be changed without changing this one."""
        return Url(self.scheme, self.authority, list(self.path), dict(self.query), self.fragment)


def parse_url(text: str) -> Url:
    """The parts of *text*. Raises BadUrlError in Nix's words."""
    before, hash_sign, fragment = text.partition("#")
    before, mark, query = before.partition("?")
    # Blanks and quotes are let through where old versions of Nix did so.
    checked = before + mark + re.sub(r'[ "]', "", query) + hash_sign + re.sub(r'[ "^]', "", fragment)
    if NOT_IN_URL.search(checked):
        raise BadUrlError(f"'{text}' is not a valid URL: leftover")
    match = SCHEME.match(before)
    if match is None:
        raise BadUrlError(f"'{text}' doesn't have a scheme")
    rest = before[match.end() :]
    authority = None
    if rest.startswith("//"):
        authority, slash, path = rest[2:].partition("/")
        rest = slash + path
    url = Url(match[1], authority, [percent_decode(part) for part in rest.split("/")], decode_query(query))
    url.fragment = percent_decode(fragment)
    if url.transport == "file":
        if authority:
            raise BadUrlError(f"file:// URL '{text}' has unexpected authority '{authority}'")
        if not rest:
            url.path = ["", ""]
    return url


def decode_query(query: str) -> dict[str, str]:
    """The parameters of a query; those without `=` are dropped."""
    pairs = [part.partition("=") for part in query.split("&")] if query else []
    return {percent_decode(name): percent_decode(value) for name, equals, value in pairs if equals}


def percent_decode(text: str) -> str:
    """*text* without percent encoding."""
    if "%" not in text:
        return text
    byte_view = text.encode("utf-8", "surrogateescape").decode("latin-1")
    raw = PERCENT.sub(lambda match: chr(int(match[1], 16)), byte_view)
    return raw.encode("latin-1").decode("utf-8", "surrogateescape")


def percent_encode(text: str, keep: frozenset[str] = frozenset()) -> str:
    """*text* with everything encoded but unreserved characters and those in *keep*."""
    if UNRESERVED.issuperset(text):
        return text
    characters = text.encode("utf-8", "surrogateescape").decode("latin-1")
    return "".join([c if c in UNRESERVED or c in keep else f"%{ord(c):02X}" for c in characters])


def file_url(path: str) -> Url:
    """The `file://` URL of an absolute path."""
    return Url("file", "", path.split("/"))


SCP_STYLE = re.compile(r"(?![a-z+]+:)([^/:]+|[^/:]*@?\[[^\]/]*\]):(.+)", re.DOTALL)


def fix_git_url(text: str) -> Url:
    """The URL of a git repository given as a path, as `host:path`, or as a URL with or without `git+`."""
    if text.startswith("/"):
        return file_url(text)
    match = SCP_STYLE.fullmatch(text)
    if match is not None and "://" not in text:
        path = match[2] if match[2].startswith("/") else "/" + match[2]
        return Url("ssh", match[1], path.split("/"))
    url = parse_url(text)
    if url.application == "git":
        url.scheme = url.transport
    return url
