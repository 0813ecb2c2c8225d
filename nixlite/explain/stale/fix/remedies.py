"""Fifth step of `stale`: what to write instead. Each remedy is tried (`check`) before it is shown.

The person who overrides can change the override, not the package; so every remedy is an edit of the user's
own source. Simple ones come first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.stale.facts import drv_path, is_package, value_of
from nixlite.explain.stale.fix.alike import Likeness
from nixlite.explain.stale.fix.builders import SAY_AGAIN, again
from nixlite.explain.stale.fix.check import effects, result_in, tried
from nixlite.explain.stale.fix.editing import Bindings, rows_of
from nixlite.explain.stale.fix.effects import Effect, Fix
from nixlite.explain.stale.fix.joining import joined
from nixlite.explain.stale.fix.repairs import repairs
from nixlite.explain.stale.fix.respelling import ZEROS
from nixlite.explain.stale.fix.text_edits import replace
from nixlite.explain.stale.fix.writing import Candidate, prefixes, readable_first, with_bindings, writing
from nixlite.explain.stale.givens import layers
from nixlite.explain.stale.sources import sources
from nixlite.explain.stale.target import cells_at, recipe_of_call
from nixlite.runtime.values import MISSING
from nixlite.spelling import attribute_name
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.recording.observing import Site
    from nixlite.explain.stale.fix.case import Repair
    from nixlite.explain.stale.fix.writing import Writing
    from nixlite.explain.stale.goals import Goals
    from nixlite.explain.stale.reach import Reached
    from nixlite.explain.stale.record import Record, Runs
    from nixlite.explain.stale.target import Target


MOST = 2
"""Fixes that are shown for one problem."""


def remedies(runs: Runs, goals: Goals, results: list[Reached]) -> list[Fix]:
    """What to write instead, best first; none where nothing is wrong or nothing helps."""
    best: list[tuple[Reached, list[Fix]]] = []
    for item in results:
        fixes = fixes_for(runs, goals.of(item.layer), item, results)
        fixes = [fix for fix in fixes if fix.drv is not None]  # what fails is no way out
        good = [fix for fix in fixes if fix.ok]
        others = [fix for fix in good[1:] if fix.say not in ("", good[0].say) and fix.whole]
        best.append((item, good[:1] + others[:1] or sorted(fixes, key=lambda fix: -fix.successes)[:1]))
    return with_joined(runs, [(item, fixes) for item, fixes in best if fixes])


def with_joined(runs: Runs, best: list[tuple[Reached, list[Fix]]]) -> list[Fix]:
    """The fixes, two for overrides of which one is written inside the other as one."""
    for outer, fixes in best:
        for inner, others in best:
            if inner is not outer and fixes[0].ok and others[0].ok:
                both = joined(runs, outer, fixes[0], inner, others[0])
                if both is not None:
                    left = [found for item, found in best if item is not outer and item is not inner]
                    return [both, *(fix for found in left for fix in found)]
    return [fix for _, fixes in best for fix in fixes]


def fixes_for(runs: Runs, target: Target, item: Reached, results: list[Reached]) -> list[Fix]:
    """The fixes for one layer, each tried."""
    fixes: list[Fix] = []
    seen: set[str] = set()
    if item.layer.observation is not None and rows_of(item) and item.survives is not False:
        for candidate in candidates(runs, target, item):
            if candidate.code not in seen and sum(fix.ok for fix in fixes) < MOST:
                seen.add(candidate.code)
                fixes.append(checked(runs, target, item, candidate))
    said: set[str] = set()
    for repair in repairs(runs, item, results):
        if repair.code not in seen and repair.say not in said and sum(fix.ok for fix in fixes) < MOST:
            seen.add(repair.code)
            fix = repaired(runs, repair)
            if fix is not None:
                fixes.append(fix)
                said |= {repair.say} if fix.ok and repair.say else set()
    return fixes


def candidates(runs: Runs, target: Target, item: Reached) -> Iterator[Candidate]:
    """Ways to say what is behind."""
    assert item.layer.observation is not None
    written = writing(item.layer.observation.site)
    yield from by_function(item, written)
    yield from by_new_call(runs, item, written)
    yield from by_more_bindings(runs, target, item, written)
    yield from by_other_function(item, written)
    yield from again(runs.first.found, target, item, written)


def by_function(item: Reached, written: Writing) -> Iterator[Candidate]:
    """`src.override { rev = …; hash = …; }` for `src.overrideAttrs { rev = …; }`, where what is fetched has
    an `override` that takes the same names."""
    before = item.layer.before
    if written.container is None or "override" not in before or item.layer.what == "override":
        return
    if "outputHash" not in built_names(before):
        return
    yield from other_call(item, written, "override", with_hash=True)


def by_new_call(runs: Runs, item: Reached, written: Writing) -> Iterator[Candidate]:
    """The fetcher called again, `pkgs.fetchFromGitHub { … }`, for a source that cannot be overridden."""
    found = runs.first.found
    if "override" in item.layer.before or "outputHash" not in built_names(item.layer.before):
        return
    recipe = recipe_of_call(found, item.layer)
    if recipe is None:
        return
    parts: list[str] = []
    names = {given.name for given in item.layer.given}
    for name, binding in recipe.container.bindings.items():
        place = found.places.at(recipe.source_index.source, binding.pos)
        value = value_of(found, next(iter(cells_at(found, place)[-1:]), MISSING))
        own = written.container.bindings.get(name) if written.container is not None else None
        if name in names and own is not None and own.value is not None:
            code = written.source(own.value)
        elif name in ZEROS:
            code = f'"{ZEROS[name]}"'
        elif type(value) in (str, int, bool):
            code = found.evaluator.shown(value)
        else:
            return
        parts.append(f"{attribute_name(name)} = {code};")
    outer = enclosing(runs, written.site)
    for prefix in prefixes(runs.first.found, writing(outer)) if outer is not None else ():
        inner = "".join(f"\n  {part}" for part in parts)
        code = f"{prefix}{recipe.callee} {{{inner}\n}}"
        edit = (written.site.call.start, written.site.call.end, code)
        yield Candidate(
            code, [edit], True, f"`{recipe.callee}` is called again, with another argument", whole=True
        )


def enclosing(runs: Runs, site: Site) -> Site | None:
    """The overriding call whose argument a call is written in."""
    around = [
        other
        for other in runs.observer.sites
        if other.source.name == site.source.name and other.source.text == site.source.text
        and other.argument.start <= site.call.start and site.call.end <= other.argument.end
    ]  # fmt: skip
    return max(around, key=lambda other: other.call.start) if around else None


def built_names(package: dict[str, Any]) -> set[str]:
    """The names in a package's set and of what it is built from, as far as they were looked at."""
    from nixlite.explain.recording.recorder import settled

    attrs = settled(package.get("drvAttrs", MISSING))
    return {*package, *(attrs if type(attrs) is dict else ())}


