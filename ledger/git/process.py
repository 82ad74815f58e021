"""One git process: what it may inherit, what it says where it fails, and when it is simply run again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from ledger.errors import LedgerError

# what ties a git process to another repository or index than the one it is started in, as it is set within hooks
# (`git rev-parse --local-env-vars`, without those that only configure)
_LOCAL_VARIABLES = (
    "GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_COMMON_DIR", "GIT_DIR", "GIT_GRAFT_FILE", "GIT_IMPLICIT_WORK_TREE",
    "GIT_INDEX_FILE", "GIT_NAMESPACE", "GIT_NO_REPLACE_OBJECTS", "GIT_OBJECT_DIRECTORY", "GIT_PREFIX",
    "GIT_QUARANTINE_PATH", "GIT_REPLACE_REF_BASE", "GIT_SHALLOW_FILE", "GIT_WORK_TREE",
)  # fmt: skip

# commands that start no program of the user's, such as a hook or a filter
_ALONE = frozenset({"cat-file", "config", "diff-tree", "for-each-ref", "rev-parse", "show-ref", "symbolic-ref", "var"})

# how often a command is run until one gets past `git gc`
ATTEMPTS = 10
_WRITING = (b"unable to create temporary file", b"unable to write file")


class GitError(Exception):
    """A git command failed in a way that no caller expected; `stderr` is what git said.

    `killed`: who was ended by a signal, None where nobody was.
    """

    def __init__(self, arguments: Sequence[str], stderr: str, *, killed: bool = False) -> None:
        super().__init__(f"git {' '.join(arguments)}: {stderr.strip()}")
        self.stderr = stderr
        self.killed = "git" if killed else None


def scrubbed(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment without what would tie git to another repository, and without prompts.

    Objects are read as they are: `git replace` and grafts would show another plan or history in their place.
    """
    kept = {key: value for key, value in environment.items() if key not in _LOCAL_VARIABLES}
    # a graft file that is there, if empty, makes git say that such files are deprecated
    original = {"GIT_NO_REPLACE_OBJECTS": "1", "GIT_GRAFT_FILE": f"{os.devnull}/none"}
    # LANGUAGE wins over LC_ALL, and what git says is looked at
    english = {"LC_ALL": "C.UTF-8", "LANGUAGE": ""}
    return kept | original | english | {"GIT_TERMINAL_PROMPT": "0", "GIT_OPTIONAL_LOCKS": "0"}


def scrubbed_alone(environment: Mapping[str, str]) -> dict[str, str]:
    """The same for a command that starts no program of the user's.

    Git itself takes text for UTF-8 in any locale, and to read one of UTF-8 is a fifth of what a short command costs.
    """
    return scrubbed(environment) | {"LC_ALL": "C"}


def _is_alone(arguments: Sequence[str]) -> bool:
    """Whether a command starts no program of the user's; before its name there may be settings for it."""
    given = iter(arguments)
    name = next(one for one in given if not (one in ("-c", "-C") and next(given)) and not one.startswith("--git-dir="))
    return name in _ALONE or (name == "worktree" and next(given, None) == "list")


