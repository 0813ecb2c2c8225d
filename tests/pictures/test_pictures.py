"""The pictures of the README show what the program says now, and can be seen wherever they are shown."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

pytest.importorskip("pexpect")
pytest.importorskip("pyte")

from tests.pictures.drawing import COLOURS  # it needs both
from tests.pictures.playing import PICTURES, PLACE

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", PICTURES)
def test_what_is_shown_is_what_the_program_says(name: str) -> None:
    there = (PLACE / name).read_text("utf-8")
    assert PICTURES[name]().splitlines() == there.splitlines(), "'python -m tests.pictures' makes it anew"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_needs_nothing_else(name: str) -> None:
    """Neither scripts nor files, which are forbidden in `<img>`; and it says what it is to who cannot see it."""
    root = ET.fromstring((PLACE / name).read_text("utf-8"))
    kinds = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert kinds <= {"svg", "title", "style", "rect", "path", "circle", "g", "text"}
    assert not [
        key for element in root.iter() for key in element.attrib if "href" in key or key.startswith("on")
    ]
    sheet = root.findtext(f"{SVG}style") or ""
    assert "url(" not in sheet
    assert "@import" not in sheet
    assert not [text for text in root.itertext() if "  " in text]  # viewers make one blank of two
    title = root.findtext(f"{SVG}title")
    assert title
    assert root.attrib["aria-label"] == title


def test_without_motion_the_last_screen_is_shown() -> None:
    root = ET.fromstring((PLACE / "learn.svg").read_text("utf-8"))
    names = [element.attrib["class"] for element in root.iter(f"{SVG}g")]
    sheet = root.findtext(f"{SVG}style") or ""
    still, moving = sheet.split("@media(prefers-reduced-motion:no-preference)")
    assert [f".{name}{{visibility:hidden}}" in still for name in names] == [True] * (len(names) - 1) + [False]
    assert "animation" not in still
    assert moving.count("animation") == len(names)


@pytest.mark.parametrize("ground", [0, 1], ids=["dark", "light"])
@pytest.mark.parametrize("name", [name for name in COLOURS if name not in ("ground", "bar")])
def test_colours_can_be_read(name: str, ground: int) -> None:
    """WCAG 2, 1.4.3: a contrast of 4.5."""
    lights = sorted(light(COLOURS[each][ground]) for each in (name, "ground"))
    assert (lights[1] + 0.05) / (lights[0] + 0.05) >= 4.5


def light(colour: str) -> float:
    """The relative luminance of `#rrggbb`."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
