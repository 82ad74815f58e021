"""`.dvc` files: what they pin, and their text with other pins, as an arm of other data writes it."""

from __future__ import annotations

from copy import deepcopy
from pathlib import PurePosixPath
from typing import Any

from ledger.errors import LedgerError
from ledger.model.formats import yaml12
from ledger.model.formats.lockfile import Pinned, pinned, place
from ledger.model.pipeline import Output

_KEYS = ("md5", "size", "nfiles")


def pins_in(pointer: str, text: str) -> dict[str, Pinned]:
    """What a `.dvc` file pins, by path. Raises LedgerError where its text is not YAML."""
    document: Any = _document(pointer, text)
    paths = _outputs(pointer, document)
    return {path: pinned(document["outs"][number]) for number, path in enumerate(paths) if path is not None}


def outputs_in(pointer: str, text: str) -> tuple[Output, ...]:
    """What a `.dvc` file says of where its outputs are kept. Raises LedgerError where its text is not YAML.

    What comes from another repository (`dvc import`) is not pushed: it is fetched from there.
    """
    document: Any = _document(pointer, text)
    deps = document.get("deps") if isinstance(document, dict) else None
    imported = any(isinstance(dep, dict) and "repo" in dep for dep in (deps if isinstance(deps, list) else ()))
    found = []
    for number, path in enumerate(_outputs(pointer, document)):
        if path is not None:
            out = document["outs"][number]
            remote = out.get("remote")
            found.append(
                Output(
                    path=path,
                    cached=out.get("cache", True) is not False,
                    remote=remote if isinstance(remote, str) else None,
                    pushed=not imported and out.get("push", True) is not False,
                )
            )
    return tuple(found)


def rewritten(pointer: str, text: str, others: dict[str, Pinned]) -> str:
    """The text of the `.dvc` file `pointer` with other pins for some of its outputs, by path; the rest stays.

    What is not known of a pin is left out, as DVC allows.
    """
    document: Any = yaml12.loads(text)
    for number, path in enumerate(_outputs(pointer, document)):
        pin = None if path is None else others.get(path)
        if pin is None:
            continue
        before = document["outs"][number]
        after = {key: value for key, value in before.items() if key not in _KEYS}
        values = pin.to_mapping()
        document = deepcopy(document)
        # in the order that DVC writes
        document["outs"][number] = values | after
        if set(document["outs"][number]) == set(before):
            # imported late: commands that only read edit nothing
            from ledger.model.formats import yaml_edit

            for key in values:
                text = yaml_edit.edit(text, ("outs", number, key), document)
        else:
            text = yaml12.dumps(document)
    return text


def is_legacy(text: str) -> bool:
    """Whether a `.dvc` file is one from before DVC's version 3, which has its objects elsewhere."""
    document: Any = yaml12.loads(text)
    return not any(out.get("hash") == "md5" for out in document.get("outs") or () if isinstance(out, dict))


def _document(pointer: str, text: str) -> object:
    try:
        return yaml12.loads(text)
    except yaml12.YamlError as error:
        raise LedgerError(f"{pointer} is not YAML: {error}", hint=f"correct {pointer} and commit it") from None


def _outputs(pointer: str, document: object) -> list[str | None]:
    """The paths of the outputs of one `.dvc` file in their order; None for what is none."""
    if not isinstance(document, dict) or not isinstance(document.get("outs"), list):
        return []
    folder = PurePosixPath(pointer).parent.as_posix().removeprefix(".")
    wdir = document.get("wdir")
    if isinstance(wdir, str):
        folder = place(folder, wdir).removeprefix(".")
    return [
        place(folder, out["path"]) if isinstance(out, dict) and isinstance(out.get("path"), str) else None
        for out in document["outs"]
    ]
