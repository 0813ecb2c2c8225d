"""How far given values get: every row is judged by the drvPaths of the normal evaluator, and then by `stale`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.explain.stale.answer import stale
from nixlite.explain.stale.data import data
from nixlite.explain.stale.text import exit_code, show
from nixlite.host.settings import Settings
from nixlite.source import Source
from tests.explain.reaches import ARGUMENTS, FORMS, REPLACED, ROWS, Row
from tests.explain.support import quiet_host, set_program

if TYPE_CHECKING:
    from nixlite.explain.stale.answer import Answer

SET = Path(__file__).parents[2] / "stdlib" / "nixpkgs"
FILES = str(Path(__file__).parent / "overrides")

CASES = [
    pytest.param(
        row, form, id=f"{row.reach}-{row.name}-{row.subject.rpartition('.')[2]}-{form}".replace(" ", "_")
    )
    for row in ROWS
    for form in row.forms
]


class World:
    """Evaluators of the bundled set and of copies with an edited file, each used again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.evaluators: dict[tuple[str, str, str] | None, tuple[Evaluator, str]] = {}

    def drv(self, expression: str, edit: tuple[str, str, str] | None = None) -> str:
        """The drvPath of an expression of `ps`; the message where it fails."""
        if edit not in self.evaluators:
            tree = self.tree(edit, len(self.evaluators))
            self.evaluators[edit] = (Evaluator(Settings(), quiet_host()), tree)
        evaluator, tree = self.evaluators[edit]
        text = f'let ps = import {tree} {{ system = "x86_64-linux"; }}; in ({expression}).drvPath'
        try:
            value = evaluator.evaluate_source(Source("«string»", text, base=FILES))
        except NixError as error:
            return f"error: {error}"
        assert not isinstance(value, str)
        return value.text  # type: ignore[union-attr]

    def tree(self, edit: tuple[str, str, str] | None, number: int) -> str:
        """The set, or a copy of it with a file edited."""
        if edit is None:
            return str(SET)
        tree = self.folder / str(number)
        shutil.copytree(SET, tree)
        file = tree / edit[0]
        text = file.read_text()
        assert edit[1] in text, edit
        file.write_text(text.replace(edit[1], edit[2], 1))
        if "tqdm" in edit[2]:
            file.write_text(file.read_text().replace("numpy,", "numpy, tqdm,", 1))
        return str(tree)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    return World(tmp_path_factory.mktemp("sets"))


def answer_to(expression: str) -> Answer:
    """What `stale` finds out about an expression of the bundled set."""
    return stale(set_program(f"ps: {expression}", FILES), [])


def reach_of(answer: Answer, name: str) -> str:
    """How far the last given value of a name got."""
    if answer.refusal is not None:
        return "refused" if name in (answer.refusal.name, "") else "?"
    return [reach.kind for item in answer.results for reach in item.reaches if reach.given.name == name][-1]


def written(row: Row, form: str) -> tuple[str, str]:
    """(the override, the package without it)."""
    text = FORMS[form].replace("GIVEN", row.given).replace("SUBJECT", row.subject)
    bare = "SUBJECT.overrideAttrs { dontStrip = true; }" if form == "twice" else "SUBJECT"
    return text, bare.replace("SUBJECT", row.subject)


@pytest.mark.parametrize(("row", "form"), CASES)
def test_reach(row: Row, form: str, world: World) -> None:
    text, bare = written(row, form)
    now, before = world.drv(text), world.drv(bare)
    same = now == before
    if row.reach in ("read by nothing", "lost", "not part of the build", "same as before"):
        assert same, "it changes what is built"
    elif row.reach != "inside a wrapper":
        assert not same, "it changes nothing"
    if row.edit is not None and form != "twice":
        start = world.drv(row.subject, row.edit)
        assert (start == now) == (row.reach == "built in"), "what it would be from the start"
    answer = answer_to(text)
    reach, code = reach_of(answer, row.name), exit_code(answer)
    assert reach == row.reach
    if row.reach in ("built in", "same as before"):
        others = [problem for problem in data(answer)["verdict"]["problems"] if "hash" not in problem]
        assert not others
    elif row.reach in ("environment only", "lost", "inside a wrapper", "read by nothing"):
        assert code == 1
        assert f"`{row.name}`" in show(answer)


@pytest.mark.parametrize(("reach", "expression", "name"), ARGUMENTS)
def test_arguments_and_updates(reach: str, expression: str, name: str, world: World) -> None:
    bare = expression.rpartition(".override" if ".override" in expression else " //")[0].strip("(")
    bare = f"({bare}" if bare.count(")") > bare.count("(") else bare
    now = world.drv(expression)
    assert now.startswith("error") == (reach == "refused")
    if reach in ("read by nothing", "same as before", "not part of the build"):
        assert now == world.drv(bare)
    found = reach_of(answer_to(expression), name)
    assert found == reach


@pytest.mark.parametrize(("expression", "name", "lost"), REPLACED)
def test_what_is_replaced_whole(expression: str, name: str, lost: int) -> None:
    answer = answer_to(expression)
    (loss,) = [reach.loss for item in answer.results for reach in item.reaches if reach.given.name == name]
    count, code = 0 if loss is None else len(loss.gone), exit_code(answer)
    assert count == lost
    assert (code == 1) == bool(lost)
    if lost:
        assert answer.fixes[0].ok
        assert (
            "o." in answer.fixes[0].code or "old." in answer.fixes[0].code or "prev." in answer.fixes[0].code
        )


def test_there_are_enough() -> None:
    assert len(CASES) + len(ARGUMENTS) + len(REPLACED) >= 200
