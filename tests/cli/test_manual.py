"""The manual pages: there is one for each command, groff has nothing to say, and what they show can be typed."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from nixlite.cli.examples import EXAMPLES
from nixlite.cli.help import grouped
from nixlite.cli.shell.man import escaped, line, page_name, pages
from nixlite.cli.shell.tables import make
from nixlite.cli.table import COMMANDS

PAGES = pages("0.0")


def shown(text: str) -> str:
    """What a terminal of 200 columns shows of a page; groff warns of nothing."""
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    done = subprocess.run(
        ["groff", "-ww", "-man", "-Tutf8", "-P-c", "-rLL=200n"],
        input=text, capture_output=True, text=True, encoding="utf-8", timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    letters: list[str] = []
    for letter in done.stdout:  # bold is written as a letter over itself
        if letter == "\b":
            letters.pop()
        else:
            letters.append(letter)
    return "".join(letters)


def test_each_command_has_a_page() -> None:
    assert set(PAGES) == {"nixlite.1", *[f"{page_name(name)}.1" for name in COMMANDS]}
    assert all(text.isascii() for text in PAGES.values())


def test_the_page_of_a_command_has_its_flags_and_examples() -> None:
    for name in ("why", "eval", "flake show", "test", "completion"):
        text = shown(PAGES[f"{page_name(name)}.1"])
        assert text.count(f"nixlite-{name.replace(' ', '-')} - ") == 1
        for flag in grouped(make(name).flags).get("flags", {}):
            assert flag in text
        for example in EXAMPLES[name]:
            assert f"    {example}\n" in text


def test_the_first_page_has_all_commands_and_what_they_share() -> None:
    text = shown(PAGES["nixlite.1"])
    for name in COMMANDS:
        assert f"{page_name(name)}(1)" in text
    for flag in ("--max-seconds N", "-I, --include PATH", "--inputs-from FLAKE-URL", "--log-format FORMAT"):
        assert flag in text


def test_groff_warns_of_no_page() -> None:
    if shutil.which("groff") is None:
        pytest.skip("groff is not installed")
    for name, text in PAGES.items():
        done = subprocess.run(
            ["groff", "-ww", "-man", "-z", "-Tutf8"], input=text.encode(), capture_output=True, check=False
        )
        assert (name, done.returncode, done.stderr) == (name, 0, b"")


def test_what_means_something_to_roff_is_text() -> None:
    text = ".so /etc/passwd 'x' \\n -- ~/`^\" …"
    assert line(text) == "\\&.so /etc/passwd \\(aqx\\(aq \\en \\-\\- \\(ti/\\(ga\\(ha\\(dq \\[u2026]\n"
    assert escaped("ä«") == "\\[u00E4]\\[u00AB]"
    assert text in shown(f'.TH X 1 "" "x" "x"\n.SH X\n.nf\n{line(text)}')
