"""Evaluating a program as if it were the file `/base/x.nix`."""

from __future__ import annotations

from nixlite.__main__ import run
from nixlite.evaluator import Evaluator
from nixlite.formats.nix.deep import force_deep
from nixlite.formats.nix.instantiated import show_shallow
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.source import Source


def evaluate(text: str, *, strict: bool = True) -> str:
    """What `nix-instantiate --eval` prints, or with `--strict`. Errors are raised."""
    evaluator = Evaluator(Settings(cwd="/base"), CapturingHost({}))
    source = Source("/base/x.nix", text, base="/base", path="/base/x.nix")

    def printed(_: None) -> str:
        value = evaluator.evaluate_source(source)
        if strict:
            force_deep(evaluator.state, value)
        return show_shallow(value)

    return str(evaluator.guard(printed, None))


def instantiate(text: str, *flags: str) -> tuple[int, str, str]:
    """Exit code, standard output and error of `nix-instantiate --eval FLAGS -E TEXT`."""
    host = CapturingHost({})
    code = run(["instantiate", "--eval", *flags, "-E", text], host)
    return code, "".join(host.stdout), "".join(host.stderr)
