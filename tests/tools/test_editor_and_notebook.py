"""The language server and the kernel of an installed nixlite, started as editors and Jupyter start them."""

from __future__ import annotations

import json
import time
import tomllib
from typing import TYPE_CHECKING, Any

from tests.kernel.conftest import TIMEOUT, Client
from tests.lsp.editor import Editor, spans
from tests.tools.pages import block, blocks

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.tools.conftest import Installed

LIB = '{\n  shout = s: s + ".0";\n}\n'
MAIN = """\
let
  lib = import ./lib.nix;
in
(import <nixpkgs> { }).python3Packages.pytorch-lightning.overrideAttrs {
  version = lib.shout nope;
  name = "lightning";
}
"""


def begun(installed: Installed, home: Path, options: Any) -> Editor:
    """A session with the installed command, in a folder with two files."""
    (home / "lib.nix").write_text(LIB, "utf-8")
    (home / "main.nix").write_text(MAIN, "utf-8")
    command = [str(installed.bin / "nixlite"), *settings_of_code()["nix.serverPath"][1:]]
    env = {**installed.environment(home), "PYTHONPATH": ""}
    return Editor(home, {**options, "hover": {"wait": 30}}, env=env, command=command)


def settings_of_code() -> dict[str, Any]:
    """What the page has for VS Code."""
    found: dict[str, Any] = json.loads(block("json", "nix.serverPath"))
    return found


def test_an_editor_has_what_the_page_says(installed: Installed, home: Path) -> None:
    helix = tomllib.loads(block("toml", "[language-server.nixlite]"))["language-server"]["nixlite"]
    assert [helix["command"], *helix["args"]] == settings_of_code()["nix.serverPath"]
    assert helix["config"] == settings_of_code()["nix.serverSettings"]
    with begun(installed, home, helix["config"]["nixlite"]) as editor:
        uri = editor.open("main.nix", MAIN)
        said = editor.diagnostics(uri, lambda found: len(found) > 0)
        assert "undefined variable 'nope'" in [one["message"] for one in said]
        assert "s: " in editor.at("hover", uri, 4, 18)["contents"]["value"]
        found = editor.at("definition", uri, 4, 18)
        assert [(one["uri"], *spans([one])[0][:2]) for one in found] == [(editor.uri("lib.nix"), 1, 2)]
        editor.change(uri, ((4, 22), (4, 26), '"9"'))
        assert lens(editor, uri) == "⚠ 1 of 2 values reaches the build – show"
        changes = editor.at("rename", uri, 4, 18, newName="loud")["changes"]
        assert {one: len(edits) for one, edits in changes.items()} == {uri: 1, editor.uri("lib.nix"): 1}
        told = [note["params"]["message"] for note in editor.notes if note["method"] == "window/showMessage"]
        assert told == []


def lens(editor: Editor, uri: str) -> str:
    """The title of the first lens that says how far values get, as soon as that is known."""
    end = time.monotonic() + 60
    while time.monotonic() < end:
        for one in editor.about("codeLens", uri):
            title: str = one["command"]["title"]
            if "show" in title:
                return title
        time.sleep(0.2)
    return ""


def client(installed: Installed, home: Path) -> Iterator[Client]:
    """The kernel that the page's commands have installed."""
    from jupyter_client.kernelspec import KernelSpecManager
    from jupyter_client.manager import KernelManager

    specs = KernelSpecManager(kernel_dirs=[str(home / ".local/share/jupyter/kernels")])
    manager = KernelManager(kernel_name="nixlite", kernel_spec_manager=specs)
    assert manager.kernel_spec is not None
    assert manager.kernel_spec.argv[0].startswith(str(installed.bin))
    manager.start_kernel(cwd=str(home), env=installed.environment(home))
    talking = manager.client()
    talking.start_channels()
    try:
        talking.wait_for_ready(timeout=TIMEOUT)
        yield Client(manager, talking)
    finally:
        talking.stop_channels()
        manager.shutdown_kernel(now=True)
        manager.cleanup_resources()


def test_a_notebook_has_what_the_page_says(installed: Installed, home: Path) -> None:
    said = installed.shell(block("sh", "nixlite kernel install"), home)
    assert f"Installed in {home}/.local/share/jupyter/kernels/nixlite" in said
    cells = [*blocks("nix", "greeting = "), *blocks("nix", "%%test")]
    assert len(cells) == 2
    for kernel in client(installed, home):
        shown = []
        for cell in cells:
            outputs, reply = kernel.run(cell)
            assert reply["status"] == "ok", reply
            shown += [content.get("text") or content["data"]["text/plain"] for _, content in outputs]
        text = "\n".join(shown)
        assert '[ "Hello, Ada" "Hello, Alan" ]' in text
        assert "2 passed" in text or "2 tests passed" in text, text