def call(
    arguments: Sequence[str],
    *,
    cwd: Path,
    stdin: bytes | None = None,
    environment: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[bytes]:
    """One git process, run to its end; the caller looks at its exit code. Raises GitError where it was killed."""
    inherited = scrubbed_alone if _is_alone(arguments) else scrubbed
    for _ in range(ATTEMPTS):
        done = subprocess.run(
            ["git", *arguments],
            cwd=cwd,
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            check=False,
            env=inherited(os.environ) | dict(environment or {}),
            # Ctrl-C in the terminal is for us alone: no command of git's is cut in two
            process_group=0,
        )
        if done.returncode == 0 or not _swept_away(done.stderr):
            break
    if done.returncode < 0:
        # that is not an answer, neither yes nor no
        raise GitError(arguments, f"ended by signal {-done.returncode}", killed=True)
    return done


def converse(arguments: Sequence[str], *, cwd: Path, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    """One git process that talks to a remote, run to its end however long that takes; the caller looks at its code.

    On a terminal git, ssh and credential helpers may ask there, and Ctrl-C ends them with us, as with `git push`. Where
    there is none they have none to wait at: what would ask fails. Raises GitError where git was killed.
    """
    asking = sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()
    environment = scrubbed(os.environ)
    if asking:
        environment["GIT_TERMINAL_PROMPT"] = os.environ.get("GIT_TERMINAL_PROMPT", "1")
    # files, not pipes: what stays behind, as the daemon of a credential helper or a shared ssh connection, would hold
    # the end of a pipe open, and be waited for
    # imported late: commands that talk to nobody have no use for it
    from tempfile import TemporaryFile

    with TemporaryFile() as given, TemporaryFile() as out, TemporaryFile() as said:
        given.write(stdin)
        given.seek(0)
        process = subprocess.Popen(
            ["git", *arguments],
            cwd=cwd,
            stdin=given,
            stdout=out,
            stderr=said,
            env=environment,
            start_new_session=not asking,
        )
        try:
            code = process.wait()
        except BaseException:
            _end(process, alone=not asking)
            raise
        out.seek(0)
        said.seek(0)
        done = subprocess.CompletedProcess(arguments, code, out.read(), said.read())
    if code < 0:
        raise GitError(arguments, f"ended by signal {-code}", killed=True)
    return done


def _end(process: subprocess.Popen[bytes], *, alone: bool) -> None:
    """End git; with all that it has started, where it is in a session of its own."""
    if process.poll() is None:
        if alone:
            os.killpg(process.pid, signal.SIGTERM)
        else:
            process.terminate()
        process.wait()


def _swept_away(said: bytes) -> bool:
    """Whether `git gc` removed an object's folder, or a file in it, while git wrote there.

    It removes folders that have become empty, one of them between the moment when another process makes it and the
    moment when that process puts a file there. To write the object again is right: its name is its content.
    """
    return any(words in said and b"No such file or directory" in said for words in _WRITING)


def failed(arguments: Sequence[str], said: str) -> GitError | LedgerError:
    """The error that a command of git's has failed: the user's where an object cannot be read."""
    return unreadable(None, said) if is_unreadable(said) else GitError(arguments, said)


def unreadable(name: str | None, said: str) -> LedgerError:
    """The error that git cannot read an object, from what it says; `name` is what it was asked for."""
    lines = [line.partition(": ")[2] for line in said.splitlines() if line.startswith(("fatal: ", "error: "))]
    what = "an object" if name is None else name
    # no matter what it was asked for
    for words, own in _OWN_FILES.items():
        if lines and any(word in lines[-1] for word in words):
            hint = "correct it there; git status says the same until then"
            return LedgerError(f"git cannot read its {own}: {lines[-1]}", hint=hint)
    if any(_PROMISED in line for line in lines):
        return LedgerError(
            f"git cannot read {what}: {lines[-1]}",
            hint="this is a partial clone, which fetches objects when they are needed, and its remote gives none now:\n"
            "      git remote -v names it, git remote set-url origin URL corrects it, git fetch --refetch tries it",
        )
    return LedgerError(
        f"git cannot read {what}: {lines[-1] if lines else 'git cat-file ended early'}",
        hint="git fsck says what is missing or damaged; another clone may have it: git fetch --refetch",
    )


_PROMISED = "promisor remote"
# how git calls what it cannot read of its own, and what that is
_OWN_FILES = {
    ("bad config", "config value", "command-line config"): "configuration",
    ("packed-refs",): "refs",
}
# how git calls an object that should be there and is not, or cannot be read
_LACKING = (
    "bad object",
    "missing object",
    "cannot simplify commit",
    "unable to read",
    "is corrupt",
    "bad tree object",
    "unable to find",
    "missing blob",
    _PROMISED,
    *(word for words in _OWN_FILES for word in words),
)


def is_unreadable(said: str) -> bool:
    """Whether a command of git's has failed since it could not read an object, or a file of its own."""
    return any(words in said for words in _LACKING)
