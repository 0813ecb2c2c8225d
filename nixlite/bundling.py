"""Writing the groups of modules that `loading` takes from one file."""

from __future__ import annotations

import marshal
import os

from nixlite.loading import HEADER, MAGIC_NUMBER

TYPE_CHECKING = False
if TYPE_CHECKING:
    from nixlite.loading import Bundle, Row


def write(bundle: Bundle, groups: dict[str, list[Row]]) -> None:
    """Put *groups* into the file, beside those that it has; not being able to is no error."""
    temporary = f"{bundle.path}.{os.getpid()}"
    try:
        data = {name: bundle.data(name) for name in bundle.index if name not in groups}
        data |= {name: marshal.dumps(rows) for name, rows in groups.items()}
        index, at = {}, 0
        for name, group in data.items():
            index[name] = (at, len(group))
            at += len(group)
        head = marshal.dumps((bundle.folder, index))
        with open(temporary, "xb") as file:
            file.writelines([HEADER, MAGIC_NUMBER, len(head).to_bytes(4, "little"), head, *data.values()])
        os.replace(temporary, bundle.path)
    except (OSError, ValueError):
        try:
            os.unlink(temporary)
        except OSError:
            return
