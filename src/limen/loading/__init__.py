"""Loading: YAML, JSON and JSON Lines to the model, with the place of everything and every problem at once."""

from __future__ import annotations

from limen.loading.load import Loaded, LoadedFile, find, load
from limen.loading.sources import SourceMap

__all__ = ["Loaded", "LoadedFile", "SourceMap", "find", "load"]
