"""The history of inputs, for prompt_toolkit."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from prompt_toolkit.history import History, InMemoryHistory
from prompt_toolkit.input.typeahead import get_typeahead

from nixlite.repl.history import Entry, entries, history_path, nearest_first, written

if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any

    from prompt_toolkit import PromptSession

    from nixlite.host.host import Host


class SessionHistory(History):
    """What was typed in all sessions; Up first gives what was typed in this folder."""

    def __init__(self, path: str, folder: str) -> None:
        super().__init__()
        self.path = path
        self.folder = folder
        self.session = f"{os.getpid():x}"

    def load_history_strings(self) -> Iterable[str]:
        """See prompt_toolkit: the first is what Up shows first."""
        return nearest_first(entries(self.path), self.folder)

    def store_string(self, string: str) -> None:
        """See prompt_toolkit. Where the disk is full the input is done all the same."""
        from datetime import datetime

        time = datetime.now().isoformat(" ", "seconds")
        try:
            with open(self.path, "a", encoding="utf-8", errors="replace") as file:
                file.write(written(Entry(time, self.session, self.folder, string)))
        except OSError:
            return


def open_history(host: Host, folder: str) -> History:
    """The history file in the user's state directory; in memory where that cannot be written."""
    path = history_path(host)
    return InMemoryHistory() if path is None else SessionHistory(path, folder)


def keys_after_history(prompt: PromptSession[Any]) -> None:
    """Have the keys that were pressed before there was a prompt be done once the history is there.

    prompt_toolkit does them before it loads the history, in a task that its first drawing begins: an Up among
    them would find nothing. Tasks run in the order in which they were begun, and before new keys are read.
    """
    app, keys = prompt.app, get_typeahead(prompt.app.input)

    async def press() -> None:
        app.key_processor.feed_multiple(keys)
        app.key_processor.process_keys()

    if keys:
        prompt.default_buffer.load_history_if_not_yet_loaded()
        app.create_background_task(press())
