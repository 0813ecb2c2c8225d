"""Another name for an attribute or a named argument, in all files that know it: only where every place that
could ask for it is followed. What stands against that is told, with its place."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING

from nixlite.lsp import finding
from nixlite.lsp.renaming import (
    Refused,
    check_free,
    check_name,
    line_of,
    named_at,
    rename,
    renamed_site,
    renamed_use,
    variable_at,
)
from nixlite.lsp.spreading import Bound, Formal, begin, begin_calls, followed, given_at, origins
from nixlite.lsp.texts.dynamic import dynamic_import
from nixlite.lsp.texts.names import REC
from nixlite.lsp.texts.tree import (
    SETS,
    Node,
    argument_of,
    bindings_of,
    name_of,
    names_in,
    path_parts,
    stripped,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from lsprotocol import types as t

    from nixlite.lsp.server import Server
    from nixlite.lsp.texts.document import Document
    from nixlite.lsp.texts.flowing import Flow
    from nixlite.lsp.texts.tree import Part

Edits = dict["Document", list["t.TextEdit"]]
KNOWN_TO_NIX = frozenset({
    "type", "outPath", "drvPath", "name", "system", "builder", "args", "outputs", "outputName",
    "recurseForDerivations", "override", "overrideAttrs", "overrideDerivation", "outputHash",
    "outputHashAlgo", "outputHashMode",
})  # fmt: skip
"""Attributes that Nix, or what is built on it, asks for by their names; and all that begin with `__`."""
ENTRIES = ("flake.nix", "default.nix", "shell.nix", "release.nix")
"""Files in the folder itself that people evaluate; a flake wherever it is."""
STEPS = 20
"""Of a chain of definitions, when it is only asked whether there is one."""


async def renaming(server: Server, document: Document, offset: int, new: str) -> Edits:
    """The edits of each document. Raises Refused."""
    what = named_at(document, offset)
    variable = variable_at(document, what)
    check_name(new)
    if variable is not None:
        return {document: rename(document, variable, new)} if new != variable.name else {}
    found = await origins(server, document, what, offset)
    name = name_of(part_chosen(what)) or what.leaf.text
    if not found:
        raise Refused(f"where '{name}' is defined is not told by the text")
    first = found[0]
    if name == new:
        return {}
    if isinstance(first, Formal):
        edits = await Renaming(server, new).formal(first)
    else:
        if any(not isinstance(one, Bound) or one.owner is not first.owner for one in found):
            raise Refused(f"'{name}' is defined in several sets")
        edits = await Renaming(server, new).attribute([one for one in found if isinstance(one, Bound)])
    covered = [e.range for e in edits.get(document, ())]
    here = document.range_of(what.leaf)
    if not any(one.start <= here.start and here.end <= one.end for one in covered):
        where = place(server, *site(first))
        raise Refused(f"'{name}' is another name here for '{first_name(first)}', which is defined at {where}")
    return edits


def part_chosen(what: finding.Chosen) -> Part:
    """The part of an attribute path, or the token, that was chosen."""
    return finding.part_of(what) if what.kind in (finding.SELECTED, finding.BOUND) else what.leaf


def first_name(what: Bound | Formal) -> str:
    """What it is called where it is defined."""
    return what.definition.name if isinstance(what, Formal) else what.names[-1] or ""


def site(what: Bound | Formal) -> tuple[Document, Part]:
    """Where it is defined."""
    return what.document, what.definition.site if isinstance(what, Formal) else what.part


def place(server: Server, document: Document, part: Part) -> str:
    """A place as it is told."""
    return f"{server.folder.shown(document.path)}:{line_of(document, part)}"


class Renaming:
    """One rename to the name *new*."""

    def __init__(self, server: Server, new: str) -> None:
        self.server = server
        self.new = new
        self.edits: Edits = {}

    def add(self, document: Document, edits: Iterable[t.TextEdit]) -> None:
        """Remember edits, each once."""
        known = self.edits.setdefault(document, [])
        known += [edit for edit in edits if edit not in known]

    # -- attributes

    async def attribute(self, bound: list[Bound]) -> Edits:
        """An attribute of a set."""
        document, _, owner, names = bound[0]
        name = names[-1]
        if name is None or any(one is None for one in names):
            raise Refused("a computed name is not renamed")
        for known in (name, self.new):
            if known in KNOWN_TO_NIX or known.startswith("__"):
                raise Refused(f"'{known}' is a name that Nix and functions of nixpkgs ask for")
        fresh = bound[0]._replace(names=[*names[:-1], self.new])
        if self.is_there(fresh):
            raise Refused(f"'{self.new}' is defined beside it")
        if has_computed(owner):
            raise Refused("the set has computed names as well, of which one may be the new one")
        flow = await followed(self.server, document, partial(begin, bound[0]))
        await self.check(flow, name)
        others = await followed(self.server, document, partial(begin, fresh))
        for use in others.uses:
            raise Refused(
                f"'{self.new}' is asked for already, at {place(self.server, use.document, use.part)}"
            )
        definition = document.names.site_of.get(bound[0].part)
        if definition is not None and definition.kind == REC and len(names) == 1:
            check_free(document, definition, self.new)
        for one in bound:
            if definition is not None and len(names) == 1:
                self.add(document, renamed_site(document, definition, one.part, self.new))
            else:
                self.add(document, renamed_use(document, one.part, self.new))
        self.take(flow)
        return self.edits

    def is_there(self, bound: Bound) -> bool:
        """Whether a name is bound already: in the set, or in one that is merged with it, as in
        `a.b = 1; a = { c = 2; };`."""
        owner, path = bound.owner, [name or "" for name in bound.names]
        while self.server.follower.bound(bound.document, owner, path, STEPS) is None:
            binding = owner.up
            if binding is None or binding.rule != "binding" or binding.up is None or binding.up.up is None:
                return False
            path = [*(name or "" for name in names_in(binding.parts[0])), *path]
            owner = binding.up.up
        return True

    def take(self, flow: Flow) -> None:
        """Edit all uses."""
        for use in flow.uses:
            if not use.alias:
                self.add(use.document, renamed_use(use.document, use.part, self.new))

    # -- named arguments

    async def formal(self, what: Formal) -> Edits:
        """A named argument of a function."""
        document, definition = what
        name = definition.name
        flow = await followed(self.server, document, partial(begin, what))
        await self.check(flow, name, "the function", "gives it to it")
        check_free(document, definition, self.new)
        argument = argument_of(what.function)
        if argument is not None:
            path = (self.new,)
            meaning = document.names.site_of.get(argument)
            others = await followed(
                self.server, document, lambda flow: flow.uses_of(document, meaning, path, alias=False)
            )
            for use in others.uses:
                where = place(self.server, use.document, use.part)
                raise Refused(f"'{self.new}' is asked for already, at {where}")
        for given in flow.given:
            sites = given_at(self.server, given, name)
            where = place(self.server, given.document, given.argument)
            literal = stripped(given.argument)
            if not isinstance(literal, Node) or literal.rule not in SETS:
                raise Refused(f"what the function is called with at {where} is not written there")
            if has_computed(literal):
                raise Refused(f"the set that the function is called with at {where} has computed names")
            if given_at(self.server, given, self.new):
                raise Refused(f"'{self.new}' is given as well at {where}")
            if given.by_caller:
                await self.check_caller(given.document, given.call, name, is_given=bool(sites), where=where)
            for at in sites:
                meaning = given.document.names.site_of[at.part]
                self.add(given.document, renamed_site(given.document, meaning, at.part, self.new))
        for one in definition.sites:
            self.add(document, renamed_site(document, definition, one, self.new))
        self.take(flow)
        return self.edits

    async def check_caller(
        self, document: Document, call: Node, name: str, *, is_given: bool, where: str
    ) -> None:
        """See that `callPackage` does not give the argument itself, and that nobody overrides it. Raises
        Refused."""
        if not is_given:
            raise Refused(f"'{name}' is given by 'callPackage' at {where}, by that name")
        flow = await followed(self.server, document, lambda flow: flow.begin(document, call, ("override",)))
        if flow.uses or flow.obstacles or flow.left:
            raise Refused(f"what 'callPackage' makes at {where} has an 'override', which takes '{name}'")

    # -- what stands against it

    async def check(self, flow: Flow, name: str, what: str = "it", who: str = "asks for it") -> None:
        """See that all was followed. Raises Refused, which tells what was not."""
        for one in flow.obstacles:
            where = place(self.server, one.document, one.part)
            raise Refused(f"who else {who} by the name '{name}' cannot be seen: {one.why} ({where})")
        folder = self.server.folder
        for document in flow.left:
            shown = folder.shown(document.path)
            if is_entry(folder.roots, document.path) or not folder.naming(document.path):
                raise Refused(
                    f"{what} is in what {shown} gives, which no file of this folder imports, or people"
                    f" evaluate: who else {who} by the name '{name}' cannot be seen"
                )
            if folder.is_linked(document.path):
                raise Refused(f"{shown} has another name by a link: who imports that is not followed")
            if folder.bound:
                raise Refused(f"who imports {shown} cannot all be seen in this folder: {folder.bound}")
            self.check_imports(document)
        for use in flow.uses:
            if use.document.read.repairs:
                raise Refused(f"{folder.shown(use.document.path)} has errors: what it means is not certain")
        await self.check_parameters(flow, name)

    def check_imports(self, document: Document) -> None:
        """See that no file imports what is not written there, and might be this one. Raises Refused."""
        folder = self.server.folder
        if not folder.may_be_made(document.path):
            return
        for path in folder.importing():
            other = self.server.documents.load(path)
            part = dynamic_import(other, self.server.follower) if other is not None else None
            if other is not None and part is not None:
                raise Refused(
                    f"which file is imported at {place(self.server, other, part)} is not written there:"
                    f" it may be {folder.shown(document.path)}"
                )

    async def check_parameters(self, flow: Flow, name: str) -> None:
        """See that functions that it came into as an argument get nothing else there. Raises Refused."""
        for function, formal in dict.fromkeys(flow.parameters):
            calls = await followed(self.server, function.document, partial(begin_calls, function))
            for one in calls.obstacles:
                where = place(self.server, one.document, one.part)
                raise Refused(
                    f"'{name}' gets into a function of which not all calls can be seen: {one.why} ({where})"
                )
            for given in calls.given:
                if not is_reached(flow, given.argument, formal):
                    where = place(self.server, given.document, given.argument)
                    raise Refused(f"'{name}' gets into a function that gets another value at {where}")


def is_reached(flow: Flow, argument: Part, formal: str | None) -> bool:
    """Whether what was followed is in an argument."""
    return any(part is argument and (formal is None or head == formal) for part, head in flow.reached)


def has_computed(attrs: Node) -> bool:
    """Whether a set has names that are computed."""
    return any(
        name_of(path_parts(binding.parts[0])[0]) is None
        for binding in bindings_of(attrs)
        if binding.rule == "binding"
    )


def is_entry(roots: list[str], path: str) -> bool:
    """Whether people evaluate a file itself."""
    folder, name = os.path.split(path)
    return name == "flake.nix" or (name in ENTRIES and folder in roots)
