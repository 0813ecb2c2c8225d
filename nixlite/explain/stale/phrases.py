"""How findings are said: sentences about single values, in the words of people who write Nix."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.explain.brief import brief_pair, shown_place, text_of
from nixlite.explain.recording.recorder import place_of
from nixlite.explain.stale.causes import BUILDER, DEFAULT, LET_SCOPE, OLD_SET, REC_SCOPE, cause
from nixlite.explain.stale.facts import (
    built_from,
    is_package,
    name_of,
    read_for,
    value_of,
)
from nixlite.explain.stale.givens import BY_ARGUMENTS, BY_UPDATE
from nixlite.explain.stale.reach import BUILT, NOTHING, chains
from nixlite.explain.stale.sources import MISMATCH, OLD_BYTES, ONLY_HASH
from nixlite.explain.stale.target import shallow_node
from nixlite.explain.stale.words import Words
from nixlite.runtime.values import MISSING
from nixlite.syntax import nodes as n

if TYPE_CHECKING:
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.stale.answer import Answer
    from nixlite.explain.stale.causes import Cause
    from nixlite.explain.stale.facts import Differing
    from nixlite.explain.stale.givens import Layer
    from nixlite.explain.stale.reach import Reach, Reached
    from nixlite.explain.stale.sources import Source


class Phrases(Words):
    """Says what was found of overrides."""

    # -- words

    # -- what did not follow

    def behind(self, item: Reached, reach: Reach, answer: Answer) -> list[str]:
        """What did not follow a value, and why."""
        groups: dict[tuple[str, str, Place | None], tuple[Cause, list[Differing]]] = {}
        assert reach.origin is not None
        for row in telling(reach.behind):
            why = cause(self.found, row, reach.origin)
            groups.setdefault((why.kind, why.callee, why.scope), (why, []))[1].append(row)
        name = reach.given.name
        texts: list[str] = []
        for why, rows in list(groups.values())[:2]:
            what = listed([f"`{'.'.join(row.path)}`" for row in rows[:4]])
            texts.append(self.because(reach, why, what, rows))
        if reach.kind == NOTHING:
            texts[0] = f"`{name}` was {self.value(reach.given.new)} there already; {texts[0]}"
        elif reach.kind != BUILT:
            owner = self.subject(item.layer)
            texts[0] = f"`{name}` is now only a variable in the build of {owner}: {texts[0]}"
        return texts

    def because(self, reach: Reach, why: Cause, what: str, rows: list[Differing]) -> str:
        """Why something did not follow."""
        name = reach.given.name
        way = self.way(why, rows)
        if why.kind == BUILDER or not why.steps:
            made = self.made_at(rows, name)
            around = self.made_with_it(rows[0]) if len(rows) == 1 else ""
            if around:
                own = name_of(self.found, self.original)
                return (
                    f"{what}{made} names {around}, which is itself made with a {own}: "
                    "that one stays as it was; only an overlay changes a package for others too."
                )
            if why.callee:
                text = (
                    f"`{name}` is for {why.callee} ({self.place(why.scope)}), which had made "
                    f"{what}{made} before the override came"
                )
            else:
                text = f"{what}{made} was made before the override came"
            return f"{text}: it would be {self.would(rows)}." if len(rows) == 1 else f"{text}."
        if why.kind == REC_SCOPE:
            scope = f"the `rec` set at {self.place(why.scope)}"
            by = f", and {why.callee} was called with that" if why.callee else ""
            return (
                f"{what} still {'have' if len(rows) > 1 else 'has'} the old `{name}`: in "
                f"{scope} the name means the one written there{by} ({way})."
            )
        if why.kind == LET_SCOPE:
            return (
                f"{what} still {'have' if len(rows) > 1 else 'has'} the old `{name}`: it is "
                f"made of the variable of the `let` at {self.place(why.scope)}, which no "
                f"override reaches ({way})."
            )
        if why.kind == DEFAULT:
            return (
                f"{what} still {'have' if len(rows) > 1 else 'has'} the old `{name}`, the "
                f"default of the argument ({way})."
            )
        if why.kind == OLD_SET:
            return f"{what} was taken from the package as it was before ({way})."
        return (
            f"{why.callee} ({self.place(why.scope)}) had already made {what} of its argument "
            f"`{self.argument(why)}` ({way})."
        )

    def argument(self, why: Cause) -> str:
        """The argument that a function was called with: the value on the way that is written in its call."""
        here = [
            s
            for s in why.steps
            if s.place is not None and why.scope is not None and s.place[0] == why.scope[0]
        ]
        return (here or why.steps)[0].name

    def way(self, why: Cause, rows: list[Differing]) -> str:
        """The way from what is behind to the old value: `url` fetch-from-github.nix:40 ← `rev` pkg.nix:26."""
        steps = why.steps[-4:]
        parts = []
        for number, step in enumerate(steps):
            used_at = steps[number + 1].used if number + 1 < len(steps) else None
            spot = used_at if used_at is not None and used_at[0] == (step.place or used_at)[0] else step.place
            parts.append(f"`{step.name}` {self.place(spot)}")
        return " ← ".join(dict.fromkeys(parts))

    def would(self, rows: list[Differing]) -> str:
        """What something would be."""
        row = rows[0]
        shown = self.value(row.new)
        return shown if shown != self.value(row.old) else brief_pair(row.old, row.new)[1]

    # -- what was lost

    def loss(self, item: Reached, reach: Reach) -> str:
        """What a value replaced."""
        assert reach.loss is not None
        name = reach.given.name
        if reach.loss.kind == "text":
            return f"`{name}` was replaced: the text that the package had is lost."
        if reach.loss.kind == "list":
            parts = [
                self.value(part).removeprefix("«derivation ").removesuffix("»") for part in reach.loss.gone
            ]
        else:
            parts = [f"`{part}`{self.lost_at(item, name, part)}" for part in reach.loss.gone]
        few = listed(parts[:6]) + (f" and {len(parts) - 6} more" if len(parts) > 6 else "")
        verb = "is" if len(parts) == 1 else "are"
        text = f"`{name}` was replaced whole, not added to: {few} {verb} lost."
        told = [
            f"`{part}` is what {READ_BY[part]}"
            for part in reach.loss.gone
            if reach.loss.kind == "set" and part in READ_BY
        ]
        return f"{text} {listed(told)}." if told else text

    def outputs(self, reach: Reach) -> str:
        """Outputs that a package does not have any more."""
        assert reach.loss is not None
        gone = listed([f"`{text_of(value_of(self.found, part))}`" for part in reach.loss.gone])
        return (
            f"The output {gone} is lost. Who asks for it by `lib.getDev` and its like gets "
            "the main output instead;"
            f" who names it (`x.dev`) fails."
        )

    def lost_at(self, item: Reached, name: str, part: str) -> str:
        """Where a lost attribute of a set was written."""
        previous = item.layer.previous
        holder = previous if type(previous) is dict and name in previous else item.layer.before
        attrs = value_of(self.found, holder.get(name, MISSING)) if type(holder) is dict else MISSING
        cell = attrs.get(part) if type(attrs) is dict else None
        place = place_of(cell)
        return f" ({self.place(place)})" if place is not None else ""

    def slips(self, item: Reached) -> list[str]:
        """Names that were asked for and are not there."""
        from nixlite.explain.stale.fix.order import slips_of

        return [
            f"`{old}.{wrong}` does not exist ({self.place(place)}), so what stands after "
            f"`or` was taken. Did you mean `{old}.{right}`?"
            for old, wrong, right, place in slips_of(self.found, item.layer)
        ]

    def written_over(self, item: Reached, reach: Reach) -> str:
        """What was put over a value."""
        name = reach.given.name
        line = self.line(reach.written_over)
        where = f"{self.place(reach.written_over)}{f': `{line}`' if line else ''}"
        if reach.put_over is not None and reach.put_over[0] != (reach.written_over or reach.put_over)[0]:
            where += f", put over it at {self.place(reach.put_over)}"
        by = "the function accepted it (`...`), then" if item.layer.kind == BY_ARGUMENTS else "its builder"
        entry = self.found.places.definition(reach.written_over)
        if entry is not None and item.layer.kind != BY_ARGUMENTS and self.is_env(item, reach):
            return (
                f"`{name}` has no effect: the package's `env` has the same name and is put over it ({where})."
            )
        return f"`{name}` has no effect: {by} wrote its own over it ({where})."

    def is_env(self, item: Reached, reach: Reach) -> bool:
        """Whether the package has a variable of the name in `env`."""
        previous = item.layer.previous
        env = value_of(self.found, previous.get("env", MISSING)) if type(previous) is dict else MISSING
        return type(env) is dict and reach.given.name in env

    def nothing(self, item: Reached, reach: Reach) -> str:
        """A value that changes nothing."""
        name = reach.given.name
        if item.layer.kind == BY_UPDATE:
            return f"`//` changes what `{name}` shows, never what is built: the derivation is the same."
        return f"`{name}` has no effect: the derivation is the same with and without it."

    def lost(self, item: Reached, answer: Answer) -> str:
        """An override that makes no difference to what is asked about; "" where that is no fault."""
        layer = item.layer
        for chain in chains([other.layer for other in answer.results]):
            at = next((i for i, other in enumerate(chain) if other is layer), -1)
            later = chain[at + 1 :] if at >= 0 else []
            for other in later:
                names = [
                    given.name for given in layer.given if any(o.name == given.name for o in other.given)
                ]
                if names:
                    what = listed([f"`{name}`" for name in names])
                    place = listed([self.place(given.place) for given in layer.given if given.name in names])
                    return (
                        f"{what} of {self.at(layer)}, given at {place}, is lost: "
                        f"{self.at(other)} gives {what} again and does not take up what was "
                        "there."
                    )
                if other.what != layer.what:
                    names = [given.name for given in layer.given]
                    what = listed([f"`{name}`" for name in names])
                    return (
                        f"{what} of {self.at(layer)} is lost: {self.at(other)} calls the "
                        f"builder anew with what the package wrote{self.call_of(other)}, which "
                        "never had it."
                    )
        if not is_package(self.found, layer.after) or not item.changes:
            return ""
        return self.unused(item)

    def unused(self, item: Reached) -> str:
        """A package that was changed, and of which nothing is in the result."""
        layer = item.layer
        names = [given.name for given in layer.given]
        what = listed(
            [f"`{name}` ({self.place(given.place)})" for name, given in zip(names, layer.given, strict=True)]
        )
        read = self.read_of(layer)
        took = (
            f" Of the changed {self.subject(layer)} only {listed(read)} were read, and these are the same."
            if read
            else ""
        )
        return f"Nothing of the override of {what} is in the result: it is the same without it.{took}"

    def read_of(self, layer: Layer) -> list[str]:
        """The attributes of a changed package that the program read, before anyone asked here."""
        first = built_from(self.found, layer.before)
        names = (
            "buildInputs",
            "nativeBuildInputs",
            "propagatedBuildInputs",
            "propagatedNativeBuildInputs",
        )
        same = [n for n in names if n in first and n in built_from(self.found, layer.after)]
        return [f"`{n}`" for n in same]

    # -- what is all right, or cannot be told

    def unread(self, reach: Reach, near: str) -> str:
        """A variable that no script of the build names."""
        assert reach.readers is not None or near
        searched = reach.readers.searched if reach.readers is not None else 0
        text = (
            f"`{reach.given.name}` is a new variable of the build, and none of its {searched} "
            "scripts names it."
        )
        if near:
            return f"{text} Did you mean `{near}`?"
        return (
            f"{text} A program that the build runs may read it all the same; that cannot be "
            "seen by evaluating."
        )

    def read(self, reach: Reach) -> str:
        """Who reads a new variable."""
        assert reach.readers is not None
        first = reach.readers.found[0]
        where = f"{shown_place((first.file, first.line, 1), self.base)}" if first.line else f"`{first.file}`"
        return f"`{reach.given.name}` is read by {where}."

    def kept(self, reach: Reach) -> str:
        """What is no part of the build."""
        return (
            f"`{reach.given.name}` is no part of the build: it can be read, and nothing is "
            "built again for it."
        )

    def inside(self, item: Reached, reach: Reach) -> str:
        """What a wrapper does not pass on."""
        name = reach.given.name
        inner = listed([i.name for i in reach.inside[:3]])
        owner = self.subject(item.layer)
        old = built_from(self.found, reach.inside[0].package).get(name, MISSING)
        still = f" (`{name}` there is {self.value(old)})" if old is not MISSING else ""
        spot = self.held_at(item, reach)
        text = (
            f"{owner} only wraps {inner}{spot}, which stayed as it was{still}: it does nothing "
            f"with `{name}` itself."
        )
        shown = [row for row in reach.behind if row.path == ("name",)]
        if shown:
            start = self.written_at(shown[0].old)
            text += (
                f" Its own `name`{start} is made of the program's; to give another one would only hide that."
            )
        return text

    def through(self, item: Reached, answer: Answer) -> str:
        """How a package that was changed gets into what is asked about; "" where that cannot be said."""
        path = item.after
        if self.is_given(item.layer):
            return ""
        for row in answer.changes:
            if not self.holds(row.new, path):
                continue
            owners = [
                self.subject(other.layer)
                for other in answer.results
                if other is not item and other.layer.after is not answer.runs.first.value
                and self.holds(built_from(self.found, other.layer.after).get(row.name, MISSING), path)
            ]  # fmt: skip
            of = f" of {owners[0]}" if owners else ""
            return f"The changed {name_of(self.found, item.layer.after)} is in it, through `{row.name}`{of}."
        return ""

    # -- what is fetched

    def source(self, source: Source) -> str:
        """How a source changed."""
        hash_place = self.hash_place(source)
        where = f" ({hash_place})" if hash_place else ""
        if source.kind == OLD_BYTES:
            return (
                f"`{source.shown}` is to come from {short_url(source.after.shown)}, but "
                f"its hash is the old one{where} and so is its name, "
                f"`{source.after.name}`:"
                f" that is the same store path, so the old bytes are used, silently."
            )
        if source.kind == MISMATCH:
            return (
                f"`{source.shown}` is another now ({short_url(source.after.shown)}), but "
                f"its hash is the old one{where}:"
                f" building {source.after.name} will fail with a hash mismatch until the hash is changed."
            )
        if source.kind == ONLY_HASH:
            return (
                f"`{source.shown}` has another hash, but it is still fetched from "
                f"{short_url(source.after.shown)}:"
                f" the build fails unless the bytes there have changed."
            )
        return f"The hash of `{source.shown}` is a placeholder: building once tells the right one."

    def still(self, source: Source, old: str, *, tried: bool) -> str:
        """A source that does not follow a version; *tried*: not where the recipe has the new one either."""
        where = self.source_place(source)
        return (
            f"{f'{source.owner} still has' if source.owner else 'It still has'} the source "
            f"of {old}: {short_url(source.before.shown)}"
            f"{f' ({where})' if where else ''}{' is not made of `version`' if tried else ''}."
        )

    def source_place(self, source: Source) -> str:
        """Where it is written what a source is fetched from."""
        at = self.befores.get(source.owner, self.original)
        for name in source.path:
            at = value_of(self.found, built_from(self.found, at).get(name, MISSING))
        for name in ("url", "urls", "rev"):
            cell = built_from(self.found, at).get(name, MISSING)
            start = shallow_node(self.found, cell)
            for node in self.found.recorder.in_order(read_for(self.found, [start]))[::-1]:
                entry = self.found.places.of(node) if node.place is not None else None
                if (
                    entry is not None
                    and type(entry.value) is n.Str
                    and entry.name in ("url", "rev", "tag", "urls")
                ):
                    return self.place(node.place)
        return ""

    def hash_place(self, source: Source) -> str:
        """Where the old hash of a source is written."""
        at = self.befores.get(source.owner, self.original)
        for name in source.path:
            at = value_of(self.found, built_from(self.found, at).get(name, MISSING))
        cell = built_from(self.found, at).get("outputHash", MISSING)
        chain = self.found.origins.chain(cell) if type(cell) is list else []
        place = next((node.place for node in reversed(chain) if node.place is not None), None)
        return self.place(place) if place is not None else ""


def short_url(url: str) -> str:
    """A URL that fits on a line: of a long one the host and the last parts."""
    if len(url) <= MOST_OF_URL or "://" not in url:
        return url
    bare = url.partition("://")[2]
    if len(bare) <= MOST_OF_URL:
        return bare
    host, _, path = bare.partition("/")
    parts = path.split("/")
    return f"{host}/…/{'/'.join(parts[-2:])}"


MOST_OF_URL = 72


READ_BY = {
    "mainProgram": "`lib.getExe` reads",
    "outputsToInstall": "decides which outputs are installed",
}
"""Who reads attributes of `meta`."""


def telling(rows: list[Differing]) -> list[Differing]:
    """What is worth saying of what is behind: of a source where it comes from and its name, not both `url`
    and `urls`."""
    paths = {row.path for row in rows}
    if any(row.path[-1] in ("url", "urls", "name", "outputHash") for row in rows):
        rows = [row for row in rows if row.path[-1] not in UNTELLING]
    return [
        row
        for row in rows
        if not (row.path[-1] == "urls" and (*row.path[:-1], "url") in paths)
        and not (row.path[-1] == "outputHashAlgo" and (*row.path[:-1], "outputHash") in paths)
    ]


UNTELLING = frozenset({"postFetch", "downloadToTemp", "curlOpts", "impureEnvVars", "passthru"})
"""Attributes of a source that follow from where it comes from."""


def listed(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
