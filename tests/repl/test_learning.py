"""`:learn`: lessons of the course in a session."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.evaluator import Evaluator
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.repl.session import Session

if TYPE_CHECKING:
    from pathlib import Path


def test_a_lesson_in_a_session(tmp_path: Path) -> None:
    session = Session(Evaluator(Settings(), CapturingHost({"HOME": str(tmp_path)})))
    assert " 4 Names look outward, once" in session.send(":learn").text
    told = session.send(":learn 4").text
    assert "Some say: that is because the set was computed at once." in told
    assert "exercise, make, newer, old" in told
    assert session.send("exercise.old.name == old.name").text == "true\n"
    error = session.send(":learn 77").error
    assert error is not None
    assert error.message == "there is no lesson '77': they go from 1 to 20"


def test_ones_own_exercise_is_taken(tmp_path: Path) -> None:
    state = tmp_path / ".local/state/nixlite"
    state.mkdir(parents=True)
    (state / "learn.json").write_text(f'{{"nixlite": {{"folder": "{tmp_path}", "lessons": {{}}}}}}', "utf-8")
    (tmp_path / "04-rec-and-let").mkdir()
    (tmp_path / "04-rec-and-let/exercise.nix").write_text("{ mine = 42; }", "utf-8")
    session = Session(Evaluator(Settings(), CapturingHost({"HOME": str(tmp_path)})))
    assert "exercise, mine" in session.send(":learn 4").text
    assert session.send("mine").text == "42\n"
