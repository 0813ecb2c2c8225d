"""Which names are in scope: `:a`, `:l`, `:lf`, `:ll`, `:r` and `:ls`."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.repl.commands import loading
from nixlite.repl.commands.declaring import command
from nixlite.runtime.thunk import is_evaluated
from nixlite.runtime.values import show_type
from nixlite.spelling import attribute_name

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy

MOST = 20
"""Names shown of each origin."""


@command(":a", ":add", argument="<expr>", help="Add attributes from resulting set to scope")
def add(conversation: Conversation, text: str) -> str:
    """Every attribute becomes a variable."""
    conversation.add_attributes(conversation.evaluate(text))
    return ""


@command(":l", ":load", argument="<path>", help="Load Nix expression and add it to scope")
def load(conversation: Conversation, text: str) -> str:
    """Bring the attributes of a file's value into scope; `:r` does it again."""
    loading.forget_files(conversation)
    loading.load_file(conversation, text)
    return ""


@command(":lf", ":load-flake", argument="<ref>", help="Load Nix flake and add it to scope")
def load_flake(conversation: Conversation, text: str) -> str:
    """Bring the outputs of a flake into scope."""
    loading.load_flake(conversation, text)
    return ""


@command(":ll", ":last-loaded", help="Show most recently loaded variables added to scope")
def show_last_loaded(conversation: Conversation, text: str) -> str:
    """The names of the last set that was loaded or added, one a line."""
    if conversation.last_loaded is None:
        raise NixError("nothing has been loaded yet")
    return "\n".join(conversation.last_loaded)


@command(":r", ":reload", help="Reload all files")
def reload(conversation: Conversation, text: str) -> str:
    """Evaluate everything loaded anew."""
    loading.reload_all(conversation)
    return ""


@command(
    ":ls", own_argument="[prefix]", help="List the variables in scope and where they come from", own=True
)
def list_scope(conversation: Conversation, text: str) -> str:
    """The names by origin: the input, file or set that brought them, with the types of evaluated ones."""
    groups: dict[str, list[str]] = {}
    for name in sorted(conversation.scope):
        if name.startswith(text):
            groups.setdefault(conversation.origins.get(name, "this session"), []).append(name)
    if not groups:
        return "nothing but the builtins" if not text else f"nothing begins with '{text}'"
    lines = []
    for origin, names in groups.items():
        lines.append(f"{origin}:")
        width = max(len(attribute_name(name)) for name in names[:MOST])
        lines += [
            f"  {attribute_name(name):{width}}  {note(conversation.scope[name])}".rstrip()
            for name in names[:MOST]
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
