"""The answer of `nixlite stale` as remarks on the places where the overrides are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.remarks import ERROR, WARNING, Remark
from nixlite.explain.stale.answer import Answer
from nixlite.explain.stale.data import data
from nixlite.explain.stale.text import exit_code, show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from nixlite.explain.stale.several import Several

STALE, UNKNOWN = "stale-override", "override-unknown"
RULES = {
    STALE: "an override that did not take effect, or left something behind",
    UNKNOWN: "an override of which it cannot be told whether it took effect",
}


def remarks(answer: Answer | Several, base: str, file: str) -> Iterator[Remark]:
    """One for each package whose overrides did not all get through; on *file* if no better place is known."""
    for member in [answer] if isinstance(answer, Answer) else answer.members.values():
        code = exit_code(member)
        if code:
            yield remark(member, base, file, code)


def remark(answer: Answer, base: str, file: str, code: int) -> Remark:
    """The remark on one package or set."""
    found = data(answer, base)
    verdict = found.get("verdict")
    if verdict is not None:
        message = "\n".join([verdict["headline"], *verdict["problems"]])
    else:
        message = show(answer, base).split("\n\n", 1)[0]
    fixes = [fix for fix in [found.get("fix")] if fix]
    place = next(
        (place for place in places(found, fixes) if place and not place.startswith("<")), f"{file}:1"
    )
    name, _, line = place.rpartition(":")
    help_text = f"At {place}, write:\n{fixes[0]['code']}" if fixes else ""
    rule, level = (STALE, ERROR) if code == 1 else (UNKNOWN, WARNING)
    return Remark(name, int(line), 0, 0, rule, level, message.strip(), help_text)


def places(found: dict[str, Any], fixes: list[dict[str, Any]]) -> Iterator[str]:
    """Where the user may have to change something, the best place first."""
    yield from (fix["place"] for fix in fixes)
    for layer in found.get("overrides", ()):
        yield from (given["place"] for given in layer["given"])
        yield layer["place"]
    yield from (row["override"] for row in found.get("overridden", ()))
