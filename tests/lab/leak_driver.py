"""A driver of the laboratory: sends the canaries that it is given on its input through the flow, as a client would."""

from __future__ import annotations

import json
import os
import sys
import urllib.request

given = {one["kind"]: one["value"] for one in json.load(sys.stdin)["canaries"]}
assert given["mrn"] == os.environ["LIMEN_CANARY_MRN"]
assert "LIMEN_LAB_SECRET" not in os.environ
marker = given.pop("marker")
request = urllib.request.Request(
    f"http://127.0.0.1:{sys.argv[1]}/dispense",
    data=json.dumps(given).encode(),
    headers={"X-Request-Id": marker, "Content-Type": "application/json"},
)
with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=10) as answer:
    assert answer.status == 204
