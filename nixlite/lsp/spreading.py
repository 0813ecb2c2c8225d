"""What is meant in several files: where a name comes from, and all places that it is followed to."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from nixlite.lsp import finding
from nixlite.lsp.texts.flowing import CALLED, Flow, Given
from nixlite.lsp.texts.following import At
from nixlite.lsp.texts.names import ARGUMENT, FORMAL
from nixlite.lsp.texts.tree import (
    SETS,
    Node,
    argument_of,
    name_of,
    names_in,
    path_parts,
    stripped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nixlite.lsp.finding import Chosen
    from nixlite.lsp.server import Server
    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.names import Definition
    from nixlite.lsp.texts.tree import Part


class Bound(NamedTuple):
    """An attribute or variable: the *owner* that binds it, by a path of *names*, at *part*."""

    document: Document
    part: Part
    owner: Node
    names: list[str | None]


class Formal(NamedTuple):
    """A named argument of a function."""

    document: Document
    definition: Definition

    @property
    def function(self) -> Node:
        """The function."""
        return self.definition.owner


class Place(NamedTuple):
    """A place where something is meant; *writes*: it is defined there."""

    document: Document
    part: Part
    writes: bool


async def origins(server: Server, document: Document, what: Chosen, offset: int) -> list[Bound | Formal]:
    """What a name is, where it is defined."""
    given = argument_of_call(server, document, what)
    if given is not None:
        return [given]
    found: list[Bound | Formal] = []
    definition = finding.definition_at(document, what)
    if definition is not None and what.kind != finding.SELECTED:
        sites = [At(document, site) for site in definition.sites]
    else:
        sites = finding.definitions(document, offset, server.follower)
        if what.kind == finding.SELECTED and not sites:
            sites = await through_arguments(server, document, what)
    for at in sites:
        one = origin(at)
        if one is not None:
            found.append(one)
    return found


async def through_arguments(server: Server, document: Document, what: Chosen) -> list[At]:
    """Where an attribute is defined that is selected of an argument, as the calls give it."""
    assert what.node is not None
    names = [name_of(part) for part in path_parts(what.node.parts[2])[: what.length]]
    subject = stripped(what.node.parts[0])
    if not isinstance(subject, Node) or subject.rule != "variable":
        return []
    definition = document.names.definition(subject.parts[0])
    if definition is None or definition.kind not in (FORMAL, ARGUMENT):
        return []
    if definition.kind == FORMAL:
        names.insert(0, definition.name)
    calls = await followed(server, document, partial(begin_calls, At(document, definition.owner)))
    found: dict[tuple[str, int], At] = {}
    for given in calls.given:
        at: At | None = At(given.document, given.argument)
        sites: list[At] = []
        for name in names:
            attribute = server.follower.attribute(at, name) if at is not None and name is not None else None
            at, sites = (attribute.value, attribute.sites) if attribute is not None else (None, [])
        found |= {(site.document.path, site.part.start): site for site in sites}
    return [*found.values()]


def origin(at: At) -> Bound | Formal | None:
    """What is defined at a place."""
    document, part = at
    up = part.up
    if up is None or up.up is None:
        return None
    if up.rule in ("plain_formal", "formal_with_default"):
        definition = document.names.site_of.get(part)
        return Formal(document, definition) if definition is not None else None
    owner = up.up.up.up if up.up.up is not None else None
    if owner is None or up.up.rule not in ("binding", "inherit", "inherit_from"):
        return None
    if up.rule == "path":
        count = next(n for n, one in enumerate(path_parts(up), 1) if one is part)
        return Bound(document, part, owner, names_in(up)[:count])
    return Bound(document, part, owner, [name_of(part)])


def argument_of_call(server: Server, document: Document, what: Chosen) -> Formal | None:
    """The named argument that a binding in the argument of a call is given to."""
    if what.kind != finding.BOUND or what.node is None or what.length != 1:
        return None
    owner = what.node.up.up if what.node.up is not None else None
    if owner is None or owner.rule not in ("set_", "recursive_set"):
        return None
    argument: Part = owner
    while argument.up is not None and argument.up.rule == "parenthesised":
        argument = argument.up
    call = argument.up
    if call is None or call.rule != "call" or argument is call.parts[0]:
        return None
    function = Flow(server.follower).function(document, call, call.parts.index(argument))
    if function is None or not isinstance(function.part, Node):
        return None
    scope = function.document.names.scopes.get(function.part)
    definition = scope.names.get(what.leaf.text) if scope is not None else None
    if definition is None or definition.kind != FORMAL:
        return None
    return Formal(function.document, definition)


async def followed(server: Server, document: Document, begin: Callable[[Flow], None]) -> Flow:
    """What is found by following; into other files of the folder only where it leaves its own."""
    flow = Flow(server.follower)
    begin(flow)
    for _ in flow.run():
        await asyncio.sleep(0)
    if not flow.left:
        return flow
    workspace = server.folder
    workspace.open_in(list(server.workspace.folders) or [server.workspace.root_uri or ""])
    for _ in workspace.look(document):
        await asyncio.sleep(0)
    flow = Flow(server.follower, lambda path: naming(server, path))
    begin(flow)
    for _ in flow.run():
        await asyncio.sleep(0)
    server.log(
        f"looked at {workspace.files} files ({workspace.bytes // 1000} kB)"
        f"{', and not at all that there are' if workspace.bound else ''}"
    )
    return flow


def naming(server: Server, path: str) -> Iterator[Document]:
    """The documents that name a file."""
    for other in server.folder.naming(path):
        document = server.documents.load(other)
        if document is not None:
            yield document


def begin(what: Bound | Formal, flow: Flow) -> None:
    """Follow what is defined somewhere."""
    if isinstance(what, Bound):
        flow.begin_bound(what.document, what.owner, what.names)
        return
    document, definition = what
    flow.uses_of(document, definition, (), alias=False)
    argument = argument_of(what.function)
    if argument is not None:
        flow.uses_of(document, document.names.site_of.get(argument), (definition.name,), alias=False)
    flow.begin(document, what.function, (CALLED,))


def begin_calls(function: At, flow: Flow) -> None:
    """Follow a function to where it is called."""
    flow.begin(function.document, function.part, (CALLED,))


async def references(server: Server, document: Document, offset: int) -> list[Place]:
    """All places that mean what is at an offset: those of its own file first."""
    what = finding.chosen(document, offset)
    found = [Place(document, *one) for one in finding.references(document, offset, server.follower)]
    if what is None:
        return found
    for one in await origins(server, document, what, offset):
        flow = await followed(server, document, partial(begin, one))
        found += sites_of(one)
        found += [Place(use.document, use.part, writes=False) for use in flow.uses]
        if isinstance(one, Formal):
            for given in flow.given:
                found += [Place(*at, writes=True) for at in given_at(server, given, one.definition.name)]
    return in_order(document, found)


def sites_of(what: Bound | Formal) -> list[Place]:
    """Where it is defined."""
    if isinstance(what, Formal):
        return [Place(what.document, site, writes=True) for site in what.definition.sites]
    return [Place(what.document, what.part, writes=True)]


def given_at(server: Server, given: Given, name: str) -> list[At]:
    """Where the argument of a call has a name."""
    argument = stripped(given.argument)
    if isinstance(argument, Node) and argument.rule in SETS:
        scope = given.document.names.scopes.get(argument)
        definition = scope.names.get(name) if scope is not None else None
        return [At(given.document, site) for site in definition.sites] if definition is not None else []
    attribute = server.follower.attribute(At(given.document, argument), name)
    return attribute.sites if attribute is not None else []


def in_order(document: Document, found: list[Place]) -> list[Place]:
    """Each place once, those of a document first, then by file and place."""
    unique: dict[tuple[str, int], Place] = {}
    for one in found:
        if one.part.end > one.part.start:
            key = (one.document.path, one.part.start)
            if key not in unique or one.writes:
                unique[key] = one
    ordered = sorted(unique, key=lambda key: (key[0] != document.path, key))
    return [unique[key] for key in ordered]
