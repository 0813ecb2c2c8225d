"""What decides, besides the text itself, how a text is parsed."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from nixlite.source import Position


class ParseOptions:
    """Settings of the parser.

    *home* is the directory that `~` means (None: the user's own), *pure_eval* forbids `~`; *features* holds
    the enabled experimental features. The lint levels are `ignore`, `warn` or `fatal`. *warn* is called
    with a message and its position, None when the message says itself where. *skim* allows `Skimmed` nodes.
    *known_names*: the names that have been met before this text, in their order.
    """

    __slots__ = (
        "features",
        "home",
        "known_names",
        "lint_absolute_path_literals",
        "lint_short_path_literals",
        "lint_url_literals",
        "pure_eval",
        "skim",
        "warn",
    )

    def __init__(
        self,
        *,
        home: str | None = None,
        pure_eval: bool = False,
        features: frozenset[str] = frozenset(),
        lint_url_literals: str = "ignore",
        lint_short_path_literals: str = "ignore",
        lint_absolute_path_literals: str = "ignore",
        warn: Callable[[str, Position | None], None] | None = None,
        skim: bool = False,
        known_names: Iterable[str] = (),
    ) -> None:
        self.home = home
        self.pure_eval = pure_eval
        self.features = features
        self.lint_url_literals = lint_url_literals
        self.lint_short_path_literals = lint_short_path_literals
        self.lint_absolute_path_literals = lint_absolute_path_literals
        self.warn = warn
        self.skim = skim
        self.known_names = known_names
