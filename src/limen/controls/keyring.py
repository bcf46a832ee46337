"""The keys that a component may use, by the names that the declaration gives them, wherever they are kept.

A keyring asks custodians; it holds no secret itself but data keys (see `data_keys`) and what a key store file gives.
Every key that is missing, dead, or not this component's is refused as `key_unavailable`: there is no other key to fall
back to, and nothing is ever left in plaintext instead (NIST SP 800-53 SC-12, AC-6; SP 800-57 part 1).
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Protocol, TypeVar

import msgspec

from limen.adapters.key_providers.interface import KeyProvider, KeyProviderError
from limen.adapters.key_providers.key_store import KeyStore
from limen.controls.custodians import Declared, Reach
from limen.controls.data_keys import Limits, seconds
from limen.controls.envelope import Envelopes, Use
from limen.controls.refusals import RefusedError
from limen.errors import LimenError, Problem
from limen.integrity.signatures import PublicKey, Signer
from limen.model.keys import Key

Found = TypeVar("Found")


class Custodian(Protocol):
    """Whoever keeps keys by name, such as a `KeyStore`. Raises LimenError where a key can't be had."""

    def key(self, name: str) -> KeyProvider:
        """Return a key that seals and opens."""

    def algorithm(self, name: str) -> str | None:
        """Return a key's algorithm in the words of the declaration; None where nobody says."""

    def signer(self, name: str) -> Signer:
        """Return a key that signs."""

    def publics(self, name: str) -> tuple[PublicKey, ...]:
        """Return the public halves of the versions of a key that are trusted, the newest first."""

    def secret(self, name: str) -> tuple[str, bytes]:
        """Return id and secret of the version of an HMAC key that writes."""

    def secrets(self, name: str) -> Mapping[str, bytes]:
        """Return the secrets of all live versions of an HMAC key, by their ids."""

    def close(self) -> None:
        """End connections and forget secrets."""


class Uses(msgspec.Struct, frozen=True, kw_only=True):
    """Which keys a component uses for what, by their declared names: the component's `seals_with` and so on."""

    seals: frozenset[str] = frozenset()
    """Keys that it seals with."""
    opens: frozenset[str] = frozenset()
    """Keys that it opens with."""
    signs: frozenset[str] = frozenset()
    """Keys that it signs with."""
    verifies: frozenset[str] = frozenset()
    """Keys whose signatures it verifies."""
    macs: frozenset[str] = frozenset()
    """HMAC keys: of ledgers, tokens and tenants' ids."""


