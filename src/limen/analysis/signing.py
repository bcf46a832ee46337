"""Signatures that senders put on what they send."""

from __future__ import annotations

from limen.analysis.network import Network


def signed_items(network: Network, flow: int, sender: int) -> int:
    """Return the items of a flow that its sender signs with a key that it holds."""
    held = {network.key_index[name] for name in network.components[sender].signs_with}
    found = 0
    for item, layers in network.layers(flow).items():
        if held.intersection(layers.signs):
            found |= 1 << item
    return found
