"""Examples in Markdown are tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.testing.support import PASSED, details, lines, results

if TYPE_CHECKING:
    from pathlib import Path

PAGE = """# A page

```nix
double = n: n * 2;
twice = double 2;
```

## It *doubles* [things](x)

``` nix
double 3
=> 6
map double [ 1 2 ]
=> [
  2
  4
]
double "3"
=> error: expected an integer but found a string
```

~~~nix
let x = double 2; in # here
x # => 5
~~~

```nix skip
this is … not Nix
```

```sh
neither
```

```nix
lib.length [ 1 pkgs.hello ] # => 2
```

1. Indented

   ```nix
   { lib, ... }: {
     a = undefinedd;
   }
   ```

```nix
twice + 1
# => 5
```
"""


def test_a_page(tmp_path: Path) -> None:
    heading = "It doubles things"
    assert results(tmp_path, PAGE, name="page.md") == {
        "line 4: A page": PASSED,
        f"line 11: {heading}": PASSED,
        f"line 23: {heading}": "expected 5, found 4",
        f"line 28: {heading}": "skipped: 'skip' is written at the fence",
        f"line 36: {heading}": PASSED,
        f"line 42: {heading}": "the example cannot be evaluated: undefined variable 'undefinedd'",
        f"line 48: {heading}": PASSED,
    }
    assert list(lines(tmp_path, PAGE, "page.md").values()) == [4, 11, 23, 28, 36, 42, 48]


def test_positions_are_those_of_the_page(tmp_path: Path) -> None:
    said = details(tmp_path, PAGE, "page.md")["line 42: It doubles things"]
    assert f"at {tmp_path}/page.md:43:10:\n           42|    {{ lib, ... }}: {{\n" in said


@pytest.mark.parametrize(
    ("fence", "said"),
    [
        ("1 + 1", PASSED),
        ("1 +", "the example cannot be evaluated: syntax error, unexpected end of file"),
        ('throw "x"', "the example cannot be evaluated: x"),
        ('{ a = throw "x"; }', PASSED),
        ('a = throw "x";', "'a' cannot be evaluated: x"),
        ("1 => 2", "the example cannot be evaluated: syntax error, unexpected '=', expecting end of file"),
        ("1 + 1\n=> 2\n\n1\n=> 3", "expected 3, found 1"),
        ("1 # => error: x", "an error is expected, and there is none (line 4)"),
        ('throw "xy" # => error: y', PASSED),
        ('throw "xy" # => error: z', "the message does not have 'z' in it: xy"),
        ('"a # => b" # => "a # => b"', PASSED),
        ("", "the example cannot be evaluated: syntax error, unexpected end of file"),
    ],
)  # fmt: skip
def test_fences(tmp_path: Path, fence: str, said: str) -> None:
    found = results(tmp_path, f"text\n\n```nix\n{fence}\n```\n", name="page.md")
    assert found == {"line 4": said}


def test_a_fence_that_nobody_closes(tmp_path: Path) -> None:
    assert results(tmp_path, "```nix\n1 # => 1", name="page.md") == {"line 2": PASSED}
