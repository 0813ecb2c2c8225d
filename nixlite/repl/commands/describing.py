"""What a package says of itself, for `:doc pkgs.hello`: description, `meta`, arguments, place."""

from __future__ import annotations

from nixlite.errors import NixError
from nixlite.formats.nix.functions import arguments_text, short_path
from nixlite.runtime.operators import is_derivation
from nixlite.runtime.thunk import force
from nixlite.runtime.values import ContextString, FunctionType, lambda_info

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.repl.conversation import Conversation

FACTS = ("homepage", "license", "platforms", "mainProgram", "outputs", "maintainers")
PLATFORMS = 3
"""Platforms that are named; more are counted."""


def of_package(conversation: Conversation, value: Any) -> str | None:
    """The documentation of a derivation as Markdown; None for what is none."""
    if type(value) is not dict or not is_derivation(value):
        return None
    meta = part(conversation, value, "meta")
    meta = meta if type(meta) is dict else {}
    name = text(part(conversation, value, "name")) or "a derivation"
    parts = [f"**{name}**"]
    for attribute in ("description", "longDescription"):
        found = text(part(conversation, meta, attribute))
        if found:
            parts.append(found.strip())
    facts = [(fact, shown(conversation, part(conversation, meta, fact))) for fact in FACTS]
    facts += [("outputs", shown(conversation, part(conversation, value, "outputs")))]
    facts += [("state", "; ".join(troubles(conversation, meta))), ("takes", arguments(conversation, value))]
    facts += [("defined at", place(conversation, meta))]
    known = {fact: found for fact, found in facts if found}
    width = max(map(len, known), default=0)
    rows = [f"    {fact:{width}}  {found}" for fact, found in known.items()]
    return "\n\n".join([*parts, "\n".join(rows)])


def part(conversation: Conversation, attrs: Any, name: str) -> Any:
    """The value of an attribute; None where there is none or it fails."""
    if type(attrs) is not dict or name not in attrs:
        return None
    try:
        return conversation.evaluator.guard(force, attrs[name])
    except NixError:
        return None


def text(value: Any) -> str:
    """The text of a string, "" for what is none."""
    if type(value) is ContextString:
        return str(value.text)
    return value if type(value) is str else ""


def shown(conversation: Conversation, value: Any) -> str:
    """A fact of `meta`: a string, what a license, platform or maintainer is called, or a list of these."""
    if type(value) is dict:
        for attribute in ("spdxId", "shortName", "fullName", "name", "system", "github"):
            found = text(part(conversation, value, attribute))
            if found:
                return found
        return ""
    if type(value) is tuple:
        names = [shown(conversation, conversation.evaluator.guard(force, x)) for x in value[: PLATFORMS + 1]]
        names = [name for name in names if name]
        if len(value) > PLATFORMS:
            names = [*names[:PLATFORMS], f"… {len(value) - PLATFORMS} more"]
        return ", ".join(names)
    return text(value)


def troubles(conversation: Conversation, meta: Any) -> list[str]:
    """Why nixpkgs would not build it."""
    found = [word for word in ("broken", "insecure", "unsupported") if part(conversation, meta, word) is True]
    vulnerable = part(conversation, meta, "knownVulnerabilities")
    if type(vulnerable) is tuple:
        found += [text(conversation.evaluator.guard(force, x)) for x in vulnerable]
    return found


def arguments(conversation: Conversation, package: Any) -> str:
    """The arguments that `.override` takes."""
    override = part(conversation, package, "override")
    formals: tuple[tuple[str, bool], ...] = ()
    ellipsis = False
    if type(override) is FunctionType:
        info = lambda_info(override)
        formals, ellipsis = info.formals or (), info.ellipsis
    elif type(override) is dict:
        given = part(conversation, override, "__functionArgs")
        if type(given) is dict:
            formals = tuple((name, part(conversation, given, name) is True) for name in sorted(given))
    return f"{arguments_text(formals, ellipsis)} with .override" if formals else ""


def place(conversation: Conversation, meta: Any) -> str:
    """Where the package is written."""
    position = text(part(conversation, meta, "position"))
    if not position:
        return ""
    evaluator = conversation.evaluator
    return short_path(position, evaluator.settings.cwd, evaluator.host.home())
