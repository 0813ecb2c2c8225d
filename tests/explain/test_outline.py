"""Definitions of big sources that are read one by one, and code that is recorded in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.cache.files import Cache
from nixlite.explain.recording import outline
from nixlite.explain.recording.places import Places
from nixlite.explain.recording.program import Program
from nixlite.explain.why.answering import answer
from nixlite.host.real import RealHost
from nixlite.host.settings import Settings
from nixlite.runtime.values import NixPath

if TYPE_CHECKING:
    from pathlib import Path

    from nixlite.explain.recording.places import Definition

FILL = "# filling, with a ; and a ) in it\n" * 30


def big(folder: Path) -> Path:
    """A list of packages with what is hard to read from outside, larger than `outline.BIG`."""
    lines = [f"  p{number} = make {{ n = {number}; }};  /* of p{number}; */\n{FILL}" for number in range(60)]
    lines[7] += """
  inherit (make { n = 1; }) n
    text;
  inherit (rec { s = "no ) here"; args = 3; }) s;
  "quoted-name" = let p1 = "own"; p3 = 2; in make { n = p3; m = p1; };
  a.b = 1;
  a.c.d = "é; ü";
  after = ''${"}"} ''' ; '' + "\\";" + plus; afterwards = with pkgs; p3;
  ${null} = 3;
"""
    make = "make = args: { text = toString args.n; } // args;"
    text = f'let plus = "x"; {make} pkgs = {{\n{"".join(lines)}}}; in pkgs\n'
    (folder / "all.nix").write_text(text)
    (folder / "default.nix").write_text("import ./all.nix")
    assert len(text) > outline.BIG
    return folder


def program(folder: Path, cache: Cache | None) -> Program:
    """The set, as one asks about it."""
    name = str(folder / "default.nix")
    return Program(Settings(), RealHost(), lambda e: e.import_file(NixPath(name)), [name], cache)


def described(entry: Definition | None) -> Any:
    """All that a definition says, its parents as spans."""
    if entry is None:
        return None
    around, at = [], entry.parents
    while at is not None:
        around.append((type(at.node), at.node.start, at.node.end))
        at = at.up
    container = entry.container and (type(entry.container), entry.container.start)
    return entry.name, entry.kind, entry.place, entry.text, container, entry.source.name, around


def test_definitions_that_are_read_alone_are_as_those_of_the_whole(tmp_path: Path) -> None:
    big(tmp_path)
    cache = Cache(str(tmp_path / "cache"))
    asked = program(tmp_path, cache).checked()
    name = str(tmp_path / "all.nix")
    whole = asked.places.index(name)
    assert whole is not None  # and the outline is kept now
    parts = Places(program(tmp_path, cache).checked().evaluator)
    lies = outline.load(cache, whole.source)
    assert lies is not None
    inside = {
        at: entry
        for at, entry in whole.definitions.items()
        if lies.number(whole.source.offset(*at)) is not None
    }
    for at, entry in inside.items():
        assert described(parts.definition((name, *at))) == described(entry)
    assert len(inside) > 0.9 * len(whole.definitions)
    assert not parts.indexes
    alone = [key for key in parts.known if key[3] >= 0]
    assert len(alone) >= 64  # 60, what is after them, and `inherit`
    assert parts.definition((name, *next(at for at, d in whole.definitions.items() if d.name == "s")))
    late = parts.index(name)
    assert late is not None
    variables = [var for key in alone for var in parts.known[key].analysis.variables]
    assert variables
    assert all(var in late.analysis.variables for var in variables)


def test_the_same_answer_from_code_in_pieces(tmp_path: Path) -> None:
    big(tmp_path)
    cache = Cache(str(tmp_path / "cache"))
    for path in (["p3", "text"], ["quoted-name", "text"], ["after"], ["s"], ["a", "c", "d"], ["afterwards"]):
        plain = answer(program(tmp_path, None), path, everything=True).text
        for _ in range(3):  # compiled, from the cache, with the outline
            asked = program(tmp_path, cache)
            assert answer(asked, path, everything=True).text == plain
            run = asked.run()
            run.evaluator.close()


def test_evaluations_of_a_program_share_pieces(tmp_path: Path) -> None:
    big(tmp_path)
    asked = program(tmp_path, None)
    found = [asked.checked() for _ in range(2)]
    for run in found:
        run.evaluator.guard(run.recorder.force, run.root["p5"])
    pieces = [piece for piece in asked.codes.shared.values() if piece.codes]
    assert len(asked.codes.shared) == 1
    assert len(pieces) == 1


def test_an_offset_is_what_a_line_and_column_come_from(tmp_path: Path) -> None:
    from nixlite.source import Source

    source = Source("x", "a\r\nbé ü\n\rc€d")
    for offset in (0, 1, 3, 4, 5, 6, 7, 9, 10, 11, 12):
        assert source.offset(*source.line_column(offset)) == offset
