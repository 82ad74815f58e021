"""Documents of the ledger that other people may have written: mappings that begin with the number of their schema."""

from __future__ import annotations

from typing import Any

from ledger.errors import FormatError, NewerError
from ledger.model.formats import yaml12


def loads(text: str, *, schema: int) -> dict[str, Any]:
    """The mapping that a text holds, read as untrusted. Raises FormatError, and NewerError above the known `schema`."""
    try:
        document = yaml12.loads_untrusted(text)
    except yaml12.YamlError as error:
        raise FormatError(f"it is not YAML: {error}") from None
    if not isinstance(document, dict):
        raise FormatError("it is not a mapping of keys to values")
    found = document.get("schema")
    if not isinstance(found, int) or isinstance(found, bool):
        raise FormatError("it lacks the key `schema`")
    if found > schema:
        raise NewerError(f"schema {found} is newer than this version of ledger reads ({schema})")
    return document
