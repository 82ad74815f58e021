"""What dvc.yaml says of models under `artifacts`, at a commit; and a text of it that says so of one more."""

from __future__ import annotations

import posixpath
from typing import Any, Final

from ledger.errors import LedgerError
from ledger.model import gto
from ledger.model.formats import yaml12
from ledger.model.formats.lockfile import place
from ledger.model.models import Artifact

FILE: Final = "dvc.yaml"
TYPE: Final = "model"


def file_of(model: str) -> str:
    """The dvc.yaml that would have the model among its artifacts."""
    return posixpath.join(gto.apart(model)[0], FILE)


def artifact(model: str, text: str | None) -> Artifact | None:
    """What the model's dvc.yaml says of it, None where that says nothing, or cannot be read."""
    folder, name = gto.apart(model)
    found = _entries(text).get(name)
    path = found.get("path") if isinstance(found, dict) else None
    if not isinstance(found, dict) or not isinstance(path, str) or not path:
        return None
    labels = found.get("labels")
    return Artifact(
        path=place(folder, path),
        type=_text(found.get("type")),
        description=_text(found.get("desc")),
        labels=tuple(str(label) for label in labels) if isinstance(labels, list) else (),
    )


def _text(value: Any) -> str | None:
    return None if value is None else str(value)


def _entries(text: str | None) -> dict[str, Any]:
    try:
        document = None if text is None else yaml12.loads(text)
    except yaml12.YamlError:
        return {}
    found = document.get("artifacts") if isinstance(document, dict) else None
    return {str(name): value for name, value in found.items()} if isinstance(found, dict) else {}


def names(folder: str, text: str | None) -> tuple[str, ...]:
    """The models that a folder's dvc.yaml has among its artifacts, as GTO calls them."""
    return tuple(f"{folder}:{name}" if folder else name for name in _entries(text))


def with_artifact(model: str, path: str, text: str) -> str:
    """The text of the model's dvc.yaml with the model among its artifacts; its other lines stay as they are.

    `path` is relative to the git root. Raises LedgerError where no line can be added to the file.
    """
    folder, name = gto.apart(model)
    own = posixpath.relpath(path, folder or ".")
    for make in (_in_block, _at_the_end, _in_place):
        made = make(text, name, own)
        found = None if made is None else artifact(model, made)
        if made is not None and found is not None and found.path == path and _others(made, name) == _others(text, name):
            return made
    raise LedgerError(
        f"{file_of(model)} cannot be given the artifact {name}",
        hint=f"add it by hand and record the trial on that: artifacts: {{{name}: {{path: {own}, type: {TYPE}}}}}",
    )


def _lines(name: str, path: str, indent: str) -> str:
    from ledger.model.formats.yaml12 import writer

    key, at = writer.inline(name), writer.inline(path)
    return f"{indent}{key}:\n{indent * 2}path: {at}\n{indent * 2}type: {TYPE}\n"


def _in_block(text: str, name: str, path: str) -> str | None:
    """The text with the lines right below the key `artifacts`, indented as what is there."""
    kept = text.splitlines(keepends=True)
    at = next(
        (at for at, line in enumerate(kept) if line.rstrip() == "artifacts:" or line.startswith("artifacts: #")), None
    )
    if at is None:
        return None
    below = next((line for line in kept[at + 1 :] if line.strip() and not line.lstrip().startswith("#")), "")
    indent = below[: len(below) - len(below.lstrip(" "))] or "  "
    return "".join([*kept[:at], kept[at].rstrip("\n") + "\n", _lines(name, path, indent), *kept[at + 1 :]])


def _at_the_end(text: str, name: str, path: str) -> str | None:
    if _entries(text):
        return None
    return f"{text}{'' if text.endswith(chr(10)) or not text else chr(10)}artifacts:\n{_lines(name, path, '  ')}"


def _in_place(text: str, name: str, path: str) -> str | None:
    """The text with the value of `artifacts` on one line, where it stands in brackets."""
    from ledger.model.formats import yaml_text

    try:
        document = yaml12.loads(text)
    except yaml12.YamlError:
        return None
    known = document.get("artifacts") if isinstance(document, dict) else None
    if not isinstance(document, dict) or not isinstance(known, dict) or name in known:
        return None
    return yaml_text.edit(text, ("artifacts",), document | {"artifacts": {**known, name: {"path": path, "type": TYPE}}})


def _others(text: str, name: str) -> Any:
    """All that a text says but for one artifact."""
    try:
        document = yaml12.loads(text)
    except yaml12.YamlError:
        return None
    if not isinstance(document, dict):
        return document or ({}, {})
    found = document.get("artifacts")
    left = {key: value for key, value in found.items() if str(key) != name} if isinstance(found, dict) else {}
    return {key: value for key, value in document.items() if key != "artifacts"}, left
