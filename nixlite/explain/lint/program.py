"""The program that rules of `nixlite lint` look at: its tree, its overlays and overrides, what it names."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from nixlite.explain.lint.shapes import Shapes
from nixlite.explain.lint.tree import Tree

if TYPE_CHECKING:
    from nixlite.explain.lint.asking import Packages


class Linted(Tree):
    """A source with its tree, and what is found out when a rule asks for it."""

    @cached_property
    def shapes(self) -> Shapes:
        """The overlays and overrides in it."""
        return Shapes(self)

    @cached_property
    def packages(self) -> Packages:
        """What `<nixpkgs>` says of the packages that it names."""
        from nixlite.explain.lint.asking import Packages  # seldom

        return Packages(self.evaluator, self.source.path)
