"""Where most keys of a provider lie, and whose most keys in one place are: one that differs stands out against them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from msgspec import UNSET, UnsetType

from limen.model.keys import Key


class Custodians:
    """What the keys of one declaration say of one another's provider and holder."""

    def __init__(self, keys: Iterable[Key]) -> None:
        """Count the keys."""
        pairs = [(key.provider, key.held_by) for key in keys]
        self._providers = _Majorities([(holder, provider) for provider, holder in pairs])
        self._holders = _Majorities(pairs)

    def provider_agrees(self, key: Key) -> bool | UnsetType:
        """Return whether most keys that lie where this one lies have its provider; UNSET where that is not known."""
        return self._providers.agrees(key.held_by, key.provider)

    def holder_agrees(self, key: Key) -> bool | UnsetType:
        """Return whether most keys of the provider lie where this one lies; UNSET where that is not known."""
        return self._holders.agrees(key.provider, key.held_by)


class _Majorities:
    """For each name the value that most have with it."""

    def __init__(self, pairs: Iterable[tuple[str | UnsetType, str | UnsetType]]) -> None:
        self.counts: dict[str, Counter[str]] = {}
        self.nameless: Counter[str] = Counter()
        self.valueless: Counter[str] = Counter()
        self.bare = 0
        for name, value in pairs:
            if name is not UNSET and value is not UNSET:
                self.counts.setdefault(name, Counter())[value] += 1
            elif value is not UNSET:
                self.nameless[value] += 1
            elif name is not UNSET:
                self.valueless[name] += 1
            else:
                self.bare += 1
        self.known: dict[tuple[str, str], bool | UnsetType] = {}

    def agrees(self, name: str | UnsetType, value: str | UnsetType) -> bool | UnsetType:
        """Return whether most have this value with this name: UNSET where one is undeclared, or could turn it over.

        What is undeclared counts for every rival, so that leaving something out never makes the others agree.
        """
        if name is UNSET or value is UNSET:
            return UNSET
        if (name, value) not in self.known:
            self.known[name, value] = self._agrees(name, value)
        return self.known[name, value]

    def _agrees(self, name: str, value: str) -> bool | UnsetType:
        counts = self.counts[name]
        rivals = (counts.keys() | self.nameless.keys()) - {value}
        if counts[value] <= max((counts[rival] for rival in rivals), default=0):
            return False
        unknown = self.valueless[name] + self.bare
        most = max((counts[rival] + self.nameless[rival] for rival in rivals), default=0) + unknown
        return True if counts[value] > most else UNSET
