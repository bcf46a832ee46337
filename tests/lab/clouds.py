"""Keys of a simulated Cloud KMS and of a simulated Key Vault, each with one defect."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.lab.place import Place
from tests.simulators import azure_vault, google_kms
from tests.simulators.json_service import served

DAY = 86_400
USE = "roles/cloudkms.cryptoKeyEncrypterDecrypter"


def _account(name: str) -> str:
    return f"serviceAccount:{name}@lab.iam.gserviceaccount.com"


class Google:
    """Makes keys at the simulated Cloud KMS."""

    def __init__(self, service: google_kms.GoogleKms, endpoint: str) -> None:
        """Keep the service and where it is."""
        self.service, self.endpoint = service, endpoint

    def make(self, defect: str) -> Place:
        """Make the key of a defect, `good` among them, and return where it is."""
        found: Place = getattr(self, "_" + defect.replace("-", "_"))(defect)
        return found

    def place(
        self, defect: str, ages: tuple[float, ...] = (300, 120, 30), token: str = google_kms.TOKEN, **given: Any
    ) -> Place:
        """Make a key and return where it is; `declared` says what its declaration has otherwise."""
        declared = {"origin": "hsm"} | given.pop("declared", {})
        now = time.time()
        level = given.pop("level", "HSM")
        versions = [google_kms.Version(now - age * DAY, level=level) for age in ages]
        users = {USE: [_account("automation"), _account("clinical-db")], "roles/viewer": ["user:auditor@lab.example"]}
        given = {"policy": users, "ring_policy": {}, "created": versions[0].at} | given
        key = google_kms.Key(versions, primary=len(versions) - 1, **given)
        self.service.keys[defect] = key
        return Place(self.endpoint, f"{google_kms.RING}/cryptoKeys/{defect}", token, declared)

    def _policy(self, **more: list[str]) -> dict[str, list[str]]:
        return {USE: [_account("automation"), _account("clinical-db"), *more.get("users", [])]}

    def _good(self, defect: str) -> Place:
        return self.place(defect)

    def _software(self, defect: str) -> Place:
        return self.place(defect, level="SOFTWARE")

    def _external(self, defect: str) -> Place:
        return self.place(defect, level="EXTERNAL")

    def _rotation_off(self, defect: str) -> Place:
        return self.place(defect, period=0)

    def _flag_without_rotation(self, defect: str) -> Place:
        return self.place(defect, ages=(400,))

    def _disabled(self, defect: str) -> Place:
        place = self.place(defect)
        self.service.keys[defect].versions[-1].state = "DISABLED"
        return place

    def _old_versions_lost(self, defect: str) -> Place:
        place = self.place(defect)
        self.service.keys[defect].versions[0].state = "DESTROYED"
        return place

    def _deletion_pending(self, defect: str) -> Place:
        place = self.place(defect)
        version = self.service.keys[defect].versions[0]
        version.state, version.destroy = "DESTROY_SCHEDULED", time.time() + DAY
        return place

    def _imported(self, defect: str) -> Place:
        place = self.place(defect)
        self.service.keys[defect].versions[-1].imported = True
        return place

    def _weak_algorithm(self, defect: str) -> Place:
        return self.place(defect, algorithm="RSA_DECRYPT_OAEP_2048_SHA1", purpose="ASYMMETRIC_DECRYPT", period=0)

    def _extra_grantee(self, defect: str) -> Place:
        return self.place(defect, policy=self._policy(users=[_account("contractor")]))

    def _extra_on_ring(self, defect: str) -> Place:
        return self.place(defect, ring_policy={"roles/cloudkms.cryptoKeyDecrypter": ["user:contractor@lab.example"]})

    def _anybody(self, defect: str) -> Place:
        return self.place(defect, policy=self._policy(users=["allAuthenticatedUsers"]))

    def _owner(self, defect: str) -> Place:
        return self.place(defect, ring_policy={"roles/owner": [_account("automation")]})

    def _policy_hidden(self, defect: str) -> Place:
        return self.place(defect, policy=None, ring_policy=None)

    def _lying_before_creation(self, defect: str) -> Place:
        return self.place(defect, created=time.time() - 100 * DAY)

    def _lying_future(self, defect: str) -> Place:
        return self.place(defect, ages=(300, -5))

    def _missing(self, defect: str) -> Place:
        return self.place(defect)._replace(key=f"{google_kms.RING}/cryptoKeys/nothing")

    def _denied(self, defect: str) -> Place:
        return self.place(defect, denied=True)

    def _wrong_token(self, defect: str) -> Place:
        return self.place(defect, token="ya29.token-of-somebody-else")

    def _test_key(self, defect: str) -> Place:
        return self.place(defect, declared={"environment": "test"})

    def _test_key_ignores_context(self, defect: str) -> Place:
        return self.place(defect, faults=frozenset({"ignores-context"}), declared={"environment": "test"})

    def _test_key_works_disabled(self, defect: str) -> Place:
        return self.place(defect, faults=frozenset({"works-disabled"}), declared={"environment": "test"})


class Azure:
    """Makes keys at the simulated Key Vault."""

    def __init__(self, service: azure_vault.AzureVault, endpoint: str) -> None:
        """Keep the service and where it is."""
        self.service, self.endpoint = service, endpoint
        service.endpoint = endpoint

    def make(self, defect: str) -> Place:
        """Make the key of a defect, `good` among them, and return where it is."""
        found: Place = getattr(self, "_" + defect.replace("-", "_"))(defect)
        return found

    def place(
        self, defect: str, ages: tuple[float, ...] = (200, 30), token: str = azure_vault.TOKEN, **given: Any
    ) -> Place:
        """Make a key and return where it is; `declared` says what its declaration has otherwise."""
        declared = {"algorithm": "RSA-2048", "custody": "hsm", "origin": "hsm"} | given.pop("declared", {})
        azure_vault.make(self.service, defect, ages, **given)
        return Place(self.endpoint, defect, token, declared)

    def _good(self, defect: str) -> Place:
        return self.place(defect)

    def _software(self, defect: str) -> Place:
        return self.place(defect, kty="RSA")

    def _rotation_off(self, defect: str) -> Place:
        return self.place(defect, rotation="")

    def _flag_without_rotation(self, defect: str) -> Place:
        return self.place(defect, ages=(400,))

    def _disabled(self, defect: str) -> Place:
        place = self.place(defect)
        self.service.keys[defect].versions[-1].enabled = False
        return place

    def _expired(self, defect: str) -> Place:
        return self.place(defect, expired=True)

    def _old_versions_lost(self, defect: str) -> Place:
        place = self.place(defect)
        self.service.keys[defect].versions[0].enabled = False
        return place

    def _deletion_pending(self, defect: str) -> Place:
        return self.place(defect, deleted=True)

    def _exportable(self, defect: str) -> Place:
        return self.place(defect, exportable=True)

    def _weak_algorithm(self, defect: str) -> Place:
        return self.place(defect, bits=1024)

    def _lying_future(self, defect: str) -> Place:
        return self.place(defect, ages=(200, -5))

    def _versions_hidden(self, defect: str) -> Place:
        return self.place(defect, hidden=frozenset({"versions", "rotationpolicy"}))

    def _missing(self, defect: str) -> Place:
        return self.place(defect)._replace(key="nothing")

    def _denied(self, defect: str) -> Place:
        return self.place(defect, hidden=frozenset({"key"}))

    def _wrong_token(self, defect: str) -> Place:
        return self.place(defect, token="eyJ0.token-of-somebody.else")

    def _test_key(self, defect: str) -> Place:
        return self.place(defect, declared={"environment": "test"})

    def _test_key_works_disabled(self, defect: str) -> Place:
        return self.place(defect, faults=frozenset({"works-disabled"}), declared={"environment": "test"})


@contextmanager
def google() -> Iterator[Google]:
    """Run the simulated Cloud KMS for as long as the block lasts."""
    service = google_kms.GoogleKms()
    with served(service) as endpoint:
        yield Google(service, endpoint)


@contextmanager
def azure() -> Iterator[Azure]:
    """Run the simulated Key Vault for as long as the block lasts."""
    service = azure_vault.AzureVault()
    with served(service) as endpoint:
        yield Azure(service, endpoint)
