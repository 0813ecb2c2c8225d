"""The verdict of `stale`: one to three sentences that a learner understands, what is wrong first.

Every sentence says what an evaluation showed; what was not tried is not said.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.brief import text_of
from nixlite.explain.recording.history import history
from nixlite.explain.stale.facts import is_package, name_of, out_path, value_of
from nixlite.explain.stale.phrases import Phrases, listed, short_url
from nixlite.explain.stale.reach import (
    BUILT,
    ENVIRONMENT,
    INSIDE,
    KEPT,
    LOST,
    NOTHING,
    REFUSED,
    SAME,
    UNKNOWN,
)
from nixlite.explain.stale.refusals import ARGUMENT, NO_ATTRIBUTE, ONLY_FUNCTIONS
from nixlite.explain.stale.sources import ONLY_HASH, PLACEHOLDER, STAYED

if TYPE_CHECKING:
    from nixlite.explain.stale.answer import Answer
    from nixlite.explain.stale.facts import Differing
    from nixlite.explain.stale.fix.no_function import Lost
    from nixlite.explain.stale.reach import Reach, Reached
    from nixlite.explain.stale.refusals import Refusal
    from nixlite.explain.stale.sources import Source

FINE, WRONG, UNSURE = 0, 1, 2
"""Exit codes: all that was given reached, something did not, it could not be told."""


class Verdict(NamedTuple):
    """*code* is the exit code; *headline* says what happened, *problems* what is wrong and why, *notes*
    what is worth knowing. Each is a sentence or a few."""

    code: int
    headline: str
    problems: list[str]
    notes: list[str]


def verdict(answer: Answer, phrases: Phrases) -> Verdict:
    """The verdict on overrides of a package."""
    if answer.refusal is not None:
        return refused(answer.refusal, phrases)
    if not answer.results:
        return Verdict(FINE, "Nothing is overridden here.", [], [])
    return Judgement(answer, phrases).verdict()


class Judgement:
    """Puts together what is to be said of a package."""

    def __init__(self, answer: Answer, phrases: Phrases) -> None:
        self.answer = answer
        self.phrases = phrases
        self.problems: list[str] = []
        self.notes: list[str] = []
        self.unsure = False
        self.told: set[str] = set()

    def verdict(self) -> Verdict:
        """The verdict."""
        for source in self.answer.sources:
            self.source(source)
        for item in self.answer.results:
            self.layer(item)
        self.sources_behind()
        code = WRONG if self.problems else UNSURE if self.unsure else FINE
        return Verdict(code, self.headline(), unique(self.problems), unique(self.notes))

    # -- the first sentence

    def headline(self) -> str:
        """What happened, all in all."""
        answer = self.answer
        stayed = self.downloads()
        if stayed:
            return f"You still download {stayed}. {self.changed()}"
        if isinstance(answer.runs.first.drv, str) and self.was_refused():
            return self.let_through()
        if answer.same_drv:
            if all(reach.kind == SAME for item in answer.results for reach in item.reaches):
                return "Nothing changes, and nothing is wrong: every value is what it was before."
            return "Nothing that is built changes: the derivation is the same with and without the override."
        if answer.same_out:
            return "Nothing new is built: there is another .drv file, but its output path is the same."
        if not self.problems and not self.unsure:
            return f"All of it took effect. {self.changed()}".strip()
        return self.changed()

    def downloads(self) -> str:
        """What is still downloaded although something was given that was to change that."""
        wanted = {
            row.name for item in self.answer.results for reach in item.reaches for row in reach.behind
        } | {
            "src"
            for item in self.answer.results
            for reach in item.reaches
            if reach.given.name in ("rev", "url", "tag")
        }
        for source in self.answer.sources:
            if (
                source.kind == STAYED
                and len(source.path) == 1
                and source.path[0] in wanted
                and source.path[0] == "src"
            ):
                return short_url(source.before.shown)
        return ""

    def changed(self) -> str:
        """What the package is built with differently."""
        names = [row.name for row in self.answer.changes if row.name not in QUIET and self.differs(row)]
        if not names:
            return ""
        few = listed([f"`{name}`" for name in names[:6]])
        more = f" and {len(names) - 6} more" if len(names) > 6 else ""
        return f"{'Only ' if self.problems else ''}{few}{more} changed."

    def differs(self, row: Differing) -> bool:
        """Whether something is another in more than what led to it: a source may have another .drv file and
        the same bytes."""
        found = self.answer.runs.first.found
        old, new = value_of(found, row.old), value_of(found, row.new)
        if is_package(found, old) and is_package(found, new):
            return out_path(found, old) != out_path(found, new)
        return True

    def let_through(self) -> str:
        """A package that was refused before."""
        item = next(item for item in self.answer.results if isinstance(item.before, NixError))
        assert isinstance(item.before, NixError)
        found = self.answer.runs.first.found
        error = found.evaluator.explain(item.before)
        said, where = first_line(error).rstrip("."), self.phrases.error_place(error)
        text = (
            "It has an effect: without it the package is refused, with it there is one. "
            f"Before: {said}{where}."
        )
        unchecked = history(found.recorder, item.layer.before, "drvPath")[0].cell
        raw = value_of(found, unchecked)
        if text_of(raw) == item.after:
            text += (
                " What is built is the same as without that check: the .drv file is the one "
                "that it kept back."
            )
        option = next((hint for word, hint in OPTIONS.items() if word in str(error)), "")
        return f"{text} {option}".strip()

    def was_refused(self) -> bool:
        """Whether the package cannot be had without the overrides."""
        return any(isinstance(item.before, NixError) for item in self.answer.results)

    # -- what is fetched

    def source(self, source: Source) -> None:
        """What is to be said of something that is fetched."""
        text = self.phrases.source(source)
        if source.trap and self.concerns(source):
            self.problems.append(text)
        elif source.kind in (PLACEHOLDER, ONLY_HASH) and len(source.path) < 2:
            self.notes.append(text)

    def sources_behind(self) -> None:
        """Sources that stayed although the version is another, and are not made of it."""
        for item in self.answer.results:
            version = next((reach for reach in item.reaches if reach.given.name == "version"), None)
            if version is None or version.behind or item.survives is False or version.kind == INSIDE:
                continue
            if any(reach.given.name == "src" for other in self.answer.results for reach in other.reaches):
                continue
            found = self.answer.runs.first.found
            old = value_of(found, version.given.old)
            owner = (
                "" if item.layer.after is self.answer.runs.first.value else name_of(found, item.layer.after)
            )
            for source in self.answer.sources:
                named = type(old) is str and len(old) > 1 and old in source.before.shown
                if source.kind == STAYED and source.path == ("src",) and source.owner == owner and named:
                    goal = self.answer.goal
                    origin = goal.origin(version.given) if goal is not None else None
                    tried = origin is not None and bool(origin.nodes)
                    self.problems.append(self.phrases.still(source, old, tried=tried))

    def concerns(self, source: Source) -> bool:
        """Whether a source is told of here, and not that it is part of."""
        return len(source.path) <= 1 or not any(
            other.trap and other.path == source.path[:-1] for other in self.answer.sources
        )

    # -- what was given

    def layer(self, item: Reached) -> None:
        """What is to be said of one override."""
        for reach in item.reaches:
            self.reach(item, reach)
        if item.survives is False:
            self.lost(item)
        elif item.survives and item.changes:
            self.notes.append(self.phrases.through(item, self.answer))

    def reach(self, item: Reached, reach: Reach) -> None:
        """What is to be said of one value."""
        say = self.phrases
        if reach.kind == REFUSED:
            self.problems.append(f"It fails: {first_line(item.after)}")
        elif reach.kind == INSIDE:
            self.problems.append(say.inside(item, reach))
        elif reach.behind:
            self.problems += say.behind(item, reach, self.answer)
        elif reach.kind == ENVIRONMENT:
            self.problems.append(say.unread(reach, self.near(item, reach)))
        elif reach.kind == UNKNOWN:
            self.unsure = True
            self.notes.append(say.unread(reach, ""))
        elif reach.kind == LOST and item.survives is not False:
            self.problems.append(say.written_over(item, reach))
        elif reach.kind == NOTHING and item.survives is not False:
            self.problems.append(say.nothing(item, reach))
        elif reach.kind == KEPT and reach.loss is None:
            self.notes.append(say.kept(reach))
        elif reach.kind == BUILT and reach.readers is not None and reach.readers.found:
            self.notes.append(say.read(reach))
        if reach.loss is not None and reach.given.name == "outputs":
            self.notes.append(say.outputs(reach))
        elif reach.loss is not None and reach.kind not in (LOST, SAME) and item.survives is not False:
            self.problems.append(say.loss(item, reach))
            self.problems += say.slips(item)

    def near(self, item: Reached, reach: Reach) -> str:
        """The attribute whose name a name nearly is."""
        from nixlite.explain.stale.facts import built_from, nearest

        known = built_from(self.answer.runs.first.found, item.layer.before)
        return nearest(reach.given.name, known.keys() - {reach.given.name})

    def lost(self, item: Reached) -> None:
        """What is to be said of an override that makes no difference to what is asked about."""
        text = self.phrases.lost(item, self.answer)
        if text:
            self.problems.append(text)


OPTIONS = {
    "unfree": "Better than to say something else of it: `config.allowUnfree`, or "
    "`config.allowUnfreePredicate` for this package.",
    "broken": "The setting for it is `config.allowBroken`.",
    "insecure": "The setting for it is `config.permittedInsecurePackages`.",
    "not available on": "The setting for it is `config.allowUnsupportedSystem`.",
    "unsupported": "The setting for it is `config.allowUnsupportedSystem`.",
}
"""What nixpkgs has for packages that its checks refuse. Manual of nixpkgs: Global configuration."""

QUIET = frozenset({"nativeBuildInputs", "args", "builder", "outputHashMode", "outputHashAlgo", "passAsFile"})


def refused(item: Refusal, phrases: Phrases) -> Verdict:
    """The verdict on an override that is refused."""
    subject, name = phrases.subject(item.layer), item.name
    if item.kind == ARGUMENT:
        headline = f"Refused: {subject} takes no argument `{name}`."
        problems = [
            f"Its function takes {listed([f'`{part}`' for part in item.accepted])}." if item.accepted else ""
        ]
        if item.place is not None:
            problems[0] += (
                f" ({phrases.place(item.place)})" if item.accepted else f"See {phrases.place(item.place)}."
            )
        if item.near:
            problems.append(f"Did you mean `{item.near}`?")
        if item.similar:
            flags = listed([f"`{flag}`" for flag in item.similar[:3]])
            problems.append(f"What sounds like it is {flags}: that is for `overrideAttrs`.")
        elif not item.fixes:
            problems.append("What the package itself sets is for `overrideAttrs`.")
        return Verdict(WRONG, headline, [text for text in problems if text], [])
    if item.lost is not None:
        headline = f"Refused: {subject} has no `{name}`."
        has = f" It has {listed([f'`{part}`' for part in item.accepted])}." if item.accepted else ""
        return Verdict(WRONG, headline, [f"{no_function(name, item.lost, phrases)}{has}"], [])
    if item.kind == NO_ATTRIBUTE:
        old = phrases.old_name(item.layer)
        headline = f"Refused: `{old}` is what the package wrote, and it wrote no `{name}`."
        where = f" ({phrases.place(item.visible)})" if item.visible is not None else ""
        why = f"The `{name}` that one sees of {subject} is added by its builder{where}, after all overriding."
        return Verdict(WRONG, headline, [why], [])
    if item.kind == ONLY_FUNCTIONS:
        headline = (
            f"Refused: the `{name}` of this package takes a function from the old attributes, not a set."
        )
        why = "Sets are taken by newer nixpkgs only (`overrideAttrs` since 23.05)."
        return Verdict(WRONG, headline, [why] if name == "overrideAttrs" else [], [])
    headline = f"It fails: {first_line(item.error)}"
    notes = ["It fails without the override as well."] if item.before else []
    where = f"See {phrases.place(item.place)}." if item.place is not None else ""
    return Verdict(WRONG, headline, [where] if where else [], notes)


def no_function(name: str, lost: Lost, phrases: Phrases) -> str:
    """Why a package has no function *name*."""
    earlier = lost.earlier
    if earlier is None:
        made = f"It is what `{lost.callee}` made; that" if lost.callee else "It"
        return f"{made} was not made by {MAKERS.get(name, MAKERS['override'])} `{name}`."
    where = f" ({phrases.place(lost.function)})" if lost.function is not None else ""
    if earlier.what != name:
        given = f" ({phrases.place(lost.given)})" if lost.given is not None else ""
        return (
            f"It is what {phrases.at(earlier)} gave, and that `{earlier.what}`{where} makes the package "
            f"anew: the `{name}` that there was before{given} was put over what it starts from, and is lost."
        )
    maker = lost.maker
    if maker is None or not maker.name:
        return (
            f"It is what {phrases.at(earlier)} gave, and that `{name}`{where} calls the function "
            f"and gives the result no `{name}`: it can be used once."
        )
    call = maker.calls[0]
    text = " ".join(maker.definition.source.text[call.start : call.end].split())
    return (
        f"It is what {phrases.at(earlier)} gave, and the `{name}` of `{maker.name}` "
        f"({phrases.place(maker.place)}) gives the plain result of `{text}`{where}: `{maker.name}` is not "
        f"called again, which would give that an `{name}`, so it can be used once."
    )


MAKERS = {
    "override": "`callPackage` or `makeOverridable`, which give",
    "overrideAttrs": "`mkDerivation`, which gives",
    "overridePythonAttrs": "`buildPythonPackage`, which gives",
}
"""What gives packages the functions that override them."""


def first_line(error: object) -> str:
    """The first line of a message."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), "")


def unique(texts: list[str]) -> list[str]:
    """Texts without repetitions and without empty ones."""
    return list(dict.fromkeys(text for text in texts if text))
