"""Matching as libstdc++ does, without its (and Python's) exponential cases.

libstdc++ searches depth first, greedy, but follows *both* branches of every `|` and keeps the longest match,
the first found among equals. Seen from one node and one position that is a plain function with a number for
its result, the end of the match: a repetition gives what one more round gives if that leads to a match, else
what leaving gives; `|` gives the larger of two ends. So each pair of branching node and position is worked
out once and remembered, which makes the work linear in the text, and the groups are found by walking the
chosen way again.

One state more: a repetition is entered at most twice at one position without progress (as libstdc++ has it).
Those entries are counted, in base 3, for the repetitions whose body can match nothing.
"""

from __future__ import annotations

from nixlite.regex.syntax import RegexTooBig

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from nixlite.regex.facts import Facts
    from nixlite.regex.syntax import Node

CHARACTER, JUMP, ALTERNATIVE, REPEAT, OPEN, CLOSE, BEGIN, END, ACCEPT = range(9)
MEMORY_LIMIT = 5_000_000
"""Remembered pairs of node and position before matching is given up."""

FIRST, SECOND, FAILED = 0, 1, -1


class Machine:
    """The automaton of an expression: parallel lists indexed by state.

    `next`: the following state. `other`: the first branch of ALTERNATIVE and the body of REPEAT, the bytes of
    CHARACTER, the number of OPEN and CLOSE. `weight`: the place of a REPEAT's count of idle rounds, 0 if it
    needs none.
    """

    def __init__(self, tree: Node, groups: int, facts: Facts) -> None:
        self.nullable = facts.nullable
        self.operations: list[int] = []
        self.next: list[int] = []
        self.other: list[Any] = []
        self.weight: list[int] = []
        self.groups = groups
        self.counts = 1  # 3 to the power of the number of counting repetitions
        self._sets: dict[int, frozenset[str]] = {}
        self._loops = 0  # repetitions without bound around what is being lowered
        accept = self._add(ACCEPT, -1)
        self.start = self._lower(tree, accept)

    def _add(self, operation: int, following: int, other: Any = None) -> int:
        self.operations.append(operation)
        self.next.append(following)
        self.other.append(other)
        self.weight.append(0)
        return len(self.operations) - 1

    def _repeat(self, following: int, nullable: bool) -> int:
        state = self._add(REPEAT, following)
        if nullable and self._loops:  # outside of loops no state is met twice
            self.weight[state] = self.counts
            self.counts *= 3
        return state

    def _lower(self, node: Node, following: int) -> int:
        """Add the states of *node*, which lead on to *following*; returns the first."""
        match node[0]:
            case "set":
                return self._add(CHARACTER, following, self._characters(node[1]))
            case "cat":
                for part in reversed(node[1]):
                    following = self._lower(part, following)
                return following
            case "alt":
                second = self._lower(node[2], following)
                return self._add(ALTERNATIVE, second, self._lower(node[1], following))
            case "group":
                body = self._lower(node[2], self._add(CLOSE, following, node[1]))
                return self._add(OPEN, body, node[1])
            case "star" | "plus":
                self._loops += 1
                state = self._repeat(following, self.nullable[id(node[1])])
                self.other[state] = self._lower(node[1], state)
                self._loops -= 1
                return state if node[0] == "star" else int(self.other[state])
            case "opt":
                return self._optional(node[1], following, following)
            case "times":
                return self._times(node[1], node[2], node[3], following)
            case "begin":
                return self._add(BEGIN, following)
        return self._add(END, following)

    def _optional(self, body: Node, following: int, leaving: int) -> int:
        state = self._repeat(leaving, self.nullable[id(body)])
        self.other[state] = self._lower(body, following)
        return state

    def _times(self, body: Node, least: int, most: int | None, following: int) -> int:
        if most is None:
            state = self._lower(("star", body), following)
        else:
            state = following
            for _ in range(most - least):
                state = self._optional(body, state, following)
        for _ in range(least):
            state = self._lower(body, state)
        return state

    def _characters(self, bits: int) -> frozenset[str]:
        found = self._sets.get(bits)
        if found is None:
            found = self._sets[bits] = frozenset([chr(byte) for byte in range(256) if bits >> byte & 1])
        return found


