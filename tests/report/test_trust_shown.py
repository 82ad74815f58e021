"""What is shown before somebody else's code may run: all of it, whatever characters it is written in."""

from __future__ import annotations

from ledger.model.trust import (
    ChangedFile,
    DvcSetting,
    FileFate,
    FileKind,
    Foreign,
    ForeignState,
    StageCommand,
)
from ledger.report import trust as report
from ledger.report.text import concealed, revealed, width

HIDDEN = "\u202e\u2066\x1b[2K\r\u200b"


def changed(path: str, kind: FileKind = FileKind.PLAIN, **more: object) -> ChangedFile:
    given = {"fate": FileFate.ADDED, "added": 1, "removed": 0, **more}
    return ChangedFile(path=path, kind=kind, **given)  # type: ignore[arg-type]


def shown(
    *,
    name: str = "x",
    command: str = "python train.py",
    setting: str = "url = s3://eve",
    files: tuple[ChangedFile, ...],
) -> str:
    state = ForeignState(
        commit="a" * 40,
        digest="d" * 64,
        runs=("treatment",),
        against="main",
        against_commit="b" * 40,
        stages=(
            StageCommand(stage="train", folder="sub", command=command),
            StageCommand(stage="t", folder="", command="echo ok", arm="hi"),
        ),
        settings=(DvcSetting(path=".dvc/config", line=setting, added=True),),
        files=files,
    )
    return report.foreign(Foreign(name=name, origin="origin", states=(state,), copies=(".env",)), total=80)


def test_the_whole_screen() -> None:
    files = (
        changed("train.py", fate=FileFate.CHANGED, added=3, removed=1),
        changed("run.sh", FileKind.EXECUTABLE, added=12),
        changed("models", FileKind.LINK, target="../.git/hooks"),
        changed("lib", FileKind.SUBMODULE, target="c" * 40),
        changed("net.bin", added=None, removed=None),
        changed("old.py", fate=FileFate.REMOVED, added=0, removed=9),
        changed("trojan.py", hidden=2),
    )
    assert (
        shown(files=files)
        == """\
x came from origin and is not trusted.

would run aaaaaaaaaa, for treatment
  train   cd sub && python train.py
  t (hi)  echo ok
  DVC configuration, unlike that of main:
    + .dvc/config: url = s3://eve
  7 files differ from main:
    A  run.sh     +12     executable
    A  models     +1      link to ../.git/hooks
    A  lib        +1      submodule to cccccccccc
    A  trojan.py  +1      2 control or bidirectional characters
    M  train.py   +3 -1
    A  net.bin    binary
    D  old.py     -9
  git diff bbbbbbbbbb aaaaaaaaaa

your files that ledger.yaml has copied there: .env"""
    )


def test_no_character_is_hidden_and_none_is_left_to_act() -> None:
    text = shown(
        name=f"x{HIDDEN}",
        command=f"python {HIDDEN}train.py",
        setting=f"url = {HIDDEN}",
        files=(changed(f"a{HIDDEN}\n.py", FileKind.LINK, target=f"{HIDDEN}/etc"),),
    )
    assert not concealed(text)
    assert text.count("<U+202E>") == 5
    assert text.count("<U+001B>[2K<U+000D>") == 5
    assert "<U+000A>.py" in text


def test_long_commands_are_shown_to_their_end() -> None:
    command = "python train.py " + "--flag " * 60 + "x" * 300 + "; curl evil"
    text = shown(command=command, files=(changed("a" * 10),))
    assert all(width(line) <= 80 for line in text.splitlines())
    assert "".join(text.split()).count("".join(command.split())) == 1


def test_of_many_files_those_that_can_do_most_are_listed() -> None:
    files = (*(changed(f"doc-{n:03}") for n in range(300)), changed("zz.sh", FileKind.EXECUTABLE))
    text = shown(files=files)
    assert "zz.sh" in text
    assert "and 241 more" in text


def test_characters_are_counted_and_written_out() -> None:
    assert concealed("plain\r\ntext\twith é and 漢字 and 👩\u200d🔬") == 0
    assert concealed("if x:\u202e # \u2066") == 2
    assert revealed("a\u202eb\u2028") == "a<U+202E>b<U+2028>"
    assert revealed("two\nlines\tkept") == "two\nlines\tkept"
