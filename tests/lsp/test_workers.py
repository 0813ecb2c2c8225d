"""Child processes that evaluate, as the server sees them."""

from __future__ import annotations

import asyncio

import pytest

from nixlite.lsp.values import workers
from nixlite.lsp.values.child import MEMORY
from nixlite.lsp.values.workers import Failure, Worker

SLOW_TO_END = """
import json, sys, time
sys.stdin.readline()
for line in sys.stdin:
    question = json.loads(line)
    large = question["ask"] == "large"
    reply = {"error": "too much", "kind": "memory"} if large else {"answer": question["ask"]}
    print(json.dumps({"id": question["id"], **reply}), flush=True)
    if large:
        time.sleep(0.5)
        sys.exit(3)
"""


def test_a_process_that_had_too_little_memory_is_asked_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has answered and is about to end: a question that came then was lost."""
    monkeypatch.setattr(workers, "PROGRAM", SLOW_TO_END)

    async def talk() -> list[str]:
        worker = Worker("test", {}, print)
        said = [await worker.ask("first")]
        for _ in range(2):
            with pytest.raises(Failure) as caught:
                await worker.ask("large")
            assert caught.value.kind == MEMORY
            said.append(await worker.ask("small"))
        await worker.stop()
        return said

    assert asyncio.run(talk()) == ["first", "small", "small"]
