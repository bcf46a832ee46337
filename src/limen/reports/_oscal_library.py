"""Back matter: what a document refers to, a resource each, with links only to files that are in the pack."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

from limen.records.subjects import percent_encoded
from limen.reports._oscal_ids import Ids
from limen.reports._oscal_text import line, prose
from limen.reports._words import one_line

BESIDE = "../"
"""The way from reports/, where the documents of a pack are, to its top."""


class Library:
    """The resources of one document; whoever refers to one puts it in."""

    def __init__(self, ids: Ids, files: Container[str]) -> None:
        """Know which files there are."""
        self._ids = ids
        self._files = files
        self._resources: dict[str, dict[str, Any]] = {}

    def reference(
        self, name: str, title: str, *paragraphs: str, props: list[dict[str, Any]] | None = None,
        file: str = "", media_type: str = "", digest: str = "",
    ) -> str:  # fmt: skip
        """Return what refers to a resource: the fragment of its UUID.

        It is linked to the file where the pack has it; `digest` is the file's SHA-256, 64 hex digits.
        """
        uid = self._ids.lasting("resource", name)
        if uid not in self._resources:
            resource: dict[str, Any] = {"uuid": uid, "title": line(title), "description": prose(*paragraphs)}
            if props:
                resource["props"] = props
            if file in self._files:
                link: dict[str, Any] = {"href": BESIDE + path_reference(file)}
                if media_type:
                    link["media-type"] = media_type
                if digest:
                    link["hashes"] = [{"algorithm": "SHA-256", "value": digest}]
                resource["rlinks"] = [link]
            self._resources[uid] = resource
        return f"#{uid}"

    def file(self, path: str, title: str, media_type: str, *paragraphs: str) -> str:
        """Return the reference to a file of the pack, empty where it has none of that name."""
        if path not in self._files:
            return ""
        return self.reference(path, title, *paragraphs, file=path, media_type=media_type)

    def back_matter(self) -> dict[str, Any]:
        """Return the back matter, or nothing where no resource was referred to."""
        return {"back-matter": {"resources": list(self._resources.values())}} if self._resources else {}


def path_reference(path: str) -> str:
    """Return a path as a relative reference of RFC 3986."""
    return "/".join(map(percent_encoded, one_line(path).replace("\\", "/").split("/")))
