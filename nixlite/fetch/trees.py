"""Fetching an input into the store: what `fetchTree`, `fetchTarball`, `fetchGit` and flakes share."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import EvalError, HashMismatch, NixError
from nixlite.host.guarded import innermost
from nixlite.host.settings import INFO
from nixlite.opaque import TEXTS, seen
from nixlite.spelling import normalise

if TYPE_CHECKING:
    from collections.abc import Callable

    from nixlite.fetch.archive import Unpacked
    from nixlite.fetch.download import Download, Downloader
    from nixlite.fetch.git import Git
    from nixlite.fetch.inputs import Input
    from nixlite.host.host import Host
    from nixlite.runtime.state import State
    from nixlite.store.hashing import Hash
    from nixlite.store.tree import Node


class Fetched(NamedTuple):
    """A fetched input: its store path, the hash of its archive, the input with all that is known now."""

    path: str
    content: Hash
    source: Input
    count_revisions: Callable[[], int] | None = None


def fetch_input(state: State, source: Input, *, trusted: bool = False) -> Fetched:
    """Fetch an input, add its tree to the store, once in an evaluation, and let programs read it.

    *trusted*: it is the user who wants it, not a program. Raises EvalError in Nix's words, also when the
    content is not that of `narHash`.
    """
    host = reach(
        state, str(source), locked=lambda: is_checked(source), trusted=trusted, schemes=("file", "path")
    )
    return fetch_by(state, host, source)


def fetch_by(state: State, host: Host, source: Input) -> Fetched:
    """As `fetch_input`, by way of a host that `reach` has given."""
    fetched = fetch_unseen(state, host, source)
    state.host.allow(fetched.path)
    return fetched


def is_checked(source: Input) -> bool:
    """Whether what comes is known before: by a revision or by the hash of the archive."""
    return source.is_locked or source.nar_hash is not None


def fetch_unseen(state: State, host: Host, source: Input) -> Fetched:
    """As `fetch_by`, but a guarded host goes on hiding the tree."""
    cache: dict[str, Fetched] = state.caches.setdefault("fetched inputs", {})
    key = source.json()
    if TEXTS:
        seen(key)
    if key not in cache:
        cache[key] = host.fetched(source.attrs, lambda: checked(state, host, source))
    return cache[key]


def channel_url(url: str) -> str:
    """The URL that a user means, who may have written `channel:NAME`."""
    if url.startswith("channel:"):
        return f"https://channels.nixos.org/{url.removeprefix('channel:')}/nixexprs.tar.xz"
    return url


def checked(state: State, host: Host, source: Input) -> Fetched:
    """Fetch, compare the hash and add to the store, where the tree may be read even in read-only mode."""
    node, content, result, count = tree_of(state, host, source)
    check_hash(source, content, mounted=True)
    path: str = state.store.add_hashed(source.name, node, "nar", content)
    state.store.mounted.add(path)
    return Fetched(path, content, result, count)


def check_hash(source: Input, content: Hash, *, mounted: bool) -> None:
    """Raise Nix's error unless the content is what `narHash` says.

    *mounted*: for what is not downloaded, Nix 2.34 exchanges the two in its message.
    """
    expected = source.nar_hash
    if expected is None or expected == content:
        return
    if mounted:
        expected, content = content, expected
    raise HashMismatch(
        f"NAR hash mismatch in input '{source}', "
        f"expected '{expected.text('sri')}' but got '{content.text('sri')}'"
    )


def tree_of(state: State, host: Host, source: Input) -> tuple[Node, Hash, Input, Callable[[], int] | None]:
    """The tree of an input and its hash, under the frame that names the input."""
    error_context = f"while fetching the input '{source}'"
    from nixlite.store.nar import hash_tree

    node, result, count = raw_tree(state, host, source)
    check_claims(source)
    content = hash_tree(node)
    if source.type in ("tarball", "file"):
        check_hash(source, content, mounted=False)
    return node, content, result, count


def check_claims(source: Input) -> None:
    """Raise NixError unless an input's `rev` and `narHash` are hashes; Nix finds out when it has fetched."""
    _ = source.rev, source.nar_hash


