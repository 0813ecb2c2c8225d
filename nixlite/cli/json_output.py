"""JSON that commands print."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Protocol

    from nixlite.host.host import Host

    class Printing(Protocol):
        """A command with `--pretty` and `--no-pretty`."""

        host: Host
        pretty: bool
        compact: bool


def json_text(command: Printing, data: Any) -> str:
    """The text of some data, names sorted: on one line, or spread over lines for a terminal."""
    import json  # only here

    pretty = command.pretty or (command.host.is_terminal("stdout") and not command.compact)
    layout: dict[str, Any] = {"indent": 2} if pretty else {"separators": (",", ":")}
    return json.dumps(data, sort_keys=True, ensure_ascii=False, **layout)
