"""`:ls`: the names in scope, by where they come from."""

from __future__ import annotations

from nixlite.runtime.thunk import is_evaluated
from nixlite.runtime.values import show_type
from nixlite.spelling import attribute_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.repl.session import Session
    from nixlite.runtime.values import Lazy

MOST = 20
"""Names shown of each origin."""


def list_scope(session: Session, prefix: str) -> str:
    """Each origin with its names that begin with *prefix*, evaluated ones with their types."""
    groups: dict[str, list[str]] = {}
    for name in sorted(session.scope):
        if name.startswith(prefix):
            groups.setdefault(session.origins.get(name, "this session"), []).append(name)
    if not groups:
        return "nothing but the builtins" if not prefix else f"nothing begins with '{prefix}'"
    lines = []
    for origin, names in groups.items():
        lines.append(f"{origin}:")
        width = max(len(attribute_name(name)) for name in names[:MOST])
        lines += [
            f"  {attribute_name(name):{width}}  {note(session.scope[name])}".rstrip() for name in names[:MOST]
        ]
        if len(names) > MOST:
            lines.append(f"  «{len(names) - MOST} more; :ls PREFIX shows those that begin so»")
    return "\n".join(lines)


def note(x: Lazy) -> str:
    """What is known of a lazy without evaluating it."""
    if not is_evaluated(x):
        return "(not evaluated)"
    value: Any = x[1] if type(x) is list else x
    if type(value) is dict:
        return f"a set of {len(value)}"
    if type(value) is tuple:
        return f"a list of {len(value)}"
    return show_type(value)