class Matcher:
    """A `Machine` at work on one text (a byte view). `whole`: a match must reach the end of the text."""

    def __init__(self, program: Machine, text: str, *, whole: bool) -> None:
        self.program = program
        self.text = text
        self.whole = whole
        self.memory: dict[int, int] = {}
        self.here: dict[int, int] = {}
        self.forbidden = -1

    def match_at(self, start: int, *, not_empty: bool = False) -> list[tuple[int, int]] | None:
        """The span of the match that begins at *start* and of its groups, (-1, -1) for an unused one."""
        self.forbidden = start if not_empty else -1
        # What is worked out under the ban on an empty match holds only at its own position.
        self.here = {} if not_empty else self.memory
        end = self._best(self.program.start, start)
        if end < 0:
            return None
        return self._spans(start)

    def _key(self, state: int, position: int, counts: int) -> int:
        program = self.program
        return (position * program.counts + counts) * len(program.operations) + state

    def _best(self, state: int, position: int) -> int:
        """The end of the best match from *state* at *position*, or FAILED."""
        operations, following, other = self.program.operations, self.program.next, self.program.other
        weights = self.program.weight
        text, length, counts = self.text, len(self.text), 0
        stack: list[tuple[int, int, int, int]] = []  # state, position, counts, end of first branch or -2
        while True:
            # Down: along the only way there is, until the end or a branch.
            operation = operations[state]
            if operation == CHARACTER:
                if position < length and text[position] in other[state]:
                    position, counts, state = position + 1, 0, following[state]
                    continue
                result = FAILED
            elif operation in (ALTERNATIVE, REPEAT):
                memory = self.here if position == self.forbidden else self.memory
                known = memory.get(self._key(state, position, counts))
                if known is None:
                    weight = weights[state] if operation == REPEAT else 0
                    if not weight or counts // weight % 3 < 2:
                        stack.append((state, position, counts, -2))
                        state, counts = other[state], counts + weight
                    else:
                        stack.append((state, position, counts, FAILED))
                        state = following[state]
                    continue
                result = known >> 1
            elif operation == ACCEPT:
                taken = position != self.forbidden and (not self.whole or position == length)
                result = position if taken else FAILED
            elif (operation == BEGIN and position) or (operation == END and position != length):
                result = FAILED
            else:
                state = following[state]
                continue
            # Up: give the result to the branches that wait for it.
            while stack:
                state, position, counts, first = stack.pop()
                choice = FIRST
                if first == -2:
                    if result == FAILED or (operations[state] == ALTERNATIVE and result < length):
                        stack.append((state, position, counts, result))
                        state = following[state]
                        break
                elif result > first:
                    choice = SECOND
                else:
                    result = first
                memory = self.here if position == self.forbidden else self.memory
                memory[self._key(state, position, counts)] = result << 1 | choice
                if len(memory) > MEMORY_LIMIT:
                    raise RegexTooBig
            else:
                return result

    def _spans(self, start: int) -> list[tuple[int, int]]:
        """Walk the way that `_best` chose and note where groups open and close."""
        program = self.program
        opened = [-1] * (program.groups + 1)
        spans = [(-1, -1)] * (program.groups + 1)
        state, position, counts = program.start, start, 0
        while True:
            operation = program.operations[state]
            if operation == ACCEPT:
                spans[0] = (start, position)
                return spans
            if operation == CHARACTER:
                position += 1
                counts = 0
            elif operation == OPEN:
                opened[program.other[state]] = position
            elif operation == CLOSE:
                number = program.other[state]
                spans[number] = (opened[number], position)
            elif operation in (ALTERNATIVE, REPEAT):
                memory = self.here if position == self.forbidden else self.memory
                if memory[self._key(state, position, counts)] & 1 == FIRST:
                    counts += program.weight[state]
                    state = program.other[state]
                    continue
            state = program.next[state]
