"""GitHub, GitLab and SourceHut: which revision a branch has, and where the archive of a revision is."""

from __future__ import annotations

from nixlite.errors import EvalError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.store.fetch.download import Downloader
    from nixlite.store.fetch.inputs import Input

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
        return revision_in(json_at(downloader, url), "sha", url)
    if source.type == "gitlab":
        url = f"https://{host}/api/v4/projects/{owner}%2F{repo}/repository/commits?ref_name={ref}&per_page=1"
        rows = json_at(downloader, url)
        if rows == []:
            raise EvalError(f"no commits returned by GitLab API -- does the git ref '{ref}' really exist?")
        return revision_in(rows[0] if isinstance(rows, list) else rows, "id", url)
    return sourcehut_revision(downloader, f"https://{host}/{owner}/{repo}", ref)


def json_at(downloader: Downloader, url: str) -> object:
    """The JSON that a server answers with. Raises EvalError when it is none."""
    import json

    try:
        data: object = json.loads(downloader.get(url).data)
    except (ValueError, RecursionError) as error:
        raise EvalError(f"the answer of '{url}' is no JSON: {error}") from None
    return data


def revision_in(answer: object, name: str, url: str) -> str:
    """The revision that an answer has under a name. Raises EvalError when there is none."""
    found = answer.get(name) if isinstance(answer, dict) else None
    if not isinstance(found, str):
        raise EvalError(f"the answer of '{url}' names no revision ('{name}')")
    return found


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
