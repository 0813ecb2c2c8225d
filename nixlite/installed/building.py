"""Having an installed Nix build: nixlite evaluates, and hands over what has to be built.

A build is needed when a program reads a file that a derivation makes ("import from derivation"). The
derivation, its inputs and their sources are given to that Nix as `nix-store --import` takes them.
"""

from __future__ import annotations

from nixlite.errors import BuildFailure, NotGranted
from nixlite.store.export import export_stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.host.host import Host
    from nixlite.store.store import Store


def build_output(host: Host, store: Store, drv_path: str, output: str, platforms: list[str]) -> str:
    """The store path of an output, once an installed Nix has built it, which the *host* has to grant.

    Raises NotGranted, and BuildFailure when there is no Nix or the build fails; what the builder prints goes
    to the standard error. Without a Nix, *platforms* (the machine's own first) tell what none here could
    build.
    """
    shown = f"{drv_path}^{output}"
    try:
        program = host.find_program("nix-store")
    except NotGranted as error:
        check_platform(store, drv_path, platforms, set())
        error.message = f"cannot build '{shown}' during evaluation: {error.message}"
        error.status = BuildFailure.status
        raise
    if program is None:
        check_platform(store, drv_path, platforms, set())
        raise BuildFailure(
            f"cannot build '{shown}' during evaluation: nixlite evaluates but does not build, "
            "and there is no installed Nix (nix-store) that could"
        )
    reason = import_objects(host, program, store, [drv_path])
    if reason is not None:
        reason = reason.strip()
        raise BuildFailure(f"cannot build '{shown}': the installed Nix did not take the derivation: {reason}")
    built = host.run_program(program, ["--realise", f"{drv_path}!{output}"], capture="stdout")
    path = built.stdout.decode("utf-8", "surrogateescape").strip()
    if built.code or not path:
        raise BuildFailure(f"cannot build '{shown}': nix-store failed with exit code {built.code}")
    return path


def import_objects(host: Host, program: str, store: Store, roots: list[str]) -> str | None:
    """Give *roots* and what they need to an installed Nix; what it says when it does not take them.

    *program* is its `nix-store`.
    """
    stream: list[bytes] = []
    export_stream(store, roots, stream.append)
    taken = host.run_program(program, ["--import"], data=b"".join(stream))
    return taken.stderr.decode("utf-8", "replace") if taken.code else None


def check_platform(store: Store, drv_path: str, platforms: list[str], seen: set[str]) -> None:
    """Raise BuildFailure in Nix's words for a derivation that is for another machine, or needs one that is.

    *seen*: those that were looked at.
    """
    if drv_path in seen:
        return
    seen.add(drv_path)
    drv = store.read_derivation(drv_path)
    try:
        for needed in sorted(drv.inputs):
            check_platform(store, needed, platforms, seen)
    except BuildFailure:
        paths = "".join(sorted(f"\n  {output.path}" for output in drv.outputs.values() if output.path))
        reason = f"Reason: 1 dependency failed.\nOutput paths:{paths}"
        raise BuildFailure(f"Cannot build '{drv_path}'.\n{reason}") from None
    if drv.system not in platforms and not drv.builder.startswith("builtin:"):
        raise BuildFailure(
            f"Cannot build '{drv_path}'.\nReason: platform mismatch\n"
            f"Required system: '{drv.system}'\nCurrent system: '{platforms[0]}'"
        )
