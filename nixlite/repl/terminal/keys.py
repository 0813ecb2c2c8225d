"""What keys do in the line editor, beside what prompt_toolkit has for emacs and vi.

Enter sends what is complete and else begins a line, indented like the one before; Alt-Enter begins a line in
any case. Ctrl-O opens the editor, Escape leaves the menu of completions. What is pasted loses its prompts.
"""

from __future__ import annotations

from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, completion_is_selected, has_completions, has_focus
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.keys import Keys

from nixlite.repl.inputs import is_prompted, without_prompts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from prompt_toolkit.buffer import Buffer
    from prompt_toolkit.key_binding import KeyPressEvent

    from nixlite.repl.conversation import Conversation

INDENT = "  "
EDIT = (":e", ":edit")
OPENING = ("{", "[", "(", "=", ":", "let", "in", "then", "else", "''")
"""What ends a line below which is indented more."""
DEDENTED = ("in", "then", "else")
"""Words that begin a line and stand further left than what is before them."""


def key_bindings(conversation: Conversation) -> KeyBindings:
    """The keys of a session."""
    bindings = KeyBindings()

    def is_complete() -> bool:
        from prompt_toolkit.application import get_app

        text = get_app().current_buffer.text
        return text.strip() in EDIT or not conversation.is_incomplete(text)

    typing = has_focus(DEFAULT_BUFFER)  # and not searching the history

    @bindings.add("enter", filter=typing & Condition(is_complete))
    def send(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    bindings.add("enter", filter=typing & ~Condition(is_complete))(open_line)
    bindings.add("escape", "enter", filter=typing)(open_line)

    @bindings.add("c-o", filter=typing)
    def open_editor(event: KeyPressEvent) -> None:
        event.current_buffer.open_in_editor(validate_and_handle=False)

    @bindings.add("escape", filter=typing & (has_completions | completion_is_selected), eager=True)
    def leave_menu(event: KeyPressEvent) -> None:
        event.current_buffer.cancel_completion()

    if not conversation.style.compat:
        bindings.add(Keys.BracketedPaste, filter=typing)(paste)
    bindings.add(" ", filter=typing)(end_word)
    for bracket in "}])":
        bindings.add(bracket, filter=typing)(close_bracket)
    return bindings


def open_line(event: KeyPressEvent) -> None:
    """Begin a line, indented as the one before needs it."""
    buffer = event.current_buffer
    dedent_word(buffer)
    line = buffer.document.current_line_before_cursor
    words = line.split()
    deeper = INDENT if line.rstrip().endswith(OPENING[:5]) or (words and words[-1] in OPENING) else ""
    buffer.insert_text("\n" + line[: len(line) - len(line.lstrip())] + deeper)


def close_bracket(event: KeyPressEvent) -> None:
    """A closing bracket that begins a line goes back one step of indentation."""
    buffer = event.current_buffer
    before = buffer.document.current_line_before_cursor
    if before.endswith(INDENT) and not before.strip():
        buffer.delete_before_cursor(len(INDENT))
    buffer.insert_text(event.data)


def end_word(event: KeyPressEvent) -> None:
    """A blank; a word such as `in` that begins the line goes back one step of indentation."""
    dedent_word(event.current_buffer)
    event.current_buffer.insert_text(" ")


def dedent_word(buffer: Buffer) -> None:
    """Take away a step of indentation before a word that stands further left, at the end of the text."""
    document = buffer.document
    before = document.current_line_before_cursor
    word = before.strip()
    above = document.lines[document.cursor_position_row - 1] if document.cursor_position_row else ""
    depth, depth_above = (len(text) - len(text.lstrip()) for text in (before, above))
    # It is there already where its line is not as deep as the one above.
    if word in DEDENTED and before.startswith(INDENT) and depth >= depth_above:
        buffer.delete_before_cursor(len(word) + len(INDENT))
        buffer.insert_text(word)


def paste(event: KeyPressEvent) -> None:
    """Insert what the terminal hands over, of a transcript the inputs."""
    text = event.data.replace("\r\n", "\n").replace("\r", "\n")
    if is_prompted(text):
        text = "\n".join(without_prompts(text.split("\n"))).strip("\n")
    event.current_buffer.insert_text(text)
