"""Which experiment refined which: trees from left to right, a box an experiment, its state by shape and word."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from ledger.model.frozen import frozen
from ledger.model.verdict import INCONCLUSIVE, REFUTED, SUPPORTED
from ledger.report.svg.drawing import Drawing

_BOX: Final = 190
_ROW: Final = 40
_STEP: Final = 226
_SHAPES: Final = {SUPPORTED: 0, REFUTED: 1, INCONCLUSIVE: 2, "found": 3}


@frozen
class Node:
    """An experiment in the picture: its `state`, the `kind` by which it is marked; `address`: its page, if any."""

    name: str
    title: str
    kind: str
    state: str
    address: str | None


def lineage(
    roots: Sequence[str], nodes: Mapping[str, Node], children: Mapping[str, Sequence[str]], *, own: str = ""
) -> str:
    """The picture of the trees below the roots; `own` is the experiment that the page is of."""
    places: dict[str, tuple[int, int]] = {}
    rows = 0
    stack = [(name, 0) for name in reversed(roots)]
    while stack:
        name, depth = stack.pop()
        if name in places:
            continue
        places[name] = (depth, rows)
        below = [child for child in children.get(name, ()) if child in nodes and child not in places]
        if not below:
            rows += 1
        stack += [(child, depth + 1) for child in reversed(below)]
    # children whose place is taken already leave a row of their own
    rows = max([rows, *(row + 1 for _, row in places.values())])
    deepest = max(depth for depth, _ in places.values())
    said = f"{len(places)} experiments, {len(roots)} at the roots"
    drawing = Drawing(deepest * _STEP + _BOX + 4, rows * _ROW + 4, "which experiment refined which", said)
    for name, (depth, row) in places.items():
        for child in children.get(name, ()):
            if child in places and places[child][0] == depth + 1:
                x, y = depth * _STEP + _BOX + 2, row * _ROW + 18
                to_x, to_y = places[child][0] * _STEP + 2, places[child][1] * _ROW + 18
                middle = (x + to_x) / 2
                drawing.path([(x, y), (middle, y), (middle, to_y), (to_x, to_y)], "edge")
    for name, (depth, row) in places.items():
        _node(drawing, nodes[name], depth * _STEP + 2, row * _ROW + 2, own=name == own)
    return str(drawing)


def _node(drawing: Drawing, node: Node, x: float, y: float, *, own: bool) -> None:
    def draw() -> None:
        drawing.box(x, y, _BOX, _ROW - 8, "node own" if own else "node")
        drawing.marker(
            x + 13, y + 16, f"mark {node.kind}", _SHAPES.get(node.kind, 0), said=f"{node.title}: {node.state}"
        )
        drawing.text(x + 25, y + 14, node.name, "label", room=_BOX - 32)
        drawing.text(x + 25, y + 27, node.state, "tick", room=_BOX - 32)

    if node.address is None:
        draw()
    else:
        drawing.linked(node.address, draw)
