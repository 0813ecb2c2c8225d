"""Which site of the source an instruction of compiled code belongs to; `compiler.emit` tells how it knows."""

from __future__ import annotations

import marshal
from itertools import islice

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, FrameType
    from typing import Any

    from nixlite.abi.sites import Row


def site_rows(names: dict[str, Any]) -> tuple[Row, ...]:
    """The sites of compiled code with these globals (see `abi.sites`), unpacked when first wanted."""
    packed = names["SITES"]
    if type(packed) is bytes:
        packed = names["SITES"] = marshal.loads(packed)
    rows: tuple[Row, ...] = packed
    return rows


def site_number(code: CodeType, lasti: int) -> int:
    """The site of an instruction: how many lines its Python position spans."""
    line, end, _, _ = next(islice(code.co_positions(), lasti // 2, None))
    return (end or 0) - (line or 0)


def site_of(frame: FrameType, lasti: int) -> tuple[Row, tuple[Row, ...]]:
    """The row of the site that a frame is at, and all rows."""
    rows = site_rows(frame.f_globals)
    return rows[site_number(frame.f_code, lasti)], rows
