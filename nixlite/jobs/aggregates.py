"""Aggregates of Hydra's: jobs that are made of others, named by their attributes (`--constituents`).

An aggregate (`_hydraAggregate = true`) names jobs in `constituents`, as paths of derivations or as names;
with `_hydraGlobConstituents` names are patterns. What a name means is known when all jobs are; its derivation
then becomes an input of the aggregate's, which is another derivation by that. As nix-eval-jobs does it
(`src/constituents.cc`), broken and missing jobs in the order of their names.
"""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from nixlite.formats.json.writing import data_to_json
from nixlite.store.aterm import parse, unparse
from nixlite.store.derivation import InputNode, Output, name_of_drv
from nixlite.store.modulo import Modulo, hash_modulo
from nixlite.store.path import output_path

if TYPE_CHECKING:
    from nixlite.jobs.outputs import Outputs
    from nixlite.store.store import Store

    Job = dict[str, Any]
    Rest = tuple[str, tuple[Any, Any], str, list[tuple[str, Any, Any]]]
    """Of a job: its first output, its hash modulo, and of an aggregate its text and its inputs' hashes."""


def rest_of(store: Store, drv_path: str, text: str) -> Rest:
    """What has to be known of a job, whose line is *text*, when others are made of it."""
    drv = store.read_derivation(drv_path)
    modulo = store.modulo(drv_path)
    own = (modulo.hash, modulo.fixed)
    first = min(drv.outputs)
    if not json.loads(text)["namedConstituents"]:
        return first, own, "", []
    inputs = [(path, below.hash, below.fixed) for path in drv.inputs for below in [store.modulo(path)]]
    return first, own, unparse(drv), inputs


UNKNOWN = "the run ended before all its constituents were known"
"""The error of an aggregate then."""


class Cycle(Exception):
    """Two aggregates that are made of each other; *others*: the aggregates beside them."""

    def __init__(self, first: str, second: str, others: list[str]) -> None:
        super().__init__(f"Dependency cycle: {first} <-> {second}")
        self.pair = first, second
        self.others = others


class Aggregates:
    """All jobs of a run by `attr`; *store* takes the new derivations, *outputs* writes them, if any."""

    def __init__(self, store: Store, outputs: Outputs | None) -> None:
        self.store = store
        self.outputs = outputs
        self.jobs: dict[str, Job] = {}
        self.rest: dict[str, Rest] = {}
        self.modulos: dict[str, Modulo] = {}
        self.stored: list[tuple[str, str]] = []

    def add(self, text: str, rest: Rest | None) -> bool:
        """Take in the line of a job; whether it is to be printed later, as an aggregate with names."""
        job = json.loads(text)
        self.jobs[job["attr"]] = job
        if rest is None:
            return False
        self.rest[job["attr"]] = rest
        self.modulos[job["drvPath"]] = Modulo(*rest[1])
        self.modulos |= {path: Modulo(text, fixed) for path, text, fixed in rest[3]}
        return bool(job["namedConstituents"])

    def lines(self, *, whole: bool = True) -> list[tuple[tuple[str, ...], str]]:
        """Attribute paths and lines of the aggregates with names, what is needed first.

        *whole*: all jobs are known; where not, what an aggregate's names mean may not be known either.
        """
        if not whole:
            for job in self.jobs.values():
                names = job.get("namedConstituents", [])
                if names and (job["globConstituents"] or not all(name in self.jobs for name in names)):
                    job["error"] = UNKNOWN
        named = {attr: self.constituents(attr) for attr in sorted(self.jobs) if self.names(attr)}
        try:
            ordered = in_order({attr: found for attr, (found, _) in named.items()})
        except Cycle as cycle:
            for attr in cycle.pair:
                self.jobs[attr]["error"] = str(cycle)
            for attr in cycle.others:
                self.jobs[attr]["error"] = "Skipping aggregate because of a dependency cycle"
            ordered = [*cycle.pair, *cycle.others]
        else:
            for attr in ordered:
                self.rewrite(attr, *named[attr])
        return [(tuple(self.jobs[attr]["attrPath"]), dumped(self.jobs[attr])) for attr in ordered]

    def names(self, attr: str) -> list[str]:
        """The names that an aggregate is made of."""
        found: list[str] = self.jobs[attr].get("namedConstituents", [])
        return found

    def constituents(self, attr: str) -> tuple[list[str], dict[str, str]]:
        """The jobs that the names of an aggregate mean, and what is wrong with others."""
        found: set[str] = set()
        broken: dict[str, str] = {}
        for name in self.names(attr):
            if name in self.jobs:
                matching = [name]
            elif self.jobs[attr].get("globConstituents"):
                matching = [other for other in self.jobs if other != attr and fnmatchcase(other, name)]
                if not any("error" not in self.jobs[other] for other in matching):
                    broken[name] = "constituent glob pattern had no matches"
            else:
                matching = []
                broken[name] = "does not exist"
            for other in matching:
                if "error" in self.jobs[other]:
                    broken[other] = self.jobs[other]["error"]
                else:
                    found.add(other)
        return sorted(found), broken

    def rewrite(self, attr: str, found: list[str], broken: dict[str, str]) -> None:
        """Make an aggregate of what it is made of."""
        job = self.jobs[attr]
        del job["namedConstituents"]
        if "error" in job:
            return
        if broken:
            job["error"] = "".join(f"{name}: {broken[name]}\n" for name in sorted(broken))
            return
        name = name_of_drv(job["drvPath"])
        drv = parse(self.rest[attr][2], name)
        for other in found:
            path = self.jobs[other]["drvPath"]
            job["constituents"].append(path)
            drv.inputs[path] = InputNode([self.rest[other][0]])
        modulo = hash_modulo(drv, self.modulos.__getitem__, masked=True)
        if modulo.hash is None:
            return
        out = output_path(name, "out", modulo.hash, self.store.store_dir)
        drv.outputs["out"] = Output(out)
        drv.env["out"] = out
        job["drvPath"] = self.store.add_text_bytes(
            f"{name}.drv", unparse(drv).encode("utf-8", "surrogateescape"), drv.references()
        )
        job["outputs"]["out"] = out
        self.modulos[job["drvPath"]] = hash_modulo(drv, self.modulos.__getitem__)
        if self.outputs is not None:
            self.stored += self.outputs.add(self.store, job["drvPath"])


def in_order(needs: dict[str, list[str]]) -> list[str]:
    """Aggregates, what is needed before what needs it. Raises Cycle."""
    done: list[str] = []
    seen: set[str] = set()
    parents: list[str] = []

    def visit(attr: str) -> None:
        if attr in parents:
            pair = attr, parents[-1]
            raise Cycle(*pair, sorted(set(needs) - set(pair)))
        if attr in seen:
            return
        seen.add(attr)
        parents.append(attr)
        for other in needs[attr]:
            if other != attr and other in needs:
                visit(other)
        parents.pop()
        done.append(attr)

    for attr in sorted(needs):
        visit(attr)
    return done


def dumped(job: Job) -> str:
    """The line of a job."""
    return data_to_json(with_tuples(job))


def with_tuples(value: Any) -> Any:
    """JSON data as `data_to_json` takes it."""
    if isinstance(value, list):
        return tuple(with_tuples(item) for item in value)
    if isinstance(value, dict):
        return {name: with_tuples(item) for name, item in value.items()}
    return value