def by_other_function(item: Reached, written: Writing) -> Iterator[Candidate]:
    """The same values, given in another way: to the function or the builder, which is called again, with
    what that does not make anew."""
    for name in ("overridePythonAttrs", "override"):
        if name in item.layer.before and name != item.layer.what and written.container is not None:
            yield from other_call(item, written, name, with_hash=False)


MOST_ON_A_LINE = 80
"""Characters of a call that is written on one line."""


def other_call(item: Reached, written: Writing, name: str, *, with_hash: bool) -> Iterator[Candidate]:
    """The call with another function."""
    site = written.site
    assert written.container is not None
    container = written.container
    select: Any = site.call.function
    bindings: dict[str, str] = {}
    for given in item.layer.given:
        binding = container.bindings.get(given.name)
        if binding is None or binding.value is None or binding.kind != n.PLAIN:
            return
        bindings[given.name] = written.source(binding.value)
    assumes = with_hash and not set(bindings) & {"hash", "sha256", "outputHash"}
    if assumes:
        bindings["hash"] = '"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="'
    parts = [f"{attribute_name(key)} = {code};" for key, code in bindings.items()]
    subject = written.source(site.subject)
    body = f"{{ {' '.join(parts)} }}"
    if len(subject) + len(body) > MOST_ON_A_LINE:
        body = "{" + "".join(f"\n  {part}" for part in parts) + "\n}"
    uses_old = any(f"{written.old}." in code for code in bindings.values() if written.old)
    code = f"{subject}.{name} {f'({written.old}: {body})' if uses_old and name != 'override' else body}"
    edit = (select.start, site.argument.end, code)
    yield Candidate(code, [edit], assumes, SAY_AGAIN.get(name, ""), whole=True)


