"""Random programs, data and command lines, made by grammars or damaged: nixlite answers or says what is wrong.

    python -m tests.fuzz --minutes 10
    python -m tests.fuzz --inputs 1000000 --workers 2 --seed 7
    python -m tests.fuzz --inputs 20000 --only session,line
    python -m tests.fuzz --show 4711 --seed 7
    python -m tests.fuzz --nix 'COMMAND nix-instantiate' --inputs 20000

Each input is parsed, evaluated within limits, printed, and of an error the trace is written, on a host with a few
files and nothing else. A fault is an exception that is no NixError, what nixlite calls a bug of its own, the end of
the process, or five seconds more than the limits allow. Faults are made smaller; with `--keep` they are written
to `corpus/`, whose inputs are done in every run of the tests. The same seed gives the same inputs.
With `--nix` programs are compared with a real Nix (`against_nix`). `python -m tests.fuzz.cache` damages the cache.
"""

from __future__ import annotations

import argparse
import sys
import time
from typing import TYPE_CHECKING

from tests.fuzz.corpus import keep
from tests.fuzz.kinds import KINDS, Input, made
from tests.fuzz.minimising import smaller
from tests.fuzz.workers import BATCH, Fault, Pool

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST = 20
"""Examples of one fault that are looked at for the smallest."""


def batches(inputs: int | None, seconds: float | None) -> Iterator[range]:
    """Numbers of inputs, until there are enough or the time is over."""
    begun, at = time.monotonic(), 0
    while (inputs is None or at < inputs) and (seconds is None or time.monotonic() - begun < seconds):
        stop = at + BATCH if inputs is None else min(inputs, at + BATCH)
        yield range(at, stop)
        at = stop


def fuzz(
    seed: int, only: str, *, inputs: int | None, seconds: float | None, workers: int, tell: bool = True
) -> tuple[int, dict[str, Fault]]:
    """How many inputs were done, and the faults by what is wrong, of each a small example."""
    pool = Pool(lambda number: made(number, seed, only), workers)
    found: dict[str, list[Fault]] = {}
    begun = time.monotonic()
    try:
        for fault in pool.run(told(batches(inputs, seconds), pool, found, tell)):
            same = found.setdefault(fault.what, [])
            same.append(fault)
            if len(same) == 1 and tell:
                print(f"{fault.what}\n    {fault.given!r:.300}\n{fault.told[-2500:]}", flush=True)
    finally:
        pool.close()
    took = time.monotonic() - begun
    if tell:
        print(
            f"{pool.finished} inputs in {took:.0f} s, {pool.finished / took:.0f} a second; {sum(map(len, found.values()))} faults"
        )
    smallest = {
        what: min(same[:MOST], key=lambda fault: len(str(fault.given))) for what, same in found.items()
    }
    return pool.finished, smallest


def told(numbers: Iterator[range], pool: Pool, found: dict[str, list[Fault]], tell: bool) -> Iterator[range]:
    """The same *numbers*; now and then it is told how far it is."""
    begun = shown = time.monotonic()
    for each in numbers:
        now = time.monotonic()
        if tell and now - shown > 60:
            shown = now
            print(
                f"… {pool.finished} inputs, {pool.finished / (now - begun):.0f} a second, {len(found)} kinds of faults",
                flush=True,
            )
        yield each


def main() -> int:
    """The command line; 1 where something was found."""
    reader = argparse.ArgumentParser(
        prog="python -m tests.fuzz", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    reader.add_argument("--minutes", type=float, help="how long")
    reader.add_argument("--inputs", type=int, help="how many; 20000 where no time is given either")
    reader.add_argument("--seed", type=int, default=int(time.time()))
    reader.add_argument("--workers", type=int, default=2)
    reader.add_argument("--only", default="", help=f"kinds of inputs: {', '.join(KINDS)}")
    reader.add_argument("--keep", action="store_true", help="write the faults to corpus/")
    reader.add_argument("--show", type=int, help="print the input with this number")
    reader.add_argument("--nix", default="", help="what runs nix-instantiate: compare with it")
    reader.add_argument("--traces", action="store_true", help="… all that it says of an error")
    options = reader.parse_args()
    if options.show is not None:
        given: Input = made(options.show, options.seed, options.only)
        print(given.kind, *given.texts, sep="\n")
        return 0
    if options.inputs is None and options.minutes is None:
        options.inputs = 20_000
    if options.nix:
        from tests.fuzz.against_nix import against_nix

        inputs, nix = options.inputs or 2000, options.nix.split()
        return 1 if against_nix(options.seed, inputs, nix, options.workers, options.traces) else 0
    seconds = None if options.minutes is None else options.minutes * 60
    print(f"Python {sys.version.split()[0]}, seed {options.seed}", flush=True)
    _, found = fuzz(
        options.seed, options.only, inputs=options.inputs, seconds=seconds, workers=options.workers
    )
    for what, fault in found.items():
        fault = smaller(fault)
        print(f"--- {what}\n{fault.given.kind}", *map(repr, fault.given.texts), fault.told[-1500:], sep="\n")
        if options.keep:
            print(keep(fault))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
