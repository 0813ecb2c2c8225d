"""What the bar below the input says: the type of the value at the cursor, or what is wrong with the input.

Nothing is evaluated, nothing is kept: values are looked at only where they are there already.
"""

from __future__ import annotations

import re

from nixlite.errors import NixError, UndefinedVariable
from nixlite.formats.nix.functions import signature
from nixlite.runtime.thunk import peek
from nixlite.runtime.values import MISSING, ContextString, NixPath, show_type
from nixlite.source import Source
from nixlite.spelling import KEYWORDS, quote
from nixlite.syntax import nodes
from nixlite.syntax.lines import BINDINGS, OPEN, OPEN_BINDINGS, WRONG, LineReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.analysis.facts import Analysis
    from nixlite.repl.conversation import Conversation
    from nixlite.runtime.values import Lazy

_WORD_ANYWHERE = re.compile(r"[A-Za-z_][\w'-]*")
_WORD = re.compile(r"[A-Za-z_][\w'-]*$")
LONGEST = 60
"""Characters shown of a string."""


def status(conversation: Conversation, text: str, cursor: int) -> tuple[str, bool]:
    """The text of the bar for an input, and whether it is about an error.

    Of several inputs it is about the one with the cursor in it.
    """
    begin = 0
    for given in conversation.inputs_in(text):
        begin = text.find(given.text.removesuffix("\n"), begin)
        if cursor <= begin + len(given.text):
            cursor, text = cursor - begin, given.text.removesuffix("\n")
            break
    if text.lstrip().startswith(":"):
        return command_status(conversation, text, cursor)
    return expression_status(conversation, text, cursor)


def command_status(conversation: Conversation, text: str, cursor: int) -> tuple[str, bool]:
    """What a command does until its argument is being typed."""
    name = text.split(None, 1)[0]
    row = conversation.known_commands().get(name)
    if row is None:
        return "", False
    start = text.index(name) + len(name)
    if row.takes_expression and cursor > start and text[start:].strip():
        return expression_status(conversation, " " * start + text[start:], cursor)
    return f"{row.label(conversation.style.compat)}: {' '.join(row.help.split())}", False


def expression_status(conversation: Conversation, text: str, cursor: int) -> tuple[str, bool]:
    """The value at the cursor, else the first error of the whole."""
    if not text.strip():
        return "", False
    source = Source("«input»", text, base=conversation.evaluator.settings.cwd)
    try:
        tree = parse(conversation, source)
    except NixError as error:
        return error.message, True
    if tree is None:
        return "", False
    try:
        analysis = resolve(conversation, tree, source)
    except UndefinedVariable as error:
        return ("", False) if is_beginning(conversation, text[:cursor]) else (error.message, True)
    except NixError as error:
        return error.message, True
    found = node_at(tree, cursor)
    if found is None:
        return "", False
    return describe_node(conversation, analysis, source, found), False


def is_beginning(conversation: Conversation, text: str) -> bool:
    """Whether the name at the end of a text may be one that is known, not yet typed to its end."""
    word = _WORD.search(text)
    if word is None:
        return False
    names = (
        *conversation.scope,
        *conversation.evaluator.state.globals,
        *KEYWORDS,
        *_WORD_ANYWHERE.findall(text),
    )
    return any(name.startswith(word[0]) and name != word[0] for name in names)


def parse(conversation: Conversation, source: Source) -> nodes.Expr | None:
    """The tree of bindings or of an expression, None for the beginning of one; warnings are for later."""
    from nixlite.syntax.parser import parse as parse_expression
    from nixlite.syntax.parser import parse_bindings

    place = LineReader(conversation.features).read(source.text)
    verdict = place.verdict()
    options = conversation.evaluator.parse_options()
    options.warn = lambda text, position: None
    if verdict == OPEN:
        return None
    if verdict == OPEN_BINDINGS:
        return parse_bindings(Source(source.name, f"{source.text}\n;", base=source.base), options)
    if verdict == BINDINGS or (verdict == WRONG and place.is_rather_bindings):
        return parse_bindings(source, options)
    return parse_expression(source, options)


def resolve(conversation: Conversation, tree: nodes.Expr, source: Source) -> Analysis:
    """What the variables mean."""
    from nixlite.analysis.scope import analyse

    return analyse(tree, source, conversation.evaluator.state.globals, conversation.scope)


def node_at(tree: nodes.Expr, cursor: int) -> nodes.Expr | None:
    """The smallest variable or selection at the cursor; a selection counts as a whole."""
    from nixlite.repl.commands.finding import walk

    best: nodes.Expr | None = None
    for node, _ in walk(tree):
        if isinstance(node, (nodes.Var, nodes.Select)) and node.start <= cursor <= node.end:
            if isinstance(node, nodes.Var) and isinstance(best, nodes.Select) and best.subject is node:
                continue
            if best is None or node.end - node.start <= best.end - best.start:
                best = node
    return best


def describe_node(conversation: Conversation, analysis: Analysis, source: Source, node: nodes.Expr) -> str:
    """`name: what it is`, as far as that is known."""
    text = source.text[node.start : node.end]
    value = peek_node(conversation, analysis, node)
    if value is MISSING:
        return ""
    return f"{text}: {describe(value)}"


def peek_node(conversation: Conversation, analysis: Analysis, node: nodes.Expr) -> Any:
    """The lazy that a node stands for; MISSING where that is not known without evaluating."""
    from nixlite.analysis.facts import Global, Variable

    if isinstance(node, nodes.Var):
        resolution = analysis.variables.get(node)
        if isinstance(resolution, Global) or (isinstance(resolution, Variable) and resolution.dynamic):
            return conversation.variable(resolution.name)
        return MISSING
    if not isinstance(node, nodes.Select):
        return MISSING
    value = peek_node(conversation, analysis, node.subject)
    for name in node.path:
        attrs = MISSING if value is MISSING else peek(value)
        if type(attrs) is not dict or not isinstance(name, str) or name not in attrs:
            return MISSING
        value = attrs[name]
    return value


def describe(x: Lazy) -> str:
    """The type of what is evaluated, with a little of the value."""
    value = peek(x)
    kind = type(value)
    if value is MISSING:
        return "not evaluated yet"
    if kind is bool:
        return f"a Boolean, {'true' if value else 'false'}"
    if kind is int or kind is float:
        return f"{show_type(value)}, {value}"
    if kind is str or kind is ContextString:
        text = value if kind is str else value.text
        return f"{show_type(value)}, {quote(text if len(text) <= LONGEST else text[:LONGEST] + '…')}"
    if kind is NixPath:
        return f"a path, {value.path}"
    if kind is dict:
        return f"a set with {count(len(value), 'attribute')}"
    if kind is tuple:
        return f"a list with {count(len(value), 'element')}"
    signature_text = signature(value)
    return f"{show_type(value)} {signature_text}".rstrip()


def count(number: int, what: str) -> str:
    """`1 attribute`, `2 attributes`."""
    return f"{number} {what}{'' if number == 1 else 's'}"
