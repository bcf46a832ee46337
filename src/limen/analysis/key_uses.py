"""What each key is used for, and by whom, as far as the declaration knows."""

from __future__ import annotations

import msgspec
from msgspec import UNSET

from limen.analysis.network import NONE, Network
from limen.model.keys import Key

SIGNATURE_ALGORITHMS = ("RSA-", "ECDSA-", "Ed25519", "Ed448", "ML-DSA-", "SLH-DSA-")
"""Algorithms whose signatures are verified with a public half, which is no secret."""
SEALING_ALGORITHMS = ("RSA-", "X25519", "ML-KEM-")
"""Algorithms that seal with a public half, which is no secret."""
HOW_USES = {
    "tokenise": "token",
    "reverse": "token",
    "redact": "token",
    "aggregate": "derive",
    "encrypt": "encrypt",
    "derive": "derive",
    "sign": "sign",
}
"""The use of a key that `produces` names, by how the product is made."""


class KeyUses(msgspec.Struct, frozen=True, kw_only=True):
    """Uses by key, as the network numbers keys."""

    kinds: list[set[str]]
    """Uses found: encrypt, sign, mac, wrap, token, derive."""
    users: list[set[int]]
    """Components that seal, open, sign, verify, chain, wrap or make products with it."""
    verifiers: list[set[int]]
    """Of those, the ones that only check signatures with it."""
    tenants: list[int]
    """Bitmask of the tenants whose components hold its secret half, or whose flows' items it seals; and its own."""
    sealed: list[int]
    """Number of stores, flows and fields that it seals."""
    wraps: list[int]
    """Number of keys that it wraps."""
    products: list[int]
    """Number of products of components that are made with it."""
    bindings: set[int]
    """Keys that tenants' ids are derived with."""
    stored_beside: list[set[int]]
    """Components that store what it seals: its medium, or an item that a flow brings there sealed by it."""


def key_uses(network: Network) -> KeyUses:
    """Return what the keys of a network are used for."""
    found = _Collector(network)
    found.components()
    found.flows()
    found.sections()
    return found.result()


def public_half(key: Key | None, algorithms: tuple[str, ...]) -> bool:
    """Return whether a key's algorithm is one of those with a public half; an unknown algorithm is not."""
    return key is not None and key.algorithm is not UNSET and key.algorithm.startswith(algorithms)


