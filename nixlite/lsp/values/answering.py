"""What the child process answers: one method for each question."""

from __future__ import annotations

from types import FunctionType
from typing import TYPE_CHECKING, Any

from nixlite.cache.files import Cache
from nixlite.errors import NixError
from nixlite.lsp.values.evaluating import Part, Values, packages
from nixlite.lsp.values.showing import kind_of, look, note, parameters, place_of, shown
from nixlite.runtime.thunk import force
from nixlite.runtime.values import lambda_info

if TYPE_CHECKING:
    from collections.abc import Callable

MOST_SHOWN = 6
"""Attributes of a set that has a hint."""
MOST_NAMES = 400
"""Completions that are sent at once."""


class Bench:
    """Answers questions about files, with one evaluator that is kept."""

    def __init__(self, options: dict[str, Any]) -> None:
        self.options = options
        from nixlite.host.real import RealHost

        directory = RealHost().cache_directory()
        self.values = Values(options, Cache(directory) if directory else None)
        self.open: dict[str, str] = {}
        self.questions: dict[str, Callable[[dict[str, Any]], Any]] = {
            "value": self.value,
            "several": self.several,
            "names": self.names,
            "parameters": self.parameters,
            "place": self.place,
            "argument": self.argument,
        }

    def answer(self, question: dict[str, Any]) -> Any:
        """The answer to a question. Raises NixError."""
        self.open.update(question.get("open") or {})
        for path in question.get("closed") or ():
            self.open.pop(path, None)
        self.values.refresh(self.open)
        if "path" in question and "text" not in question:
            question["text"] = self.open[question["path"]]
        ask = question["ask"]
        if ask == "warm":  # which may take long where nothing was compiled before
            self.values.evaluator.budget = None
            return self.values.evaluator.guard(self.warm, question)
        if ask in self.questions:
            return self.values.limited(lambda: self.questions[ask](question))
        from nixlite.lsp.values.examining import EXAMINING

        return EXAMINING[ask](self.values, question)

    # -- questions

    def warm(self, question: dict[str, Any]) -> Any:
        """Load what most questions need."""
        pkgs: Any = packages(self.values)
        return {"packages": len(pkgs)}

    def part(self, question: dict[str, Any]) -> Part:
        """The part that a question is about."""
        start, end = question["span"]
        return Part(
            question["path"],
            question["text"],
            start,
            end,
            question.get("attribute") or (),
            question.get("variable"),
        )

    def lazy(self, part: Part, leave: int = 0) -> Any:
        """The value of a part, or of an attribute of it; *leave* names are not selected."""
        span = (part.start, part.end)
        if part.variable is not None:
            found = self.values.variable(part.path, part.text, span, part.variable)
        else:
            found = self.values.lazies(part.path, part.text, [span])[0]
        for name in part.attribute[: len(part.attribute) - leave]:
            attrs: Any = force(found)
            if type(attrs) is not dict or name not in attrs:
                raise NixError(f"attribute '{name}' missing")
            found = attrs[name]
        return found

    def value(self, question: dict[str, Any]) -> Any:
        """A value for hovering."""
        found = self.lazy(self.part(question))
        answer = shown(found)
        place = place_of(found)
        answer["place"] = list(place) if place else None
        return answer

    def several(self, question: dict[str, Any]) -> Any:
        """The values of parts that are in one scope, in few words; None for those that are not known."""
        spans = [(start, end) for start, end in question["spans"]]
        return [self.hint(x) for x in self.values.lazies(question["path"], question["text"], spans)]

    def hint(self, x: Any) -> str | None:
        """A value for a hint in the text, None where there is none."""
        from nixlite.explain.brief import brief

        value = look(x)
        if isinstance(value, NixError) or value is None:
            return "null" if value is None else None
        if kind_of(value) in ("function", "built-in function", "option"):
            return None
        if type(value) is dict and kind_of(value) == "set" and len(value) > MOST_SHOWN:
            return None
        text = brief(value, 1, look)
        return None if "error: " in text else text

    def names(self, question: dict[str, Any]) -> Any:
        """The names of the attributes of a set, those that may complete a prefix."""
        found: Any = look(self.lazy(self.part(question)))
        if isinstance(found, NixError):
            raise found
        return self.chosen(found, question.get("prefix") or "")

    def chosen(self, attrs: Any, prefix: str) -> Any:
        """Names that a prefix may mean, with notes."""
        if type(attrs) is not dict:
            return {"names": [], "more": False}
        lower = prefix.lower()
        names = sorted(name for name in attrs if name.lower().startswith(lower))
        names += sorted(
            name for name in attrs if lower and lower in name.lower() and not name.lower().startswith(lower)
        )
        return {
            "names": [[name, note(attrs[name])] for name in names[:MOST_NAMES]],
            "more": len(names) > MOST_NAMES,
        }

    def parameters(self, question: dict[str, Any]) -> Any:
        """What a function takes."""
        return parameters(self.lazy(self.part(question)))

    def place(self, question: dict[str, Any]) -> Any:
        """Where an attribute is defined: the places of all that the name stands for."""
        part = self.part(question)
        found = self.lazy(part)
        value = look(found)
        place = place_of(found)
        inner = None
        if type(value) is dict and "meta" in value:
            meta: Any = look(value["meta"])
            position = look(meta["position"]) if type(meta) is dict and "position" in meta else None
            inner = position if type(position) is str else None
        function = lambda_info(value).position if type(value) is FunctionType else None
        return {
            "place": list(place) if place else None,
            "position": inner,
            "function": list(function) if function else None,
        }

    def argument(self, question: dict[str, Any]) -> Any:
        """Attributes of the package set: what a formal of a package's function may be."""
        pkgs: Any = packages(self.values)
        return self.chosen(pkgs, question.get("prefix") or "")
