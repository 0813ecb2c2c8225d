"""Snix, the Rust evaluator, as a command like `nix-instantiate`: `python snix.py --eval --strict FILE` or `-E EXPR`.

    pip install nixeval                                      (in an environment of its own)
    python -m tests.benchmarks --also 'snix=THAT/PYTHON tests/benchmarks/snix.py'

The module `nixeval` turns the value into JSON and that into Python's; programs whose value is a number, a
string or a boolean print as Nix prints them. There is no lookup path, and no derivations. Python's own start is part of what it
costs, as it is of nixlite's.
"""

from __future__ import annotations

import json
import sys


def main(words: list[str]) -> int:
    """Evaluate and print; an error goes to the standard error."""
    import nixeval  # type: ignore[import-not-found]  # in an environment of its own

    if "-I" in words:
        print("error: there is no lookup path", file=sys.stderr)
        return 1
    # Relative imports start from a file's own directory, which only `import` tells it.
    text = words[words.index("-E") + 1] if "-E" in words else f"import {words[-1]}"
    try:
        value = nixeval.loads(text)
    except ValueError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        return 1
    print(json.dumps(value, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
