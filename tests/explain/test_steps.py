"""An evaluation step by step: text, data, page."""

from __future__ import annotations

import json
import re

from nixlite.explain.steps import record, show, to_data
from nixlite.explain.steps_page import page
from tests.explain.support import program_of

PROGRAM = 'let x = 1 + 2; f = a: a + x; in { z = f (x * 2); unused = throw "no"; }.z'


def test_steps() -> None:
    trace = record(program_of(PROGRAM))
    done = [(item.kind, item.name, item.by) for item in trace.steps if item.kind != "create"]
    assert done == [
        ("force", "z", ""),
        ("force", "f", "z"),
        ("value", "f", "z"),
        ("force", "x * 2", "z"),
        ("force", "x", "x * 2"),
        ("value", "x", "x * 2"),
        ("value", "x * 2", "z"),
        ("read", "x", "z"),
        ("value", "z", ""),
    ]
    assert trace.result == "9"
    assert {item.name for item in trace.steps if item.kind == "create"} >= {"x", "f", "z", "unused", "x * 2"}


def test_values_are_shown_as_they_were() -> None:
    trace = record(program_of("let x = 1 + 2; y = [ x ]; in builtins.length y + x"))
    assert [item.value for item in trace.steps if item.kind == "value"] == ["[ … ]", "3"]


def test_an_error_ends_the_steps_of_all_that_were_under_evaluation() -> None:
    trace = record(program_of('let a = b; b = throw "no"; in a'))
    assert [(item.kind, item.name) for item in trace.steps[2:]] == [
        ("force", "a"),
        ("force", "b"),
        ("error", "b"),
        ("error", "a"),
    ]
    assert trace.result == "error: no"


def test_a_limit() -> None:
    trace = record(program_of(PROGRAM), limit=3)
    assert len(trace.steps) == 3
    assert trace.left_out > 0
    assert "more steps" in show(trace)


def test_spans_are_those_of_the_source() -> None:
    trace = record(program_of('let s = "ä"; x = 1 + 2; in x * 2'))
    (step,) = [item for item in trace.steps if item.kind == "value"]
    assert trace.sources[step.source][step.start : step.end] == "1 + 2"


def test_the_page_holds_the_same_data_and_no_text_ends_its_script() -> None:
    trace = record(program_of('rec { a = "</script><b>"; b = a; }.b'))
    text = page(trace)
    found = re.search(r'<script type="application/json" id="trace">(.*?)</script>', text, re.DOTALL)
    assert found is not None
    assert json.loads(found.group(1)) == json.loads(json.dumps(to_data(trace)))
    assert text.count("</script>") == 2
    assert "http" not in text


def test_what_is_shared_is_evaluated_once() -> None:
    levels = "".join(f"a{n + 1} = {{ l = a{n}; r = a{n}; }}; " for n in range(60))
    trace = record(program_of(f"let a0 = {{ x = 1 + 1; }}; {levels} in a60"), strict=True)
    assert trace.error is None
    assert len(trace.steps) + trace.left_out < 1000
    assert any(step.name == "x" and step.value == "2" for step in trace.steps)


def test_a_set_that_is_no_derivation_and_says_so_is_one_to_be_shown() -> None:
    assert record(program_of('{ type = "derivation"; }'), strict=True).error is None
