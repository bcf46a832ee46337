"""Volumes and managed databases: what their provider's API says of their encryption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec import UNSET, UnsetType

from limen.adapters.object_stores.store import StoreAnswer
from limen.analysis.kinds.observed_storage import SealFacts, StorageFacts
from limen.probes.interface import AttemptError, Context, Target
from limen.probes.storage.asking import Asker, asked, response
from limen.probes.storage.places import Place
from limen.probes.storage.settings import items, part
from limen.records.attempts import RawResponse

_QUESTIONS: dict[str, tuple[str, str, bool]] = {
    "ebs": ("describe_volumes", "VolumeIds", True),
    "efs": ("describe_file_systems", "FileSystemId", False),
    "rds": ("describe_db_instances", "DBInstanceIdentifier", False),
    "rds-cluster": ("describe_db_clusters", "DBClusterIdentifier", False),
    "dynamodb": ("describe_table", "TableName", False),
}
"""By the endpoint's scheme: the operation, the parameter that names the thing, and whether that is a list."""
_LISTS = {"ebs": "Volumes", "efs": "FileSystems", "rds": "DBInstances", "rds-cluster": "DBClusters"}
_KEPT = (
    "VolumeId", "FileSystemId", "DBInstanceIdentifier", "DBClusterIdentifier", "TableName", "Encrypted",
    "StorageEncrypted", "KmsKeyId", "SSEDescription", "Engine",
)  # fmt: skip
"""What is recorded of an answer: the rest says nothing of rest."""


def ask_medium(target: Target, place: Place, context: Context) -> Sequence[RawResponse]:
    """Return what the provider says of a volume or database; raises AttemptError where that is nothing."""
    operation, parameter, listed = _QUESTIONS[place.scheme]
    asker = Asker(target, place, context)
    answer = asker.ask(operation, operation, **{parameter: [place.name] if listed else place.name})
    if answer.denied:
        raise AttemptError(f"the credential may not ask about {target.endpoint}: {answer.code}")
    if answer.code:
        raise AttemptError(f"{target.endpoint} is not known there: {answer.code}")
    found = [{name: one[name] for name in _KEPT if name in one} for one in _things(place.scheme, answer.content)]
    kept = StoreAnswer(status=answer.status, content={"found": found})
    return [asked(target, place), response("answers.json", {operation: kept})]


def read_medium(form: str, scheme: str, answers: Mapping[str, StoreAnswer]) -> StorageFacts:
    """Return the facts in the answer about one volume or database; raises AttemptError where it is about none."""
    found = items(answers[_QUESTIONS[scheme][0]].content.get("found"))
    if len(found) != 1:
        raise AttemptError(f"the answer is about {len(found)} things instead of one")
    thing = found[0]
    algorithm, key = _sealed(scheme, thing)
    if algorithm is UNSET:
        raise AttemptError("the answer does not say whether it is encrypted")
    return StorageFacts(form=form, seal=SealFacts(algorithm=algorithm, key=key))


def _things(scheme: str, content: Mapping[str, Any]) -> list[dict[str, Any]]:
    if scheme == "dynamodb":
        return [content["Table"]] if isinstance(content.get("Table"), dict) else []
    return items(content.get(_LISTS[scheme]))


def _sealed(scheme: str, thing: Mapping[str, Any]) -> tuple[str | UnsetType, str | UnsetType]:
    """Return algorithm and key id.

    EBS is AES-256-XTS (AWS KMS Cryptographic Details, "Amazon EBS volume encryption"), and so is RDS but for Aurora,
    which lies on EBS; of the others AWS says AES-256 and no mode.
    """
    if scheme == "dynamodb":  # always encrypted; without a description, by a key of the provider's own
        description = thing.get("SSEDescription")
        if "TableName" not in thing:
            return UNSET, UNSET
        return "AES-256", str(part(description, "KMSMasterKeyArn") or "")
    encrypted = thing.get("StorageEncrypted" if scheme.startswith("rds") else "Encrypted")
    if not isinstance(encrypted, bool):
        return UNSET, UNSET
    if not encrypted:
        return "none", UNSET
    on_ebs = scheme == "ebs" or (scheme == "rds" and not str(thing.get("Engine", "aurora")).startswith("aurora"))
    key = thing.get("KmsKeyId")
    return ("AES-256-XTS" if on_ebs else "AES-256"), str(key) if key else ""
