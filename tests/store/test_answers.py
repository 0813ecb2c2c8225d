"""Derivations to the byte, and the messages about bad ones, against the answers of a real Nix 2.34.8."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.formats.json.derivations import to_json
from nixlite.formats.nix.deep import force_deep
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.runtime.thunk import force
from nixlite.source import Source
from nixlite.store.aterm import parse, unparse
from nixlite.store.derivation import name_of_drv
from tests.store.cases import DERIVATIONS, ERRORS
from tests.store.record import write_files

ANSWERS: dict[str, Any] = json.loads((Path(__file__).parent / "answers.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = tmp_path_factory.mktemp("sources")
    write_files(path)
    return str(path)


def evaluator(directory: str, features: str) -> Evaluator:
    settings = Settings(cwd=directory)
    settings.features |= frozenset(features.split())
    return Evaluator(settings, CapturingHost({}))


def ids(cases: list[tuple[str, str, str]]) -> list[str]:
    return [f"{number}-{why.replace(' ', '-')}" for number, (_, _, why) in enumerate(cases)]


@pytest.mark.parametrize(("expression", "features", "why"), DERIVATIONS, ids=ids(DERIVATIONS))
def test_derivation(directory: str, expression: str, features: str, why: str) -> None:
    answer = ANSWERS[f"{features}: {expression}"]
    nix = evaluator(directory, features)
    value: Any = nix.evaluate_source(Source("«string»", expression, base=directory))
    path = nix.guard(force, value["drvPath"]).text
    assert nix.state.store.read(path).decode() == answer["text"]
    assert path == answer["path"]
    drv = parse(answer["text"], name_of_drv(path))
    assert unparse(drv) == answer["text"]
    assert to_json(drv) == answer["shown"]


@pytest.mark.parametrize(("expression", "features", "why"), ERRORS, ids=ids(ERRORS))
def test_error(directory: str, expression: str, features: str, why: str) -> None:
    nix = evaluator(directory, features)

    def run(_: None) -> None:
        value: Any = nix.evaluate_source(Source("«string»", expression, base=directory))
        force_deep(nix.state, value["drvPath"] if type(value) is dict and "drvPath" in value else value)

    with pytest.raises(NixError) as caught:
        nix.guard(run, None)
    assert caught.value.message == ANSWERS[f"{features}: {expression}"]["message"]
