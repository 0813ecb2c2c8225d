"""The walk on a whole terminal, by prompt_toolkit: a bar, the page, a line to type in, the keys."""

from __future__ import annotations

import asyncio

from prompt_toolkit.application import Application, run_in_terminal
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.filters import Condition
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.layout import (
    BufferControl,
    ConditionalContainer,
    FormattedTextControl,
    HSplit,
    Layout,
    VSplit,
    Window,
)
from prompt_toolkit.styles import Style

from nixlite.learn.editing import edit
from nixlite.learn.pages import Line, columns, fitting, lines_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from prompt_toolkit.formatted_text import StyleAndTextTuples
    from prompt_toolkit.key_binding import KeyPressEvent

    from nixlite.learn.walk import Walk

TICK = 0.05
"""Seconds between two looks at the exercise."""
WIDEST = 100
LOOK = Style.from_dict(
    {
        "title": "bold",
        "code": "fg:ansicyan",
        "inline": "fg:ansicyan",
        "stress": "italic",
        "good": "fg:ansigreen",
        "bad": "fg:ansired",
        "say": "fg:ansiyellow",
        "faint": "fg:ansibrightblack",
        "bar": "reverse",
        "keys": "fg:ansibrightblack",
        "key": "bold",
    }
)
LETTERS = "qlnphwxetr"


LANDMARKS: dict[str, Callable[[str, int], bool]] = {
    "told": lambda line, hints: line.startswith(("✓ You said", "✗ You said")),
    "task": lambda line, hints: line.startswith(f"Hint {hints}:" if hints else "File:"),
}
"""What is to be at the top where a page has news and does not fit: the last line of the kind."""


def flat(line: Line) -> str:
    """A line's text."""
    return "".join(text for _, text in line)


