"""moto keeps the shapes of AWS KMS and none of its promises: the probe reads the shapes, and is not taken in."""

from __future__ import annotations

import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest

from tests.lab import kms as lab
from tests.lab.place import Place
from tests.lab.ports import free_port, wait_until_listening

CREDENTIAL = "AKIALABORATORY000001:laboratory/secret/access/key"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    port = free_port()
    child = subprocess.Popen(
        [sys.executable, str(Path(sys.executable).parent / "moto_server"), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ.get("PATH", os.defpath), "MOTO_KMS_ALLOW_UNSAFE": "1"},
    )
    try:
        assert wait_until_listening(port, lambda: child.poll() is None, 60)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.terminate()
        child.wait(10)


def test_a_key_of_moto(endpoint: str) -> None:
    identifier, secret = CREDENTIAL.split(":")
    client = boto3.client(
        "kms", endpoint_url=endpoint, region_name="eu-central-1", aws_access_key_id=identifier,
        aws_secret_access_key=secret,
    )  # fmt: skip
    arn = client.create_key()["KeyMetadata"]["Arn"]
    client.enable_key_rotation(KeyId=arn)
    assert urllib.request.urlopen(endpoint, timeout=10).status == 200
    place = Place(endpoint, arn, CREDENTIAL, {"environment": "test", "origin": "hsm"})
    made = lab.probed("aws-kms", place, timeout=60)
    seen = lab.facts(made)
    assert made.attempts[0].status == "completed", made.attempts[0].reason
    assert (seen["exists"], seen["enabled"], seen["algorithm"], seen["rotation_on"]) == (True, True, "AES-256", True)
    # It seals on under a disabled key, and a rotation that it claims brings no new version.
    assert seen.get("disabled_refuses") is not True
    assert seen.get("new_version_used") is not True
    assert secret not in repr(made)
