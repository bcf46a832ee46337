"""What flows move either way, and the sets of items that rules ask about."""

from __future__ import annotations

import msgspec

from limen.analysis.network import Network
from limen.analysis.wire import Wires


class Movement(msgspec.Struct, frozen=True, kw_only=True):
    """Items by flow, as bitmasks: as declared, or, where a flow does not say, all that its sender can hold."""

    network: Network
    """The network whose flows these are."""
    items: list[int]
    """Items by the number of the edge: twice the flow's, plus one for the way back."""
    identifying: int
    """Data items that have identifiers or sensitive fields."""
    data: int
    """Data items; the others are key material."""

    def forward(self, flow: int) -> int:
        """Return the items that a flow moves from its source to its target."""
        return self.items[2 * flow]

    def backward(self, flow: int) -> int:
        """Return the items that a flow moves back."""
        return self.items[2 * flow + 1]

    def both(self, flow: int) -> int:
        """Return the items that a flow moves either way."""
        return self.items[2 * flow] | self.items[2 * flow + 1]

    def moves_forward(self, flow: int) -> bool:
        """Return whether data goes from source to target; a flow that does not say so is taken to move some."""
        return bool(self.items[2 * flow]) or not self.network.carriage_declared[flow]

    def moves_back(self, flow: int) -> bool:
        """Return whether data comes back from the target."""
        return bool(self.items[2 * flow + 1]) or bool(self.network.assumed_back[flow])


def movement(network: Network, wires: Wires) -> Movement:
    """Return what the flows of a network move."""
    identifying = 0
    for index, item in enumerate(network.data):
        if item is not None and (item.identifiers or item.sensitive_fields):
            identifying |= 1 << index
    return Movement(
        network=network,
        items=wires.items,
        identifying=identifying,
        data=(1 << network.data_count) - 1,
    )
