"""A package made with other inputs, and these with others in turn: `(prev.git.override { curl = …; })`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from nixlite.spelling import attribute_name

if TYPE_CHECKING:
    from collections.abc import Sequence


class Need(NamedTuple):
    """A package of the set before, and its inputs that are to be others."""

    name: str
    needs: dict[str, Need]

    def add(self, path: Sequence[str]) -> bool:
        """Let the package take the inputs along a path, which begins with itself; whether that was new."""
        if not path or path[0] != self.name:
            return False
        at, new = self, False
        for name in path[1:]:
            if name not in at.needs:
                at.needs[name] = Need(name, {})
                new = True
            at = at.needs[name]
        return new


def nested(need: Need, previous: str) -> str:
    """The package as an expression; *previous* is the set before."""
    if not need.needs:
        return f"{previous}.{attribute_name(need.name)}"
    return f"({override(need, previous)})"


def override(need: Need, previous: str) -> str:
    """The call that gives a package its other inputs."""
    items = []
    for name, inner in need.needs.items():
        if inner.needs:
            items.append(f"{attribute_name(name)} = {override(inner, previous)};")
        else:
            items.append(f"inherit ({previous}) {attribute_name(name)};")
    return f"{previous}.{attribute_name(need.name)}.override {{ {' '.join(items)} }}"
