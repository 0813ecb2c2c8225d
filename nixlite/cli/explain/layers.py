"""`nixlite layers`: the overlays that a set is made of."""

from __future__ import annotations

import sys

from nixlite.cli.explain.answering import EXPLAINING, PROGRAMS, Explaining
from nixlite.cli.flag import Flag, Flags
from nixlite.cli.flags import turn_on
from nixlite.errors import EvalError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.explain.recording.program import Examination, Program


FLAGS: Flags = {
    "--all": Flag("", turn_on("all"), "all attributes of each layer, not only the first 20"),
    "--mermaid": Flag("", turn_on("mermaid"), "print a Mermaid flow chart"),
    "--dot": Flag("", turn_on("dot"), "print a DOT graph"),
    **EXPLAINING,
}


class Layers(Explaining):
    """The command line of `nixlite layers`."""

    program = "nixlite layers"
    usage = "nixlite layers [flags] [PROGRAM] [--expr EXPR] [ATTRPATH]"
    description = (
        "Show the layers of a set (overlays, overrides, //): who defines, changes and reads what. Readers of "
        "'final' and 'prev' are told apart. "
        "A path that leads to something else than a set, or to a package, shows that attribute's layers.\n\n"
        + PROGRAMS
    )
    flags = FLAGS
    mermaid = False
    dot = False
    all = False

    def run(self) -> int:
        """Show the layers."""
        from nixlite.explain import layers
        from nixlite.explain.brief import folder_of

        program = self.make_program()
        found = program.checked()
        base = folder_of(found.evaluator.state)
        said, attrs, only = asked_layers(program, found, self.path)
        stack = layers.layers(found, attrs, only)
        if self.mermaid or self.dot:
            text = (layers.mermaid if self.mermaid else layers.dot)(stack, base)
        else:
            text = said + layers.show(stack, base, sys.maxsize if self.all else 20)
        self.write(text, stack)
        return 0


def asked_layers(
    program: Program, found: Examination, path: list[str]
) -> tuple[str, dict[str, Any], list[str]]:
    """(what is to be said first, the set whose layers are meant, the attributes to show: all if empty).

    A set that lost something, because a layer put another in its place, is shown as the attribute that it is.
    """
    from nixlite.explain.brief import paragraph
    from nixlite.explain.overlays.lost import layered, lost
    from nixlite.explain.overlays.stack import Question
    from nixlite.explain.recording.program import locate
    from nixlite.explain.trials import show_advice

    attrs, only = layers_of(found, path)
    at = locate(found, path)
    question = Question(program, found, path, at)
    finding = lost(question)
    if finding is not None and at.attrs is not None:
        attrs, only = at.attrs, [at.name]
    finding = finding or layered(question)
    if finding is None:
        return "", attrs, only
    lines = [paragraph(line) for line in finding.verdict] + show_advice(finding.advice, question.base)
    return "\n".join([*lines, "", ""]), attrs, only


def layers_of(found: Examination, path: list[str]) -> tuple[dict[str, Any], list[str]]:
    """(the set whose layers are meant, the attributes to show: all if empty)."""
    from nixlite.explain.recording.leaves import forced, is_derivation
    from nixlite.explain.recording.program import locate

    at = locate(found, path)
    value = forced(found, at.cell)
    if type(value) is dict and (at.attrs is None or not is_derivation(found, value)):
        return value, []
    if at.attrs is None:
        raise EvalError("only a set has layers")
    return at.attrs, [at.name]
