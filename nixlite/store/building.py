"""Having an installed Nix build: nixlite evaluates, and hands over what has to be built.

A build is needed when a program reads a file that a derivation makes ("import from derivation"). The
derivation, its inputs and their sources are given to that Nix as `nix-store --import` takes them.
"""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.store.export import export_stream

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.store.store import Store


def build_output(store: Store, drv_path: str, output: str) -> str:
    """The store path of an output, once an installed Nix has built it.

    Raises EvalError when there is no Nix, and when the build fails; what the builder prints goes to the
    standard error.
    """
    import shutil
    import subprocess  # slow to import

    shown = f"{drv_path}^{output}"
    program = shutil.which("nix-store")
    if program is None:
        raise EvalError(
            f"cannot build '{shown}' during evaluation: nixlite evaluates but does not build, "
            "and there is no installed Nix (nix-store) that could"
        )
    stream: list[bytes] = []
    export_stream(store, [drv_path], stream.append)
    taken = subprocess.run([program, "--import"], input=b"".join(stream), capture_output=True, check=False)
    if taken.returncode:
        reason = taken.stderr.decode("utf-8", "replace").strip()
        raise EvalError(f"cannot build '{shown}': the installed Nix did not take the derivation: {reason}")
    built = subprocess.run(
        [program, "--realise", f"{drv_path}!{output}"], stdout=subprocess.PIPE, check=False
    )
    path = built.stdout.decode("utf-8", "surrogateescape").strip()
    if built.returncode or not path:
        raise EvalError(f"cannot build '{shown}': nix-store failed with exit code {built.returncode}")
    return path
