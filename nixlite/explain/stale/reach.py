"""Fourth step of `stale`: how far each given value got. Every answer is the outcome of an evaluation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from nixlite.errors import NixError
from nixlite.explain.recording.observing import Trial
from nixlite.explain.stale.facts import (
    FUNCTIONS,
    NOT_BUILT,
    built_from,
    differences,
    drv_path,
    inside,
    is_fixed,
    is_package,
    name_of,
    nearest,
    out_path,
    safe_key,
    same,
    source_names,
    value_of,
)
from nixlite.explain.stale.givens import BY_ARGUMENTS, BY_ATTRIBUTES, BY_SCOPE, BY_UPDATE
from nixlite.explain.stale.record import same_result
from nixlite.explain.stale.scripts import ALWAYS, readers
from nixlite.explain.stale.target import matters, used
from nixlite.explain.stale.wrappers import inside_of, is_wrapper
from nixlite.runtime.values import MISSING, ContextString

if TYPE_CHECKING:
    from nixlite.explain.recording.notes import Place
    from nixlite.explain.recording.program import Examination
    from nixlite.explain.stale.facts import Differing
    from nixlite.explain.stale.givens import Given, Layer
    from nixlite.explain.stale.record import Runs
    from nixlite.explain.stale.scripts import Readers
    from nixlite.explain.stale.target import Origin, Target
    from nixlite.explain.stale.wrappers import Inside

BUILT = "built in"
ENVIRONMENT = "environment only"
NOTHING = "read by nothing"
LOST = "lost"
REFUSED = "refused"
SAME = "same as before"
KEPT = "not part of the build"
UNKNOWN = "could not tell"

INSIDE = "inside a wrapper"

GOOD = frozenset({BUILT, SAME, KEPT})
"""Reaches at which nothing is wrong."""


class Loss(NamedTuple):
    """A value that had content and was replaced whole: *gone* are the elements, attributes or words that
    are not in the new one (lazies of lists, names of sets)."""

    kind: str
    gone: tuple[Any, ...]


class Reach(NamedTuple):
    """How far a given value got. *behind* is what would be another had it been there from the start (see
    `target`), *follows* what became another by the override. *loss*: what the value replaced;
    *written_over* is where something was put over it; *origin* where the recipe has the old value."""

    given: Given
    kind: str
    behind: list[Differing]
    follows: list[Differing]
    loss: Loss | None
    written_over: Place | None
    put_over: Place | None
    origin: Origin | None
    readers: Readers | None
    inside: list[Inside]


class Reached(NamedTuple):
    """A layer with what became of it. *before* and *after* are the .drv files without and with it,
    *outputs* whether the main output path is another; for what is no package None. *survives*: whether it
    makes a difference to what is asked about (None: it is that itself, or it was not tried)."""

    layer: Layer
    before: str | NixError | None
    after: str | NixError | None
    outputs: bool
    survives: bool | None
    reaches: list[Reach]

    @property
    def changes(self) -> bool:
        """Whether the override gives another package."""
        return isinstance(self.after, str) and self.before != self.after


class Judge:
    """Finds out what became of one of the *layers*, whose target is *target*."""

    def __init__(self, runs: Runs, layers: list[Layer], target: Target, layer: Layer) -> None:
        self.runs = runs
        self.layers = layers
        self.target = target
        self.layer = layer
        self.found = runs.first.found
        self.packages = is_package(self.found, layer.before) and is_package(self.found, layer.after)
        self.chains = chains(layers)
        self.before = drv_path(self.found, layer.before) if self.packages else None
        self.after = drv_path(self.found, layer.after) if self.packages else None
        self.changed = self.before != self.after
        """What the override changed, and what did not follow."""
        self.follows = differences(self.found, layer.before, self.found, layer.after) if self.packages else []
        self.behind = self.find_behind()

    def reached(self) -> Reached:
        """The answer."""
        outputs = self.packages and (
            out_path(self.found, self.layer.before) != out_path(self.found, self.layer.after)
        )
        reaches = [self.reach(given) for given in self.layer.given]
        # An override that gives what was there already makes no difference, and nothing of it is lost.
        survives = None if all(reach.kind == SAME for reach in reaches) else self.survives()
        return Reached(self.layer, self.before, self.after, outputs, survives, reaches)

    def find_behind(self) -> list[Differing]:
        """What the package, after all its overrides, is built with that would be another; not what was
        given itself."""
        last = self.last()
        then = self.target.of(last)
        record = self.target.record
        if record is None or not is_package(self.found, last.after) or not is_package(record.found, then):
            return []
        given = {item.name for layer in self.layers if self.same_package(layer) for item in layer.given}
        rows = differences(self.found, last.after, record.found, then)
        return [
            part
            for row in rows
            if row.name not in given
            for part in inside(self.found, row, record.found)
            if not self.only_below(part, record.found)
        ]

    def only_below(self, row: Differing, then: Examination) -> bool:
        """Whether a difference lies in other packages alone: what the package is built with is itself built
        with the package, or with what the values change elsewhere in the set."""
        return bool(names_of(self.found, row.old)) and names_of(self.found, row.old) == names_of(
            then, row.new
        )

    def last(self) -> Layer:
        """The last override of the package."""
        return next((chain[-1] for chain in self.chains if self.layer in chain), self.layer)

    def same_package(self, layer: Layer) -> bool:
        """Whether another layer changes the package that this one changes: it was made of it, or the other
        way round."""
        return layer is self.layer or any(layer in chain and self.layer in chain for chain in self.chains)

    def survives(self) -> bool | None:
        """Whether the override makes a difference to what is asked about."""
        first = self.runs.first
        if self.layer.observation is None or self.layer.after is first.value or first.drv is None:
            return None
        if isinstance(first.drv, NixError):
            return None
        return not same_result(first, self.runs.trial(Trial(without=frozenset({self.layer.number}))))

    # -- one value

    def reach(self, given: Given) -> Reach:
        """How far one value got."""
        origin = self.target.origin(given)
        kind = self.kind(given, origin)
        behind = [] if kind in (REFUSED, KEPT) else self.behind_of(given, origin)
        follows = self.follows_of(given)
        if kind == BUILT and behind and not follows and not self.is_fetched(given):
            kind = ENVIRONMENT
        elif kind == SAME and behind:
            kind = NOTHING
        read = self.readers(given) if kind == BUILT and not follows and not behind else None
        inside = self.inside(given, kind, read)
        if inside:
            kind = INSIDE
        elif read is not None and not read.found:
            kind = ENVIRONMENT if self.near(given) else UNKNOWN
        unheard = kind in (LOST, ENVIRONMENT, NOTHING, INSIDE)
        over, put = self.written_over(given) if unheard else (None, None)
        loss = self.loss(given, origin)
        return Reach(given, kind, behind, follows, loss, over, put, origin, read, inside)

    def readers(self, given: Given) -> Readers | None:
        """Who reads a value that the package did not have before; None where there is no need to look."""
        if self.layer.kind != BY_ATTRIBUTES or given.name in ALWAYS or not isinstance(self.after, str):
            return None
        attrs = built_from(self.found, self.layer.after)
        if given.name not in attrs or "outputHash" in attrs:
            return None
        if self.shown(given.name) is not MISSING and not is_wrapper(self.found, self.layer.before):
            return None
        return readers(self.found, self.after, given.name)

    def near(self, given: Given) -> str:
        """An attribute that the package has, whose name a name nearly is; "" if there is none."""
        known = {*built_from(self.found, self.layer.before), *(self.layer.previous or {})} - {given.name}
        return nearest(given.name, known)

    def inside(self, given: Given, kind: str, read: Readers | None) -> list[Inside]:
        """The programs in a wrapper that a value was meant for: the wrapper does nothing with it."""
        unread = kind in (ENVIRONMENT, NOTHING, SAME) or (read is not None and not read.found)
        if self.layer.kind != BY_ATTRIBUTES or not unread or not self.packages or given.name in NOT_BUILT:
            return []
        inner = inside_of(self.found, self.layer.before)
        if self.behind and not {row.name for row in self.behind} & {item.attribute for item in inner}:
            return []  # the wrapper itself would have used it
        after = {
            item.name: drv_path(self.found, item.package) for item in inside_of(self.found, self.layer.after)
        }
        meant = [
            item
            for item in inner
            if after.get(item.name) == drv_path(self.found, item.package)
            and not same(self.found, self.of_inner(item, given), given.new)
        ]
        # Of several the one that the wrapper has the value from.
        own = [item for item in meant if same(self.found, self.of_inner(item, given), given.old)]
        return own or meant

    def of_inner(self, item: Inside, given: Given) -> Any:
        """What a program in a wrapper is built with under the name of a value."""
        return built_from(self.found, item.package).get(given.name, MISSING)

    def kind(self, given: Given, origin: Origin | None) -> str:
        """The row of the table of reaches, before what is behind is looked at."""
        layer = self.layer
        if isinstance(layer.after, NixError) or isinstance(self.after, NixError):
            return REFUSED
        if not self.packages:
            return BUILT if layer.kind == BY_SCOPE else UNKNOWN
        if layer.kind == BY_UPDATE:
            return KEPT if given.name in NOT_BUILT else NOTHING
        if given.old is not MISSING and same(self.found, given.old, given.new):
            return SAME
        if self.is_built(given):
            return BUILT
        if not self.changed and self.survives():
            return BUILT  # not in the package itself, but in what is asked about: a scope that it has
        if given.name in NOT_BUILT:
            return KEPT
        if layer.kind == BY_ATTRIBUTES and same(self.found, self.shown(given.name), given.new):
            return SAME
        return LOST if self.written_over(given)[0] is not None else NOTHING

    def is_fetched(self, given: Given) -> bool:
        """Whether a value says what is fetched, and is read for that."""
        attrs = built_from(self.found, self.layer.before)
        return "outputHash" in attrs and given.name in (
            *source_names(self.found, attrs),
            "outputHash",
            "name",
        )

    def shown(self, name: str) -> Any:
        """What the package before was built with under a name."""
        return built_from(self.found, self.layer.before).get(name, MISSING)

    def is_built(self, given: Given) -> bool:
        """Whether the package is another because of a value."""
        if not self.changed:
            return False
        if isinstance(self.before, NixError):
            return True
        others = [item for item in self.layer.given if item is not given and item.name not in NOT_BUILT]
        if not others and given.name not in NOT_BUILT:
            return True
        row = next((row for row in self.follows if row.name == given.name), None)
        if row is not None and self.layer.kind == BY_ATTRIBUTES:
            return True
        return self.differs_without(given)

    def differs_without(self, given: Given) -> bool:
        """Whether the override gives another package when it does not give this value."""
        if self.layer.observation is None:
            return False
        trial = Trial(dropped=frozenset({(self.layer.number, given.name)}))
        other = self.runs.trial(trial)
        for seen in reversed(other.observations):
            if seen.site.number == self.layer.number:
                return drv_path(other.found, value_of(other.found, seen.result)) != self.after
        return True

    def behind_of(self, given: Given, origin: Origin | None) -> list[Differing]:
        """What did not follow a value: of what is behind, what was made of the old one, or would be of the
        new.

        Where several values were given, what each is to blame for is told by what was read.
        """
        if origin is None or not self.behind:
            return []
        wanted = self.wanted()
        if len(wanted) == 1:
            return self.behind if wanted[0].given is given else []
        if not origin.nodes:
            others = [item for item in wanted if item.given is not given]
            return [row for row in self.behind if not any(self.blames(row, item) for item in others)]
        return [row for row in self.behind if self.blames(row, origin)]

    def wanted(self) -> list[Origin]:
        """Where the values of all overrides of the package were written for the target."""
        given = [item for layer in self.layers if self.same_package(layer) for item in layer.given]
        return [item for item in self.target.origins if item.given in given and matters(item)]

    def blames(self, row: Differing, origin: Origin) -> bool:
        """Whether something behind was made of the old value at an origin."""
        return row.old is not MISSING and bool(origin.nodes) and used(self.found, row.old, origin.nodes)

    def follows_of(self, given: Given) -> list[Differing]:
        """What else became another by the override, for one value: all of it where it is the only one."""
        given_names = {item.name for item in self.layer.given}
        if self.layer.kind == BY_ATTRIBUTES:
            rows = [row for row in self.follows if row.name not in given_names]
            if len(given_names) == 1:
                return rows
            return [row for row in rows if used(self.found, row.new, [self.found.recorder.node(given.new)])]
        return self.follows if len(given_names) == 1 else []

    # -- what was lost

    def loss(self, given: Given, origin: Origin | None) -> Loss | None:
        """The content of the old value that is not in the new one, if the new one was not made of it."""
        found = self.found
        if self.layer.kind == BY_ARGUMENTS and type(value_of(found, given.old)) in FUNCTIONS:
            return None
        cell = given.old if given.old is not MISSING else self.visible(given)
        old, new = value_of(found, cell), value_of(found, given.new)
        if type(old) is not type(new) and not (is_text(old) and is_text(new)):
            return None
        nodes = found.origins.chain(cell)
        if nodes and used(found, given.new, nodes):
            return None
        if type(old) is tuple:
            there = [safe_key(found, item) for item in new]
            gone = tuple([item for item in old if safe_key(found, item) not in there])
            return Loss("list", gone) if gone else None
        if type(old) is dict and not is_package(found, old):
            names = tuple([name for name in old if name not in new])
            return Loss("set", names) if names else None
        if is_text(old) and is_script(old):
            return Loss("text", (old,)) if safe_key(found, cell) != safe_key(found, given.new) else None
        return None

    def visible(self, given: Given) -> Any:
        """The old value where the override was not told of it: what the package shows under the name."""
        before = self.layer.before
        if type(before) is dict and given.name in NOT_BUILT and given.name in before:
            return before[given.name]
        return MISSING

    def written_over(self, given: Given) -> tuple[Place | None, Place | None]:
        """(what was put over a value on the way from the override to the package, the `//` that did it)."""
        for made in self.found.recorder.made.values():
            if made.how != "//":
                continue
            left, right = made.sources
            if left.get(given.name) is given.new and given.name in right:
                cell = right[given.name]
                if cell is not given.new and type(cell) is list and len(cell) == 3:
                    return cell[2], made.place
        return None, None


def chains(layers: list[Layer]) -> list[list[Layer]]:
    """The layers by what they change: each chain begins with a package that no layer made, and each layer
    of it changes what the one before made."""
    result: list[list[Layer]] = []
    made = {id(layer.after): layer for layer in layers if layer.after is not MISSING}
    for layer in layers:
        if any(other.before is layer.after for other in layers):
            continue
        chain = [layer]
        while (below := made.get(id(chain[-1].before))) is not None and below not in chain:
            chain.append(below)
        result.append(chain[::-1])
    return result


def names_of(found: Examination, cell: Any) -> list[str]:
    """The names of the packages that a value is or lists, none where it is anything else. Something that is
    fetched is no package in its own right."""
    value = value_of(found, cell)
    items = [value_of(found, item) for item in (value if type(value) is tuple else (value,))]
    if not all(is_package(found, item) and not is_fixed(found, item) for item in items):
        return []
    return [name_of(found, item) for item in items]


def is_text(value: Any) -> bool:
    """Whether a value is a string."""
    return type(value) in (str, ContextString)


def is_script(value: Any) -> bool:
    """Whether a text has content of its own, several lines of it: a phase, not a version or a URL."""
    text = value.text if type(value) is ContextString else value
    return "\n" in text.strip()
