"""Markdown on a terminal: what `:doc` of Nix 2.34.8 printed for these doc comments."""

from __future__ import annotations

import pytest

from nixlite.repl.commands.markdown import render

SHOWN = [
    ('A long paragraph that goes on and on with many words so that it must be wrapped at some column which we want to know precisely, and a bit more of it here to be sure.',
     'A long paragraph that goes on and on with many words so\nthat it must be wrapped at some column which we want to\nknow precisely, and a bit more of it here to be sure.'),
    ('First line\nsecond line\nthird line\n\nSecond paragraph',
     'First line second line third line\n\nSecond paragraph'),
    ('- one\n- two two two two two two two two two two two two two two two two two two two two two two two two two\n- three\n',
     '  · one \n  · two two two two two two two two two two two two two two\n    two two two two two two two two two two two \n  · three'),
    ('- one\n\n- two\n\n- three',
     '  · one\n\n  · two\n\n  · three'),
    ('para\n- one\n- two\npara2',
     'para - one - two para2'),
    ('1. one\n2. two\n10. ten',
     ' 1. one \n 2. two \n 3. ten'),
    ('# H1\n\ntext\n\n## H2\n\ntext2\n\n### H3\ntext3',
     'H1\n\ntext\n\n## H2\n\ntext2\n\n### H3\n\ntext3'),
    ('```nix\nlet\n  x = 1;\nin x\n```\n\nafter',
     '  │ let\n  │   x = 1;\n  │ in x\n\nafter'),
    ('    indented code\n    more\n\nafter',
     '  │ indented code\n  │ more\n\nafter'),
    ('> quote one\n> two\n\nafter',
     '  │ quote one two\n\nafter'),
    ('`code` *emph* **strong** ***both*** _under_ __dunder__ ~~strike~~',
     'code emph strong both under dunder ~~strike~~'),
    ('[link](http://x.y/z) and <http://auto.x> and http://bare.x',
     'link http://x.y/z and http://auto.x and http://bare.x'),
    ('line with two spaces  \nbreak\\\nbreak2',
     'line with two spaces\nbreak\nbreak2'),
    ('term\n: definition',
     'term\n  : definition'),
    ('a\n\n---\n\nb',
     'a\n\n────────────────────────────────────────────────────────────\n\nb'),
    ('# Inputs\n\n`x`\n\n: the x\n\n# Type\n\n```\nf :: Int -> Int\n```\n\n# Examples\n\n:::{.example}\n## `f` usage\n\n```nix\nf 1\n=> 1\n```\n:::\n',
     'Inputs\n\nx\n\n  : the x\n\nType\n\n  │ f :: Int -> Int\n\nExamples\n\n:::{.example}\n\n## f usage\n\n  │ f 1\n  │ => 1\n\n:::'),
    ('HTML <b>bold</b> &amp; &lt; entities é ü “quotes” -- dash ... "straight" don\'t',
     'HTML <b>bold</b> & < entities é ü “quotes” -- dash ...\n"straight" don\'t'),
    ('* star\n* list',
     '  · star \n  · list'),
    ('| a | b |\n|---|---|\n| 1 | 2 |',
     'a │ b\n──┼───\n1 │ 2'),
    ('![img](x.png)',
     '[🖻 img]'),
    ('word word word word word word word word word word word endd x',
     'word word word word word word word word word word word endd\nx'),
    ('xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx y',
     'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\ny'),
    ('- item with `code`\n\n  second par\n\n  ```\n  code\n  ```\n- next',
     '  · item with code\n    \n    second par\n    \n      │ code\n\n  · next'),
    ('Escaped \\* star and \\_ under and 1\\. x',
     'Escaped * star and _ under and 1. x'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "shown"), SHOWN)
def test_as_lowdown(text: str, shown: str) -> None:
    assert render(text) == shown.rstrip()


def test_the_head_of_a_functions_documentation() -> None:
    head = "Function `f`\\\n  … defined at «string»:1:5\n\nhello\n"
    assert render(head) == "Function f\n… defined at «string»:1:5\n\nhello"
