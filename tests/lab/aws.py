"""Keys of a simulated AWS KMS, each with one defect; it speaks the service's own protocol, and boto3 asks it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.lab.place import Place
from tests.simulators.aws_kms import ACCESS_KEY, ACCOUNT, REGION, SECRET_KEY, AwsKms
from tests.simulators.json_service import FAULTS, served

USE = ["kms:Encrypt", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"]
ADMINISTER = ["kms:Create*", "kms:Describe*", "kms:Enable*", "kms:List*", "kms:Put*", "kms:ScheduleKeyDeletion"]


def _role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/{name}"


def _statement(principal: Any, actions: Any, **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Principal": principal, "Action": actions, "Resource": "*"} | more


def policy(*more: dict[str, Any]) -> dict[str, Any]:
    """Return the policy of a good key, and further statements."""
    users = _statement({"AWS": [_role("automation"), _role("clinical-db")]}, USE)
    return {"Version": "2012-10-17", "Statement": [_statement({"AWS": _role("admin")}, ADMINISTER), users, *more]}


class Aws:
    """Makes keys at the simulator."""

    def __init__(self, service: AwsKms, endpoint: str) -> None:
        """Keep the service and where it is."""
        self.service, self.endpoint = service, endpoint

    def make(self, defect: str) -> Place:
        """Make the key of a defect, `good` among them, and return where it is."""
        found: Place = getattr(self, "_" + defect.replace("-", "_"))(defect)
        return found

    def place(self, defect: str, *, region: str = REGION, secret: str = "", **given: Any) -> Place:
        """Make a key and return where it is; `declared` says what its declaration has otherwise."""
        declared = {"origin": "hsm"} | given.pop("declared", {})
        key = self.service.make(defect, **({"policy": policy(), "rotation": 90} | given))
        arn = f"arn:aws:kms:{region}:{ACCOUNT}:key/{key.id}"
        return Place(self.endpoint, arn, secret or f"{ACCESS_KEY}:{SECRET_KEY}", declared)

    def _good(self, defect: str) -> Place:
        return self.place(defect, ages=(200, 120, 30))

    def _rotation_off(self, defect: str) -> Place:
        return self.place(defect, rotation=0)

    def _flag_without_rotation(self, defect: str) -> Place:
        return self.place(defect, ages=(400,), rotation=90)

    def _period_too_long(self, defect: str) -> Place:
        return self.place(defect, rotation=365)

    def _disabled(self, defect: str) -> Place:
        return self.place(defect, state="Disabled")

    def _deletion_pending(self, defect: str) -> Place:
        return self.place(defect, state="PendingDeletion", deletion=time.time() + 7 * 86_400)

    def _imported(self, defect: str) -> Place:
        return self.place(defect, origin="EXTERNAL", rotation=0)

    def _external_key_store(self, defect: str) -> Place:
        return self.place(defect, origin="EXTERNAL_KEY_STORE", rotation=0)

    def _weak_algorithm(self, defect: str) -> Place:
        return self.place(defect, spec="ECC_SECG_P256K1", ages=(30,))

    def _extra_grantee(self, defect: str) -> Place:
        grant = {"GrantId": "a", "GranteePrincipal": _role("contractor"), "Operations": ["Decrypt"], "KeyId": "k"}
        return self.place(defect, grants=[grant])

    def _extra_in_policy(self, defect: str) -> Place:
        return self.place(defect, policy=policy(_statement({"AWS": _role("contractor")}, "kms:Decrypt")))

    def _anybody(self, defect: str) -> Place:
        return self.place(defect, policy=policy(_statement("*", "kms:Decrypt")))

    def _everything(self, defect: str) -> Place:
        return self.place(defect, policy=policy(_statement({"AWS": _role("automation")}, "kms:*")))

    def _iam_decides(self, defect: str) -> Place:
        root = _statement({"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "kms:*")
        return self.place(defect, policy=policy(root))

    def _lying_before_creation(self, defect: str) -> Place:
        return self.place(defect, ages=(200, 100), created=50)

    def _lying_future(self, defect: str) -> Place:
        return self.place(defect, ages=(200, -10))

    def _rotations_hidden(self, defect: str) -> Place:
        return self._denying(defect, "ListKeyRotations")

    def _policy_hidden(self, defect: str) -> Place:
        return self._denying(defect, "GetKeyPolicy")

    def _denied(self, defect: str) -> Place:
        return self._denying(defect, "DescribeKey")

    def _denying(self, defect: str, operation: str) -> Place:
        place = self.place(defect)
        self.service.deny[place.key.rpartition("/")[2]] = frozenset({operation})
        return place

    def _missing(self, defect: str) -> Place:
        return self.place(defect)._replace(key=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/nothing")

    def _wrong_credential(self, defect: str) -> Place:
        return self.place(defect, secret="AKIASOMEBODYELSE0000:no-secret-of-this-account")

    def _no_region(self, defect: str) -> Place:
        place = self.place(defect)
        return place._replace(key=place.key.rpartition("/")[2])

    def _test_key(self, defect: str) -> Place:
        return self.place(defect, declared={"environment": "test"})

    def _test_key_keeps_material(self, defect: str) -> Place:
        return self.place(defect, faults=frozenset({"keeps-material"}), declared={"environment": "test"})

    def _test_key_works_disabled(self, defect: str) -> Place:
        return self.place(defect, faults=frozenset({"works-disabled"}), declared={"environment": "test"})

    def _test_key_ignores_context(self, defect: str) -> Place:
        return self.place(defect, faults=frozenset({"ignores-context"}), declared={"environment": "test"})

    def _test_key_forgets_old(self, defect: str) -> Place:
        return self.place(defect, faults=frozenset({"forgets-old"}), declared={"environment": "test"})


class Faulty:
    """Makes keys at a service that fails in some way, whatever it is asked; the simulator is the good one."""

    def __init__(self, stack: Any) -> None:
        """Start services in this stack when they are asked for."""
        self._stack = stack

    def of(self, fault: str) -> Place:
        """Return a good key at a service with a fault."""
        assert fault in FAULTS
        service = AwsKms()
        endpoint = self._stack.enter_context(served(service, fault))
        return Aws(service, endpoint).make("good")


@contextmanager
def aws() -> Iterator[Aws]:
    """Run the simulator for as long as the block lasts."""
    service = AwsKms()
    with served(service) as endpoint:
        yield Aws(service, endpoint)
