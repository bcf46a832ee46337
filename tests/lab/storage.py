"""Object stores on loopback with each defect: MinIO and the Versity gateway, which are real, and moto for cloud APIs.

What each of them is good for, seen with the versions that tests/needs.py names:

- MinIO enforces everything that the probe tries, knows no block of public access, and no access control lists.
- The Versity gateway knows lists and locks, no encryption and no lifecycle. Its administrator deletes a version under
  a legal hold as soon as the retention is over: a real store whose lock does not hold.
- moto has the shapes of EC2, RDS, DynamoDB and EFS. Of S3 it must not be believed: it lets anybody in without a
  credential, shortens a retention in compliance mode when asked to, fails (500) to tell a retention, and
  calls the answer about versioning by a name that S3 does not. It does refuse to delete locked versions.
- `tests.simulators.object_store` stands for what none of them can be brought to: lists of public access, a lock that is
  shown and not enforced, and any answer that a store could give.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from limen.adapters.bounded_http import trusting
from limen.adapters.object_stores.s3 import AwsService, aws_keys
from limen.adapters.object_stores.store import ObjectStoreError, StoreAnswer
from limen.loading.load import load
from limen.probes.running import run
from limen.records.attempts import ProbeRun
from tests.lab.ports import free_port, wait_until_listening
from tests.needs import need_program
from tests.simulators.object_store import Bucket, ObjectStoreSimulator, object_store

KEY = "store-key"
"""Id of the key that the good bucket is sealed with."""
PREFIX = "limen"
"""Prefix below which the probe may try things."""


@dataclass(frozen=True)
class Store:
    """A running store."""

    url: str
    credential: str
    trust: Path | None = None

    def service(self, name: str = "s3", credential: str | None = None) -> AwsService:
        """Return a client of one of its services."""
        return AwsService(
            name,
            self.url,
            aws_keys(self.credential if credential is None else credential),
            tls=trusting(self.trust),
            deadline=lambda: time.monotonic() + 20,
        )

    def do(self, operation: str, /, **parameters: Any) -> StoreAnswer:
        """Do one operation of S3; what is refused is a mistake of the laboratory."""
        answer = self.service().ask(operation, **parameters)
        if answer.code:
            raise RuntimeError(f"{operation}: {answer.status} {answer.code}")
        return answer


@contextmanager
def minio() -> Iterator[Store]:
    """Start MinIO with TLS and one key of its own key service."""
    folder = Path(tempfile.mkdtemp(prefix="limen-lab-minio-"))
    user, password = "lab", secrets.token_hex(12)
    certificates = folder / "certificates"
    certificates.mkdir()
    trust = _certificate(certificates)
    environment = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "MINIO_ROOT_USER": user,
        "MINIO_ROOT_PASSWORD": password,
        "MINIO_KMS_SECRET_KEY": f"{KEY}:{base64.b64encode(secrets.token_bytes(32)).decode()}",
        "MINIO_BROWSER": "off",
        "MINIO_UPDATE": "off",
    }
    port = free_port()
    command = [need_program("minio"), "server", "--quiet", "--anonymous", "--certs-dir", certificates]
    try:
        with _running([*command, "--address", f"127.0.0.1:{port}", folder / "data"], folder, port, environment):
            store = Store(f"https://localhost:{port}", f"{user}:{password}", trust)
            _await(store)
            yield store
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def versity() -> Iterator[Store]:
    """Start the Versity gateway over a folder."""
    folder = Path(tempfile.mkdtemp(prefix="limen-lab-versity-"))
    user, password = "lab", secrets.token_hex(12)
    for name in ("data", "versions"):
        (folder / name).mkdir()
    environment = {
        "HOME": str(folder),
        "PATH": os.environ["PATH"],
        "ROOT_ACCESS_KEY": user,
        "ROOT_SECRET_KEY": password,
    }
    port = free_port()
    command = [need_program("versitygw"), "--port", f"127.0.0.1:{port}", "posix"]
    try:
        with _running([*command, "--versioning-dir", folder / "versions", folder / "data"], folder, port, environment):
            store = Store(f"http://127.0.0.1:{port}", f"{user}:{password}")
            _await(store)
            yield store
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def moto() -> Iterator[Store]:
    """Start moto's server."""
    folder = Path(tempfile.mkdtemp(prefix="limen-lab-moto-"))
    port = free_port()
    program = "import sys; from moto.server import main; sys.exit(main(sys.argv[1:]))"
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"]}
    try:
        command = [sys.executable, "-c", program, "-H", "127.0.0.1", "-p", str(port)]
        with _running(command, folder, port, environment):
            yield Store(f"http://127.0.0.1:{port}", "lab:labsecret")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def bucket(store: Store, name: str, *defects: str) -> str:
    """Make a good bucket, but for its defects; return its endpoint."""
    lock = "no lock" not in defects
    store.do("create_bucket", Bucket=name, ObjectLockEnabledForBucket=lock)
    if "unencrypted" not in defects:
        own = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY}
        chosen = {"SSEAlgorithm": "AES256"} if "another key" in defects else own
        rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": chosen}]}
        store.do("put_bucket_encryption", Bucket=name, ServerSideEncryptionConfiguration=rules)
    resources = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    statements: list[dict[str, Any]] = []
    if "plain HTTP" not in defects:
        condition = {"Bool": {"aws:SecureTransport": "false"}}
        statements.append(
            {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources, "Condition": condition}
        )
    if "public policy" in defects:
        actions = ["s3:ListBucket", "s3:GetObject"]
        statements.append({"Effect": "Allow", "Principal": "*", "Action": actions, "Resource": resources})
    if statements:
        policy = {"Version": "2012-10-17", "Statement": statements}
        store.do("put_bucket_policy", Bucket=name, Policy=json.dumps(policy))
    if lock and "no default lock" not in defects:
        retention: dict[str, Any] = {"Mode": "GOVERNANCE" if "governance" in defects else "COMPLIANCE"}
        retention |= {"Days": 365} if "short retention" in defects else {"Years": 7}
        configuration = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
        store.do("put_object_lock_configuration", Bucket=name, ObjectLockConfiguration=configuration)
    if "early lifecycle" in defects:
        rule = {"ID": "thrift", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 30}}
        store.do("put_bucket_lifecycle_configuration", Bucket=name, LifecycleConfiguration={"Rules": [rule]})
    return f"{store.url}/{name}"


