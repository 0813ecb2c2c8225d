"""Overrides in a text, and what the child process has found out about them: lenses, remarks, fixes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lsprotocol import types as t

from nixlite.lsp.diagnostics import SOURCE
from nixlite.lsp.texts.following import last_name
from nixlite.lsp.texts.tree import Leaf, Node, stripped, walk

if TYPE_CHECKING:
    from nixlite.lsp.texts.document import Document

NAMES = frozenset(
    {
        "override",
        "overrideAttrs",
        "overridePythonAttrs",
        "overrideDerivation",
        "overrideScope",
        "overrideScope'",
    }
)
SHOW = "nixlite:show"
STALE = "stale-override"
UPDATE = "//"


def calls(document: Document) -> list[Node]:
    """The calls of functions that override."""
    if document.is_large:
        return []
    return [call for call in document.calls if last_name(call.parts[0]) in NAMES]


def has_overrides(document: Document) -> bool:
    """Whether there is something to be asked about: an override, or `// { … }`."""
    if document.is_large:
        return False
    return bool(calls(document)) or any(
        type(part) is Node and part.rule == "binary" and is_update(part) for part in walk(document.root)
    )


def is_update(node: Node) -> bool:
    """Whether an expression puts a set that is written there over something."""
    sign, right = node.parts[1], stripped(node.parts[2])
    return isinstance(sign, Leaf) and sign.kind == UPDATE and isinstance(right, Node) and right.rule == "set_"


def title(lens: dict[str, Any]) -> str:
    """`2 of 4 values reach the build – show`."""
    given = lens["given"]
    if lens["by"] == UPDATE:
        behind = sum(len(row["behind"]) for row in given)
        return f"⚠ {behind} attribute{'s' * (behind != 1)} made of what was there before – show"
    good = sum(1 for row in given if row["ok"])
    what = "value" if len(given) == 1 else "values"
    verb = "reaches" if good == 1 and len(given) == 1 else "reach"
    if good == len(given):
        every = {1: "the", 2: "both"}.get(good, f"all {good}")
        return f"✓ {every} {what} {verb} the build"
    mark = "⚠ " if good < len(given) else ""
    if len(given) == 1:
        return f"{mark}the value does not wholly reach the build – show"
    verb = "reaches" if good == 1 else "reach"
    return f"{mark}{good} of {len(given)} {what} {verb} the build – show"


def lenses(document: Document, found: dict[str, Any]) -> list[t.CodeLens]:
    """The lenses of what was found out."""
    made = []
    for lens in found["lenses"]:
        offset = document.nix_offset(lens["line"], lens["column"])
        command = t.Command(title=title(lens), command=SHOW, arguments=[document.uri, lens["text"]])
        made.append(t.CodeLens(range=document.range(offset, offset), command=command))
    return made


def waiting(document: Document) -> list[t.CodeLens]:
    """The lenses while it is not known yet."""
    command = t.Command(title="nixlite: what reaches the build?", command="")
    return [
        t.CodeLens(range=document.range(call.start, call.start), command=command) for call in calls(document)
    ]


def remarks(document: Document, found: dict[str, Any]) -> list[t.Diagnostic]:
    """What an override left behind, at the values that it gave."""
    made = []
    for lens in found["lenses"]:
        bad = [row for row in lens["given"] if not row["ok"]]
        for row in bad:
            line, column = row["place"] or (lens["line"], lens["column"])
            offset = document.nix_offset(line, column)
            made.append(
                t.Diagnostic(
                    range=document.range(offset, offset + len(row["name"])),
                    message=message(row, lens),
                    severity=t.DiagnosticSeverity.Warning,
                    source=SOURCE,
                    code=STALE,
                    data={"stale": [lens["line"], lens["column"]]},
                )
            )
    return made


def message(row: dict[str, Any], lens: dict[str, Any]) -> str:
    """What is said of a value that did not get through."""
    problems = [text for text in lens["problems"] if f"`{row['name']}`" in text]
    return "\n".join([lens["headline"], *(problems or lens["problems"])])


def fixes(document: Document, found: dict[str, Any], span: t.Range) -> list[t.CodeAction]:
    """The fixes of overrides that touch a range."""
    made: list[t.CodeAction] = []
    for fix in found["fixes"]:
        edits = [t.TextEdit(document.range(start, end), new) for start, end, new in map(tuple, fix["edits"])]
        lines = [edit.range.start.line for edit in edits] + [fix["line"] - 1]
        last = max(edit.range.end.line for edit in edits)
        if not (min(lines) <= span.end.line and span.start.line <= last):
            continue
        what = "Override again so that all values reach the build" if fix["ok"] else "Override again"
        what += f": {fix['say']}" if fix["say"] else ""
        what += " (with a hash to be filled in)" if fix["assumes_hash"] else ""
        made.append(
            t.CodeAction(
                title=what,
                kind=t.CodeActionKind.QuickFix,
                is_preferred=fix["ok"] and not made,
                edit=t.WorkspaceEdit(changes={document.uri: edits}),
            )
        )
    return made


def callee(node: Node) -> Node | None:
    """The selection that is called."""
    found = stripped(node.parts[0])
    return found if isinstance(found, Node) else None
