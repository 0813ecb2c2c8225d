"""`why` of options: which definitions count, which do not and why, and what to write.

`options.jsonl` has a case a line: modules (`a.nix`, `b.nix`, …), the option's path, its value *now* (JSON, or
`fails`), what the answer *says* (`A:2` is `a.nix:2`), and the *advice*: the code, and the value that the option has
with it ("": nothing was tried; null: that of an option inside of this one). All values are those that Nix 2.34.8 gives, with the module system of `modulelib`; the advice was applied to
the files for that.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.explain.brief import brief, folder_of, forcing
from nixlite.explain.modules.answer import OptionAnswer, explain, show
from nixlite.explain.modules.options import DISCARDED, KEPT, LEFT_OUT, Options
from nixlite.explain.recording.program import Program
from nixlite.explain.trials import outcome
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.source import Source
from tests.explain.support import program_of

if TYPE_CHECKING:
    from nixlite.explain.recording.program import Examination

HERE = Path(__file__).parent
CASES = [json.loads(line) for line in (HERE / "options.jsonl").read_text("utf-8").splitlines()]


def modules_program(folder: Path, modules: list[str], library: Path = HERE / "modulelib") -> Program:
    """The program that evaluates modules, which are written into a folder; `imports` name the others."""
    names = [f"{'abcdef'[at]}.nix" for at in range(len(modules))]
    for name, text in zip(names, modules, strict=True):
        (folder / name).write_text(text, "utf-8")
    listed = names[:1] if "imports" in modules[0] else names
    settings = Settings()
    settings.cwd = str(folder)
    settings.lookup_path = [("lib", str(library))]
    text = f"(import <lib>).evalModules {{ modules = [ {' '.join(f'./{name}' for name in listed)} ]; }}"
    source = Source("«string»", text, base=str(folder))
    return Program(settings, RealHost(), lambda e: e.evaluate_source(source), ["«string»"])


def ask(folder: Path, modules: list[str], path: str) -> tuple[OptionAnswer, Examination]:
    """The answer about an option."""
    program = modules_program(folder, modules)
    found = program.run()
    answer = explain(program, found, ["config", *path.split(".")])
    assert answer is not None
    return answer, found


def shown(value: str) -> str:
    """A JSON value as answers show it."""
    found = program_of(f"builtins.fromJSON ''{value}''").checked()
    return brief(found.root, 2, forcing(found))


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_what_is_said_of_an_option(tmp_path: Path, case: dict[str, Any]) -> None:
    answer, _ = ask(tmp_path, case["modules"], case["path"])
    assert (answer.value if not answer.error else "fails") == (
        shown(case["now"]) if case["now"] != "fails" else "fails"
    )
    said = " ".join(answer.verdict)
    for part in case["says"]:
        for letter in "ABC":
            part = part.replace(f"{letter}:", f"{letter.lower()}.nix:")
        assert part in said
    assert [item.code for item in answer.advice] == [code for code, _ in case["advice"]]
    for item, (_, then) in zip(answer.advice, case["advice"], strict=True):
        if then is None:
            assert item.proved.startswith(f"config.{case['path']}.")
            continue
        assert item.proved == (f"config.{case['path']} is then {shown(then)}" if then else "")


MANY = [
    """{ lib, config, ... }: { options.on = lib.mkEnableOption "it";
options.a = lib.mkOption { type = lib.types.listOf lib.types.int;
default = [ 0 ]; };
config.a = lib.mkMerge [
 (lib.mkIf config.on [ 1 ])
 (lib.mkDefault [ 2 ])
 [ 3 ] ]; }""",
    "{ lib, ... }: { a = lib.mkBefore [ 4 ]; }",
]


def test_every_definition_has_its_place_priority_and_fate(tmp_path: Path) -> None:
    answer, _ = ask(tmp_path, MANY, "a")
    rows = {
        (row.value, Path(row.place[0]).name if row.place else "", row.place[1] if row.place else 0):
            (row.state, row.priority, row.order, row.conditions)
        for row in answer.definitions
    }  # fmt: skip
    assert rows == {
        ("[ 0 ]", "a.nix", 3): (DISCARDED, 1500, 1000, []),
        ("[ 1 ]", "a.nix", 5): (LEFT_OUT, 100, 1000, ["mkIf config.on (false)"]),
        ("[ 2 ]", "a.nix", 6): (DISCARDED, 1000, 1000, []),
        ("[ 3 ]", "a.nix", 7): (KEPT, 100, 1000, []),
        ("[ 4 ]", "b.nix", 1): (KEPT, 100, 500, []),
    }
    assert [(item.value, item.text) for item in answer.items] == [
        ("4", "mkBefore, 500"),
        ("3", "plain, 1000"),
    ]


def test_the_winners_are_those_of_the_module_system(tmp_path: Path) -> None:
    """`definitionsWithLocations` and `highestPrio` are what the modules' own evaluation kept."""
    for case in CASES:
        if case["now"] == "fails":
            continue
        _, found = ask(tmp_path, case["modules"], case["path"])
        options = Options(found)
        loc = case["path"].split(".")
        option = options.option(loc)
        assert option is not None
        look = options.look
        kept = look(outcome(found, ["options", *loc, "definitionsWithLocations"]).value)
        files = [look(look(item)["file"]) for item in kept]
        assert [getattr(file, "text", file) for file in files] == [part.file for part in option.kept()]
        priority = look(outcome(found, ["options", *loc, "highestPrio"]).value)
        assert {part.priority for part in option.kept()} == {priority}


