"""What was found, for programs that show it beside the source: SARIF, and annotations of GitHub's workflows.

SARIF 2.1.0 is what GitHub's code scanning, GitLab and editors read; annotations are lines that a step of a
workflow prints ("Workflow commands for GitHub Actions": `::warning file=…,line=…::message`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from nixlite.errors import NixError
    from nixlite.explain.lint.tree import Finding
    from nixlite.host.host import Host
    from nixlite.source import Source

TEXT, JSON, SARIF, GITHUB = FORMATS = ("text", "json", "sarif", "github")
WARNING, ERROR = "warning", "error"
SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
UNREADABLE = "unreadable"
"""The rule of files that cannot be read or parsed."""


class Remark(NamedTuple):
    """Something to say about a place.

    *file*: absolute, or relative to the working folder; *line*, *column*, *end_column*: 1-based, in
    characters, the last is that after the end; *column* 0 is the whole line. *level*: WARNING or ERROR.
    *help*: what to do, or "". *text*: the line of the source, by which the place is known when it has moved.
    """

    file: str
    line: int
    column: int
    end_column: int
    rule: str
    level: str
    message: str
    help: str = ""
    text: str = ""


def check_format(name: str) -> None:
    """Raises UsageError for what is no format."""
    if name not in FORMATS:
        hint = did_you_mean(name, FORMATS)
        raise UsageError(f"there is no format '{name}'; the formats: {', '.join(FORMATS)}", hint=hint)


def remark_of(source: Source, finding: Finding) -> Remark:
    """A finding of lint's: from where it is to the end of the name there."""
    line = source.line_column(finding.offset)[0]
    text = source.line(line)
    start = finding.offset - source.line_starts()[line - 1]
    end = start
    while end < len(text) and (text[end].isalnum() or text[end] in "_'-"):
        end += 1
    end = max(end, start + 1)
    help_text = f"better: {finding.suggestion}" if finding.suggestion else ""
    return Remark(
        source.path or source.name,
        line,
        start + 1,
        end + 1,
        finding.rule,
        WARNING,
        finding.message,
        help_text,
        text,
    )


def remark_of_error(error: NixError, file: str) -> Remark:
    """A file that cannot be read or parsed."""
    place = error.position
    if place is None:
        return Remark(file, 1, 0, 0, UNREADABLE, ERROR, error.message, error.hint or "")
    column = place.column
    if place.source is not None:  # columns of Nix are bytes
        text = place.source.line(place.line)
        column = len(text.encode("utf-8", "surrogateescape")[: column - 1].decode("utf-8", "replace")) + 1
    return Remark(
        place.file, place.line, column, column + 1, UNREADABLE, ERROR, error.message, error.hint or ""
    )


def written(form: str, remarks: Iterable[Remark], rules: Mapping[str, str], host: Host, folder: str) -> str:
    """Remarks as SARIF or GITHUB; *folder* is the working directory, *rules* what each is about, by name."""
    root = repository(host, folder)
    found = [remark._replace(file=absolute(remark.file, folder)) for remark in remarks]
    if form == GITHUB:
        return github(found, root)
    import json

    return json.dumps(sarif(found, rules, root), indent=2, ensure_ascii=False) + "\n"


def repository(host: Host, folder: str) -> str:
    """The repository that a folder is in, from which GitHub counts; the folder itself if it is in none."""
    above = folder
    while above:
        if host.exists(f"{above}/.git"):
            return above
        above = above.rpartition("/")[0]
    return folder


def absolute(file: str, folder: str) -> str:
    """A path that may be relative to a folder; what is no file stays as it is."""
    return file if file.startswith(("/", "«", "<")) else f"{folder.rstrip('/')}/{file}"


def relative(file: str, folder: str) -> str:
    """A path as seen from a folder that it is in; unchanged if it is elsewhere."""
    return file.removeprefix(f"{folder.rstrip('/')}/")


# -- annotations


def github(remarks: Iterable[Remark], folder: str) -> str:
    """A line for each remark. GitHub shows ten of a kind for each step."""
    lines = []
    for remark in remarks:
        where = {"file": relative(remark.file, folder), "line": str(remark.line), "endLine": str(remark.line)}
        if remark.column:
            where |= {"col": str(remark.column), "endColumn": str(remark.end_column)}
        where["title"] = f"nixlite {remark.rule}"
        properties = ",".join(f"{name}={escape(value, ':,')}" for name, value in where.items())
        text = f"{remark.message}\n{remark.help}".rstrip("\n")
        lines.append(f"::{remark.level} {properties}::{escape(text)}")
    return "".join(f"{line}\n" for line in lines)


def escape(text: str, more: str = "") -> str:
    """As workflow commands want it: `%`, ends of lines, and *more*."""
    return "".join(
        f"%{ord(letter):02X}" if letter in "%\r\n" or letter in more else letter for letter in text
    )


# -- SARIF


def sarif(remarks: Iterable[Remark], rules: Mapping[str, str], folder: str) -> dict[str, Any]:
    """A log with one run. *rules*: what each is about, by name."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        own = version("nixlite")
    except PackageNotFoundError:
        own = "0"
    found = list(remarks)
    driver = {
        "name": "nixlite",
        "version": own,
        "rules": [
            {
                "id": name,
                "shortDescription": {"text": about},
                "fullDescription": {"text": about},
                "help": {"text": about},
            }
            for name, about in rules.items()
        ],
    }
    seen: dict[str, int] = {}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "results": [result(remark, [*rules].index(remark.rule), folder, seen) for remark in found],
    }
    return {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}


def result(remark: Remark, rule: int, folder: str, seen: dict[str, int]) -> dict[str, Any]:
    """A remark; *seen* counts those that look the same."""
    from hashlib import sha256

    region = {"startLine": remark.line}
    if remark.column:
        region |= {"startColumn": remark.column, "endLine": remark.line, "endColumn": remark.end_column}
    alike = f"{remark.rule}\0{relative(remark.file, folder)}\0{remark.text.strip() or remark.message}"
    digest = sha256(alike.encode("utf-8", "surrogateescape")).hexdigest()[:16]
    seen[digest] = seen.get(digest, 0) + 1
    return {
        "ruleId": remark.rule,
        "ruleIndex": rule,
        "level": remark.level,
        "message": {"text": f"{remark.message}\n{remark.help}".rstrip("\n")},
        "locations": [
            {"physicalLocation": {"artifactLocation": {"uri": uri(remark.file, folder)}, "region": region}}
        ],
        "partialFingerprints": {"primaryLocationLineHash": f"{digest}:{seen[digest]}"},
    }


def uri(file: str, folder: str) -> str:
    """A path as the reference of a URI: relative where it is in the folder."""
    from urllib.parse import quote_from_bytes

    path = relative(file, folder)
    quoted = quote_from_bytes(path.encode("utf-8", "surrogateescape"))
    return f"file://{quoted}" if path.startswith("/") else quoted
