"""YAML parameter files: read by `yaml12`; what edits them is loaded by the first edit."""

from __future__ import annotations

from ledger.model.formats import yaml12
from ledger.model.formats.format import Path, Unreadable


def read(text: str) -> object:
    """The one document in the text; None for an empty one."""
    try:
        return yaml12.loads(text)
    except yaml12.YamlError as error:
        raise Unreadable(error.message, error.line, error.column) from error


def read_as_older(text: str) -> dict[str, object]:
    """What YAML 1.1 takes the text for; nothing where that cannot read it."""
    import yaml

    try:
        tree = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError):
        return {}
    return tree if isinstance(tree, dict) else {}


def edit(text: str, where: Path, changed: object) -> str:
    """The text with the value at a place as it is in `changed`."""
    from ledger.model.formats import yaml_edit

    return yaml_edit.edit(text, where, changed)