class _Collector:
    """Goes over the declaration once; one use."""

    def __init__(self, network: Network) -> None:
        self.network = network
        self.keys = [network.declaration.keys.get(name) for name in network.key_names]
        count = len(self.keys)
        self.kinds: list[set[str]] = [set() for _ in range(count)]
        self.opened: list[bool] = [False] * count
        self.users: list[set[int]] = [set() for _ in range(count)]
        self.signers: list[set[int]] = [set() for _ in range(count)]
        self.tenants = [0] * count
        self.sealed = [0] * count
        self.wraps = [0] * count
        self.products = [0] * count
        self.bindings: set[int] = set()
        self.beside: list[set[int]] = [set() for _ in range(count)]
        self.ledger_components = {ledger.component for ledger in network.declaration.ledgers.values()}

    def components(self) -> None:
        """Note what components do with keys, and what seals their media."""
        network = self.network
        for index, component in enumerate(network.components):
            for name in component.opens_with:
                self.use(network.key_index[name], index)
                self.opened[network.key_index[name]] = True
            for name in component.seals_with:
                key = network.key_index[name]
                self.use(key, index, secret=not public_half(self.keys[key], SEALING_ALGORITHMS))
                self.opened[key] = True
            for name in component.signs_with:
                key = network.key_index[name]
                self.use(key, index)
                self.kinds[key].add(self.signature(key))
            for name in component.verifies_with:
                key = network.key_index[name]
                self.signers[key].add(index)
                self.kinds[key].add(self.signature(key))
                if not public_half(self.keys[key], SIGNATURE_ALGORITHMS):
                    self.hold(key, index)
            for product in component.produces:
                if product.key is not UNSET:
                    key = network.key_index[product.key]
                    self.use(key, index)
                    self.products[key] += 1
                    self.kinds[key].add("derive" if product.how is UNSET else HOW_USES[product.how])
            medium = network.at_rest_keys[index]
            keeps = network.kept[index] or network.component_names[index] in self.ledger_components
            if medium != NONE and keeps:
                self.use(medium, index)
                self.kinds[medium].add("encrypt")
                self.sealed[medium] += 1
                self.beside[medium].add(index)

    def flows(self) -> None:
        """Note what is sealed and signed on flows."""
        network = self.network
        for index, flow in enumerate(network.flows):
            if not flow.protection:
                continue
            tenants = network.flow_tenants[index]
            ends = (network.source[index], network.target[index])
            for item_name, layers in flow.protection.items():
                item = network.item_index[item_name]
                for layer in layers:
                    if layer.signed is not UNSET:
                        key = network.key_index[layer.signed]
                        self.kinds[key].add(self.signature(key))
                        continue
                    name = layer.sealed if layer.sealed is not UNSET else layer.field_encrypted.key  # type: ignore[union-attr]
                    key = network.key_index[name]
                    self.kinds[key].add("encrypt")
                    self.sealed[key] += 1
                    if not public_half(self.keys[key], SEALING_ALGORITHMS):
                        self.tenants[key] |= tenants
                    self.beside[key].update(end for end in ends if network.kept[end] >> item & 1)

    def sections(self) -> None:
        """Note wrapping, chains, bindings, and the tenants that keys belong to."""
        network, declaration = self.network, self.network.declaration
        for name, key in declaration.keys.items():
            index = network.key_index[name]
            if key.tenant is not UNSET and key.tenant in network.tenant_index:
                self.tenants[index] |= 1 << network.tenant_index[key.tenant]
            if key.wrapped_by is not UNSET and key.wrapped_by != name:
                outer = network.key_index[key.wrapped_by]
                self.wraps[outer] += 1
                self.kinds[outer].add("wrap")
                if key.held_by is not UNSET and key.held_by in network.component_index:
                    self.use(outer, network.component_index[key.held_by])
        for ledger in declaration.ledgers.values():
            if ledger.chain is UNSET or ledger.chain.key not in declaration.keys:
                continue
            index = network.key_index[ledger.chain.key]
            self.kinds[index].add("mac")
            if ledger.component in network.component_index:
                self.use(index, network.component_index[ledger.component])
        for tenant in declaration.tenants.values():
            if tenant.binding is not UNSET and tenant.binding.key in declaration.keys:
                index = network.key_index[tenant.binding.key]
                self.kinds[index].add("derive")
                self.bindings.add(index)
        for index, opened in enumerate(self.opened):
            # Whoever opens with a key that only wraps keys unwraps; with any other it decrypts.
            if opened and (self.sealed[index] or not self.wraps[index]):
                self.kinds[index].add("encrypt")

    def use(self, key: int, component: int, *, secret: bool = True) -> None:
        """Note a component that does more with a key than to verify."""
        self.users[key].add(component)
        if secret:
            self.hold(key, component)

    def hold(self, key: int, component: int) -> None:
        """Note that a component needs the key's secret half."""
        tenant = self.network.tenant_of[component]
        if tenant != NONE:
            self.tenants[key] |= 1 << tenant

    def signature(self, key: int) -> str:
        """Return whether what a key signs is a signature or a message authentication code."""
        declared = self.keys[key]
        if declared is not None and declared.algorithm is not UNSET:
            return "mac" if declared.algorithm.startswith("HMAC-") else "sign"
        return "mac" if declared is not None and declared.purpose == "mac" else "sign"

    def result(self) -> KeyUses:
        """Return what was found."""
        return KeyUses(
            kinds=self.kinds,
            users=[users | signers for users, signers in zip(self.users, self.signers, strict=True)],
            verifiers=[signers - users for users, signers in zip(self.users, self.signers, strict=True)],
            tenants=self.tenants,
            sealed=self.sealed,
            wraps=self.wraps,
            products=self.products,
            bindings=self.bindings,
            stored_beside=self.beside,
        )