def less_than(store: Store, allowed: list[str]) -> str:
    """Return a credential of MinIO that may do what is listed and nothing else, from its token service."""
    policy = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": allowed, "Resource": "*"}]}
    answer = store.service("sts").ask(
        "assume_role", RoleArn="arn:aws:iam::000000000000:role/lab", RoleSessionName="lab", Policy=json.dumps(policy)
    )
    keys = answer.content["Credentials"]
    return f"{keys['AccessKeyId']}:{keys['SecretAccessKey']}:{keys['SessionToken']}"


class Row(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A row of the table."""

    defect: str
    observation: dict[str, Any] = {}
    findings: tuple[str, ...] = ()
    status: str = "completed"
    reason: str = ""
    trial: bool = False


def rows() -> list[tuple[str, Row]]:
    """Return the table: each store's name and row."""
    text = Path(__file__).with_suffix(".yaml").read_text(encoding="utf-8")
    table = msgspec.yaml.decode(text, type=dict[str, list[Row]])
    return [(name, row) for name, listed in table.items() for row in listed]


@dataclass(frozen=True)
class Made:
    """A defect that is there to be probed."""

    endpoint: str
    credential: str
    options: str = ""
    algorithm: str = "AES-256-GCM"
    key: str = KEY


def make(name: str, store: Any, defect: str) -> Made:
    """Make a row's defect in its store."""
    return {"minio": _in_minio, "versity": _in_versity, "moto": _in_moto, "simulator": _in_simulator}[name](
        store, defect
    )


def _in_minio(store: Store, defect: str) -> Made:
    name = f"lab-{secrets.token_hex(6)}"
    endpoint = bucket(store, name, defect)
    credential, trust = store.credential, f"trust: {json.dumps(str(store.trust))}"
    if defect == "denied but for versioning":
        credential = less_than(store, ["s3:GetBucketVersioning"])
    elif defect == "denied everything":
        credential = less_than(store, ["s3:ListAllMyBuckets"])
    elif defect == "no such bucket":
        endpoint += "-gone"
    elif defect == "wrong credential":
        credential = "lab:not-the-secret"
    return Made(endpoint, credential, trust)


def _in_versity(store: Store, defect: str) -> Made:
    name = f"lab-{secrets.token_hex(6)}"
    if defect == "public list":
        ownership = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
        endpoint = bucket(store, name, "unencrypted", "plain HTTP")
        store.do("put_bucket_ownership_controls", Bucket=name, OwnershipControls=ownership)
        store.do("put_bucket_acl", Bucket=name, ACL="public-read")
        return Made(endpoint, store.credential)
    return Made(bucket(store, name, "unencrypted"), store.credential)


def _in_moto(store: Store, defect: str) -> Made:
    api, credential, xts = f"api: {json.dumps(store.url)}", store.credential, "AES-256-XTS"
    key = "arn:aws:kms:us-east-1:123456789012:key/7c6b5a49-3827-4165-9f0e-1d2c3b4a5968"
    name = f"lab-{secrets.token_hex(6)}"
    if "volume" in defect:
        if defect == "no such volume":
            return Made("ebs:vol-0123456789abcdef0", credential, api)
        sealed = {} if defect.startswith("un") else {"Encrypted": True, "KmsKeyId": key}
        made = store.service("ec2").ask("create_volume", AvailabilityZone="us-east-1a", Size=1, **sealed)
        declared = "another-key" if "another" in defect else key
        return Made(f"ebs:{made.content['VolumeId']}", credential, api, xts, declared)
    if "database" in defect:
        sealed = {} if defect.startswith("un") else {"StorageEncrypted": True, "KmsKeyId": key}
        shape = {"DBInstanceClass": "db.t3.micro", "Engine": "postgres", "AllocatedStorage": 20}
        store.service("rds").ask("create_db_instance", DBInstanceIdentifier=name, **shape, **sealed)
        return Made(f"rds:{name}", credential, api, xts, key)
    if defect == "aurora":
        shape = {"Engine": "aurora-postgresql", "MasterUsername": "lab", "MasterUserPassword": secrets.token_hex(8)}
        sealed = {"StorageEncrypted": True, "KmsKeyId": key}
        store.service("rds").ask("create_db_cluster", DBClusterIdentifier=name, **shape, **sealed)
        return Made(f"rds-cluster:{name}", credential, api, "AES-256-GCM", key)
    if defect == "dynamodb":
        store.service("dynamodb").ask(
            "create_table",
            TableName=name,
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
            SSESpecification={"Enabled": True, "SSEType": "KMS", "KMSMasterKeyId": key},
        )
        return Made(f"dynamodb:{name}", credential, api, "AES-256-GCM", key)
    if defect == "file system":
        made = store.service("efs").ask("create_file_system", CreationToken=name, Encrypted=True, KmsKeyId=key)
        return Made(f"efs:{made.content['FileSystemId']}", credential, api, "AES-256-GCM", key)
    return Made(bucket(store, name, "plain HTTP"), credential)  # which is how moto is asked here


def _in_simulator(store: ObjectStoreSimulator, defect: str) -> Made:
    name = f"lab-{secrets.token_hex(6)}"
    resources = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    condition = {"Bool": {"aws:SecureTransport": "false"}}
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": resources, "Condition": condition}
    good = Bucket(policy=json.dumps({"Version": "2012-10-17", "Statement": deny}))
    changed: dict[str, dict[str, Any]] = {
        "locked version deletable": {"locks": False},
        "not blocked": {"blocked": "none"},
        "half blocked": {"blocked": "some"},
        "public list": {"acl_public": True},
        "another key": {"key": "other-key"},
        "key that may be another's alias": {"key": "alias/store"},
        "suspended": {"versioning": "Suspended"},
        "no delete permission": {"deletes": False},
    }
    store.buckets[name] = replace(good, **changed.get(defect, {}))
    return Made(f"{store.url}/{name}", "lab:labsecret")


def declaration(made: Made, trial: bool = False) -> str:
    """Return a declaration of a component whose records lie where a defect was made."""
    options = [made.options] * bool(made.options) + [f"test_prefix: {PREFIX}"] * trial
    listed = f", options: {{{', '.join(options)}}}" if options else ""
    return f"""\
version: 1
system: {{id: lab, title: Laboratory}}
labels: {{levels: [public, internal], compartments: []}}
data:
  entry: {{label: {{level: internal}}, fields: [at], retention: P7Y}}
zones:
  inside: {{trust: 2, clearance: {{level: internal}}}}
components:
  writer: {{zone: inside, kind: service, originates: [entry]}}
  records: {{zone: inside, kind: ledger, stores: [entry], at_rest: {{algorithm: {made.algorithm}, key: store}}}}
keys:
  store: {{custody: kms, provider: aws-kms, id: {json.dumps(made.key)}, algorithm: AES-256, purpose: encrypt}}
ledgers:
  trail: {{component: records, tiers: [{{name: hot, until: P1Y}}, {{name: cold, until: P7Y, worm: true}}],
    deletion: {{approvers: [records-officer, legal-counsel]}}}}
flows:
  - {{id: write, from: writer, to: records, carries: [entry], returns: []}}
probes:
  - {{probe: storage, component: records, endpoint: {json.dumps(made.endpoint)}, credential: "file:credential"{listed}}}
"""


def probed(made: Made, trial: bool = False) -> ProbeRun:
    """Probe where a defect was made, as `limen probe` does."""
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "credential"
        secret.touch(0o600)
        secret.write_text(made.credential, encoding="utf-8")
        path = Path(folder) / "boundaries.yaml"
        path.write_text(declaration(made, trial), encoding="utf-8")
        return run(load(path).declaration, path.parent)


def facts(recorded: ProbeRun) -> dict[str, Any]:
    """Return the facts of the only observation by path; none where there is no observation."""
    found: dict[str, Any] = {}

    def add(path: str, value: Any) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                add(f"{path}.{name}" if path else name, inner)
        else:
            found[path] = value

    for observation in recorded.attempts[0].observations:
        add("", json.loads(observation.facts))
    return found


STORES: dict[str, Callable[[], AbstractContextManager[Any]]] = {
    "minio": minio,
    "versity": versity,
    "moto": moto,
    "simulator": object_store,
}
"""By the name in the table, what starts the store."""


@contextmanager
def play(folder: Path) -> Iterator[list[str]]:
    """Start what people can probe: a good bucket, and one of each defect."""
    with ExitStack() as stack:
        store = stack.enter_context(minio())
        gateway = stack.enter_context(versity())
        lines = []
        cases: list[tuple[Store, tuple[str, ...]]] = [(store, (one,)) for one in DEFECTS]
        cases = [(store, ()), *cases, (gateway, ("unencrypted",))]
        for number, (place, defects) in enumerate(cases):
            secret = folder / ("minio.key" if place is store else "versity.key")
            if not secret.exists():
                secret.touch(0o600)
                secret.write_text(place.credential, encoding="ascii")
            endpoint = bucket(place, f"lab-{number}", *defects)
            trust = f" --option trust={place.trust}" if place.trust else ""
            lines.append(
                f"{', '.join(defects) or 'good'}  {endpoint}  "
                f"limen probe storage {endpoint} --credential file:{secret}{trust}"
            )
        yield lines


DEFECTS = (
    "unencrypted", "another key", "plain HTTP", "public policy", "no lock", "no default lock", "governance",
    "short retention", "early lifecycle",
)  # fmt: skip
"""What `bucket` can do wrong on MinIO."""


@contextmanager
def _running(command: list[Any], folder: Path, port: int, environment: dict[str, str]) -> Iterator[None]:
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=log, stderr=log)
    try:
        if not wait_until_listening(port, lambda: process.poll() is None, 60.0):
            log_text = (folder / "log").read_text(encoding="utf-8", errors="replace")
            raise RuntimeError(f"{command[0]} did not start: {log_text[-1000:]}")
        yield
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


def _await(store: Store) -> None:
    """Wait until a store that listens also answers."""
    for _ in range(200):
        try:
            if not store.service().ask("list_buckets").code:
                return
        except ObjectStoreError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"{store.url} does not answer")


def _certificate(folder: Path) -> Path:
    """Write a certificate for localhost and its key as MinIO wants them; return what to trust."""
    certificate, key = folder / "public.crt", folder / "private.key"
    subprocess.run(
        [
            *(
                need_program("openssl"),
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
            ),
            *("-keyout", key, "-out", certificate, "-days", "2", "-subj", "/CN=localhost"),
            *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
        ],
        check=True,
        capture_output=True,
    )
    return certificate
