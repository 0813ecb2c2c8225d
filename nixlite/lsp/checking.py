"""`nixlite lsp --check`: what the server offers, and whether what it needs works."""

from __future__ import annotations

import asyncio
from textwrap import fill
from typing import TYPE_CHECKING

from nixlite.lsp.features import make_server
from nixlite.lsp.values.workers import PATIENCE, Failure

if TYPE_CHECKING:
    from nixlite.host.host import Host
    from nixlite.lsp.server import Server

OFFERED = ("textDocument/", "workspace/symbol")
OWN_SET = "nixlite's own small set (NIX_PATH names no other)"


def check(host: Host) -> int:
    """Print it; 1 where it cannot evaluate."""
    server = make_server()
    names = [name.partition("/")[2] for name in server.protocol.fm.features if name.startswith(OFFERED)]
    listed = fill(
        ", ".join(sorted(name for name in names if not name.startswith("did"))),
        90, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False,
    )  # fmt: skip
    host.write_stdout(f"A language server for Nix, which offers\n{listed}\n\n")
    problem = asyncio.run(packages(server))
    if problem:
        host.write_stdout(f"evaluation: does not work: {problem}\n")
        return 1
    host.write_stdout("evaluation: works, in a process of its own\n")
    host.write_stdout(f"nixpkgs: {server.lookup('nixpkgs') or OWN_SET}\n")
    return 0


async def packages(server: Server) -> str:
    """What is wrong with evaluating the package set, "" for nothing."""
    worker = server.worker("values")
    worker.tell = lambda line: None
    try:
        await worker.ask("warm", PATIENCE)
    except Failure as failure:
        return failure.message
    finally:
        await worker.stop()
    return ""
