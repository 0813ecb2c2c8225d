"""What is said of measurements: a table on the terminal, the rows of the README, the facts of the machine."""

from __future__ import annotations

import datetime as dt
import os
import platform
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.benchmarks.measuring import UNSEEN, geometric_means

if TYPE_CHECKING:
    from tests.benchmarks.contestants import Contestant

Row = dict[str, Any]

OURS = ("cold", "warm")


def document(rows: dict[str, Row], contestants: list[Contestant], ours_is_given: bool) -> dict[str, Any]:
    """All of a run as JSON can hold it. Names no path and no machine."""
    return {
        "date": dt.datetime.now(dt.UTC).date().isoformat(),
        "machine": {
            "python": platform.python_version(),
            "system": f"{platform.system()} {platform.machine()}",
            "processors": os.cpu_count(),
        },
        "nixlite": "as given" if ours_is_given else "a wheel of this checkout",
        "reference": version_of(contestants),
        "programs": rows,
        "geometric means": geometric_means(rows),
    }


def version_of(contestants: list[Contestant]) -> str:
    """The first line of what the reference says of its version."""
    for contestant in contestants:
        if contestant.label == "reference":
            done = subprocess.run(
                [*contestant.command, "--version"], capture_output=True, text=True, check=False
            )
            return done.stdout.split("\n")[0].strip()
    return ""


# -- on the terminal


def heading(labels: list[str]) -> str:
    """The columns of `line`: *labels* are those of all contestants."""
    columns = [f"{'program':10} {'size':>8} {'n':>3}"]
    columns += [f"{f'{label} ms':>14} {'CPU':>6} {'MiB':>4}" for label in shown(labels)]
    if "reference" in labels:
        columns += [
            f"| {f'{label} ×wall':>10} {'×CPU':>5} {'×MiB':>5}" for label in labels if label != "reference"
        ]
    columns += [f"| {f'warm/{other}':>10}" for other in further(labels)]
    return " ".join(columns)


def line(name: str, row: Row, labels: list[str]) -> str:
    """A program's figures; a dash where an evaluator has none."""
    cells = [f"{name:10} {row['size']:8} {row['rounds']:3}"]
    for label in shown(labels):
        own = row["medians"].get(label)
        cells.append(
            f"{own['wall'] * 1000:14.0f} {own['cpu'] * 1000:6.0f} {own['peak']:4.0f}"
            if own
            else f"{'-':>14} {'-':>6} {'-':>4}"
        )
    if "reference" in labels:
        cells += [ratio_cells(row.get("ratios", {}).get(label)) for label in labels if label != "reference"]
    for other in further(labels):
        versus = row["versus"].get(other)
        cells.append(f"| {versus['cpu']:10.2f}" if versus else f"| {'-':>10}")
    text = " ".join(cells)
    for label, reason in row["failures"].items():
        text += f"\n{'':10} {label}: {reason}"
    return text


def shown(labels: list[str]) -> list[str]:
    """Whose absolute figures are in the table: the reference's, or everyone's if there is none."""
    return ["reference"] if "reference" in labels else labels


def further(labels: list[str]) -> list[str]:
    """The evaluators that are neither nixlite nor the reference; nixlite is compared to them when it is warm."""
    return [label for label in labels if label not in (*OURS, "reference")] if "warm" in labels else []


def ratio_cells(ratio: dict[str, float] | None) -> str:
    """Wall, CPU and memory as factors."""
    if ratio is None:
        return f"| {'-':>10} {'-':>5} {'-':>5}"
    return f"| {ratio['wall']:10.2f} {ratio['cpu']:5.2f} {ratio['peak']:5.2f}"


def means_text(rows: dict[str, Row]) -> str:
    """The geometric means, a line each; in brackets without the least and the greatest value."""
    lines = []
    means, middle = geometric_means(rows), geometric_means(rows, middle=True)
    for kind, what in (("ratios", "{} to the reference"), ("versus", "warm to {}")):
        for label, figures in means[kind].items():
            inner = middle[kind][label]
            shown = ", ".join(f"{name} {value:.2f} ({inner[name]:.2f})" for name, value in figures.items())
            lines.append(f"geometric mean, {what.format(label)}: {shown}")
    return "\n".join(lines)


# -- in the README


def markdown(results: dict[str, Any]) -> str:
    """The table of a recorded run."""
    machine = results["machine"]
    others = sorted(results["geometric means"]["versus"])
    head = ["program", "Nix ms", "wall, warm", "wall, cold", "CPU, warm", "CPU, cold", "memory"]
    head += [f"CPU to {other}" for other in others]
    where = f"{machine['system']} with {machine['processors']} processors, Python {machine['python']}"
    lines = [
        f"{results['date']}, {where}, against {results['reference']}.",
        "",
        "| " + " | ".join(head) + " |",
        "|---|" + "---:|" * (len(head) - 1),
    ]
    abouts = about()
    for name, row in results["programs"].items():
        cells = [f"{name}: {abouts.get(name, '')}".rstrip(": ")]
        cells.append(
            f"{row['medians']['reference']['wall'] * 1000:.0f}" if "reference" in row["medians"] else ""
        )
        cells += ratio_columns(row.get("ratios", {}), row["versus"], others)
        lines.append("| " + " | ".join(cells) + " |")
    middle = geometric_means(results["programs"], middle=True)
    for title, means in (
        ("**geometric mean**", results["geometric means"]),
        ("… without the least and the greatest", middle),
    ):
        cells = [title, "", *ratio_columns(means["ratios"], means["versus"], others)]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def trees_markdown(results: dict[str, Any]) -> str:
    """The table of a run on real trees, what was left out and how time grows with the number of packages."""
    lines = [markdown(results)]
    if results["growth"]:
        lines += ["", "CPU seconds of more and more packages, and the growth for twice as many:", ""]
        lines += ["```text", *results["growth"], "```"]
    if results["left out"]:
        lines += ["", "Left out:", "", *(f"- {each}" for each in results["left out"])]
    return "\n".join(lines)


def ratio_columns(ratios: Row, versus: Row, others: list[str]) -> list[str]:
    """The factors of a program, or of the mean of all."""
    found = [
        (ratios, "warm", "wall"),
        (ratios, "cold", "wall"),
        (ratios, "warm", "cpu"),
        (ratios, "cold", "cpu"),
        (ratios, "warm", "peak"),
        *((versus, other, "cpu") for other in others),
    ]
    return [f"{table[label][figure]:.2f}" if label in table else "" for table, label, figure in found]


def about() -> dict[str, str]:
    """What each program is about."""
    from tests.benchmarks.programs import PROGRAMS

    return {program.name: program.about for program in PROGRAMS} | {
        UNSEEN: "`1 + 1` as an expression never seen before"
    }


def progress(text: str) -> None:
    """Say on a terminal what is being measured; the next line takes its place."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
        sys.stderr.flush()
