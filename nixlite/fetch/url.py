"""URLs as Nix reads and writes them: RFC 3986, and more characters where flake references allow them."""

from __future__ import annotations

import re

from nixlite.errors import EvalError
from nixlite.host.settings import ignore_warning
from nixlite.spelling import natural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    Warn = Callable[[str], object]

UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
PLAIN = r"A-Za-z0-9\-._~!$&'()*+,;=:@"
ESCAPED = "%[0-9A-Fa-f]{2}"
URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):"
    r"(?://(?P<authority>(?:[A-Za-z0-9\-._~!$&'()*+,;=:@\[\]]|" + ESCAPED + r")*))?"
    r"(?P<path>(?:[" + PLAIN + "/]|" + ESCAPED + r")*)"
    r"(?:\?(?P<query>(?:[" + PLAIN + r"/?\[\]]|" + ESCAPED + r")*))?"
    r"(?:\#(?P<fragment>(?:[" + PLAIN + r"/?\#]|" + ESCAPED + r")*))?"
)
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*")
SEGMENT = re.compile(rf"(?:[{PLAIN}]|{ESCAPED})+")
SCP = re.compile(r"([^/\n\r]*)@([^\n\r]*):([^\n\r]*)")
ADDRESS = re.compile(r"\[(?:[0-9A-Fa-f.]*:){2}[0-9A-Fa-f:.]*\]")
BRACKET = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://(?:[^/?#@]*@)?(\[[^/?#]*)")
AUTHORITY = re.compile(
    r"(?:(?P<user>[^@:\[\]]*)(?::(?P<password>[^@\[\]]*))?@)?"
    r"(?P<host>" + ADDRESS.pattern + r"|[^:@\[\]]*)(?::(?P<port>[0-9]*))?"
)


class BadUrlError(EvalError):
    """The text is no URL, or none of the kind that is needed."""


class Url:
    """A URL in parts, decoded. `authority` is kept as it is written, None when there is none."""

    def __init__(
        self,
        scheme: str,
        path: list[str],
        *,
        authority: str | None = None,
        query: dict[str, str] | None = None,
        fragment: str = "",
    ) -> None:
        self.scheme = scheme
        self.path = path
        self.authority = authority
        self.query = query or {}
        self.fragment = fragment

    def copy(self) -> Url:
        """A URL that can be changed without changing this one."""
        return Url(
            self.scheme,
            list(self.path),
            authority=self.authority,
            query=dict(self.query),
            fragment=self.fragment,
        )

    @property
    def application(self) -> str | None:
        """`git` of `git+https`."""
        name, plus, _ = self.scheme.partition("+")
        return name if plus else None

    @property
    def transport(self) -> str:
        """`https` of `git+https`."""
        return self.scheme.rpartition("+")[2] if "+" not in self.scheme else self.scheme.partition("+")[2]

    def segments(self) -> list[str]:
        """The parts of the path that are not empty."""
        return [segment for segment in self.path if segment]

    @property
    def file_path(self) -> str:
        """The file name that the path means. Raises BadUrlError for a part that no file can have."""
        path = ""
        for index, part in enumerate(self.path):
            if "/" in part:
                raise BadUrlError(
                    f"URL path component '{part}' contains '/', which is not allowed in file names"
                )
            if "\0" in part:
                shown = part.replace("\0", "␀")
                raise BadUrlError(f"URL path component '{shown}' contains NUL byte which is not allowed")
            if index == 0:
                path = part or "/"
            elif path.endswith("/"):
                path += part
            else:
                path += f"/{part}"
        return path

    def __str__(self) -> str:
        text = self.scheme + ":"
        if self.authority is not None:
            text += f"//{self.authority}"
        text += "/".join([percent_encode(part, ":@") for part in self.path])
        if self.query:
            text += f"?{encode_query(self.query)}"
        if self.fragment:
            text += f"#{percent_encode(self.fragment)}"
        return text


def parse_url(text: str, *, lenient: bool = False, warn: Warn = ignore_warning) -> Url:
    """The parts of a URL. *lenient*: blanks and quotes may stand unescaped in query and fragment.

    Raises BadUrlError in the words of Nix and of its URL library (Boost.URL: "leftover", "mismatch").
    """
    checked = loosen(text) if lenient else text
    found = URL.fullmatch(checked)
    if found is None:
        raise BadUrlError(what_is_wrong(text, checked))
    scheme = found["scheme"]
    authority = None if found["authority"] is None else parse_authority(found["authority"], text)
    path = found["path"]
    is_file = scheme.partition("+")[2] == "file" or scheme == "file"
    if is_file:
        if authority:
            raise BadUrlError(f"file:// URL '{text}' has unexpected authority '{authority}'")
        path = path or "/"
    return Url(
        scheme,
        [percent_decode(part) for part in path.split("/")],
        authority=authority,
        query=decode_query(found["query"] or "", warn=warn),
        fragment=percent_decode(found["fragment"] or ""),
    )


def what_is_wrong(text: str, checked: str) -> str:
    """Nix's words for a text that is no URL; *checked* is what was read."""
    first = re.split("[/?#]", checked, maxsplit=1)[0]
    if ":" not in first and URL.fullmatch(f"x:{checked}") is not None:
        return f"'{text}' doesn't have a scheme"
    scheme, colon, _ = first.partition(":")
    # What could stand in a path but is no scheme is a mismatch; so are a bad IPv6 address and a bad escape,
    # unless something else is wrong before it or it is in the query.
    wrong_scheme = bool(colon) and SCHEME.fullmatch(scheme) is None and bool(SEGMENT.fullmatch(scheme))
    bracket = BRACKET.match(checked)
    if bracket is not None and ADDRESS.match(bracket[1]) is None:
        return f"'{text}' is not a valid URL: mismatch"
    start = re.match(rf"(?:[{PLAIN}/#\[\]]|{ESCAPED})*(?=(.?))", checked, re.DOTALL)
    bad_escape = start is not None and start[1] == "%"
    return f"'{text}' is not a valid URL: {'mismatch' if wrong_scheme or bad_escape else 'leftover'}"


