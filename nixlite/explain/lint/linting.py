"""`nixlite lint`: what is probably not meant, found in the source, at times with a look at `<nixpkgs>`."""

from __future__ import annotations

from nixlite.colours import CYAN, FAINT, MAGENTA
from nixlite.explain.diff.values import _paint
from nixlite.explain.lint.program import Linted
from nixlite.explain.lint.rules import RULES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container
    from typing import Any

    from nixlite.evaluator import Evaluator
    from nixlite.explain.lint.tree import Finding
    from nixlite.source import Source


def lint(evaluator: Evaluator, source: Source, ignored: Container[str] = ()) -> list[Finding]:
    """What the rules find in a source, in its order. Raises ParseError, and UndefinedVariable.

    *ignored*: names of rules that are left out. A line that ends in the comment `# lint: ignore` is left out.
    """
    program = Linted(evaluator, source)
    found = [finding for rule in RULES if rule.name not in ignored for finding in rule.find(program)]
    lines = source.lines()
    kept = [f for f in found if not lines[program.line(f.offset) - 1].rstrip().endswith("# lint: ignore")]
    return sorted(kept, key=lambda finding: (finding.offset, finding.rule))


def render(source: Source, findings: list[Finding], *, colour: bool = False) -> str:
    """The findings as text: place, rule, message, the line, and what to write instead."""
    blocks = []
    lines = source.lines()
    for finding in findings:
        line, column = source.line_column(finding.offset)
        place = _paint(f"{source.name}:{line}:{column}", CYAN if colour else "")
        rule = _paint(finding.rule, MAGENTA if colour else "")
        shown = _paint(f"{line:6}| {lines[line - 1]}", FAINT if colour else "")
        better = f"\n        better: {finding.suggestion}" if finding.suggestion else ""
        blocks.append(f"{place}: {finding.message} [{rule}]\n{shown}{better}")
    return "\n\n".join(blocks)


def to_data(source: Source, findings: list[Finding]) -> list[dict[str, Any]]:
    """The findings as what JSON can say; columns are 1-based UTF-8 bytes."""
    data = []
    for finding in findings:
        line, column = source.line_column(finding.offset)
        data.append(
            {
                "file": source.name,
                "line": line,
                "column": column,
                "rule": finding.rule,
                "message": finding.message,
                "suggestion": finding.suggestion,
            }
        )
    return data
