"""Two values on one command line: two programs as in `ways`, `--expr` twice, or paths into `-f FILE`."""

from __future__ import annotations

from nixlite.cli.auto_call import auto_arguments, auto_call
from nixlite.cli.explain.ways import file_way, way_in
from nixlite.cli.sources import string_source
from nixlite.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from nixlite.cli.command import Command
    from nixlite.evaluator import Evaluator
    from nixlite.runtime.values import Lazy


def add_expression(command: Any, words: list[str]) -> None:
    """The action of an `--expr` that may be given more than once."""
    command.expressions.append(words[0])


def two_values(
    command: Command, evaluator: Evaluator, words: list[str], expressions: list[str], file: str
) -> tuple[Lazy, Lazy]:
    """The two values that words and expressions name, words first. Raises UsageError unless they are two."""
    first, second = two_makers(command, words, expressions, file)
    return first(evaluator), second(evaluator)


def two_makers(
    command: Command, words: list[str], expressions: list[str], file: str
) -> list[Callable[[Evaluator], Lazy]]:
    """As `two_values`, for an evaluator that is not there yet."""

    def word_value(word: str) -> Callable[[Evaluator], Lazy]:
        return lambda evaluator: named_value(command, evaluator, word, file)

    def expression_value(at: int, text: str) -> Callable[[Evaluator], Lazy]:
        source = string_source(command, text, str(at) if at else "")
        return lambda evaluator: auto_call(
            evaluator.evaluate_source(source), auto_arguments(command, evaluator)
        )

    makers = [word_value(word) for word in words]
    makers += [expression_value(at, text) for at, text in enumerate(expressions)]
    if len(makers) != 2:
        raise UsageError(
            f"this takes two values, not {len(makers)}: FILE[#ATTRPATH], FLAKE#ATTRPATH, '--expr EXPR',"
            " or '-f FILE' and two attribute paths"
        )
    return makers


def named_value(command: Command, evaluator: Evaluator, word: str, file: str = "") -> Lazy:
    """The value of a word: an attribute path into *file* if that is given, else a program as in `ways`."""
    arguments = auto_arguments(command, evaluator)
    if file:
        return auto_call(file_way(command, file).selected(evaluator, arguments, word), arguments)
    return auto_call(way_in(command, word).selected(evaluator, arguments), arguments)