def loosen(text: str) -> str:
    """*text* with the characters escaped that a lenient reader accepts in query and fragment."""
    rest, hash_sign, fragment = text.partition("#")
    if "?" in text and (not hash_sign or text.index("?") < len(rest)):
        head, _, query = rest.partition("?")
        rest = f"{head}?{escape_some(query, ' ' + chr(34))}"
    return f"{rest}{hash_sign}{escape_some(fragment, ' ^' + chr(34))}"


def escape_some(text: str, characters: str) -> str:
    """*text* with *characters* percent-encoded."""
    return "".join([f"%{ord(c):02X}" if c in characters else c for c in text])


def parse_authority(text: str, url: str) -> str:
    """The authority of a URL in Nix's form: what need not be escaped is not, an empty port is left out.

    Raises BadUrlError, which names the whole *url*.
    """
    found = AUTHORITY.fullmatch(text)
    if found is None:
        bracket = re.search(r"\[", text.rpartition("@")[2])
        closed = re.match(r"(?:[^@]*@)?\[([0-9A-Fa-f:.]*)\]", text)
        mismatch = bracket is not None and (closed is None or closed[1].count(":") < 2)
        raise BadUrlError(f"'{url}' is not a valid URL: {'mismatch' if mismatch else 'leftover'}")
    port = natural(found["port"] or "1", 65535)
    if not port:
        raise BadUrlError(f"port '{found['port']}' is invalid")
    result = ""
    if found["user"] is not None:
        result = percent_encode(percent_decode(found["user"]))
        if found["password"] is not None:
            result += ":" + percent_encode(percent_decode(found["password"]))
        result += "@"
    host = percent_decode(found["host"])
    result += f"[{percent_encode(host[1:-1], ':')}]" if host.startswith("[") else percent_encode(host)
    if found["port"]:
        result += f":{port}"
    return result


def percent_decode(text: str) -> str:
    """*text* with `%41` and its like decoded."""
    if "%" not in text:
        return text
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise BadUrlError(f"invalid URI parameter '{text}': incomplete")
    pieces = text.split("%")
    data = [pieces[0].encode("utf-8", "surrogateescape")]
    for piece in pieces[1:]:
        data += (bytes.fromhex(piece[:2]), piece[2:].encode("utf-8", "surrogateescape"))
    return b"".join(data).decode("utf-8", "surrogateescape")


def percent_encode(text: str, keep: str = "") -> str:
    """*text* with everything but unreserved characters and *keep* escaped."""
    if UNRESERVED.issuperset(text):
        return text
    characters = [chr(byte) for byte in text.encode("utf-8", "surrogateescape")]
    return "".join([c if c in UNRESERVED or c in keep else f"%{ord(c):02X}" for c in characters])


def decode_query(text: str, *, lenient: bool = False, warn: Warn = ignore_warning) -> dict[str, str]:
    """The parameters of a query; the first of a name counts, and *warn* is told of those without `=`."""
    if lenient:
        text = escape_some(text, ' "')
    if not re.fullmatch(r"(?:[" + PLAIN + r"/?\[\]]|" + ESCAPED + ")*", text):
        raise BadUrlError(f"invalid URI query '{text}': leftover")
    query: dict[str, str] = {}
    for parameter in text.split("&") if text else ():
        name, equals, value = parameter.partition("=")
        if equals:
            query.setdefault(percent_decode(name), percent_decode(value))
        else:
            warn(f"dubious URI query '{name}' is missing equal sign '=', ignoring")
    return query


def encode_query(query: dict[str, str]) -> str:
    """Parameters as a query, sorted by name."""
    items = sorted(query.items())
    return "&".join(
        [f"{percent_encode(name, ':@/?')}={percent_encode(value, ':@/?')}" for name, value in items]
    )


def path_parts(path: str) -> list[str]:
    """The parts of a URL's path that a file name makes: doubled slashes are one."""
    parts = [part for part in path.split("/") if part]
    if path.startswith("/"):
        parts.insert(0, "")
    if path.endswith("/") or not path:
        parts.append("")
    return parts


def file_url(path: str) -> Url:
    """The `file://` URL of an absolute path."""
    return Url("file", path.split("/"), authority="")


def git_url(text: str, warn: Warn = ignore_warning) -> Url:
    """The URL of a repository, given as a path, as `user@host:path`, or as a URL with or without `git+`."""
    scp = None if text.startswith("/") else SCP.fullmatch(text)
    if scp is not None:
        text = f"ssh://{scp[1]}@{scp[2]}/{scp[3]}"
    if not text.startswith(("file:", "git+file:")) and "://" not in text:
        parts = text.split("/")
        if ":" in parts[0]:
            raise BadUrlError(
                f"SCP-like URL '{text}' is not supported; use SSH URL syntax instead (ssh://...)"
            )
        return Url("file", parts, authority="" if text.startswith("/") else None)
    url = parse_url(text, warn=warn)
    if url.application == "git":
        url.scheme = url.transport
    return url


def relative_url(target: str, base: str) -> str:
    """A submodule's URL, which may be relative to that of its parent."""
    if not target.startswith(("./", "../")):
        return target
    parent = parse_url(base)
    parts = parent.path
    for part in target.split("/"):
        if part == "..":
            parts = parts[:-1]
        elif part not in ("", "."):
            parts = [*parts, part]
    parent.path = parts
    return str(parent)