def by_more_bindings(runs: Runs, target: Target, item: Reached, written: Writing) -> Iterator[Candidate]:
    """The overriding set with what is behind as well."""
    if written.container is None:
        return
    ways = []
    for prefix in (None, *prefixes(runs.first.found, written)):
        made = Bindings(runs.first.found, target, item.layer, rows_of(item), written, prefix)
        bindings = made.bindings()
        if not bindings:
            continue
        code, edit = with_bindings(written, bindings, recursive=made.needs_rec)
        if code:
            ways.append(Candidate(code, [edit], made.assumes_hash, "", whole=False))
    yield from readable_first(ways)


def checked(runs: Runs, target: Target, item: Reached, candidate: Candidate) -> Fix:
    """A candidate, evaluated."""
    assert item.layer.observation is not None
    site = item.layer.observation.site
    text = replace(site.source.text, candidate.edits, 0, len(site.source.text))
    record = tried(runs, site.source.name, text)
    package = result_in(record, site)
    if package is MISSING:
        package = record.value if item.layer.after is runs.first.value else replaced_value(runs, item, record)
    rows: list[Effect] = []
    equal = False
    trapped = [source for source in sources(record.found, item.layer.before, package) if source.trap]
    if is_package(record.found, package) and target.record is not None:
        wanted = target.of(item.layer)
        likeness = Likeness(record.found, target.record.found)
        rows = effects(likeness, package, rows_of(item))
        if is_package(target.record.found, wanted):
            equal = likeness.packages(package, value_of(target.record.found, wanted))
    rows += [
        Effect((*source.path, "outputHash"), source.before.digest, source.after.digest, False)
        for source in trapped
    ]
    equal = equal and not trapped
    place = (
        site.source.name,
        *site.source.line_column(site.call.start if candidate.whole else site.argument.start),
    )
    return Fix(
        candidate.code,
        place,
        rows,
        candidate.assumes_hash,
        candidate.say,
        candidate.whole,
        drv_of(record, package),
        equal,
        same=record.drv == runs.first.drv,
        edits=candidate.edits,
        instead=called(site) if candidate.whole else "",
    )


def called(site: Site) -> str:
    """An overriding call in short: `o.src.overrideAttrs …`."""
    subject = " ".join(site.text(site.subject).split())
    return f"{subject}.{site.name} …" if len(subject) < 60 else f"… .{site.name} …"


def replaced_value(runs: Runs, item: Reached, record: Record) -> Any:
    """What stands in place of an overriding call that is gone: the attribute that it was the value of."""
    found = runs.first.found
    for seen in record.observations:
        for application in seen.applications[-1:]:
            for given in application.attrs:
                before = next(
                    (g for layer in layers(runs.first) for g in layer.given if g.name == given
                     and value_of(found, g.new) is item.layer.after), None
                )  # fmt: skip
                if before is not None:
                    return value_of(record.found, application.attrs[given])
    return MISSING


def drv_of(record: Record, package: Any) -> str | None:
    """The .drv file of a package, None where it has none: such a fix is no fix."""
    path = drv_path(record.found, package) if is_package(record.found, package) else None
    if record.drv is not None and not isinstance(record.drv, str):
        return None  # what is asked about fails
    return path if isinstance(path, str) else None


def repaired(runs: Runs, repair: Repair) -> Fix | None:
    """A repair, evaluated; None where it does not evaluate."""
    source = repair.source
    record = tried(runs, source.name, replace(source.text, repair.edits, 0, len(source.text)))
    rows = repair.check(record)
    drv = record.drv if isinstance(record.drv, str) else None
    if drv is None and record.drv is None and rows:
        drv = ""
    place = (source.name, *source.line_column(repair.edits[0][0]))
    if drv is None or not rows:
        return None
    same = isinstance(record.drv, str) and record.drv == runs.first.drv
    return Fix(
        repair.code,
        place,
        rows,
        repair.assumes_hash,
        repair.say,
        repair.whole,
        drv,
        False,
        same,
        repair.edits,
        "",
    )
