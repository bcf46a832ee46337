"""Places as the user would type them: the declaration's files are named from its folder, people and CI from theirs."""

from __future__ import annotations

import msgspec

from limen.errors import Location
from limen.records.assessment import Assessment


class Places:
    """Puts the declaration's folder, as it was given, in front of its files."""

    def __init__(self, assessment: Assessment) -> None:
        """Know the folder and the files; a waiver file's path is already as it was given."""
        self.folder = assessment.declaration.replace("\\", "/").rpartition("/")[0]
        self.files = {file.path for file in assessment.files}

    def file(self, name: str) -> str:
        """Return a file's path."""
        if name not in self.files or name.startswith("/") or self.folder in ("", "."):
            return name
        return f"{self.folder}/{name}"

    def typed(self, place: Location) -> Location:
        """Return a place with its file's path."""
        return msgspec.structs.replace(place, file=self.file(place.file))
