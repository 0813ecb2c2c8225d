"""What `nixlite impact --shared` prints: one or two of each, where they part, and what makes them one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from nixlite.explain.diff.pairing import base_of, drv_name
from nixlite.explain.diff.verdict import count_text, listed, phrases

if TYPE_CHECKING:
    from nixlite.explain.impact.sharing import One, Sharing, Variants

NUMBERS = {2: "two", 3: "three", 4: "four"}
MOST_NAMES = 8


def sharing_text(sharing: Sharing, old: str, new: str, *, everything: bool = False) -> str:
    """Whether two packages share what they are made of; with *everything* all derivations are listed."""
    own = [one for one in sharing.variants if not one.inherited] or sharing.variants
    lines = []
    if own:
        for variants in own if everything else own[:1]:
            lines += variant_lines(variants, old, new)
        others = [one.name for one in sharing.variants if one not in own[:1]]
        if others and not everything:
            lines.append(f"There are several variants of {listed(others, MOST_NAMES)}, too (--all).")
        lines.append(advice(own[0]))
    elif sharing.used:
        names = listed([drv_name(path) for path in sharing.used], MOST_NAMES)
        lines.append(f"There is one of each: what both {old} and {new} use is the same derivation.")
        lines.append(f"Both use {names}.")
    else:
        lines.append(f"{old} and {new} are linked with nothing that they have in common, and import nothing.")
    lines.append(
        f"They share {count_text(len(sharing.common), 'derivation')}, tools and sources included;"
        f" {len(sharing.only_old):,} are used only by {old}, {len(sharing.only_new):,} only by {new}."
    )
    if everything:
        for mark, paths in (("-", sharing.only_old), ("+", sharing.only_new), ("=", sharing.common)):
            lines += [f"{mark} {drv_name(path)}" for path in paths]
    return "\n".join(lines)


def variant_lines(variants: Variants, old: str, new: str) -> list[str]:
    """How many there are of one dependency, who uses which, and in what they differ."""
    count = len(variants.ones)
    both = [one for one in variants.ones if one.old_way and one.new_way]
    number = NUMBERS.get(count, str(count))
    start = f"There are {number} of {variants.name}"
    if both:
        start += f": {old} and {new} share number {variants.ones.index(both[0]) + 1}"
    else:
        start += f": {old} and {new} use different ones"
    lines = [f"{start}."]
    for at, one in enumerate(variants.ones):
        uses = [use(name, way) for name, way in ((old, one.old_way), (new, one.new_way)) if way]
        lines.append(f"  {at + 1}. {drv_name(one.path)}: {', '.join(uses)}")
    reasons = [f"{drv_name(path)}: {phrases(changes)}" for path, changes in variants.origins.items()]
    if reasons:
        lines.append(f"They differ by {listed(reasons, 2)}.")
    return lines


def use(name: str, way: list[str]) -> str:
    """How a package comes to use a variant."""
    if len(way) == 1:
        return f"{name} is this one"
    if len(way) == 2:
        return f"{name} itself uses it"
    return f"{name} gets it through {' → '.join(drv_name(path) for path in way[1:-1])}"


def advice(variants: Variants) -> str:
    """What makes them one."""
    part = next(iter(variants.origins), variants.ones[0].path)
    name = drv_name(part)
    if name.startswith("python"):
        base = base_of(name).partition("-")[2]
        return (
            f"To have one, change {base} for all Python packages, not for one of them:"
            f" python3.override {{ packageOverrides = final: prev: {{ {base} = …; }}; }}."
        )
    return f"To have one, change {base_of(name)} for the whole set, with an overlay, not for one package."


def sharing_data(sharing: Sharing) -> dict[str, Any]:
    """What two closures have in common, as what JSON can say."""
    return {
        "old": sharing.old,
        "new": sharing.new,
        "common": sharing.common,
        "used": sharing.used,
        "onlyOld": sharing.only_old,
        "onlyNew": sharing.only_new,
        "variants": [
            {
                "name": one.name,
                "inherited": one.inherited,
                "variants": [variant_data(each) for each in one.ones],
                "origins": {
                    path: [change._asdict() for change in changes] for path, changes in one.origins.items()
                },
            }
            for one in sharing.variants
        ],
    }


def variant_data(one: One) -> dict[str, Any]:
    """One variant."""
    return {"drvPath": one.path, "oldUsesItThrough": one.old_way, "newUsesItThrough": one.new_way}