def raw_tree(state: State, host: Host, source: Input) -> tuple[Node, Input, Callable[[], int] | None]:
    """The tree of an input, the input with what is known now, and how to compute `revCount`."""
    kind = source.type
    if kind == "path":
        return (*path_tree(state, host, source), None)
    if kind == "tarball":
        return (*tarball_tree(state, host, source), None)
    if kind == "file":
        from nixlite.store.tree import File

        data = downloader_of(state, host).get(source.required_text("url")).data
        return File(data), source, None
    if kind == "git":
        tree = git_of(state, host).fetch(source.copy())
        return tree.node, source.__class__(tree.attrs), tree.count_revisions
    if kind == "hg":
        from nixlite.fetch.mercurial import fetch_mercurial

        node, attrs = fetch_mercurial(host, source, cache_directory(state), state.host.write_stderr)
        return node, source.__class__(attrs), None
    if kind in ("github", "gitlab", "sourcehut"):
        return (*forge_tree(state, host, source), None)
    raise EvalError(f"cannot find flake 'flake:{source.text('id')}' in the flake registries")


def path_tree(state: State, host: Host, source: Input) -> tuple[Node, Input]:
    """A directory on disk."""
    from nixlite.store.tree import host_tree

    path = source.required_text("path")
    if not path.startswith("/"):
        raise EvalError(f"cannot fetch input '{source}' because it uses a relative path")
    if host.file_type(path) is None:
        host.check_access(path)
        raise EvalError(f"path '/{path}' does not exist")  # so many slashes has Nix's message
    node = host_tree(host, path)
    result = source.copy()
    if "lastModified" not in result.attrs:
        result.attrs["lastModified"] = 0 if state.store.is_store_path(path) else newest(host, path)
    return node, result


def newest(host: Host, path: str) -> int:
    """The time of the last change to anything below a path."""
    latest = host.modified(path)
    if host.file_type(path) == "directory":
        prefix = path if path.endswith("/") else path + "/"
        for name in host.list_dir(path):
            latest = max(latest, newest(host, prefix + name))
    return latest


def tarball_tree(state: State, host: Host, source: Input) -> tuple[Node, Input]:
    """An archive from a URL."""
    from nixlite.fetch.references import input_from_url

    url = source.required_text("url")
    check_tarball_file(host, url)
    download, unpacked = downloaded_archive(state, host, url)
    result = source.copy()
    if download.immutable_url is not None:
        result = input_from_url(download.immutable_url, state.settings.features)
        if result.type != "tarball":
            raise EvalError("tarball 'Link' headers that redirect to non-tarball URLs are not supported")
    if unpacked.last_modified and "lastModified" not in result.attrs:
        result.attrs["lastModified"] = unpacked.last_modified
    return unpacked.node, result


def downloaded_archive(
    state: State, host: Host, url: str, *, fixed: bool = False
) -> tuple[Download, Unpacked]:
    """What is at a URL, unpacked; libarchive reports a download that failed. *fixed*: as for `get`."""
    from nixlite.fetch.archive import BadLinkError, unpack
    from nixlite.fetch.curl import DownloadError

    try:
        download = downloader_of(state, host).get(url, announce(state, url), streamed=True, fixed=fixed)
    except DownloadError as error:
        # The text of the inner error is shown as it would be on a terminal, indented.
        inner = error.message.replace("\n", "\n       ").replace("\n       \n", "\n\n")
        raise EvalError(f"Failed to open archive (Source threw exception: error: {inner})") from None
    try:
        return download, unpack(download.data, host)
    except BadLinkError as error:
        error_context = error.context
        raise


def announce(state: State, url: str) -> Callable[[], None]:
    """Tells, when a download starts, what it is for; in Nix's words, though there is no Git cache here."""
    return lambda: state.tell(INFO, f"unpacking '{tidy(url)}' into the Git cache...")


def tidy(url: str) -> str:
    """A URL in its standard form; as it is written where it has none."""
    from nixlite.fetch.url import BadUrlError, parse_url

    try:
        return str(parse_url(url))
    except BadUrlError:
        return url


