"""Code as git holds it: the commit, or a tree that differs from it in an arm's data."""

from __future__ import annotations

from dataclasses import replace

from ledger.dvc.pointers import pins_in
from ledger.git.entries import Entry
from ledger.git.git import Git
from ledger.repo.code import Code


def entries(git: Git, code: Code) -> dict[str, Entry | None]:
    """What an arm's data change of the commit's files: its pointers as written, and the files of git's; None: gone."""
    pointers = {
        path: replace(code.files[path], oid=git.blob(text.encode("utf-8", "surrogateescape")))
        for path, text in code.written.items()
    }
    return {**code.laid, **pointers}


def tree(git: Git, code: Code) -> str:
    """The id of the tree that a trial runs on; the commit's own where no data differ."""
    changes = entries(git, code)
    return git.tree(code.commit, changes) if changes else code.commit


def committed(git: Git, code: Code, commit: str) -> Code:
    """The code with the data that a trial commit of it holds: its pointers, and the files that stages read."""
    held, pipeline = git.objects.files(commit), code.pipeline
    changed = [path for path in git.changed_paths(code.commit, commit) if not pipeline.is_result(path)]
    pointers = [path for path in changed if path.endswith(".dvc") and path in code.files and path in held]
    read = [
        p for p in changed if pipeline.reads(p) and p not in code.texts and p not in (*pointers, *pipeline.variables)
    ]
    if not pointers and not read:
        return code
    written = {path: git.objects.held(held[path].oid).data.decode("utf-8", "surrogateescape") for path in pointers}
    pins = {at: pin for path, text in written.items() for at, pin in pins_in(path, text).items()}
    files = {path: entry for path, entry in code.files.items() if path not in read}
    return replace(
        code,
        files=files | {path: held[path] for path in (*read, *pointers) if path in held},
        data={**code.data, **pins},
        written=written,
        laid={path: held.get(path) for path in read},
    )
