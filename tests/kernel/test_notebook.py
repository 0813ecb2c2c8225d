"""The example notebook shows what its cells give, in this process and in the kernel that Jupyter starts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.kernel.notebooks import EXAMPLE, dumped, run

if TYPE_CHECKING:
    from pathlib import Path

    from tests.kernel.conftest import Client

CODE = [cell for cell in json.loads(EXAMPLE.read_text("utf-8"))["cells"] if cell["cell_type"] == "code"]


def test_the_outputs_are_those_of_now(tmp_path: Path) -> None:
    """`python -m tests.kernel.notebooks` writes them anew."""
    assert dumped(run(EXAMPLE, tmp_path)) == EXAMPLE.read_text("utf-8")


def test_jupyter_shows_the_same(start: Any) -> None:
    one: Client = start()
    for cell in CODE:
        found, _ = one.run("".join(cell["source"]))
        kinds = {kind for kind, _ in found}
        assert kinds == {output["output_type"] for output in cell["outputs"]}
        for kind, content in found:
            if kind == "execute_result":
                shown = [output for output in cell["outputs"] if output["output_type"] == kind]
                assert content["data"]["text/plain"] == "".join(shown[0]["data"]["text/plain"])


def test_it_tells_of_the_pill() -> None:
    said = json.dumps(CODE)
    for word in ("makeOverridable", "callPackage", "override", "%why", "%stale", "%diff", "%%test"):
        assert word in said
    kinds = [output["output_type"] for cell in CODE for output in cell["outputs"]]
    assert kinds.count("error") == 1, "the one that is meant"
