"""`nixlite lsp --check`: what the server offers, and whether what it needs works."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from nixlite.lsp.features import make_server
from nixlite.lsp.server import version
from nixlite.lsp.values.workers import PATIENCE, Failure

if TYPE_CHECKING:
    from nixlite.host.host import Host
    from nixlite.lsp.server import Server


def check(host: Host) -> int:
    """Print it; 1 where it cannot evaluate."""
    server = make_server()
    features = sorted(
        name for name in server.protocol.fm.features if "/" in name and not name.startswith("$")
    )
    offered = [name.partition("/")[2] for name in features if not name.partition("/")[2].startswith("did")]
    host.write_stdout(f"nixlite {version()}: a language server for Nix\n\noffers:\n")
    line = ""
    for name in offered:
        if len(line) + len(name) > 90:
            host.write_stdout(f"  {line}\n")
            line = ""
        line += f"{name}  "
    host.write_stdout(f"  {line}\n\n" if line else "\n")
    problem, count = asyncio.run(packages(server))
    if problem:
        host.write_stdout(f"evaluation: does not work: {problem}\n")
        return 1
    where = server.lookup("nixpkgs") or "nixlite's own small set (NIX_PATH names no other)"
    host.write_stdout(f"evaluation: works, in a process of its own\nnixpkgs: {count} attributes, {where}\n")
    return 0


async def packages(server: Server) -> tuple[str, int]:
    """What is wrong with the package set, "" for nothing; how many attributes it has."""
    worker = server.worker("values")
    worker.tell = lambda line: None
    try:
        answer = await worker.ask("warm", PATIENCE)
    except Failure as failure:
        return failure.message, 0
    finally:
        await worker.stop()
    return "", answer["packages"]
