"""`nixlite test FILE.md`: what passes, what differs, and what `--update` writes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import ROOT, nixlite

RIGHT = """\
# Examples

```console
$ cat x.nix
{ a = 1; b = throw "no b"; }
$ nixlite eval -f x.nix a
1
$ nix-instantiate --eval x.nix -A b
error:…error: no b
nix-repl> x = 20
nix-repl> let
        >   y = 2;
        > in x + y
22

$ nixlite repl x.nix
nix-repl> a
1
```

````nix
1 + 1
# => 2
throw "no"
# error: no
````

```nix
{ this = "is only shown"; }
```

```sh
rm nothing
```
"""


def checked(tmp_path: Path, text: str, *flags: str) -> tuple[int, str]:
    (tmp_path / "doc.md").write_text(text, "utf-8")
    done = nixlite(["test", *flags, "doc.md"], cwd=tmp_path)
    return done.returncode, done.stdout + done.stderr


def test_a_document_that_is_right(tmp_path: Path) -> None:
    assert checked(tmp_path, RIGHT) == (0, "doc.md: 7 examples, 0 differ\n")
    assert not (tmp_path / "x.nix").exists()  # it runs elsewhere


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("\n1\n$ nix-inst", "\n2\n$ nix-inst", "doc.md:6: nixlite eval -f x.nix a\n  - 2\n  + 1\n"),
        ("\n22\n", "\n23\n", "doc.md:11: let\n  - 23\n  + 22\n"),
        ("\n22\n", "\n", "doc.md:11: let\n  - \n  + 22\n"),
        ("# => 2", "# => 3", "doc.md:22: 1 + 1\n  - # => 3\n  + # => 2\n"),
        ("# error: no", "# => 3", "  - # => 3\n  + # error: no\n"),
        ("error: no b\n", "error: no c\n", "  +        error: no b\n"),
        ("repl x.nix\nnix-repl> a\n1", "repl x.nix\nnix-repl> x\n1", "  + error: undefined variable 'x'"),
    ],
)
def test_what_differs_is_told_and_updated(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert old in RIGHT
    wrong = RIGHT.replace(old, new, 1)
    code, text = checked(tmp_path, wrong)
    assert code == 1
    assert told in text
    assert text.endswith("7 examples, 1 differ\n")
    assert checked(tmp_path, wrong, "--update")[0] == 0
    updated = (tmp_path / "doc.md").read_text("utf-8")
    assert checked(tmp_path, updated)[0] == 0
    if "error:" not in told:
        assert updated == RIGHT or updated.replace("\n22\n", "\n22\n\n") == RIGHT


def test_what_is_not_run_is_told(tmp_path: Path) -> None:
    code, text = checked(tmp_path, "```console\n$ ls -l\nnothing\n$ nixlite develop\nerror: …\n```\n")
    assert (code, text) == (
        0,
        "doc.md:2: not run, since it is no command of Nix: ls -l\ndoc.md: 1 examples, 0 differ\n",
    )


def test_what_is_no_document(tmp_path: Path) -> None:
    assert "there is no file or folder 'none.md'" in nixlite(["test", "none.md"], cwd=tmp_path).stderr
    (tmp_path / "open.md").write_text("```console\n$ nixlite eval --expr 1\n1", "utf-8")
    assert nixlite(["test", "open.md"], cwd=tmp_path).returncode == 0


@pytest.mark.parametrize(
    "page",
    [ROOT / "README.md", ROOT / "nixlite" / "docs" / "tutorial.md", Path(__file__).with_name("pill-14.md")],
    ids=lambda page: page.name,
)
def test_our_own_pages(page: Path) -> None:
    done = nixlite(["test", str(page)], cwd=ROOT, timeout=300)
    assert done.returncode == 0, done.stdout
    assert "0 differ" in done.stdout
