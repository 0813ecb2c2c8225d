"""Cells without Jupyter: what each kind of input gives."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

import pytest

from nixlite.kernel.asking import completeness, completions, inspection, path_at
from nixlite.kernel.cells import LONGEST
from nixlite.kernel.magics import with_commands
from nixlite.kernel.outputs import HTML, PLAIN, SVG
from nixlite.kernel.values import MEMBERS, ROWS
from nixlite.testing.cases import Case
from tests.support import ROOT

if TYPE_CHECKING:
    from nixlite.kernel.outputs import Output
    from tests.kernel.conftest import Cells


def written(outputs: list[Output], name: str = "stdout") -> str:
    return "".join(one.data["text"] for one in outputs if one.data.get("name") == name)


def plain(outputs: list[Output]) -> list[str]:
    return [one.data[PLAIN] for one in outputs if PLAIN in one.data]


def last_error(outputs: list[Output]) -> str:
    assert outputs[-1].kind == "error"
    text = re.sub(r"\x1b\[[0-9;]*m", "", outputs[-1].data["text"])
    assert "Traceback" not in text
    return text


# -- inputs


def test_all_answers_are_shown_and_the_last_is_the_result(cells: Cells) -> None:
    found = cells.run("x = 1\nx\n# a comment\nx + 1\n\nlet\n  y = 2;\nin\n  y + x")
    assert [(one.kind, one.data[PLAIN]) for one in found] == [
        ("display_data", "1"), ("display_data", "2"), ("execute_result", "3"),
    ]  # fmt: skip


@pytest.mark.parametrize("code", ["", "\n\n", "# only a comment", "x = 1"])
def test_some_cells_show_nothing(cells: Cells, code: str) -> None:
    assert cells.run(code) == []


def test_an_error_ends_the_cell_and_leaves_what_was_before(cells: Cells) -> None:
    found = cells.run("a = 1\na\nassert a == 2; a\nb = 2")
    assert plain(found) == ["1"]
    assert "condition of the assertion '(a == 2)'" in last_error(found)
    assert plain(cells.run("a")) == ["1"]
    assert "undefined variable 'b'" in last_error(cells.run("b"))


@pytest.mark.parametrize(
    "code", ["1 +", "{ a = 1;", "let x = 1;", "x = ", "''", "/* begun", ":t (", "%%test\n{"]
)
def test_a_cell_that_ends_too_early_is_told(cells: Cells, code: str) -> None:
    assert "error:" in last_error(cells.run(code))


def test_null_is_an_answer(cells: Cells) -> None:
    assert plain(cells.run("null")) == ["null"]


def test_parts_that_fail_are_errors_in_the_answer(cells: Cells) -> None:
    found = cells.run('{ a = throw "no"; b = 1; }')
    assert plain(found) == ["{ a = «error: no»; b = 1; }"]


def test_a_recursion_without_end_is_an_error(cells: Cells) -> None:
    assert "stack overflow" in last_error(cells.run("let f = n: f (n + 1) + 1; in f 0"))
    assert "infinite recursion" in last_error(cells.run("let x = x + 1; in x"))


def test_what_programs_write_goes_beside(cells: Cells) -> None:
    found = cells.run('builtins.warn "careful" (builtins.trace "seen" 1)')
    assert "careful" in written(found, "stderr")
    assert "trace: seen" in written(found, "stderr")
    assert plain(found) == ["1"]


def test_very_long_answers_are_cut(cells: Cells) -> None:
    found = cells.run('builtins.concatStringsSep "" (builtins.genList (x: "0123456789") 50000)')
    assert len(found[0].data[PLAIN]) < LONGEST + 100


def test_files_are_looked_for_where_the_notebook_is(cells: Cells) -> None:
    from pathlib import Path

    Path(cells.session.evaluator.settings.cwd, "a.nix").write_text("{ n = 41; }", "utf-8")
    assert plain(cells.run("(import ./a.nix).n + 1")) == ["42"]
    found = cells.run(":l a.nix\nn")
    assert "Added 1 variables." in written(found)
    assert plain(found) == ["41"]


def test_a_bug_of_ours_is_told_without_a_traceback(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*words: object) -> None:
        raise ZeroDivisionError("oops")

    monkeypatch.setattr(cells.session, "evaluate", fail)
    assert last_error(cells.run("1")) == "error: this is a bug in nixlite: ZeroDivisionError('oops')"


@pytest.mark.parametrize("code", [":debug", ":e", ":u 1", "%edit x", "%sh x"])
def test_what_needs_a_terminal_is_refused(cells: Cells, code: str) -> None:
    cells.run("1 + null")  # something to debug
    assert "needs a terminal" in last_error(cells.run(code))


def test_shell_commands_show_their_output_in_the_cell(cells: Cells) -> None:
    found = cells.run(":!echo one; echo två >&2; exit 3")
    assert written(found) == "one\ntvå\n(exit code 3)\n"
    assert written(cells.run(":!cat")) == "", "nobody types"
    cells.run(":!printf 41 > n.nix")
    assert plain(cells.run("import ./n.nix + 1")) == ["42"]


def test_what_programs_show_on_a_terminal_is_in_the_cell(cells: Cells) -> None:
    found: list[Output] = []
    host = cells.notebook.host
    host.show = found.append
    words = ["-c", "echo out; echo err >&2"]
    assert host.run_program("sh", words).stdout == b"out\n"
    assert found == []
    assert host.run_program("sh", words, capture="stdout").stdout == b"out\n"
    host.run_program("sh", words, capture="none")
    assert [one.data["text"] for one in found] == ["err\n", "out\n", "err\n"]


# -- magics


def test_magics_are_commands_only_where_an_input_begins(cells: Cells) -> None:
    code = "%t 1\nx = ''\n%why\n''\n%trace x\n%? why"
    assert with_commands(cells.session, code) == ":t 1\nx = ''\n%why\n''\n:steps x\n:? why"
    assert written(cells.run("%t 1")) == "an integer\n"


def test_why_has_a_picture(cells: Cells) -> None:
    found = cells.run("a = { v = 1; w = 2; }\nb = a // { v = 3; }\n%why b.v")
    assert "b.v = 3" in written(found)
    picture = ET.fromstring(found[-1].data[SVG])
    texts = [node.text or "" for node in picture.iter("{http://www.w3.org/2000/svg}text")]
    assert any(text.startswith("b.v = 3") for text in texts)
    assert any("defined" in text and text.endswith("1") for text in texts)
    assert any("//" in text for text in texts)


def texts_in(output: Output) -> list[str]:
    return [
        node.text or "" for node in ET.fromstring(output.data[SVG]).iter("{http://www.w3.org/2000/svg}text")
    ]


def test_why_of_a_list_has_its_items(cells: Cells) -> None:
    cells.run("first = [ 1 ]\nsecond = { l = first ++ [ 2 ]; }")
    texts = texts_in(cells.run("%why second.l")[-1])
    assert texts.count("item") == 2
    assert {text.split()[0] for text in texts} >= {"1", "2"}


def test_pictures_show_places_as_the_text_does(cells: Cells) -> None:
    cells.run("pkgs = import <nixpkgs> { }")
    found = cells.run("%why pkgs.hello.src.url")
    assert "<nixpkgs>/pkgs/apps/hello.nix:9" in written(found)
    assert any(
        "<nixpkgs>/pkgs/apps/hello.nix:9" in text for text in ET.fromstring(found[-1].data[SVG]).itertext()
    )


def test_why_of_an_option_has_its_definitions(cells: Cells) -> None:
    cells.run(
        f"lib = import {ROOT}/tests/explain/modulelib\n"
        "made = lib.evalModules { modules = ["
        " { options.port = lib.mkOption { default = 1; }; } { port = 80; } { port = lib.mkForce 8080; } ]; }"
    )
    found = cells.run("%why made.config.port")
    texts = list(ET.fromstring(found[-1].data[SVG]).itertext())
    assert any("port = 8080" in text for text in texts)
    assert any(text.startswith("80 ") for text in texts)
    assert {"kept", "discarded"} <= set(texts)


def test_a_trace_is_a_page_in_a_frame(cells: Cells) -> None:
    found = cells.run("a = 1\n%trace let b = a + 1; in b")
    assert "result: 2" in found[-1].data[PLAIN]
    frame = ET.fromstring(found[-1].data[HTML])
    assert frame.get("sandbox") == "allow-scripts"
    assert (frame.get("srcdoc") or "").startswith("<!DOCTYPE html>")


def test_tests_in_a_cell(cells: Cells) -> None:
    found = cells.run(
        "%%test\n{ testA = { expr = 1 + 1; expected = 2; };\n  testB = { expr = [ 1 ]; expected = [ 2 ]; };\n"
        '  testC = { expr = throw "no"; expectedError.type = "ThrownError"; }; noTest = { expr = 1; expected = 1; }; }'
    )
    said = written(found)
    assert "PASSED testA" in said
    assert "PASSED testC" in said
    assert "FAILED testB: expected → found:" in said
    assert "SKIPPED noTest" in said
    assert said.endswith("1 failed, 2 passed, 1 skipped\n")
    assert last_error(found) == "error: 1 failed, 2 passed, 1 skipped"


def test_tests_know_the_session_s_names(cells: Cells) -> None:
    cells.run("f = x: x * 2")
    found = cells.run("%%test\n{ testF = { expr = f 2; expected = 4; }; }")
    assert written(found) == "PASSED testF\n1 passed\n"
    assert found[-1].kind == "stream"


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("%%test\n1", "tests are in a set"),
        ("%%test\n{ }", "there are no tests in the cell"),
        ("%%test\n{ testA = { expr = 1; expected = nosuch; }; }", "undefined variable 'nosuch'"),
        ("%%tset\n{ }", "Did you mean test?"),
        ("%%time\n1", "There are %%test"),
        ("%wyh 1", "unknown command ':wyh'"),
    ],
)
def test_mistakes_in_magics(cells: Cells, code: str, said: str) -> None:
    assert said in last_error(cells.run(code))


def test_an_error_in_a_cell_of_tests_is_where_it_is_written(cells: Cells) -> None:
    assert "«string»:3:" in last_error(cells.run("%%test\n{\n  testA = nosuch;\n}"))


def test_an_interrupt_in_a_test_ends_the_cell(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(
        "nixlite.kernel.magics.cases_of", lambda evaluator, suite: [Case("testA", None, "", interrupt)]
    )
    found = cells.run("%%test\n{ testA = { expr = 1; expected = 1; }; }")
    assert last_error(found) == "error: interrupted by the user"


# -- HTML


def test_scalars_are_only_text(cells: Cells) -> None:
    for code in ("1", '"a"', "x: x", "[ ]", "{ }", "null", "./a"):
        assert HTML not in cells.run(code)[0].data


def test_a_short_answer_is_its_text_until_it_is_opened(cells: Cells) -> None:
    short = ET.fromstring(cells.run("{ a = [ 1 2 ]; b = 2; }")[0].data[HTML])
    assert "".join(short[0].itertext()) == "{ a = [ 1 2 ]; b = 2; }"
    assert short.get("open") is None
    long = ET.fromstring(cells.run("builtins.genList (x: x) 50")[0].data[HTML])
    assert "".join(long[0].itertext()) == "[ … ] 50 elements"
    assert long.get("open") is not None


def test_a_tree_shows_what_was_evaluated_and_no_more(cells: Cells) -> None:
    found = cells.run('{ a = { b = [ 1 "<x>" ]; }; f = { p, q ? 1 }: p; deep.a.b.c.d.e.f.g = throw "no"; }')
    tree = ET.fromstring(found[0].data[HTML])
    text = "".join(tree.itertext())
    assert '"<x>"' in text
    assert "«lambda { p, q ? … }»" in text
    assert "not evaluated" in found[0].data[HTML]
    assert len(list(tree.iter("details"))) >= 4


def test_a_tree_shows_the_errors_that_the_answer_shows(cells: Cells) -> None:
    found = cells.run('{ a = throw "no <b>"; b = [ (abort "end") ]; deep.c = import ./nosuch.nix; }')
    text = "".join(ET.fromstring(found[0].data[HTML]).itertext())
    assert "a = «error: no <b>»" in text
    assert "«error: evaluation aborted" in text
    assert "nosuch.nix' does not exist»" in text
    assert "error" not in cells.run("{ a = 1; }")[0].data[HTML]


def test_a_tree_has_bounds(cells: Cells) -> None:
    found = cells.run("builtins.genList (x: builtins.genList (y: y) 30) 200")
    text = found[0].data[HTML]
    assert text.count("<div>") + text.count("<details") < ROWS + MEMBERS
    assert "more</div>" in text
    ET.fromstring(text)


def test_what_contains_itself_is_shown_once(cells: Cells) -> None:
    found = cells.run("let s = { a = 1; self = s; }; in s")
    assert found[0].data[HTML].count("<b>self</b>") <= 2


def test_derivations_are_a_table(cells: Cells) -> None:
    code = (
        'd = name: derivation { inherit name; version = "1.2"; system = "x"; builder = "b"; outputs = [ "out" "dev" ]; }\n'
        '[ (d "one") (d "two<") ]'
    ).replace("two<", "two")
    table = ET.fromstring(f"<p>{cells.run(code)[0].data[HTML]}</p>").find("table")
    assert table is not None
    rows = [[cell.text or "" for cell in row] for row in table.iter("tr")]
    assert rows[0] == ["name", "version", "drvPath", "outputs"]
    assert [(row[0], row[1], row[3]) for row in rows[1:]] == [
        ("one", "1.2", "out dev"),
        ("two", "1.2", "out dev"),
    ]
    assert all(row[2].startswith("/nix/store/") and row[2].endswith(".drv") for row in rows[1:])


def test_of_a_set_the_table_has_the_attributes(cells: Cells) -> None:
    found = cells.run("{ inherit (import <nixpkgs> { }) zlib hello; n = 1; }")
    table = ET.fromstring(f"<p>{found[-1].data[HTML]}</p>").find("table")
    assert table is not None
    rows = [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
    assert [row[:2] for row in rows] == [["", "name"], ["hello", "hello-2.12.1"], ["zlib", "zlib-1.3.1"]]


def test_a_derivation_that_fails_has_a_row_that_says_so(cells: Cells) -> None:
    code = 'derivation { name = "x"; system = "s"; builder = "b"; } // { version = throw "none"; }'
    assert "<td>error: none</td>" in cells.run(code)[0].data[HTML]


def test_a_table_takes_no_longer_than_it_may(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nixlite.repl.terminal.completion.PATIENCE", 0.1)
    code = (
        'd = derivation { name = "x"; system = "s"; builder = "b"; } // { version = let f = n: if n < 2 then "1" '
        "else builtins.seq (f (n - 1)) (f (n - 2)); in f 40; }\n[ d ]"
    )
    assert "<td>x</td><td>…</td>" in cells.run(code)[0].data[HTML]


# -- asking


def ask(cells: Cells, code: str) -> list[str]:
    texts, start = completions(cells.session, code, len(code))
    return [code[:start] + text for text in texts]


def test_completion_is_the_session_s(cells: Cells) -> None:
    cells.run("s = { alpha = 1; alphabet = { x = 2; }; }")
    assert ask(cells, "y = 1\ns.al") == ["y = 1\ns.alpha", "y = 1\ns.alphabet"]
    assert ask(cells, "%why s.alphabet.") == ["%why s.alphabet.x"]
    assert ask(cells, "%%test\n{ testA.expr = s.alphabet.") == ["%%test\n{ testA.expr = s.alphabet.x"]
    assert ask(cells, "%laye") == ["%layers"]
    assert ask(cells, "%%t") == ["%%test"]
    assert ask(cells, ":laye") == [":layers"]
    assert ask(cells, '(throw "no").') == []
    assert completions(cells.session, "s.al + 1", 4)[1] == 2


def test_completing_writes_nothing_into_the_cell(cells: Cells) -> None:
    cells.run('s = builtins.trace "loud" { a = 1; }')
    found: list[Output] = []
    cells.notebook.host.show = found.append
    assert ask(cells, "s.") == ["s.a"]
    assert found == []


@pytest.mark.parametrize(
    ("code", "cursor", "path"),
    [
        ("a.b.c", 5, "a.b.c"), ("a.b.c", 3, "a.b"), ("a.b.c", 2, "a.b"), ("map (", 5, "map"), ("f {", 3, "f"),
        ("1 + x'y", 5, "x'y"), ("", 0, ""), ("1", 1, ""), ("a\n  b", 5, "b"),
    ],
)  # fmt: skip
def test_what_is_at_the_cursor(code: str, cursor: int, path: str) -> None:
    assert path_at(code, cursor) == path


def test_inspection_tells_type_and_documentation(cells: Cells) -> None:
    cells.run("# Twice as much.\ndouble = x: x * 2")
    assert "the built-in function" in inspection(cells.session, "builtins.map", 10)
    assert "double: a function" in inspection(cells.session, "double 4", 3)
    assert "No documentation" not in inspection(cells.session, "double 4", 3)
    assert ":why" in inspection(cells.session, "%why x", 2)
    assert ":steps" in inspection(cells.session, "%trace x", 2)
    assert inspection(cells.session, "%nosuch x", 2) == ""
    assert inspection(cells.session, 'x = throw "no"', 1) == ""


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("1", ("complete", "")), ("", ("complete", "")), ("a = 1", ("complete", "")), ("a = 1\n:t (", ("incomplete", "  ")),
        ("  x = {", ("incomplete", "    ")), ("f 1 (\n  2", ("incomplete", "  ")), ("%%test", ("incomplete", "")),
        ("%%test\n{ }", ("complete", "")), (") 1", ("invalid", "")), ("%why", ("complete", "")), (":nosuch", ("complete", "")),
    ],
)  # fmt: skip
def test_completeness(cells: Cells, code: str, status: tuple[str, str]) -> None:
    assert completeness(cells.session, code) == status


def test_the_cells_of_the_documentation(cells: Cells) -> None:
    page = (ROOT / "nixlite" / "docs" / "how-to" / "notebooks.md").read_text("utf-8")
    bindings, tests = re.findall(r"^```nix\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert plain(cells.run(bindings)) == ['[ "Hello, Ada" "Hello, Alan" ]', "2"]
    found = cells.run(tests)
    assert [one.kind for one in found if one.kind == "error"] == []
    assert "testGreeting" in written(found) + "".join(plain(found))
