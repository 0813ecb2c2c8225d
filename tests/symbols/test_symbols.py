"""The order of names, as Nix 2.34.8 has it: its answers were recorded by `against_nix.py`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.cache.files import Cache
from nixlite.evaluator import Evaluator
from nixlite.formats.nix.deep import force_deep
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.oracle import run
from nixlite.source import Source
from tests.symbols.against_nix import ANSWERS, nixlite_answer
from tests.symbols.claims import CLAIMS, claimed
from tests.symbols.programs import Program, program

if TYPE_CHECKING:
    from pathlib import Path

ROWS = [json.loads(line) for line in ANSWERS.read_text().splitlines()]
WHYS = [why for _, _, why in CLAIMS]


def name_of(index: int) -> str:
    """What a recorded answer is about."""
    return WHYS[index] if index < len(WHYS) else f"program {index}"


@pytest.mark.parametrize("row", ROWS, ids=map(name_of, range(len(ROWS))))
def test_answer(row: dict[str, Any], tmp_path: Path) -> None:
    made = Program(row["text"], row["files"], tuple(row["arguments"]))
    assert nixlite_answer(made, tmp_path) == (row["rc"], row["stdout"], row["stderr"])


def test_what_is_claimed_is_recorded() -> None:
    seeds = len(ROWS) - len(claimed())
    made = [*claimed(), *map(program, range(seeds))]
    assert [(row["text"], row["files"], tuple(row["arguments"])) for row in ROWS] == made


def order_of(evaluator: Evaluator, text: str) -> str:
    """The names of the set *text* in the order in which they are forced."""
    host = evaluator.host
    assert isinstance(host, CapturingHost)
    host.stderr.clear()
    source = Source("«string»", f"builtins.mapAttrs (n: v: builtins.trace n v) ({text})", base="/")
    evaluator.guard(lambda _: force_deep(evaluator.state, evaluator.evaluate_source(source)), None)
    return "".join(host.stderr).replace("trace: ", "").replace("\n", " ").strip()


def evaluator(cache: Cache | None = None) -> Evaluator:
    return Evaluator(Settings(cwd="/"), CapturingHost({}), cache)


def test_two_evaluators_do_not_meet() -> None:
    one, other = evaluator(), evaluator()
    assert order_of(one, "{ zz = 1; yy = 1; }") == "zz yy"
    assert order_of(other, "{ yy = 1; zz = 1; }") == "yy zz"
    assert order_of(one, "{ yy = 1; zz = 1; }") == "zz yy"


def test_what_is_in_the_cache_is_numbered_as_if_it_were_parsed(tmp_path: Path) -> None:
    texts = ["{ zz = q: yy: 1; yy = 1; q = 1; }", "{ q = 1; yy = 1; xx = 1; zz = 1; }"]
    fresh = evaluator(Cache(str(tmp_path / "cache")))
    orders = [order_of(fresh, text) for text in texts]
    assert orders == ["zz yy q", "zz yy q xx"]
    again = evaluator(Cache(str(tmp_path / "cache")))
    assert [order_of(again, text) for text in texts] == orders
    backwards = evaluator(Cache(str(tmp_path / "cache")))
    assert [order_of(backwards, text) for text in reversed(texts)] == ["q yy xx zz", "q yy zz"]


def test_a_file_is_compiled_anew_where_its_names_have_another_order(tmp_path: Path) -> None:
    """What the files print was printed by Nix 2.34.8."""
    (tmp_path / "m.nix").write_text("{ q ? a, a ? 1 }: let zebra = a; b = zebra; in { inherit zebra q b; }")
    programs = [
        ("import ./m.nix { }", "{ b = 1; q = 1; zebra = 1; }\n"),
        ("{ b = import ./m.nix { }; zebra = 1; }.b", "{ b = <CODE>; q = 1; zebra = 1; }\n"),
        ("{ q = import ./m.nix { }; }.q", "{ b = 1; q = <CODE>; zebra = 1; }\n"),
    ]
    environment = {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    for _ in range(2):
        for text, printed in programs:
            assert run(["eval", "--eval", "-E", text], str(tmp_path), environment, "") == (0, printed, "")
