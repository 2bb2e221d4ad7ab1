"""Lines with a wide bracket and a label, "（笑）司会：…" or "（田中）結論：…": a sound or a name in front."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from pipeline.readers.labels import Head, by_bracket

_SHAPE = "（N)"  # of a line that only the bracket could name


def settled(heads: Sequence[Head | None]) -> dict[int, Head]:
    """The heads of such lines that are their bracket's name, by their place.

    The label counts where it stands without a bracket too, or recurs in a file whose lines mostly have none.
    """
    found = {i: other for i, head in enumerate(heads) if head and head.rest[:1] == "（" and (other := by_bracket(head))}
    if not found:
        return {}
    named = [(i, head) for i, head in enumerate(heads) if head and head.name]
    alone = {head.name for i, head in named if i not in found and ":" in head.shape}
    labels = Counter(head.name for i, head in named if i in found)
    few = 2 * (len(found) + sum(_SHAPE in head.shape for _, head in named)) < len(heads)
    counting = alone | {name for name, n in labels.items() if few and n > 1}
    return {i: found[i] for i, head in named if i in found and head.name not in counting}
