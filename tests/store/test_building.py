"""Import from derivation: handed over to an installed Nix. A script stands for it here."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from nixlite.errors import NixError
from nixlite.evaluator import Evaluator
from nixlite.host.capturing import CapturingHost
from nixlite.host.settings import Settings
from nixlite.source import Source

if TYPE_CHECKING:
    from pathlib import Path

# Takes the stream of `--import` and "builds" an output by writing what the derivation's text says.
NIX_STORE = """#!/bin/sh
case $1 in
  --import) cat > "$FAKE/stream" ;;
  --realise) echo "$2" >> "$FAKE/realised"
    out=$(cat "$FAKE/path"); echo built > "$out"; echo "$out" ;;
esac
"""
READ = 'builtins.readFile (derivation {{ name = "x"; system = "s"; builder = "b"; {} }})'


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "bin").mkdir()
    (tmp_path / "store").mkdir()
    program = tmp_path / "bin" / "nix-store"
    program.write_text(NIX_STORE)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.setenv("FAKE", str(tmp_path))
    return tmp_path


def evaluate(directory: Path, expression: str, **options: object) -> str:
    settings = Settings(cwd="/")
    settings.store_dir = f"{directory}/store"
    settings.features |= {"ca-derivations"}
    for name, value in options.items():
        setattr(settings, name, value)
    nix = Evaluator(settings, CapturingHost({}))
    value = nix.evaluate_source(Source("«string»", expression))
    assert type(value) is str
    return value


def test_output_is_built(fake: Path) -> None:
    path = evaluate(fake, "builtins.unsafeDiscardStringContext (derivation "
                    '{ name = "x"; system = "s"; builder = "b"; }).outPath')  # fmt: skip
    (fake / "path").write_text(path)
    assert evaluate(fake, READ.format("")) == "built\n"
    assert (fake / "realised").read_text().endswith("-x.drv!out\n")
    assert b"nix-archive-1" in (fake / "stream").read_bytes()
    assert evaluate(fake, READ.format("")) == "built\n"
    assert len((fake / "realised").read_text().splitlines()) == 1  # what is there is not built again


def test_placeholder_is_replaced(fake: Path) -> None:
    (fake / "path").write_text(f"{fake}/store/{'0' * 32}-x")
    assert evaluate(fake, READ.format("__contentAddressed = true;")) == "built\n"


def test_no_nix(fake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    with pytest.raises(
        NixError, match="nixlite evaluates but does not build, and there is no installed Nix"
    ) as caught:
        evaluate(fake, READ.format(""), system="s")
    assert caught.value.status == 100


FOREIGN = [
    # attributes, the end of Nix's message
    ("", "-x.drv'.\nReason: platform mismatch\nRequired system: 's'\nCurrent system: 'here'"),
    ('system = "here"; b = derivation { name = "y"; system = "s"; builder = "b"; };',
     "-x.drv'.\nReason: 1 dependency failed.\nOutput paths:\n  {}"),
]  # fmt: skip


@pytest.mark.parametrize(("attributes", "message"), FOREIGN)
def test_what_is_for_another_machine(
    fake: Path, monkeypatch: pytest.MonkeyPatch, attributes: str, message: str
) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    derivation = f'derivation ({{ name = "x"; system = "s"; builder = "b"; }} // {{ {attributes} }})'
    path = evaluate(fake, f"builtins.unsafeDiscardStringContext ({derivation}).outPath")
    with pytest.raises(NixError) as caught:
        evaluate(fake, f"builtins.readFile ({derivation})", system="here")
    assert caught.value.message.startswith(f"Cannot build '{fake}/store/")
    assert caught.value.message.endswith(message.format(path))
    assert caught.value.status == 100


def test_import_from_derivation_can_be_forbidden(fake: Path) -> None:
    with pytest.raises(NixError, match="because the option 'allow-import-from-derivation' is disabled"):
        evaluate(fake, READ.format(""), allow_import_from_derivation=False)


def test_read_only_mode_builds_nothing(fake: Path) -> None:
    with pytest.raises(NixError, match=r"path '\w{32}-x\.drv' is not valid"):
        evaluate(fake, READ.format(""), read_only=True)
