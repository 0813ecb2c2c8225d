"""Notebooks as files: their cells run, outputs compared or written. `python -m tests.kernel.notebooks` writes
what the cells of the example print now into it."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from nixlite.evaluator import Evaluator
from nixlite.host.settings import Settings
from nixlite.kernel.cells import Notebook
from nixlite.kernel.outputs import ERROR, RESULT, STREAM, metadata_of
from nixlite.kernel.sessions import CellHost
from tests.support import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from nixlite.kernel.outputs import Output

EXAMPLE = ROOT / "nixlite" / "kernel" / "pill14.ipynb"


def run(path: Path, folder: Path) -> dict[str, Any]:
    """The notebook with the outputs that its cells have now."""
    found: dict[str, Any] = json.loads(path.read_text("utf-8"))
    notebook = Notebook(Evaluator(Settings(cwd=str(folder)), CellHost({"HOME": str(folder)})))
    number = 0
    for cell in found["cells"]:
        if cell["cell_type"] != "code":
            continue
        number += 1
        outputs: list[Output] = []
        notebook.run("".join(cell["source"]), outputs.append)
        cell["execution_count"] = number
        cell["outputs"] = [written(output, number) for output in joined(outputs)]
    return found


def joined(outputs: list[Output]) -> list[Output]:
    """Texts of the same stream, one after the other, as one: front ends show them so."""
    found: list[Output] = []
    for output in outputs:
        if (
            found
            and output.kind == STREAM == found[-1].kind
            and output.data["name"] == found[-1].data["name"]
        ):
            text = found.pop().data["text"] + output.data["text"]
            output = output._replace(data={**output.data, "text": text})
        found.append(output)
    return found


def written(output: Output, number: int) -> dict[str, Any]:
    """An output as a file of a notebook has it, with paths as they look from the checkout."""
    data = {name: text.replace(f"{ROOT}/", "") for name, text in output.data.items()}
    if output.kind == STREAM:
        return {"output_type": STREAM, "name": data["name"], "text": lines(data["text"])}
    if output.kind == ERROR:
        trace = data["text"].split("\n")
        return {"output_type": ERROR, "ename": data["ename"], "evalue": data["evalue"], "traceback": trace}
    count = {"execution_count": number} if output.kind == RESULT else {}
    texts = {name: lines(text) for name, text in sorted(data.items())}
    return {"output_type": output.kind, "data": texts, "metadata": metadata_of(output), **count}


def lines(text: str) -> list[str]:
    """A text as the lines that files of notebooks have."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def dumped(notebook: dict[str, Any]) -> str:
    """The text of the file, as Jupyter writes it."""
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


if __name__ == "__main__":
    import tempfile
    from pathlib import Path

    with tempfile.TemporaryDirectory() as folder:
        EXAMPLE.write_text(dumped(run(EXAMPLE, Path(folder))), "utf-8")
