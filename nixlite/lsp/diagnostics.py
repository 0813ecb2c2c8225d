"""What is wrong in a text, as far as reading it tells: what Nix's parser says, names that are nowhere
defined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types as t

from nixlite.errors import NixError, ParseError, did_you_mean
from nixlite.lsp.texts.tree import FUNCTIONS, Node, ancestors, formals_of
from nixlite.source import Source
from nixlite.syntax.parser import ParseOptions, parse

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.names import Definition
    from nixlite.lsp.texts.tree import Leaf

SOURCE = "nixlite"
SYNTAX, UNDEFINED, UNUSED = "syntax", "undefined-variable", "unused-binding"
MOST = 200


def diagnostics(document: Document) -> list[t.Diagnostic]:
    """What reading a document tells."""
    found = [*syntax(document), *undefined(document), *unused(document)]
    return found[:MOST]


def syntax(document: Document) -> Iterator[t.Diagnostic]:
    """The first error as Nix has it; then what else was mended while reading."""
    text = document.text.text
    told: set[int] = set()
    if text.strip() or document.read.repairs:
        error = parse_error(document)
        if error is not None:
            start = start_of(document, error)
            told.add(document.text.line_of(start))
            yield made(document, start, token_end(document, start), error.message, SYNTAX, hint=error.hint)
    for repair in document.read.repairs:
        line = document.text.line_of(repair.offset)
        if line not in told and told:
            told.add(line)
            end = repair.left_out[1] if repair.left_out else token_end(document, repair.offset)
            yield made(document, repair.offset, max(end, repair.offset), repair.message, SYNTAX)


def parse_error(document: Document) -> NixError | None:
    """What Nix's parser says of the text."""
    path = document.path
    source = Source(path, document.text.text, base=path.rpartition("/")[0] or "/", path=path)
    try:
        parse(source, ParseOptions(features=frozenset({"pipe-operators"}), skim=True))
    except NixError as error:
        return error
    except RecursionError:
        return None
    return None


def start_of(document: Document, error: NixError) -> int:
    """Where an error is. One that is met at the next token, on another line, is shown behind the last one."""
    if error.position is None:
        return 0
    offset = document.nix_offset(error.position.line, error.position.column)
    if isinstance(error, ParseError) and "unexpected" in error.message:
        before = document.text.text[:offset]
        last = len(before.rstrip())
        if "\n" in before[last:] and last and "expecting" in error.message:
            return last - 1
        if offset >= len(document.text.text) and last:
            return last - 1
    return offset


def token_end(document: Document, offset: int) -> int:
    """The end of the token at an offset, or a place behind it."""
    text = document.text.text
    end = offset
    while end < len(text) and (text[end].isalnum() or text[end] in "_'-"):
        end += 1
    if end == offset and offset < len(text) and text[offset] not in "\r\n":
        end += 1
    return end


def undefined(document: Document) -> Iterator[t.Diagnostic]:
    """Names that are nowhere defined, and what may be meant."""
    for leaf in document.names.undefined:
        known = [definition.name for definition, _ in document.names.visible(leaf)]
        hint = did_you_mean(leaf.text, known)
        yield made(
            document,
            leaf.start,
            leaf.end,
            f"undefined variable '{leaf.text}'",
            UNDEFINED,
            hint=hint,
            data={"name": leaf.text, "formals": takes_formals(leaf)},
        )


def takes_formals(leaf: Leaf) -> bool:
    """Whether a function around a name could take it as one more argument."""
    return formals_around(leaf) is not None


def formals_around(leaf: Leaf) -> Node | None:
    """The formals of the outermost function around a name that takes named arguments."""
    found = None
    for node in ancestors(leaf):
        if node.rule in FUNCTIONS:
            found = formals_of(node) or found
    return found


def unused(document: Document) -> Iterator[t.Diagnostic]:
    """Variables of `let` that nobody uses: shown faintly, no more."""
    for definition in document.names.definitions:
        if definition.kind == "let" and not definition.uses and not definition.name.startswith("_"):
            site = definition.site
            yield t.Diagnostic(
                range=document.range_of(site),
                message=f"'{definition.name}' is not used",
                severity=t.DiagnosticSeverity.Hint,
                source=SOURCE,
                code=UNUSED,
                tags=[t.DiagnosticTag.Unnecessary],
                data={"name": definition.name, "removable": removable(definition)},
            )


def removable(definition: Definition) -> bool:
    """Whether a binding can be taken away whole."""
    return definition.node.rule == "binding" and len(definition.sites) == 1


def made(
    document: Document, start: int, end: int, message: str, code: str, *, hint: str | None = None,
    severity: t.DiagnosticSeverity = t.DiagnosticSeverity.Error, data: object = None,
) -> t.Diagnostic:  # fmt: skip
    """A diagnostic."""
    return t.Diagnostic(
        range=document.range(start, end),
        message=f"{message}\n{hint}" if hint else message,
        severity=severity,
        source=SOURCE,
        code=code,
        data=data,
    )


def of_lint(document: Document, findings: Iterable[dict[str, object]]) -> list[t.Diagnostic]:
    """What `lint` found."""
    found = []
    for row in findings:
        offset = int(str(row["offset"]))
        message = str(row["message"])
        if row["suggestion"]:
            message += f"\nbetter: {row['suggestion']}"
        found.append(
            made(
                document,
                offset,
                token_end(document, offset),
                message,
                str(row["rule"]),
                severity=t.DiagnosticSeverity.Warning,
                data={"lint": row["rule"], "offset": offset},
            )
        )
    return found
