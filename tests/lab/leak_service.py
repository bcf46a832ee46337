"""A service of the laboratory: takes dispense records over HTTP, keeps them, and logs each request, well or badly."""

from __future__ import annotations

import base64
import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

PORT, FOLDER, DEFECT = int(sys.argv[1]), Path(sys.argv[2]), sys.argv[3]


def append(name: str, line: str) -> None:
    with (FOLDER / name).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


class Service(BaseHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        """The log is written below."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        record = json.loads(body)
        if DEFECT != "service that delivers nothing":
            append("store.jsonl", json.dumps(record))
        said = self.headers.get("X-Request-Id", "") if DEFECT != "service without a marker" else ""
        if DEFECT == "service that logs bodies":
            said += f" body={body.decode()}"
        elif DEFECT == "service that logs bodies in base64":
            said += f" body={base64.b64encode(body).decode()}"
        elif DEFECT == "service that logs the name on failure":
            said += f" KeyError: {record['name']!r}"
        append("service.log", f"INFO request {said} served")
        self.send_response(204)
        self.end_headers()


append("service.log", "INFO started")
(FOLDER / "store.jsonl").touch()
HTTPServer(("127.0.0.1", PORT), Service).serve_forever()
