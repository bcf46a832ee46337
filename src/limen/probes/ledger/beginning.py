"""Where a ledger begins: with record 1, or behind records that left it, if its witness signed exactly that.

Whoever cuts off the beginning of a ledger leaves a chain that verifies from there on. So a ledger that does not begin
with record 1 is one with records missing, unless an anchor that its witness signed as a base names the number and the
hash of the record before.
"""

from __future__ import annotations

from limen.adapters.ledgers.parts import PartsStore
from limen.adapters.ledgers.stores import Store
from limen.integrity.chains import GENESIS, Ends, Stretch, origin
from limen.integrity.limen_v1 import read
from limen.model.recipes import Recipe
from limen.probes.ledger.anchoring import Anchoring


def beginning(store: Store, recipe: Recipe | None, anchors: Anchoring | None) -> Stretch:
    """Return what the first record of a ledger is joined to; raises StoreError where it can't be read."""
    if recipe is not None:
        return origin(genesis=recipe.genesis or GENESIS)
    if anchors is None or not anchors.bases:
        return origin()
    first = read(_first_line(store))
    if first is None or (first.seq - 1, first.prev) not in anchors.bases:
        return origin()
    length = first.seq - 1
    return Stretch(start=0, end=0, records=length, last=Ends(hash=first.prev, seq=length), agreed=(length,))


def _first_line(store: Store) -> bytes:
    if isinstance(store, PartsStore):
        for part in store.parts:
            blocks = part.blocks(0, 1) if part.size is not None else part.blocks()
            for block in blocks:
                return block.data.partition(b"\n")[0]
        return b""
    for block in store.blocks():
        return block.data.partition(b"\n")[0]
    return b""
