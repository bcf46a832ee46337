"""A stateful S3 server for what no store that can be had here does: it lies, denies, and blocks public access.

It speaks the protocol on loopback and keeps buckets with versions, retention and legal holds; it checks no signature.
lock that it shows is enforced, and `answers` replaces the whole answer to a question, whatever that may be.
"""

from __future__ import annotations

import datetime
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_OWNER = "<Owner><ID>lab</ID></Owner>"
_ANYONE = "http://acs.amazonaws.com/groups/global/AllUsers"


@dataclass
class Version:
    """A version of an object."""

    until: float = 0.0
    mode: str = ""
    held: bool = False


@dataclass
class Bucket:
    """A bucket; a good one as it is made."""

    key: str | None = "store-key"
    policy: str | None = None
    blocked: str = "all"
    acl_public: bool = False
    anonymous: bool = False
    versioning: str = "Enabled"
    lock: tuple[str, int] | None = ("COMPLIANCE", 7)
    locks: bool = True
    deletes: bool = True
    expiry: int | None = None
    denied: frozenset[str] = frozenset()
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    objects: dict[tuple[str, str], Version] = field(default_factory=dict)


class ObjectStoreSimulator(ThreadingHTTPServer):
    """The server; `buckets` is its state."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.buckets: dict[str, Bucket] = {}
        self.requests: list[str] = []
        self.made = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def object_store() -> Iterator[ObjectStoreSimulator]:
    """Run the simulator."""
    server = ObjectStoreSimulator()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: ObjectStoreSimulator

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def handle_any(self) -> None:
        parts = urlsplit(self.path)
        query = {name: values[0] for name, values in parse_qs(parts.query, keep_blank_values=True).items()}
        name, _, key = unquote(parts.path).lstrip("/").partition("/")
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.requests.append(f"{self.command} {self.path}")
        bucket = self.server.buckets.get(name)
        if bucket is None:
            return self.refuse(404, "NoSuchBucket")
        question = next((one for one in _QUESTIONS if one in query), "list" if not key else "object")
        if question in bucket.answers:
            return self.reply(*bucket.answers[question])
        if self.headers.get("Authorization") is None and not bucket.anonymous:
            return self.refuse(403, "AccessDenied")
        if question in bucket.denied:
            return self.refuse(403, "AccessDenied")
        if key:
            return self.object(bucket, key, query, body)
        status, text = _configuration(bucket, question)
        return self.refuse(status, text) if status >= 400 else self.reply(status, text)

    do_GET = do_PUT = do_DELETE = do_HEAD = handle_any  # noqa: N815 - the names that http.server asks for

    def object(self, bucket: Bucket, key: str, query: dict[str, str], body: bytes) -> None:
        version = query.get("versionId", "")
        found = bucket.objects.get((key, version))
        if self.command == "PUT" and not query:
            self.server.made += 1
            version = f"v{self.server.made}"
            until = self.headers.get("x-amz-object-lock-retain-until-date")
            bucket.objects[key, version] = Version(_time(until), self.headers.get("x-amz-object-lock-mode") or "")
            return self.reply(200, "", {"x-amz-version-id": version} | _sealed(bucket))
        if found is None:
            gone = self.command == "DELETE"
            return self.reply(204, "") if gone else self.refuse(404, "NoSuchKey")
        if self.command == "HEAD":
            return self.reply(200, "", {"x-amz-version-id": version} | _sealed(bucket))
        if self.command == "DELETE":
            bypass = found.mode == "GOVERNANCE" and self.headers.get("x-amz-bypass-governance-retention") == "true"
            if not bucket.deletes:
                return self.refuse(403, "AccessDenied")
            if bucket.locks and (found.held or (found.until > time.time() and not bypass)):
                return self.refuse(403, "AccessDenied")
            del bucket.objects[key, version]
            return self.reply(204, "", {"x-amz-version-id": version})
        root = ElementTree.fromstring(body)
        if "legal-hold" in query:
            found.held = any(one.text == "ON" for one in root)
            return self.reply(200, "")
        until = next(_time(one.text) for one in root if one.tag.endswith("RetainUntilDate"))
        if bucket.locks and until < found.until:
            return self.refuse(403, "AccessDenied")
        found.until = until
        return self.reply(200, "")

    def refuse(self, status: int, code: str) -> None:
        self.reply(status, f"{_XML}<Error><Code>{escape(code)}</Code><Message>no</Message></Error>")

    def reply(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        content = b"" if self.command == "HEAD" or status == 204 else text.encode()
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


_QUESTIONS = (
    "encryption", "policyStatus", "policy", "publicAccessBlock", "acl", "ownershipControls", "versioning",
    "object-lock", "lifecycle", "versions", "list-type", "legal-hold", "retention",
)  # fmt: skip


def _configuration(bucket: Bucket, question: str) -> tuple[int, str]:
    """Return status and XML of an answer, or status and code of a refusal."""
    made = _ANSWERS.get(question)
    if made is None:
        return 200, _document("ListBucketResult", "<IsTruncated>false</IsTruncated>")
    return made(bucket)


def _encryption(bucket: Bucket) -> tuple[int, str]:
    if bucket.key is None:
        return 404, "ServerSideEncryptionConfigurationNotFoundError"
    inner = f"<SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>{escape(bucket.key)}</KMSMasterKeyID>"
    rule = f"<ApplyServerSideEncryptionByDefault>{inner}</ApplyServerSideEncryptionByDefault>"
    return 200, _document("ServerSideEncryptionConfiguration", f"<Rule>{rule}</Rule>")


def _policy(bucket: Bucket) -> tuple[int, str]:
    return (404, "NoSuchBucketPolicy") if bucket.policy is None else (200, bucket.policy)


def _policy_status(bucket: Bucket) -> tuple[int, str]:
    if bucket.policy is None:
        return 404, "NoSuchBucketPolicy"
    return 200, _document("PolicyStatus", "<IsPublic>false</IsPublic>")


def _blocked(bucket: Bucket) -> tuple[int, str]:
    if bucket.blocked == "none":
        return 404, "NoSuchPublicAccessBlockConfiguration"
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    on = len(names) if bucket.blocked == "all" else 2
    blocks = "".join(f"<{name}>{str(place < on).lower()}</{name}>" for place, name in enumerate(names))
    return 200, _document("PublicAccessBlockConfiguration", blocks)


def _acl(bucket: Bucket) -> tuple[int, str]:
    kind = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type='
    own = f'<Grant><Grantee {kind}"CanonicalUser"><ID>lab</ID></Grantee><Permission>FULL_CONTROL</Permission></Grant>'
    anyone = f'<Grant><Grantee {kind}"Group"><URI>{_ANYONE}</URI></Grantee><Permission>READ</Permission></Grant>'
    grants = own + anyone * bucket.acl_public
    return 200, _document("AccessControlPolicy", f"{_OWNER}<AccessControlList>{grants}</AccessControlList>")


def _lock(bucket: Bucket) -> tuple[int, str]:
    if bucket.lock is None:
        return 404, "ObjectLockConfigurationNotFoundError"
    mode, years = bucket.lock
    default = f"<DefaultRetention><Mode>{mode}</Mode><Years>{years}</Years></DefaultRetention>"
    enabled = "<ObjectLockEnabled>Enabled</ObjectLockEnabled>"
    return 200, _document("ObjectLockConfiguration", f"{enabled}<Rule>{default}</Rule>")


def _lifecycle(bucket: Bucket) -> tuple[int, str]:
    if bucket.expiry is None:
        return 404, "NoSuchLifecycleConfiguration"
    expiry = f"<Expiration><Days>{bucket.expiry}</Days></Expiration>"
    rule = f"<Rule><ID>thrift</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>{expiry}</Rule>"
    return 200, _document("LifecycleConfiguration", rule)


def _versioning(bucket: Bucket) -> tuple[int, str]:
    status = f"<Status>{bucket.versioning}</Status>" if bucket.versioning else ""
    return 200, _document("VersioningConfiguration", status)


_ANSWERS = {
    "encryption": _encryption,
    "policy": _policy,
    "policyStatus": _policy_status,
    "publicAccessBlock": _blocked,
    "acl": _acl,
    "ownershipControls": lambda _: (404, "OwnershipControlsNotFoundError"),
    "versioning": _versioning,
    "object-lock": _lock,
    "lifecycle": _lifecycle,
    "versions": lambda _: (200, _document("ListVersionsResult", "<IsTruncated>false</IsTruncated>")),
}


def _document(name: str, inner: str) -> str:
    return f'{_XML}<{name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">{inner}</{name}>'


def _sealed(bucket: Bucket) -> dict[str, str]:
    if bucket.key is None:
        return {}
    sealed = {"x-amz-server-side-encryption": "aws:kms"}
    return sealed | {"x-amz-server-side-encryption-aws-kms-key-id": bucket.key}


def _time(text: str | None) -> float:
    if not text:
        return 0.0
    return datetime.datetime.fromisoformat(text).timestamp()
