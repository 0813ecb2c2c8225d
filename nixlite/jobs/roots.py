"""The set that is gone into: what the command line names, and what `--select` makes of it."""

from __future__ import annotations

from nixlite.cli.auto_call import auto_arguments, auto_call, find_along_attr_path
from nixlite.cli.explain.ways import FileWay, FlakeWay, looks_like_file, packages_of, way_in
from nixlite.cli.flake.locking import absolute, flake_attribute, outputs_of
from nixlite.cli.sources import string_source
from nixlite.cli.starting import start
from nixlite.errors import NoAttribute, UsageError
from nixlite.host.lookup_path import is_pseudo_url
from nixlite.jobs.job import Wishes
from nixlite.jobs.serving import Server
from nixlite.jobs.walk import NEW, OLD, Walk
from nixlite.runtime.call import call
from nixlite.runtime.expect import force_attrs
from nixlite.runtime.thunk import force

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.evaluator import Evaluator
    from nixlite.host.host import Host
    from nixlite.jobs.asking import Asking
    from nixlite.runtime.values import Lazy, Value

SOFT = 0.85
"""The part of the memory it may take with which a process ends by itself, between two steps."""


class Place:
    """What a word (a file, a flake) or an expression on the command line names; *number*: which of several
    expressions it is."""

    def __init__(self, command: Asking, word: str | None, expression: str = "", number: int = 0) -> None:
        self.command = command
        self.source = string_source(command, expression, str(number) if number else "")
        self.way: FileWay | FlakeWay | None = None
        if word is not None:
            self.way = FlakeWay(command, word) if command.flake else way_in(command, word)
            self.check(word)

    def check(self, word: str) -> None:
        """Raise UsageError for a word that looks like an attribute path, and names no file."""
        if isinstance(self.way, FlakeWay) or "#" in word or looks_like_file(word):
            return
        if self.command.host.file_type(absolute(self.command, word)) is None and not is_pseudo_url(word):
            raise UsageError(
                f"there is neither a file '{word}' nor a flake",
                hint=f"A part of a set is named with it: '<nixpkgs>#{word}', '.#{word}'.",
            )

    def value(self, evaluator: Evaluator) -> tuple[Value, dict[str, Lazy]]:
        """The set, and the arguments that functions in it are called with."""
        command, way = self.command, self.way
        if isinstance(way, FlakeWay):
            arguments: dict[str, Lazy] = {}
            root = self.of_flake(evaluator, way)
        else:
            arguments = auto_arguments(command, evaluator)
            if way is not None:
                root = way.selected(evaluator, arguments)
            else:
                root = evaluator.evaluate_source(self.source)
        value = auto_call(root, arguments)
        if command.select:
            function = evaluator.evaluate_source(string_source(command, command.select, "--select"))
            context = "'--select' must evaluate to an attrset (the traversal root)"
            value = force_attrs(call(function, value), context)
        return value, arguments

    def of_flake(self, evaluator: Evaluator, way: FlakeWay) -> Lazy:
        """What is meant of a flake."""
        command = self.command
        if way.path:
            try:  # as nix-eval-jobs has it
                return flake_attribute(
                    command, evaluator, f"{way.reference}#.{way.fragment}", command.locking
                )
            except NoAttribute:
                word = f"{way.reference}#{way.fragment}"
                return flake_attribute(command, evaluator, word, command.locking)
        locked = way.locked(evaluator)
        if command.select:
            from nixlite.builtins.flakes import call_flake

            return call_flake(evaluator.state, locked)
        outputs = force(outputs_of(evaluator, locked))
        if type(outputs) is dict and "hydraJobs" in outputs:
            return find_along_attr_path(outputs, "hydraJobs", {})
        found = packages_of(evaluator, outputs, force)
        if found is outputs:
            raise UsageError(
                f"'{way.word}' provides neither 'hydraJobs' nor packages for {evaluator.settings.system}",
                hint=f"Name what is meant: '{way.word}#ATTRPATH'.",
            )
        return found


def places(command: Asking) -> list[Place]:
    """What the command line names, words first; evaluation is pure where all are flakes."""
    found = [Place(command, word) for word in command.words]
    found += [Place(command, None, text, at) for at, text in enumerate(command.expressions)]
    if all(place.way is not None and place.way.flake for place in found) and not command.impure:
        command.settings.pure_eval = True
    return found


def make_server(command: Asking, host: Host | None = None, *, notes: bool = False) -> Server:
    """What takes steps, with an evaluator that has evaluated the set itself. Raises what that raises.

    *notes*: what steps depend on is noted, by a `noting.NotingHost`.
    """
    named = places(command)
    command.settings.read_only = command.bare
    evaluator = start(command, host)
    budget = command.budget_of_one()
    if budget is not None:
        evaluator.limit(budget)
    values = [evaluator.guard(place.value, evaluator) for place in named]
    walk = make_walk(command, evaluator, values, notes)
    limit = int(command.max_memory_size * (1 << 20) * SOFT)
    if notes:
        from nixlite.jobs.noting import NotingServer

        return NotingServer(walk, limit)
    directory, roots = command.store_directory(), command.roots_directory()
    if not (directory or roots):
        return Server(walk, limit)
    from nixlite.jobs.outputs import Outputs, prepare

    prepare(directory, roots)
    return Server(walk, limit, Outputs(directory, roots))


def make_walk(
    command: Asking, evaluator: Evaluator, values: list[tuple[Value, dict[str, Lazy]]], notes: bool
) -> Walk:
    """The walk into what was named: one set, or two that are compared."""
    apply = None
    if command.apply:
        apply = evaluator.evaluate_source(string_source(command, command.apply, "--apply"))
    wishes = Wishes(
        meta=command.meta,
        input_drvs=command.input_drvs,
        constituents=command.constituents,
        instantiate=not command.bare,
        apply=apply,
    )
    both = dict(zip((OLD, NEW), values, strict=True)) if command.diff else None
    evaluator.state.symbols.settle()  # which job comes first is another one in each run
    kind = Walk
    if notes:
        from nixlite.jobs.noting import NotingWalk

        kind = NotingWalk
    walk = kind(evaluator, *values[0], wishes, everywhere=command.everywhere, both=both)
    walk.seconds = command.bounds.get("attr_seconds")
    return walk