class Screen:
    """The terminal's state: what is scrolled, and what prompt_toolkit needs. *options* (input, output) are
    for tests."""

    def __init__(self, walk: Walk, **options: Any) -> None:
        self.walk = walk
        self.top = 0
        self.shown = ("", 0)
        self.news: tuple[str, int, int] = ("", 0, 0)
        self.buffer = Buffer(multiline=False)
        typing = Condition(lambda: walk.typing)
        line = VSplit(
            [Window(FormattedTextControl("> "), width=2), Window(BufferControl(self.buffer))], height=1
        )
        self.body = Window(
            FormattedTextControl(self.visible, focusable=True, show_cursor=False), wrap_lines=False
        )
        self.line = line
        self.app: Application[int] = Application(
            layout=Layout(
                HSplit(
                    [
                        Window(FormattedTextControl(self.bar), height=1, style="class:bar"),
                        self.body,
                        ConditionalContainer(line, typing),
                        Window(FormattedTextControl(self.notice), height=lambda: len(self.notice_lines())),
                        Window(
                            FormattedTextControl(self.keys),
                            height=self.key_rows,
                            style="class:keys",
                        ),
                    ]
                )
            ),
            key_bindings=self.bindings(typing),
            style=LOOK,
            full_screen=True,
            **options,
        )
        self.app.ttimeoutlen = 0.05

    # -- what is seen

    @property
    def width(self) -> int:
        """Columns of the page."""
        return min(self.app.output.get_size().columns - 1, WIDEST)

    @property
    def height(self) -> int:
        """Rows of the page."""
        below = self.key_rows() + self.walk.typing + len(self.notice_lines())
        return max(self.app.output.get_size().rows - 1 - below, 1)

    def notice_lines(self) -> list[Line]:
        """What has to be told beside the page."""
        return lines_of(self.walk.notice, self.width)[:3]

    def notice(self) -> StyleAndTextTuples:
        """The notice, just above the keys."""
        return [("class:say", "\n".join(flat(line) for line in self.notice_lines()))]

    def lines(self) -> list[Line]:
        """All lines of the page; a page that is another one begins at its top."""
        where = f"{self.walk.stage} {self.walk.lesson.slug} {self.walk.question}"
        lines = lines_of(self.walk.page(), self.width)
        if where != self.shown[0]:
            self.top = 0
            self.buffer.reset()
        news = (where, id(self.walk.result), self.walk.hints)
        if news != self.news and self.lands and len(lines) > self.height:
            mark = LANDMARKS[self.walk.stage]
            marks = [n for n, line in enumerate(lines) if mark(flat(line), self.walk.hints)]
            self.top = marks[-1] if marks else self.top
        self.news = news
        self.shown = (where, len(lines))
        if self.walk.stage == "list":  # what is picked has to be seen
            at = next((n for n, line in enumerate(lines) if flat(line).startswith(" ›")), 0)
            self.top = min(
                max(self.top, at - self.height + 2), at if self.top > at else self.top + len(lines)
            )
        self.top = max(min(self.top, len(lines) - self.height), 0)
        return lines

    @property
    def lands(self) -> bool:
        """Whether the page has news that have to be seen; a task is to be read first."""
        if self.walk.stage == "task":
            return bool(self.walk.hints or self.walk.result.get("by", "untouched") != "untouched")
        return self.walk.stage in LANDMARKS

    def visible(self) -> StyleAndTextTuples:
        """The lines that fit."""
        result: StyleAndTextTuples = []
        lines = self.lines()
        for line in lines[self.top : self.top + self.height]:
            result += [(f"class:{style}" if style else "", text) for style, text in line]
            result.append(("", "\n"))
        return result[:-1]

    @property
    def more(self) -> bool:
        """Whether something lies below what is seen."""
        return self.top + self.height < self.shown[1]

    def bar(self) -> StyleAndTextTuples:
        """The first line: which course, how far, and whether there is more below."""
        walk = self.walk
        width = self.app.output.get_size().columns
        done = sum(walk.progress.done(lesson) for lesson in walk.course.lessons)
        right = f"{done}/{len(walk.course.lessons)} done "
        if self.more:
            right = "↓ more (space) · " + right
        left = f" {walk.course.title}"
        left = (
            left[: fitting(left, max(width - len(right) - 1, 1))]
            if columns(left) > width - len(right) - 1
            else left
        )
        return [("", left + " " * max(width - columns(left) - len(right), 0) + right)]

    def key_lines(self) -> list[list[tuple[str, str]]]:
        """The keys, in as many lines as they need."""
        lines: list[list[tuple[str, str]]] = [[]]
        used = 0
        for key, what in self.walk.offers():
            size = columns(key) + 1 + columns(what) + 3
            if used + size > self.app.output.get_size().columns and lines[-1]:
                lines.append([])
                used = 0
            lines[-1].append((key, what))
            used += size
        return lines

    def key_rows(self) -> int:
        """How many lines the keys take."""
        return len(self.key_lines())

    def keys(self) -> StyleAndTextTuples:
        """The lines of keys."""
        result: StyleAndTextTuples = []
        for n, line in enumerate(self.key_lines()):
            result.append(("", "\n" if n else ""))
            for key, what in line:
                result += [("class:key", key), ("", f" {what}   ")]
        return result

    # -- what is pressed

    def bindings(self, typing: Condition) -> KeyBindings:
        """What keys do."""
        keys = KeyBindings()
        for letter in LETTERS + "123456789" + "0":
            keys.add(letter, filter=~typing)(self.on_key)
        keys.add("enter")(self.on_enter)
        for name, rows in (("up", -1), ("down", 1), ("k", -1), ("j", 1)):
            at_rest = ~typing if len(name) == 1 else Condition(lambda: True)
            keys.add(name, filter=at_rest)(lambda event, rows=rows: self.move(rows))
        for name, pages in (("pageup", -1), ("pagedown", 1), ("c-b", -1), ("c-f", 1)):
            keys.add(name)(lambda event, pages=pages: self.scroll(pages * (self.height - 1)))
        keys.add("space", filter=~typing)(lambda event: self.scroll(self.height - 1))
        keys.add("home", filter=~typing)(lambda event: self.scroll(-self.shown[1]))
        keys.add("end", filter=~typing)(lambda event: self.scroll(self.shown[1]))
        keys.add("c-l")(lambda event: self.press("l"))
        keys.add("c-c")(self.leave)
        keys.add("c-d")(self.leave)
        return keys

    def leave(self, event: KeyPressEvent | None = None) -> None:
        """The end."""
        self.walk.cancel()
        self.app.exit(result=0)

    def on_key(self, event: KeyPressEvent) -> None:
        """A letter or a digit."""
        self.press(event.data)

    def on_enter(self, event: KeyPressEvent) -> None:
        """The next page; an answer; or more of this page, where there is more."""
        if self.walk.typing:
            text = self.buffer.text
            self.buffer.reset()
            self.walk.submit(text)
        elif self.more and self.walk.stage not in ("list", "task"):
            self.scroll(self.height - 1)
        else:
            self.press("enter")
        self.refocus()

    def move(self, rows: int) -> None:
        """Up or down: of the list, or of the page."""
        if self.walk.stage == "list":
            self.walk.pick(rows)
        else:
            self.scroll(rows)

    def scroll(self, rows: int) -> None:
        """Show other lines of the page."""
        self.top = max(min(self.top + rows, self.shown[1] - self.height), 0)

    def press(self, key: str) -> None:
        """Let the walk do what a key means, and do what it asks for."""
        did = self.walk.press(key)
        if did == "quit":
            self.leave()
        elif did == "edit":
            run_in_terminal(self.edit)
        self.refocus()

    def edit(self) -> None:
        """Let the learner edit the exercise; while that lasts, the page waits."""
        self.walk.notice = edit(str(self.walk.desk.path(self.walk.lesson)))
        self.walk.version += 1

    def refocus(self) -> None:
        """Let the line be typed in where it is shown."""
        self.app.layout.focus(self.buffer if self.walk.typing else self.body)

    # -- running

    async def watch(self) -> None:
        """Look at work and files, until the end."""
        version = -1
        while True:
            self.walk.poll()
            if self.walk.version != version:
                version = self.walk.version
                self.refocus()
                self.app.invalidate()
            await asyncio.sleep(TICK)

    def run(self) -> int:
        """Show, until the learner leaves; returns the exit code."""

        def begin() -> None:
            self.app.create_background_task(self.watch())

        return self.app.run(pre_run=begin)


def run(walk: Walk, **options: Any) -> int:
    """Walk on the terminal; returns the exit code."""
    return Screen(walk, **options).run()
