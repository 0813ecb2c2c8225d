"""`:search`: what is found by name and description, and what is not evaluated for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.repl.test_session import replies, session_in

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = """\
let callPackage = path: args: throw "never evaluated";
in {
  jq = callPackage ./tools/jq { };
  jansson = callPackage ./jansson.nix {
    inherit ({ y = 1; }) y;
  };
  simplejson = callPackage ./nothing { };
  other = { a = 1; };
  inline = { meta = { description = "Written here, of \\"quotes\\""; }; };
  ${"ma" + "de"} = { type = "derivation"; meta.description = "for ${"js" + "on"} too"; };
}
"""


def test_names_and_descriptions(tmp_path: Path) -> None:
    (tmp_path / "tools" / "jq").mkdir(parents=True)
    (tmp_path / "tools" / "jq" / "default.nix").write_text(
        '{ }: { meta.description = "A JSON\\n processor"; }'
    )
    (tmp_path / "jansson.nix").write_text("{ }: { meta = { description = ''\n  For JSON data\n''; }; }")
    (tmp_path / "pkgs.nix").write_text(PACKAGES)
    session = session_in(tmp_path)
    found = replies(session, "pkgs = import ./pkgs.nix", "jsonOf = x: x", ":search json", ":search json data")
    assert [line.split("  ")[0] for line in found[2].split("\n")] == [
        "jsonOf", "builtins.fromJSON", "builtins.toJSON", "pkgs.simplejson", "pkgs.jansson", "pkgs.jq", "pkgs.made",
    ]  # fmt: skip
    assert "pkgs.jq            A JSON processor" in found[2]
    assert found[3] == "pkgs.jansson  For JSON data"
    assert replies(session, ":search quotes", ":search neverheard", ":search") == [
        'pkgs.inline  Written here, of "quotes"',
        "nothing is called 'neverheard' or described so",
        "error: ':search' needs an argument\n       It is used so: :search <word> …",
    ]


def test_what_is_found_twice_is_shown_once(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    replies(session, "s = rec { alpha = 1; below = { inherit alpha; alphabet = 2; }; __alpha = 3; }", "s")
    assert replies(session, ":search alpha")[0] == "s.alpha\ns.below.alpha\ns.below.alphabet"
    assert replies(session, "t = s", ":search alphabet")[1] == "s.below.alphabet"


def test_long_lists_are_cut(tmp_path: Path) -> None:
    session = session_in(tmp_path)
    many = 's = builtins.listToAttrs (builtins.genList (n: { name = "thingum${toString n}"; value = throw "no"; }) 60)'
    lines = replies(session, many, ":search thingum")[1].split("\n")
    assert (len(lines), lines[-1]) == (41, "«20 more; another word narrows it»")
