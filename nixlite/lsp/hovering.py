"""What is said about the thing at the cursor: what it is, its value, its documentation, where the value
comes from."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.lsp.asking import Asked, asked_of, attribute_path
from nixlite.lsp.completing import signature
from nixlite.lsp.finding import BOUND, PATH, SELECTED, VARIABLE, chosen, definitions, file_at
from nixlite.lsp.texts.document import path_of
from nixlite.lsp.texts.tree import FUNCTIONS, Node, ancestors, path_parts, stripped

if TYPE_CHECKING:
    from nixlite.lsp.finding import Chosen
    from nixlite.lsp.library import Library
    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.following import Follower
    from nixlite.lsp.texts.tree import Part

LONGEST = 200
"""Characters of a definition that are shown."""


class Subject(NamedTuple):
    """What a hover is about. *head*: a line of code; *doc*: Markdown; *asked*: the value to be asked for;
    *whole*: the attribute of the file's value that it is, None where it is none."""

    span: tuple[int, int]
    head: str
    doc: str
    asked: Asked | None
    whole: list[str] | None


def subject(document: Document, offset: int, follower: Follower, library: Library) -> Subject | None:
    """What is at an offset, as far as the text tells."""
    what = chosen(document, offset)
    if what is None or what.leaf.end == what.leaf.start:
        return None
    span = (what.leaf.start, what.leaf.end)
    if what.kind == PATH:
        path = file_at(document, offset)
        node = what.node
        return Subject((node.start, node.end) if node else span, path or "", "", None, None) if path else None
    if what.kind == VARIABLE and document.names.definition(what.leaf) is None:
        known = builtin(library, what.leaf.text)
        if known is not None and what.leaf.text in library.globals:
            return Subject(span, known[0], known[1], None, None)
    if what.kind == SELECTED and what.node is not None:
        base = stripped(what.node.parts[0])
        if document.text.text[base.start : base.end] == "builtins" and what.length == 1:
            known = builtin(library, what.leaf.text)
            if known is not None:
                return Subject(span, known[0], known[1], None, None)
    if what.kind not in ("variable", "selected", "bound", "inherited", "formal", "argument"):
        return None
    head, doc = written(document, what, offset, follower)
    is_binding = what.kind == BOUND and what.node is not None and ends(what)
    whole = attribute_path(document, what.node.parts[2]) if is_binding and what.node is not None else None
    return Subject(span, head, doc, asked_of(what), whole)


def ends(what: Chosen) -> bool:
    """Whether the last name of an attribute path was chosen."""
    return what.node is not None and what.length == len(path_parts(what.node.parts[0]))


def builtin(library: Library, name: str) -> tuple[str, str] | None:
    """The head and documentation of a builtin."""
    found = library.builtin(name)
    if found is None:
        return None
    return " ".join([f"builtins.{name.removeprefix('__')}", *found.arguments]), markdown(found.doc)


def written(document: Document, what: Chosen, offset: int, follower: Follower) -> tuple[str, str]:
    """How something is defined, in a line, and the comment before that."""
    places = definitions(document, offset, follower)
    if not places:
        return what.leaf.text, ""
    other, part = places[0]
    node = next((n for n in ancestors(part) if n.rule in ("binding", "inherit", "inherit_from")), None)
    formal = next((n for n in ancestors(part) if n.rule in ("plain_formal", "formal_with_default")), None)
    if formal is not None and (node is None or formal.start > node.start):
        text = other.text.text[formal.start : formal.end]
        return f"{text}  # argument", ""
    if node is None or node.rule != "binding" or part.up is None or part.up.rule != "path":
        return f"{other.text.text[part.start : part.end]}  # argument", ""
    value = stripped(node.parts[2])
    name = other.text.text[node.start : part.end]
    if isinstance(value, Node) and value.rule in FUNCTIONS:
        head = f"{name} = {signature(value)} …"
    else:
        text = " ".join(other.text.text[node.parts[2].start : node.parts[2].end].split())
        head = f"{name} = {text if len(text) <= LONGEST else text[:LONGEST] + '…'}"
    if other is not document:
        head += f"  # {path_of(other.uri)}:{other.text.line_of(part.start) + 1}"
    return head, comment_before(other, node)


def comment_before(document: Document, node: Part) -> str:
    """The comment right above a binding, as Markdown."""
    text = document.text
    lines: list[str] = []
    line = text.line_of(node.start) - 1
    if line >= 0 and text.line_text(line).rstrip().endswith("*/"):
        end = text.line_end(line)
        start = text.text.rfind("/*", 0, end)
        if start >= 0:
            return markdown(text.text[start + 2 : end].rstrip()[:-2].lstrip("*"))
    while line >= 0 and text.line_text(line).strip().startswith("#"):
        lines.insert(0, text.line_text(line).strip().lstrip("#").removeprefix(" "))
        line -= 1
    return markdown("\n".join(lines))


def markdown(text: str) -> str:
    """A comment's text without its indentation; links of the manual's own, which lead nowhere, as they
    read."""
    lines = text.strip("\n").split("\n")
    depth = min((len(line) - len(line.lstrip()) for line in lines[1:] if line.strip()), default=0)
    kept = [lines[0].strip(), *[line[depth:] for line in lines[1:]]]
    return re.sub(r"\[([^\]]*)\]\((?:@docroot@|#)[^)]*\)", r"\1", "\n".join(kept)).strip()


# -- the whole


def text(about: Subject, value: Any, failed: tuple[str, str] | None, why: list[str] | None) -> str:
    """The hover as Markdown. *value*: the child's answer; *failed*: a kind and message in its place."""
    parts = []
    if about.head:
        parts.append(fenced(about.head))
    if value is not None:
        parts.append(value_text(value, about.head))
    elif failed is not None and failed[0] != "unknown":
        message = failed[1].strip().split("\n")[0]
        parts.append(message if failed[0] == "waiting" else f"⚠ {escaped(message)}")
    if why:
        parts.append("\n".join(f"- {escaped(line)}" for line in why))
    doc = about.doc or (value or {}).get("doc") or ""
    if doc:
        parts.append(markdown(doc))
    return "\n\n".join(part for part in parts if part)


def value_text(value: dict[str, Any], head: str) -> str:
    """A value as Markdown."""
    kind, code = value["kind"], value["text"]
    count = f" of {value['count']}" if value.get("count", 0) > 3 else ""
    facts = value.get("facts") or []
    lines = [f"**{kind}**{count}"]
    if kind == "derivation":
        lines[0] += f" `{code.removeprefix('«derivation ').removesuffix('»')}`"
        lines += [f"- {escaped(fact)}" for fact in facts]
        return "\n".join(lines)
    if head.partition(" = ")[2] == code:
        return lines[0]
    return f"{lines[0]}\n{fenced(code)}"


def fenced(code: str) -> str:
    """A block of Nix code."""
    fence = "```" if "```" not in code else "````"
    return f"{fence}nix\n{code}\n{fence}"


def escaped(line: str) -> str:
    """A line of text in Markdown: what could be taken for a tag is code. (A backslash is shown by some
    editors.)"""
    if "<" not in line:
        return line
    fence = "``" if "`" in line else "`"
    return f"{fence} {line} {fence}" if fence == "``" else f"`{line}`"
