"""No builtin and no command lets a secret out, on any host, in any mode; nothing is started, nobody is asked.

Each expression is evaluated in two worlds that differ in their secrets only (`world`): what comes out must be
the same. `test_probes_show_the_secret` proves that it would not be the same if the host granted it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from nixlite import Evaluator, NixError
from nixlite.builtins.index import BUILTINS
from nixlite.host.capturing import CapturingHost
from nixlite.traces.rendering import render_error
from tests.host.hosts import GRANTED, HOSTS, inner, settings
from tests.host.rows import MORE, ROWS, generated
from tests.host.world import World, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from nixlite import Host, Settings

    Outcomes = dict[str, tuple[str, list[str]]]

PROBES = {text: kind for probes in ROWS.values() for text, kind in probes}
GENERATED = [text for name, row in BUILTINS.items() for text in generated(name, row[1])]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    for port in serve():
        yield World(tmp_path_factory.mktemp("w"), port)


@pytest.fixture
def enter(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], World]:
    """Plants a variant of the world, with its environment and its time."""

    def plant(variant: str) -> World:
        world.plant(variant)
        for name, value in world.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(time, "time", lambda: float(world.time))
        monkeypatch.setattr(time, "sleep", lambda seconds: None)
        return world

    return plant


def outcome(evaluator: Evaluator, text: str) -> str:
    """What is shown of an expression: its value, evaluated all through, or the error with its whole trace."""
    try:
        return str(evaluator.evaluate(text))
    except NixError as error:
        return render_error(error, show_trace=True)
    except ValueError as error:  # what fake programs say makes no sense
        return repr(error)


def written(host: Host) -> str:
    """What was written to the outputs."""
    host = getattr(host, "inner", host)
    return "".join([*getattr(host, "stdout", ()), *getattr(host, "stderr", ())])


def probed(world: World, make: Callable[[World], tuple[Settings | None, Host]], texts: list[str]) -> Outcomes:
    """The outcome of each expression, in an evaluator of its own, and what it has touched."""
    found: Outcomes = {}
    for text in texts:
        world.begin()
        options, host = make(world)
        shown = outcome(Evaluator(options, host), text.format(**world.places))
        found[text] = shown + written(host), world.touched()
    return found


def test_every_builtin_has_a_row() -> None:
    """How could it let a secret out? Say so in `rows.ROWS`, or put it among those that look at nothing."""
    assert ROWS.keys() - MORE == BUILTINS.keys()


@pytest.mark.parametrize("name", HOSTS)
def test_no_probe_lets_the_secret_out(name: str, enter: Callable[[str], World]) -> None:
    texts = [text for text, kind in PROBES.items() if kind not in GRANTED.get(name, ())]
    one, other = (probed(enter(variant), HOSTS[name], texts) for variant in "ab")
    assert {text: touched for text, (_, touched) in one.items() if touched} == {}
    assert {text: (one[text][0], other[text][0]) for text in texts if one[text] != other[text]} == {}


def test_probes_show_the_secret(enter: Callable[[str], World]) -> None:
    """On the real machine each probe shows it, or touches what it should not: so each would be noticed."""
    one, other = (
        probed(enter(variant), lambda world: (configured(world), inner(world)), list(PROBES))
        for variant in "ab"
    )
    assert [text for text in PROBES if one[text] == other[text] and not one[text][1]] == []


def configured(world: World) -> Settings:
    """The settings that the user's configuration makes, with all features."""
    from nixlite.host.configuration import load_configuration

    made = settings(world)
    load_configuration(made, inner(world))
    return made


@pytest.mark.parametrize("name", HOSTS)
def test_no_call_of_a_builtin_lets_the_secret_out(name: str, enter: Callable[[str], World]) -> None:
    """Each builtin, with every argument being something that leads to the secret."""
    clock = ("builtins.builtins", "builtins.currentTime") if "clock" in GRANTED.get(name, ()) else ()
    calls = [text for text in GENERATED if text not in clock]
    found = []
    for variant in "ab":
        world = enter(variant)
        options, host = HOSTS[name](world)
        evaluator = Evaluator(options, host)
        world.begin()
        found.append({text: outcome(evaluator, text.format(**world.places)) for text in calls})
        found[-1]["outputs"] = written(host)
        assert world.touched() == []
    one, other = found
    assert {text: (one[text], other[text]) for text in one if one[text] != other[text]} == {}


def test_nothing_generated_touches_the_secret_unseen(enter: Callable[[str], World]) -> None:
    """The calls of builtins are no idle ones either: on the real machine many show the secret."""
    found = []
    for variant in "ab":
        world = enter(variant)
        evaluator = Evaluator(settings(world), CapturingHost(world.env))
        found.append([outcome(evaluator, text.format(**world.places)) for text in GENERATED])
    assert sum(one != other for one, other in zip(*found, strict=True)) > 20
