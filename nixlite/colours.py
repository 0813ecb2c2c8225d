"""The colours of a terminal that messages, values and reports have."""

from __future__ import annotations

RED, GREEN, BLUE, MAGENTA, CYAN = (f"\x1b[{n};1m" for n in (31, 32, 34, 35, 36))
FAINT, BOLD, NORMAL = "\x1b[2m", "\x1b[1m", "\x1b[0m"
