"""What the compiler is told of a builtin is what the builtin does."""

from __future__ import annotations

import inspect

import pytest

from nixlite.builtins.registry import REGISTRY
from tests.builtins import index

index.rows()  # loads all builtins
TEXTS = [(name, text) for name, row in sorted(REGISTRY.items()) for _, _, text in row.forces if text]


@pytest.mark.parametrize(("name", "text"), TEXTS)
def test_the_text_of_a_trace_is_that_of_the_builtin(name: str, text: str) -> None:
    """The builtin that is called with a thunk gives the context that the compiler writes otherwise."""
    module = inspect.getsource(inspect.getmodule(REGISTRY[name].function))  # type: ignore[arg-type]
    assert module.count(text) >= 2


def test_the_arguments_are_there() -> None:
    for row in REGISTRY.values():
        numbers = [number for number, _, _ in row.forces] + ([] if row.keeps is None else [row.keeps])
        assert all(0 <= number < len(row.arguments) for number in numbers)
        assert len(set(numbers)) == len(numbers)
