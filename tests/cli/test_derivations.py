"""`nixlite derivation show` and `nixlite instantiate --store`, with expectations from Nix 2.34.8."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from nixlite.__main__ import run
from nixlite.host.capturing import CapturingHost

ROWS = [
    json.loads(line) for line in Path(__file__).with_name("derivations.jsonl").read_text("utf-8").splitlines()
]
Z = 'derivation { name = "z"; system = "s"; builder = "b"; }'
W = f'derivation {{ name = "w"; system = "s"; builder = ./b.sh; d = {Z}; }}'
NONE = "0" * 32
W_DRV = "w61j8ynmd4ry9ljvfbyqb1kv61s08mij-w.drv"
NO_CONTEXT = (
    "error:\n       … while evaluating the attribute ''\n\n       error: string '/nix/store/foo' has 0 entries"
    " in its context. It should only have exactly one entry\n"
)
Z_DRV = "mkac8mz5y88jpx9gl2mfdars1fvwnry6-z.drv"
B_SH = "8sfcp1wbjvbh12j5096xrym6arsv5df9-b.sh"


def nixlite(*words: str, **environment: str) -> tuple[int, str, str]:
    """Run a command line in this process; no Nix is on its PATH."""
    host = CapturingHost({"PATH": "", "HOME": "/nowhere", "NIX_PATH": "", **environment})
    code = run(list(words), host)
    return code, "".join(host.stdout), "".join(host.stderr)


@pytest.mark.parametrize("row", ROWS, ids=range(len(ROWS)))
def test_show(row: dict[str, Any]) -> None:
    assert nixlite("derivation", "show", *row["words"]) == (0, row["stdout"], "")


@pytest.mark.parametrize(
    ("expression", "error"),
    [
        ("1", "error: expression does not evaluate to a derivation (or a set or list of those)\n"),
        ('"/nix/store/foo"', NO_CONTEXT),
    ],
)
def test_show_what_is_no_derivation(expression: str, error: str) -> None:
    assert nixlite("derivation", "show", "--expr", expression) == (1, "", error)


def test_show_below_an_output() -> None:
    code, _, error = nixlite("derivation", "show", "--expr", f'"${{{Z}}}/x"')
    assert code == 1
    assert error.endswith(
        "error: string '/nix/store/gxp3q115m0v3mwkxra2l2m79921hywki-z/x' has context with the output 'out'"
        f" from derivation '/nix/store/{Z_DRV}', but the string is not the right placeholder for this"
        " derivation output. It should be '/nix/store/gxp3q115m0v3mwkxra2l2m79921hywki-z'\n"
    )


def test_show_of_a_file_and_of_a_path(tmp_path: Path) -> None:
    (tmp_path / "z.nix").write_text(Z)
    code, shown, _ = nixlite("derivation", "show", f"{tmp_path}/z.nix")
    assert (code, list(json.loads(shown)["derivations"])) == (0, [Z_DRV])
    code, _, error = nixlite("derivation", "show", f"/nix/store/{NONE}-none.drv")
    assert code == 1
    assert error == f"error: path '/nix/store/{NONE}-none.drv' is not a valid store path\n"


def test_written_to_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Nix keeps them, with what `nix-store --load-db` wants to know."""
    (tmp_path / "b.sh").write_text("builder\n")
    (tmp_path / "b.sh").chmod(0o644)
    monkeypatch.chdir(tmp_path)
    code, out, _ = nixlite("instantiate", "--store", "./root", "-E", W)
    assert (code, out) == (0, f"/nix/store/{W_DRV}\n")
    store = tmp_path / "root/nix/store"
    assert sorted(os.listdir(store)) == sorted([B_SH, Z_DRV, W_DRV])
    assert (
        (store / W_DRV)
        .read_text()
        .startswith('Derive([("out","/nix/store/lpihdbiq78q7npkajcp0v9jz9r0mqm22-w"')
    )
    assert (store / B_SH).stat().st_mode & 0o777 == 0o444
    assert (store / W_DRV).stat().st_mtime == 1
    lines = (tmp_path / "root/nix-path-registration").read_text().splitlines()
    assert lines[-7:-5] == [f"/nix/store/{W_DRV}", lines[-6]]
    assert lines[-5:] == [lines[-5], "", "2", f"/nix/store/{B_SH}", f"/nix/store/{Z_DRV}"]


def test_a_store_directory_of_ones_own(tmp_path: Path) -> None:
    """It is part of the paths and of their hashes."""
    code, out, _ = nixlite("instantiate", "-E", Z, NIX_STORE_DIR=str(tmp_path / "store"))
    assert code == 0
    path = Path(out.strip())
    assert path.parent == tmp_path / "store"
    assert f'"{path.parent}/' in path.read_text()
    assert path.name != Z_DRV


def test_nothing_is_written_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert nixlite("instantiate", "-E", Z)[0] == 0
    assert nixlite("instantiate", "--eval", "--store", "./root", "-E", f"({Z}).drvPath")[0] == 0
    assert nixlite("instantiate", "--dry-run", "--store", "./root", "-E", Z)[0] == 0
    assert list(tmp_path.iterdir()) == []
