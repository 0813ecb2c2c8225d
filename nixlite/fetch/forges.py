"""GitHub, GitLab and SourceHut: which revision a branch has, and where the archive of a revision is."""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.formats.json import outside as json
from nixlite.store.hashing import parse_hash

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.fetch.download import Downloader
    from nixlite.fetch.inputs import Input

HOSTS = {"github": "github.com", "gitlab": "gitlab.com", "sourcehut": "git.sr.ht"}


def archive_url(source: Input) -> str:
    """The URL of the archive of `rev`."""
    host, owner, repo = place(source)
    rev = source.text("rev")
    if source.type == "github":
        if host == "github.com":
            return f"https://github.com/{owner}/{repo}/archive/{rev}.tar.gz"
        return f"https://{host}/api/v3/repos/{owner}/{repo}/tarball/{rev}"
    if source.type == "gitlab":
        return f"https://{host}/api/v4/projects/{owner}%2F{repo}/repository/archive.tar.gz?sha={rev}"
    return f"https://{host}/{owner}/{repo}/archive/{rev}.tar.gz"


def revision_of(downloader: Downloader, source: Input) -> str:
    """The commit that `ref` (or the default branch) is at now. Asks the server."""
    host, owner, repo = place(source)
    ref = source.text("ref") or "HEAD"
    if source.type == "github":
        api = "https://api.github.com" if host == "github.com" else f"https://{host}/api/v3"
        url = f"{api}/repos/{owner}/{repo}/commits/{ref}"
        return revision_in(downloader, url, lambda answer: json.member(answer, "sha"))
    if source.type == "gitlab":
        url = f"https://{host}/api/v4/projects/{owner}%2F{repo}/repository/commits?ref_name={ref}"
        return revision_in(downloader, url, lambda answer: json.member(newest_commit(answer, ref), "id"))
    return sourcehut_revision(downloader, f"https://{host}/{owner}/{repo}", ref)


def newest_commit(answer: Any, ref: str) -> Any:
    """The first commit in an answer of GitLab. Raises EvalError where there is none."""
    commits = json.array(answer)
    if not commits:
        raise EvalError(f"no commits returned by GitLab API -- does the git ref '{ref}' really exist?")
    return commits[0]


def revision_in(downloader: Downloader, url: str, find: Callable[[Any], Any]) -> str:
    """The revision that *find* takes out of the JSON at a URL. Raises NixError when there is none."""
    data = downloader.get(url).data
    found = json.at(f"the answer of '{url}'", lambda: json.text(find(json.parse(data))))
    return parse_hash(found, "sha1").raw.hex()


def sourcehut_revision(downloader: Downloader, base: str, ref: str) -> str:
    """The commit of a branch, from the list of references that git itself reads."""
    if ref == "HEAD":
        head = downloader.get(f"{base}/HEAD").data.decode("utf-8", "replace").strip()
        if not head.startswith("ref: "):
            raise EvalError(f"in '{base}', couldn't resolve HEAD ref '{head}'")
        ref = head[len("ref: ") :]
    wanted = {ref, f"refs/heads/{ref}", f"refs/tags/{ref}"}
    for line in downloader.get(f"{base}/info/refs").data.decode("utf-8", "replace").splitlines():
        revision, _, name = line.partition("\t")
        if name in wanted:
            return revision
    raise EvalError(f"in '{base}', couldn't find ref '{ref}'")


def place(source: Input) -> tuple[str, str, str]:
    """Host, owner and repository."""
    host = source.text("host") or HOSTS[source.type]
    return host, source.required_text("owner"), source.required_text("repo")
