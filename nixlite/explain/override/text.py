"""What `nixlite override` prints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.brief import paragraph
from nixlite.explain.diff.verdict import count_text
from nixlite.explain.override.forms import FORMS

if TYPE_CHECKING:
    from nixlite.explain.override.answer import Written


def form_of(written: Written, form: str) -> str:
    """The code in a form; "" is the expression."""
    return FORMS[form](written) if form else written.code


def show(written: Written, form: str = "", drv: str | None = None) -> str:
    """The code, whether it does it, why it is written like that, and what it costs.

    *drv*: the .drv file of the package in a set with the overlay.
    """
    lines = [*form_of(written, form).split("\n"), ""]
    mark, said = "✓", "evaluated: all of it gets through"
    if not written.ok:
        mark, said = "✗", "evaluated: not all of it gets through"
    if written.placeholder:
        said += ", hashes aside"
    lines.append(f"{mark} {said}")
    if drv is not None:
        same = (
            "the same derivation"
            if drv == written.drv
            else "another one, for what it is made of changes, too"
        )
        lines.append(f"✓ evaluated as an overlay: {same}")
    lines += [paragraph(text, "  ") for text in written.problems[:3]]
    lines.append(paragraph(written.why, "  "))
    if written.placeholder:
        lines.append(paragraph("The hash is a placeholder: building once tells the right one, or", "  "))
        lines += [f"    {command}" for command in written.commands] or ["    nix-build"]
    lines.append(paragraph(rebuilds(written), "  "))
    return "\n".join(lines) + "\n"


def rebuilds(written: Written) -> str:
    """What is built anew, in a sentence."""
    if written.drv == written.before:
        return "Nothing is built again: it is the same derivation."
    own = written.rebuilt.derivations - written.rebuilt.fetched
    text = f"{count_text(own, 'derivation')} {'has' if own == 1 else 'have'} to be built"
    if written.rebuilt.fetched:
        text += f", {written.rebuilt.fetched} to be fetched"
    return f"{text}; what others use of the package stays as it is."


def data(written: Written, form: str = "") -> dict[str, Any]:
    """The same as plain data: `code` is an expression with `pkgs` in scope."""
    return {
        "code": written.code,
        **({form: form_of(written, form)} if form else {}),
        "ok": written.ok,
        "mechanism": written.mechanism,
        "why": written.why,
        "problems": written.problems,
        "placeholder": written.placeholder,
        "commands": written.commands,
        "drvPath": written.drv,
        "before": written.before,
        "rebuilds": {"derivations": written.rebuilt.derivations, "fetched": written.rebuilt.fetched},
    }
