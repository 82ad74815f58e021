"""Signatures: on what is written, where the user's git signs, and whether those that are there are good."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from ledger.errors import LedgerError
from ledger.git.process import GitError, call, failed


class Git(Protocol):
    """Where to sign: the top of a work tree, and the git directory that all of them share."""

    @property
    def root(self) -> Path: ...
    @property
    def common(self) -> Path: ...


def signed_commit(
    git: Git, arguments: tuple[str, ...], message: bytes, environment: Mapping[str, str] | None = None
) -> str:
    """The id of a commit that `git commit-tree` makes of the arguments, signed. Raises LedgerError where it cannot."""
    try:
        return _run(git, *arguments, "-S", "-F", "-", stdin=message, environment=environment).decode().strip()
    except GitError as error:
        raise _cannot_sign(error.stderr) from None


def signed_tag(git: Git, name: str, target: str, message: bytes, environment: Mapping[str, str] | None = None) -> str:
    """The id of a signed tag object; no ref points to it. Raises LedgerError where it cannot be signed.

    `git mktag` signs nothing and `git tag` makes a ref: it makes one in an empty repository that has our objects and
    settings, and is gone afterwards.
    """
    # imported late: few repositories sign
    import tempfile

    with tempfile.TemporaryDirectory(prefix="ledger-tag-") as folder:
        kind = _run(git, "rev-parse", "--show-object-format").decode().strip()
        _run(git, "init", "--quiet", "--bare", f"--object-format={kind}", folder)
        own = {"GIT_DIR": folder, "GIT_OBJECT_DIRECTORY": str(git.common / "objects")} | dict(environment or {})
        settings = ("-c", f"include.path={git.common / 'config'}")
        made = (*settings, "tag", "-s", "--cleanup=verbatim", "-F", "-", name, target)
        done = call(made, cwd=git.root, stdin=message, environment=own)
        tag = call(["rev-parse", "--verify", "--quiet", f"refs/tags/{name}"], cwd=git.root, environment=own)
        oid = tag.stdout.decode().strip()
        # git 2.39 makes the tag without a signature where the key of SSH is not there, and calls that success
        if done.returncode != 0 or b"\n-----BEGIN " not in _run(git, "cat-file", "tag", oid):
            raise _cannot_sign(done.stderr.decode(errors="replace"))
        return oid


def doubt(git: Git, oid: str, *, tag: bool) -> str | None:
    """Why the signature of a commit, or of a tag object, is not good; None where it is, as git judges."""
    done = call(["verify-tag" if tag else "verify-commit", oid], cwd=git.root)
    if done.returncode == 0:
        return None
    said = [line.strip() for line in done.stderr.decode(errors="replace").splitlines() if line.strip()]
    words = said[-1].removeprefix("error: ") if said else ""
    return "it has none" if not words or "no signature" in words else words


def _cannot_sign(stderr: str) -> LedgerError:
    said = [line.strip() for line in stderr.splitlines() if line.strip()] or ["git does not say why"]
    return LedgerError(
        f"git cannot sign: {said[0].removeprefix('error: ').removeprefix('fatal: ')}",
        hint="git commit -S says more; git config commit.gpgSign and tag.gpgSign say whether to sign",
    )


def _run(git: Git, *arguments: str, stdin: bytes | None = None, environment: Mapping[str, str] | None = None) -> bytes:
    done = call(arguments, cwd=git.root, stdin=stdin, environment=environment)
    if done.returncode != 0:
        raise failed(arguments, done.stderr.decode(errors="replace"))
    return done.stdout
