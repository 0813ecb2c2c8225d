"""The variable `__json` of derivations: structured attributes as one text."""

from __future__ import annotations

from nixlite.errors import EvalError
from nixlite.formats.json.values import from_json
from nixlite.formats.json.writing import data_to_json, quote_json


def structured_json(members: dict[str, str]) -> str:
    """The JSON object of already encoded members."""
    return "{" + ",".join([f"{quote_json(key)}:{members[key]}" for key in sorted(members)]) + "}"


def canonical_json(text: str) -> str:
    """JSON text read and written again, as happens to `__json`."""
    try:
        return data_to_json(from_json(text))
    except EvalError as error:
        raise EvalError(f"cannot process __json attribute: {error.message}") from None
