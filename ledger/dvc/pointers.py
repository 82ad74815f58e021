"""The text of a `.dvc` file that pins another content, as an arm of other data writes it."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from ledger.dvc.definitions import outputs
from ledger.model.formats import yaml12, yaml_edit
from ledger.model.formats.lockfile import Pinned

_KEYS = ("md5", "size", "nfiles")


def rewritten(pointer: str, text: str, pins: dict[str, Pinned]) -> str:
    """The text of the `.dvc` file `pointer` with other pins for some of its outputs, by path; the rest stays.

    What is not known of a pin is left out, as DVC allows.
    """
    document: Any = yaml12.loads(text)
    for number, path in enumerate(outputs(pointer, document)):
        pin = None if path is None else pins.get(path)
        if pin is None:
            continue
        before = document["outs"][number]
        after = {key: value for key, value in before.items() if key not in _KEYS}
        values = pin.to_mapping()
        document = deepcopy(document)
        # in the order that DVC writes
        document["outs"][number] = values | after
        if set(document["outs"][number]) == set(before):
            for key in values:
                text = yaml_edit.edit(text, ("outs", number, key), document)
        else:
            text = yaml12.dumps(document)
    return text
