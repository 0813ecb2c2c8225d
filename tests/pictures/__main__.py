"""Write the pictures: `python -m tests.pictures`."""

from __future__ import annotations

from tests.pictures.playing import PICTURES, PLACE

if __name__ == "__main__":
    PLACE.mkdir(exist_ok=True, parents=True)
    for name, make in PICTURES.items():
        (PLACE / name).write_text(make(), "utf-8")
        print(PLACE / name)