def test_the_verdict_comes_first_and_paths_are_short(tmp_path: Path) -> None:
    answer, found = ask(tmp_path, ["{ lib, ... }: { options.a = lib.mkOption { }; }", "{ a = 1; }"], "a")
    text = show(answer, folder_of(found.evaluator.state))
    assert text.splitlines()[0] == "config.a is 1: b.nix:1 says so (a plain definition, 100)."
    assert str(tmp_path) not in text


def test_other_options_and_no_options(tmp_path: Path) -> None:
    program = modules_program(tmp_path, ["{ lib, ... }: { options.font = lib.mkOption { default = 1; }; }"])
    answer = explain(program, program.run(), ["config", "fnt"])
    assert answer is not None
    assert "config.font, declared at a.nix:1" in answer.verdict[1]
    plain = program_of("{ config.a = 1; options.a = 2; }")
    assert explain(plain, plain.run(), ["config", "a"]) is None


def test_modules_that_are_written_in_a_list() -> None:
    text = (
        f"with import {HERE}/modulelib; evalModules {{ modules = [\n"
        "  { options.a = mkOption { type = types.int; }; }\n  { a = mkDefault 1; }\n  { a = mkDefault 2; } ]; }"
    )
    program = program_of(text)
    answer = explain(program, program.run(), ["config", "a"])
    assert answer is not None
    assert [row.place[1] for row in answer.definitions if row.place] == [4, 3]
    assert answer.advice[0].code == "a = 2;"
    assert answer.advice[0].proved == "config.a is then 2"


def test_what_is_beside_a_part_is_not_evaluated_for_showing_it(tmp_path: Path) -> None:
    modules = [
        "{ lib, ... }: { options.build = lib.mkOption { type = lib.types.attrs; }; }",
        '{ build.slow = throw "too slow"; build.mine = 1; }',
        "{ build.yours = 2; }",
    ]
    program = modules_program(tmp_path, modules)
    answer = explain(program, program.run(), ["config", "build", "mine"])
    assert answer is not None
    assert answer.value == "1"
    assert [(item.name, item.value) for item in answer.items] == [("mine", "1")]
    told = json.dumps([answer.verdict, answer.definitions])
    assert "error: too slow" not in told
    assert "{ mine = 1; slow = \\u2026; }" in told
