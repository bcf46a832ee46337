"""Dominators: the components that every way from some starts passes through (Lengauer and Tarjan 1979)."""

from __future__ import annotations

from collections.abc import Iterable


def dominators(successors: list[list[int]], starts: Iterable[int]) -> list[int]:
    """Return for each node its immediate dominator among all ways from the starts.

    -1 is the root above all starts; -2 marks a node that no way reaches. Near linear in the number of edges.
    """
    count = len(successors)
    root = count
    ahead = {root: list(dict.fromkeys(starts))}
    number = [-1] * (count + 1)
    order: list[int] = []
    parent: list[int] = []
    predecessors: list[list[int]] = []
    stack: list[tuple[int, int]] = [(root, -1)]
    while stack:
        node, above = stack.pop()
        if number[node] >= 0:
            predecessors[number[node]].append(above)
            continue
        here = number[node] = len(order)
        order.append(node)
        parent.append(above)
        predecessors.append([] if above < 0 else [above])
        # In reverse, so that nodes are numbered as a recursive search would.
        stack.extend((successor, here) for successor in reversed(ahead.get(node) or _of(successors, node)))
    return _immediate(order, parent, predecessors, count)


def _of(successors: list[list[int]], node: int) -> list[int]:
    return successors[node] if node < len(successors) else []


def _immediate(order: list[int], parent: list[int], predecessors: list[list[int]], count: int) -> list[int]:
    """Return immediate dominators of nodes from a depth-first numbering, in which every list is indexed."""
    size = len(order)
    semi = list(range(size))
    label = list(range(size))
    ancestor = [-1] * size
    dominator = [0] * size
    buckets: list[list[int]] = [[] for _ in range(size)]

    def best(node: int) -> int:
        """Return the node of least semidominator on the way up, and make that way shorter."""
        path = []
        while ancestor[node] >= 0 and ancestor[ancestor[node]] >= 0:
            path.append(node)
            node = ancestor[node]
        for low in reversed(path):
            above = ancestor[low]
            if semi[label[above]] < semi[label[low]]:
                label[low] = label[above]
            ancestor[low] = ancestor[above]
        return label[path[0] if path else node]

    for node in range(size - 1, 0, -1):
        for previous in predecessors[node]:
            semi[node] = min(semi[node], semi[best(previous)])
        buckets[semi[node]].append(node)
        above = parent[node]
        ancestor[node] = above
        for waiting in buckets[above]:
            least = best(waiting)
            dominator[waiting] = least if semi[least] < semi[waiting] else above
        buckets[above].clear()
    found = [-2] * count
    for node in range(1, size):
        if dominator[node] != semi[node]:
            dominator[node] = dominator[dominator[node]]
        found[order[node]] = order[dominator[node]] if dominator[node] else -1
    return found


def strict_dominators(immediate: list[int], node: int) -> list[int]:
    """Return the nodes that every way to a node passes through before it, nearest first."""
    found = []
    while (node := immediate[node]) >= 0:
        found.append(node)
    return found
