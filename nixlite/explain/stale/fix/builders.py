"""Remedies that call the builder again: where it makes something of its arguments, an override of what it
made comes too late."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.stale.facts import value_of
from nixlite.explain.stale.fix.editing import Bindings, rows_of
from nixlite.explain.stale.fix.respelling import ZEROS, further_in
from nixlite.explain.stale.fix.writing import Candidate, prefixes, readable_first, with_bindings
from nixlite.explain.stale.target import recipe_of
from nixlite.runtime.values import MISSING
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.fix.writing import Writing
    from nixlite.explain.stale.reach import Reached
    from nixlite.explain.stale.target import Target

SAY_AGAIN = {
    "override": "`override` calls the function again, with another argument",
    "overridePythonAttrs": "`overridePythonAttrs` calls the builder again",
    "overrideModAttrs": "`overrideModAttrs` changes the dependencies",
}


BUILDER_HASHES = ("vendorHash", "vendorSha256", "modSha256", "cargoHash", "cargoSha256", "npmDepsHash")
"""Arguments of builders that are the hashes of what they download."""


def again(found: Examination, target: Target, item: Reached, written: Writing) -> Iterator[Candidate]:
    """The builder called again, by what the package has for that, or by giving the package another one."""
    yield from by_overriding(found, target, item, written)
    yield from by_argument(found, target, item, written)


def by_overriding(found: Examination, target: Target, item: Reached, written: Writing) -> Iterator[Candidate]:
    """The builder called again, with a source of its own."""
    name = "overridePythonAttrs"
    if name not in item.layer.before or item.layer.what == name or written.container is None:
        return
    made = Bindings(found, target, item.layer, rows_of(item), written, None)
    bindings = {key: code for key, code in made.bindings().items() if key == "src"}
    code, _ = with_bindings(written, bindings, recursive=made.needs_rec)
    if not bindings or not code:
        return
    site = written.site
    argument = code
    if written.functions:
        argument = f"({site.source.text[site.argument.start : written.body.start].lstrip('(')}{code})"
    elif code.startswith("rec"):
        argument = f"({code})"
    whole = f"{written.source(site.subject)}.{name} {argument}"
    edit = (site.call.function.start, site.argument.end, whole)
    yield Candidate(whole, [edit], made.assumes_hash, SAY_AGAIN[name], whole=True)


ARGS = "args"
"""What the arguments of a builder are called."""


def by_argument(found: Examination, target: Target, item: Reached, written: Writing) -> Iterator[Candidate]:
    """`x.override (old: { buildGoModule = args: old.buildGoModule (args // { … }); })`, where the package's
    function is given its builder."""
    recipe = recipe_of(found, item.layer)
    if recipe is None or written.container is None or recipe.callee == "mkDerivation":
        return
    if recipe.callee not in accepted(found, item.layer.before):
        return
    given: dict[str, str] = {}
    for name, binding in written.container.bindings.items():
        if binding.value is None or binding.kind != n.PLAIN:
            return
        given[name] = written.source(binding.value)
    hashes = {
        name: f'"{ZEROS["sha256" if name.endswith("Sha256") else "hash"]}"'
        for name, binding in recipe.container.bindings.items()
        if name in BUILDER_HASHES and name not in given and type(binding.value) is n.Str
    }
    inside = written._replace(old=ARGS)
    ways = []
    for prefix in (None, *prefixes(found, written)):
        made = Bindings(found, target, item.layer, rows_of(item), inside, prefix)
        again = {name: code for name, code in made.bindings().items() if name in recipe.container.bindings}
        bindings = {**given, **again, **hashes}
        lines = "".join(
            f"\n    {attribute_name(name)} = {further_in(code)};" for name, code in bindings.items()
        )
        head = "rec " if made.needs_rec or written.container.recursive else ""
        call = f"{ARGS}: old.{recipe.callee} ({ARGS} // {head}{{{lines}\n  }});"
        site = written.site
        code = f"{written.source(site.subject)}.override (old: {{\n  {recipe.callee} = {call}\n}})"
        edit = (site.call.start, site.call.end, code)
        say = f"`{recipe.callee}` is called again, with other arguments"
        ways.append(Candidate(code, [edit], bool(hashes) or made.assumes_hash, say, whole=True))
    yield from readable_first(ways)


def accepted(found: Examination, package: Any) -> list[str]:
    """The arguments that a package's `override` takes, as far as it tells."""
    override = value_of(found, package.get("override", MISSING)) if type(package) is dict else MISSING
    formals = value_of(found, override.get("__functionArgs", MISSING)) if type(override) is dict else MISSING
    return sorted(formals) if type(formals) is dict else []
