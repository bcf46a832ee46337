"""The S3 client: credentials, one host and no other, refusals as answers, and bounds."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from limen.adapters.object_stores.s3 import AwsKeys, AwsService, aws_keys
from limen.adapters.object_stores.store import ObjectStoreError
from tests.lab import tls_hostile as hostile
from tests.simulators.object_store import Bucket, object_store


def _service(url: str, seconds: float = 5.0, keys: AwsKeys | None = None) -> AwsService:
    return AwsService("s3", url, keys or aws_keys("id:secret"), deadline=lambda: time.monotonic() + seconds)


@pytest.mark.parametrize(
    ("text", "token"),
    [
        ("id:secret", ""),
        ("id:secret:token:with:colons", "token:with:colons"),
        ('{"access_key_id": "id", "secret_access_key": "secret"}', ""),
        (' {"access_key_id": "id", "secret_access_key": "secret", "session_token": "t"}\n', "t"),
    ],
)
def test_a_credential_in_each_of_its_forms(text: str, token: str) -> None:
    keys = aws_keys(text)
    assert (keys.access_key_id, keys.secret_access_key, keys.session_token) == ("id", "secret", token)
    assert "secret" not in repr(keys)


@given(st.text(max_size=40))
def test_any_text_is_a_credential_or_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ObjectStoreError) as always:
        aws_keys("neither")
    try:
        aws_keys(text)
    except ObjectStoreError as error:
        assert error.reason == always.value.reason  # noqa: PT017 - most texts are none


def test_a_refusal_is_an_answer_and_a_wrong_credential_is_not() -> None:
    with object_store() as server:
        server.buckets["b"] = Bucket(denied=frozenset({"policy"}))
        denied = _service(server.url).ask("get_bucket_policy", Bucket="b")
        missing = _service(server.url).ask("get_bucket_policy", Bucket="gone")
        server.buckets["b"].answers["policy"] = (403, "<Error><Code>SignatureDoesNotMatch</Code></Error>")
        with pytest.raises(ObjectStoreError, match="refuses the credential"):
            _service(server.url).ask("get_bucket_policy", Bucket="b")
    assert (denied.denied, denied.code, denied.unsupported) == (True, "AccessDenied", False)
    assert (missing.denied, missing.code, missing.status) == (False, "NoSuchBucket", 404)


def test_an_answer_that_leads_to_another_host_is_not_followed() -> None:
    with object_store() as other, object_store() as server:
        moved = f"<Error><Code>PermanentRedirect</Code><Endpoint>{other.url}</Endpoint></Error>"
        server.buckets["b"] = Bucket(answers={"versioning": (301, moved)})
        try:
            answer = _service(server.url).ask("get_bucket_versioning", Bucket="b")
        except ObjectStoreError as error:
            assert "nothing else is contacted" in error.reason  # noqa: PT017 - either is as it should be
        else:
            assert answer.code
        assert other.requests == []


def test_nothing_is_asked_of_whoever_hands_out_credentials_of_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    with object_store() as server, object_store() as metadata:
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.url)
        server.buckets["b"] = Bucket(anonymous=True)
        stranger = AwsService("s3", server.url, None, deadline=lambda: time.monotonic() + 5)
        assert stranger.ask("list_objects_v2", Bucket="b").root == "ListBucketResult"
        assert metadata.requests == []


def test_no_proxy_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with object_store() as server, object_store() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
        server.buckets["b"] = Bucket()
        assert _service(server.url).ask("get_bucket_versioning", Bucket="b").content == {"Status": "Enabled"}
        assert proxy.requests == []


def test_a_deadline_holds_for_the_whole_answer() -> None:
    with hostile.serving(hostile.drip) as port:
        began = time.monotonic()
        with pytest.raises(ObjectStoreError):
            _service(f"http://127.0.0.1:{port}", 0.5).ask("get_bucket_versioning", Bucket="b")
        assert time.monotonic() - began < 5
