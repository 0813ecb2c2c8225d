"""A real kernel, started as Jupyter starts it, and a notebook without one."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, Any

import pytest

from nixlite.evaluator import Evaluator
from nixlite.host.settings import Settings
from nixlite.kernel.cells import Notebook
from nixlite.kernel.sessions import CellHost
from tests.support import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from nixlite.kernel.outputs import Output

TIMEOUT = 30


class Client:
    """A client of a kernel that runs."""

    def __init__(self, manager: Any, client: Any) -> None:
        self.manager = manager
        self.client = client

    def run(self, code: str, **options: Any) -> tuple[list[tuple[str, dict[str, Any]]], dict[str, Any]]:
        """What a cell gave, pairs (type, content), and the reply."""
        return self.outputs(self.client.execute(code, **options))

    def outputs(self, number: str) -> tuple[list[tuple[str, dict[str, Any]]], dict[str, Any]]:
        """What the cell gave that was sent with this number, and the reply."""
        found: list[tuple[str, dict[str, Any]]] = []
        while True:
            message = self.client.get_iopub_msg(timeout=TIMEOUT)
            if message["parent_header"].get("msg_id") != number:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and content["execution_state"] == "idle":
                break
            if kind not in ("status", "execute_input"):
                found.append((kind, content))
        while True:
            reply = self.client.get_shell_msg(timeout=TIMEOUT)
            if reply["parent_header"].get("msg_id") == number:
                return found, reply["content"]

    def ask(self, method: str, *words: Any, **options: Any) -> dict[str, Any]:
        """The reply to a request of another kind."""
        number = getattr(self.client, method)(*words, **options)
        while True:
            reply = self.client.get_shell_msg(timeout=TIMEOUT)
            if reply["parent_header"].get("msg_id") == number:
                content: dict[str, Any] = reply["content"]
                return content


@pytest.fixture(scope="session")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where `nixlite kernel install` has installed the kernel."""
    import subprocess

    folder = tmp_path_factory.mktemp("prefix")
    command = [sys.executable, "-m", "nixlite", "kernel", "install", "--prefix", str(folder)]
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True, timeout=60)
    return folder


@pytest.fixture(scope="session")
def start(prefix: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Client]]:
    """A function that starts the installed kernel in an empty folder."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import KernelManager

    started: list[Client] = []
    env = {name: value for name, value in os.environ.items() if name not in ("NIX_PATH", "PYTHONPATH")}

    def begin(*flags: str) -> Client:
        specs = KernelSpecManager(kernel_dirs=[str(prefix / "share" / "jupyter" / "kernels")])
        manager = KernelManager(kernel_name="nixlite", kernel_spec_manager=specs)
        assert manager.kernel_spec is not None
        manager.kernel_spec.argv += flags
        manager.start_kernel(cwd=str(tmp_path_factory.mktemp("notebook")), env=env)
        client = manager.client()
        client.start_channels()
        client.wait_for_ready(timeout=TIMEOUT)
        started.append(Client(manager, client))
        return started[-1]

    yield begin
    for one in started:
        one.client.stop_channels()
        one.manager.shutdown_kernel(now=True)
        one.manager.cleanup_resources()


@pytest.fixture(scope="session")
def kernel(start: Callable[..., Client]) -> Client:
    """A kernel that all tests share."""
    return start()


class Cells:
    """A notebook, and what its last cell gave."""

    def __init__(self, folder: Path) -> None:
        self.notebook = Notebook(Evaluator(Settings(cwd=str(folder)), CellHost({"HOME": str(folder)})))
        self.session = self.notebook.session

    def run(self, code: str) -> list[Output]:
        """All outputs of a cell."""
        found: list[Output] = []
        self.notebook.run(code, found.append)
        return found


@pytest.fixture
def cells(tmp_path: Path) -> Cells:
    """A notebook in an empty folder."""
    return Cells(tmp_path)
