"""`:doc` in nixlite's own style."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nixlite.builtins.index import BUILTINS
from nixlite.repl.commands.rendering import rendered
from tests.repl.test_session import replies, session_in

if TYPE_CHECKING:
    from pathlib import Path

SORT = """\
Synopsis: builtins.sort comparator list

Return list sorted so that of two elements the one for which comparator a b is
true comes first.

Elements that are equal by the comparator keep their order."""

PACKAGE = """{
  hello = derivation {
    name = "hello-2.10"; system = "s"; builder = "b";
  } // {
    override = { fetchurl, stdenv ? null }: 1;
    meta = {
      description = "A greeting"; longDescription = "Says **hello**.\\n"; homepage = "https://hello";
      license = { spdxId = "GPL-3.0"; }; platforms = [ "a" "b" "c" "d" ]; broken = true;
      position = "/very/far/away/hello/default.nix:15"; maintainers = [ { name = "Ann"; } { github = "bob"; } ];
      mainProgram = throw "fails";
    };
  };
}"""
SHOWN = """\
hello-2.10

A greeting

Says hello.

    homepage     https://hello
    license      GPL-3.0
    platforms    a, b, c, … 1 more
    maintainers  Ann, bob
    state        broken
    takes        { fetchurl, stdenv ? … } with .override
    defined at   …/hello/default.nix:15"""

MARKDOWN = """\
# Title
Some *words* with `code` and **more**, which are
filled into lines.

- an item
  that goes on
- another

```nix
  x   =  1;
```
Example:
  kept   as it is
[link](https://x) `a  b`"""
LINES = """\
Title
Some words with code and more, which are
filled into lines.

- an item that goes on
- another

      x   =  1;
Example:
  kept   as it is
link (https://x) a b"""


def test_builtins_are_documented_whole(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    text = replies(session, ":doc sort")[0]
    assert text.startswith(SORT)
    assert "    nix-repl> builtins.sort builtins.lessThan [ 483 249 526 147 42 77 ]\n    [ 42 77 147" in text
    assert replies(session, ":doc builtins.sort") == [text]
    assert replies(session, ":doc builtins.nixVersion")[0].startswith("builtins.nixVersion\n\nnixlite gives")


def test_every_builtin_can_be_asked_about(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    there = {name for name in BUILTINS if session.send(f"builtins ? {name}").value is True}
    assert len(there) > 110
    for name in there:
        text = session.send(f":doc builtins.{name}").text
        assert "error" not in text.split("\n")[0]
        assert "    nix-repl> " in text or "    " in text


def test_packages_are_documented_by_meta(tmp_path: Path) -> None:
    (tmp_path / "p.nix").write_text(PACKAGE)
    session = session_in(tmp_path)
    assert replies(session, "pkgs = import ./p.nix", ":doc pkgs.hello")[1] == SHOWN


def test_markdown() -> None:
    assert rendered(MARKDOWN, 41) == LINES
    assert rendered("a `b` **c**", 80, colour=True) == "a \x1b[1mb\x1b[0m \x1b[1mc\x1b[0m"