def check_tarball_file(host: Host, url: str) -> None:
    """Say plainly when a `file://` URL names no archive."""
    from nixlite.fetch.url import parse_url

    parsed = parse_url(url)
    if parsed.scheme != "file":
        return
    path = parsed.file_path
    if not path.startswith("/"):
        raise EvalError(
            f"tarball '{url}' must use an absolute path. The 'file' scheme does not support relative paths."
        )
    kind = host.followed_type(path)
    if kind is None:
        host.check_access(host.real_path(path))
        raise EvalError(f'tarball "{path}" does not exist.')
    if kind == "directory":
        if host.followed_type(f"{path}/.git") is not None:
            raise EvalError(
                f'tarball "{path}" is a git repository, not a tarball. Please use `git+file` as the scheme.'
            )
        raise EvalError(f'tarball "{path}" is a directory, not a file.')


def forge_tree(state: State, host: Host, source: Input) -> tuple[Node, Input]:
    """A repository of GitHub, GitLab or SourceHut, as the archive of a revision."""
    from nixlite.fetch.forges import archive_url, revision_of

    result = source.copy()
    if result.rev is None:
        result.attrs["rev"] = revision_of(downloader_of(state, host), source)
        result.attrs.pop("ref", None)
    _, unpacked = downloaded_archive(state, host, archive_url(result), fixed=True)  # of a revision
    result.attrs.setdefault("lastModified", unpacked.last_modified)
    return unpacked.node, result


# --- what the evaluation has for fetching


def downloader_of(state: State, host: Host) -> Downloader:
    """The downloads of this evaluation, by way of a host that `reach` has given."""
    from nixlite.fetch.download import Downloader

    settings = state.settings
    return Downloader(
        host,
        cache_dir=cache_directory(state),
        ttl=settings.get("tarball-ttl", 3600),
        attempts=settings.get("download-attempts", 5),
        timeout=settings.get("connect-timeout", 0) or 15,
        offline=bool(settings.get("offline", False)),
        warn=settings.warn,
        progress=Progress(state).show,
    )


def git_of(state: State, host: Host) -> Git:
    """The git repositories of this evaluation, by way of a host that `reach` has given."""
    from nixlite.fetch.git import Git

    warned = state.caches.setdefault("warned of a relative repository", [])
    return Git(host, cache_directory(state), state.settings.warn, state.host.write_stderr, warned)


class Progress:
    """Shows downloads on a terminal, on one line that is wiped in the end; elsewhere nothing."""

    def __init__(self, state: State) -> None:
        self.host = state.host
        self.write = state.host.write_stderr
        self.wanted: bool | None = None
        self.shown = False

    def show(self, url: str, received: int, total: int | None) -> None:
        """*received* of *total* bytes are here (-1: it is over)."""
        if self.wanted is None:
            self.wanted = self.host.is_terminal("stderr")
        if not self.wanted:
            return
        if received < 0:
            if self.shown:
                self.write("\r\x1b[K")
            self.shown = False
            return
        self.shown = True
        size = f"{received / 2**20:.1f}" + (f"/{total / 2**20:.1f}" if total else "")
        self.write(f"\r\x1b[K[{size} MiB DL] downloading '{url}'")


def cache_directory(state: State) -> str | None:
    """Where downloads are kept: `nixlite` in the user's cache; None on a host without a disk."""
    return innermost(state.host).cache_home()


def reach(
    state: State,
    uri: str,
    *,
    locked: Callable[[], bool] | None = None,
    trusted: bool = False,
    schemes: tuple[str, ...] = ("file",),
) -> Host:
    """The host by way of which a URI is fetched. Raises RestrictedError if it may not be.

    *schemes*: those of URLs that restricted evaluation takes for the path in them.

    See `Host.fetching`. Manual: nix.conf, `allowed-uris`.
    """
    allowed = state.settings.allowed_uris if state.settings.restrict_eval else None
    return state.host.fetching(
        uri, path=local_path(uri, schemes), locked=locked, trusted=trusted, allowed=allowed
    )


def check_uri(state: State, uri: str) -> None:
    """Raise RestrictedError if restricted evaluation may not fetch from here."""
    if state.settings.restrict_eval:
        reach(state, uri, locked=lambda: True)


def local_path(uri: str, schemes: tuple[str, ...]) -> str | None:
    """The file or directory that a URI means: a path, or that of a URL; None for all others."""
    if uri.startswith("/"):
        return normalise(uri)
    from nixlite.fetch.url import parse_url

    try:
        url = parse_url(uri)
    except NixError:
        return None
    return normalise("/".join(url.path)) if url.scheme in schemes else None