class _Known:
    """Envelopes of a keyring and of those that were made of it, for as long as anybody has them. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._envelopes: weakref.WeakSet[Envelopes] = weakref.WeakSet()

    def add(self, envelopes: Envelopes) -> None:
        with self._lock:
            self._envelopes.add(envelopes)

    def forget(self) -> None:
        with self._lock:
            known = list(self._envelopes)
        for one in known:
            one.forget()


class Keyring:
    """The keys of one component. Safe for threads; envelopes of one key share their data keys."""

    def __init__(
        self,
        custodian: Custodian,
        *,
        uses: Uses | None = None,
        limits: Limits | None = None,
        ticks: Callable[[], float] = seconds,
    ) -> None:
        """Keep who has the keys; nothing is asked before it is needed. Without `uses` every key may be used."""
        self._custodian, self._uses, self._limits, self._ticks = custodian, uses, limits, ticks
        self._envelopes: dict[str, Envelopes] = {}
        self._known = _Known()
        self._told: tuple[_Known, ...] = (self._known,)
        self._lock = threading.Lock()

    @classmethod
    def of_store(cls, store: KeyStore, *, uses: Uses | None = None, limits: Limits | None = None) -> Keyring:
        """Return the keyring of a key store file, in which keys have their declared names."""
        return cls(store, uses=uses, limits=limits)

    @classmethod
    def of_declared(
        cls, keys: Mapping[str, Key], reach: Reach, *, uses: Uses | None = None, limits: Limits | None = None
    ) -> Keyring:
        """Return the keyring of declared keys at their custodians; `reach` says where each is (see `custodians`).

        For public keys and HMAC secrets that come from elsewhere, give the keyring a `custodians.Declared` instead.
        """
        return cls(Declared(keys, reach), uses=uses, limits=limits)

    def __repr__(self) -> str:
        """Return a text without any secret."""
        return f"Keyring({type(self._custodian).__name__})"

    def limited(self, uses: Uses) -> Keyring:
        """Return a keyring of the same custodian for a component that uses these keys only."""
        made = Keyring(self._custodian, uses=uses, limits=self._limits, ticks=self._ticks)
        made._told = (*made._told, *self._told)
        return made

    def seals(self, name: str) -> Envelopes:
        """Return the envelopes of a key that this component seals with.

        Raises RefusedError, key_unavailable, where it is none of its keys. Whether the custodian has it is asked when
        something is sealed.
        """
        self._allowed(name, "seals")
        return self._of(name)

    def opens(self, name: str) -> Envelopes:
        """Return the envelopes of a key that this component opens with; raises as `seals` does."""
        self._allowed(name, "opens")
        return self._of(name)

    def algorithm(self, name: str) -> str | None:
        """Return what the custodian says the algorithm of a key is, such as AES-256; None where it does not say.

        Raises RefusedError, key_unavailable, where the custodian has no such key or can't be asked: so a missing key is
        seen when a service starts, and not at its first crossing.
        """
        return self._had(name, lambda: self._custodian.algorithm(name))

    def signer(self, name: str) -> Signer:
        """Return a key that signs, by the version that is the newest now; raises RefusedError, key_unavailable."""
        self._allowed(name, "signs")
        return self._had(name, lambda: self._custodian.signer(name))

    def verifiers(self, name: str) -> tuple[PublicKey, ...]:
        """Return the public keys whose signatures count as this key's: of every trusted version, the newest first.

        Raises RefusedError, key_unavailable, where there is none.
        """
        self._allowed(name, "verifies")
        found = self._had(name, lambda: self._custodian.publics(name))
        if not found:
            raise _unavailable(name, "no version of it is trusted", "rotate the key")
        return found

    def mac(self, name: str) -> tuple[str, bytes]:
        """Return id and secret of the version of an HMAC key that writes now; raises RefusedError, key_unavailable."""
        self._allowed(name, "macs")
        return self._had(name, lambda: self._custodian.secret(name))

    def macs(self, name: str) -> Mapping[str, bytes]:
        """Return the secrets of every live version of an HMAC key by their ids; raises as `mac` does."""
        self._allowed(name, "macs")
        return self._had(name, lambda: self._custodian.secrets(name))

    def forget(self) -> None:
        """Forget every data key, such as after an incident; those of keyrings that `limited` made of this one, too."""
        self._known.forget()

    def close(self) -> None:
        """Forget data keys and end what custodians keep open."""
        self.forget()
        self._custodian.close()

    def _of(self, name: str) -> Envelopes:
        with self._lock:
            if name not in self._envelopes:
                provider = self._had(name, lambda: self._custodian.key(name))
                may: frozenset[Use] = frozenset({"seal", "open"})
                if self._uses is not None:
                    named: tuple[tuple[Use, frozenset[str]], ...] = (
                        ("seal", self._uses.seals), ("open", self._uses.opens),
                    )  # fmt: skip
                    may = frozenset(use for use, names in named if name in names)
                made = Envelopes(name, provider, limits=self._limits, may=may, ticks=self._ticks)
                self._envelopes[name] = made
                for known in self._told:
                    known.add(made)
            return self._envelopes[name]

    def _allowed(self, name: str, use: str) -> None:
        if self._uses is not None and name not in getattr(self._uses, use):
            raise _unavailable(name, f"the component declares no key that it {use} with by this name", "declare it")

    def _had(self, name: str, ask: Callable[[], Found]) -> Found:
        try:
            return ask()
        except RefusedError:
            raise
        except KeyProviderError as error:
            raise _unavailable(name, error.problems[0].message, error.problems[0].hint) from None
        except LimenError as error:
            raise _unavailable(name, str(error), error.problems[0].hint) from None


def _unavailable(name: str, why: str, hint: str) -> RefusedError:
    return RefusedError(
        Problem(message=f"the key {name} is not to be had: {why}", hint=hint), reason="key_unavailable"
    )  # fmt: skip
