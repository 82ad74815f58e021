"""Names of experiments and variants, titles, tags, and the references to them that commands take.

Says what a text may mean; which experiments exist is the store's to know.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from ledger.errors import LedgerError
from ledger.model.frozen import frozen

NAME: Final = re.compile(r"[a-z][a-z0-9-]{0,62}")
MAX_NAME: Final = 63
MAX_SLUG: Final = 32
MAX_TITLE: Final = 200
MAX_TAG: Final = 50


def _reasons(words: str, reason: str) -> dict[str, str]:
    return dict.fromkeys(words.split(), reason)


# Neither experiments nor variants: the one is a key of YAML files, both are directories.
_UNREADABLE: Final = (
    _reasons("true false null yes no on off", "YAML does not read it as text")
    | _reasons("con prn aux nul", "Windows has no files of that name")
    | _reasons(" ".join(f"com{i} lpt{i}" for i in range(1, 10)), "Windows has no files of that name")
)
RESERVED: Final[Mapping[str, str]] = MappingProxyType(
    _UNREADABLE
    | _reasons("baseline treatment", "it is the name of a variant")
    | _reasons("within of", "it is a word of predictions")
    | _reasons("nan inf infinity", "predictions would read it as a number")
    | _reasons(
        "head fetch-head orig-head merge-head main master origin refs heads tags remotes stash",
        "git has its own meaning for it",
    )
    | _reasons(
        "exp ledger experiment experiments trial trials all none last latest best current this self",
        "commands have another meaning for it",
    )
)

# Letters that NFKD does not take apart.
_LETTERS: Final = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ı": "i"}
    | {"ŋ": "n", "ŧ": "t", "'": "", "’": ""}
)
_BIDIRECTIONAL: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_JOINERS: Final = frozenset("\u200c\u200d")
# Letters and marks by category, but drawn as nothing.
_BLANK: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
# Format characters by category, but drawn: signs that stand over or under Arabic, Syriac and Kaithi numbers.
_DRAWN: Final = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2\U000110bd\U000110cd")
# The flags of England, Scotland and Wales are a black flag and invisible letters.
_FLAG: Final = "\U0001f3f4[\U000e0030-\U000e007a]{3,6}\U000e007f"


def reserved(name: str) -> str | None:
    """Why no experiment may have this well-formed name, or None where it may."""
    if re.fullmatch(r"baseline-[0-9]+(?:e-?[0-9]+)?", name):
        return "predictions would read it as a subtraction"
    return RESERVED.get(name)


def check_name(name: str) -> str:
    """The name itself, where an experiment may have it; a LedgerError with a proposal where not."""
    _check_pattern(name, "an experiment's name")
    if reason := reserved(name):
        raise LedgerError(f"{name!r} cannot name an experiment: {reason}", hint=_proposal(name))
    return name


def check_variant(name: str) -> str:
    """The name itself, where a variant may have it: as an experiment's, but `baseline` and such as well."""
    _check_pattern(name, "a variant's name")
    if reason := _UNREADABLE.get(name):
        raise LedgerError(f"{name!r} cannot name a variant: {reason}", hint=f"try {name}-variant")
    return name


def numbered(name: str, number: int) -> str:
    """Another name: this one with a number of up to four digits behind it, no longer than a name may be."""
    return f"{name[: MAX_NAME - 5].rstrip('-')}-{number}"


def slug(title: str) -> str:
    """The experiment's name that a title gives, at most 32 characters unless reserved; "" where it has none.

    A name is its own slug, unless it is reserved, too long, or ends in `-`.
    """
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", title).casefold()).translate(_LETTERS)
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.sub(r"[^a-z0-9]+", "-", plain).lstrip("0123456789-")
    if len(words) > MAX_SLUG:
        head, boundary, _ = words[: MAX_SLUG + 1].rpartition("-")
        words = head if boundary else words[:MAX_SLUG]
    words = words.rstrip("-")
    return f"{words}-experiment" if reserved(words) else words


def check_title(title: str) -> str:
    """The title without surrounding space; a LedgerError where it is not one line of visible text."""
    title = title.strip()
    bad = _invisible(title)
    if bad is not None:
        index, kind = bad
        # each takes a look at all before it, and what is longer is refused in the end
        cleaned = _visible(title[: 4 * MAX_TITLE])
        raise LedgerError(
            f"the title has {kind} at character {index + 1} (U+{ord(title[index]):04X})",
            hint=f"try {cleaned!r}" if cleaned else "write the hypothesis as one line of text",
        )
    if not any(unicodedata.category(c)[0] in "LNPSC" and c not in _JOINERS for c in title):
        raise LedgerError(
            "the title is empty",
            hint='say what you expect, such as "Focal loss improves Dice on small lesions"',
        )
    if len(title) > MAX_TITLE:
        raise LedgerError(
            f"the title has {len(title)} characters; at most {MAX_TITLE} are allowed",
            hint="state the claim in one sentence; the reasons go in the body of hypothesis.md",
        )
    return title


def shortened(title: str) -> str:
    """The title as far as anybody reads it: a file may hold a longer one than `check_title` takes."""
    return title if len(title) <= MAX_TITLE else f"{title[:MAX_TITLE].rstrip()}…"


def check_tags(texts: Iterable[str]) -> tuple[str, ...]:
    """The tags, each once."""
    return tuple(dict.fromkeys(map(check_tag, texts)))


def check_tag(text: str) -> str:
    """The tag without surrounding space: one word of at most 50 characters in any script."""
    tag = text.strip()
    if not tag:
        raise LedgerError("the tag is empty", hint="try a word such as loss")
    if len(tag) > MAX_TAG:
        raise LedgerError(f"the tag has {len(tag)} characters; at most {MAX_TAG} are allowed", hint="shorten it")
    if not tag[0].isalnum() or _invisible(tag) is not None or re.search(r"[\s,;\"'`\\\[\]{}]", tag):
        proposal = slug(tag)
        raise LedgerError(
            f"the tag {tag!r} is not one word that begins with a letter or digit",
            hint=f"try {proposal}" if proposal else "try a word such as loss",
        )
    return tag


@frozen
class Reference:
    """What a command was asked for: `name`, `name:variant` or `name:variant/seed-3`, not yet looked up.

    `name` may as well be a branch, a git revision or the beginning of a name: see `candidates`.
    """

    name: str
    variant: str | None = None
    replicate: str | None = None

    def __str__(self) -> str:
        variant = "" if self.variant is None else f":{self.variant}"
        return self.name + variant + ("" if self.replicate is None else f"/{self.replicate}")


def parse_reference(text: str) -> Reference:
    """The parts of a reference: what is before the first `:`, the variant, and the trial behind its `/`."""
    name, colon, rest = text.strip().partition(":")
    variant, slash, replicate = rest.partition("/")
    example = "write NAME, NAME:VARIANT or NAME:VARIANT/TRIAL, such as focal-loss:treatment/seed-3"
    if not name:
        raise LedgerError(f"{text!r} names no experiment", hint=example)
    # A name that begins with `-` would reach git as an option.
    if name.startswith("-") or any(c.isspace() or not c.isprintable() for c in name):
        raise LedgerError(f"{name!r} is neither an experiment's name nor a git revision", hint=example)
    if not colon:
        return Reference(name=name)
    if not variant:
        raise LedgerError(f"{text!r} has no variant after the colon", hint=example)
    check_variant(variant)
    if not slash:
        return Reference(name=name, variant=variant)
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._+-]*", replicate):
        raise LedgerError(f"{replicate!r} is not the name of a trial", hint=example)
    return Reference(name=name, variant=variant, replicate=replicate)


def candidates(text: str, *, prefix: str = "exp/") -> tuple[str, ...]:
    """The experiments' names that `text` may mean, most literal first; `prefix` is that of branches.

    With the prefix `exp/`: `exp-decay` itself, then `decay`; for `exp/decay` only `decay`.
    """
    found = [text]
    for start in (prefix, prefix.replace("/", "-")):
        if start and text.startswith(start):
            found.append(text.removeprefix(start))
    return tuple(dict.fromkeys(name for name in found if NAME.fullmatch(name)))


def _check_pattern(name: str, what: str) -> None:
    if NAME.fullmatch(name):
        return
    strange = re.search(r"[^a-z0-9-]", name)
    if not name:
        reason = "it is empty"
    elif name != name.lower() and NAME.fullmatch(name.lower()):
        reason = "it has capital letters"
    elif strange:
        reason = "it has a space" if strange[0] == " " else f"it has {strange[0]!r}"
        reason += ", where only a-z, 0-9 and - are allowed"
    elif len(name) > MAX_NAME:
        reason = f"it has {len(name)} characters; at most {MAX_NAME} are allowed"
    else:
        reason = "it does not begin with a letter"
    raise LedgerError(f"{name!r} is not {what}: {reason}", hint=_proposal(name))


def _proposal(name: str) -> str:
    return f"try {slug(name) or 'a name such as focal-loss'}"


def _invisible(text: str) -> tuple[int, str] | None:
    """Index and kind of the first character that would not be seen, or None.

    Joiners are let through where they belong, which is between two symbols (emoji) or between letters of
    scripts without case (Persian, Hindi).
    """
    text = re.sub(_FLAG, lambda flag: "?" * len(flag[0]), text)
    for index, char in enumerate(text):
        category = unicodedata.category(char)
        if char in "\n\r\v\f\x85\u2028\u2029":
            return index, "a line break"
        if category in ("Cc", "Cs"):
            return index, "a control character" if category == "Cc" else "an undecodable byte"
        if char in _BIDIRECTIONAL:
            return index, "a bidirectional control character"
        if char in _JOINERS and _joins(text[index - 1 : index]) and _joins(text[index + 1 : index + 2]):
            continue
        if char in _BLANK or (category == "Cf" and char not in _DRAWN):
            return index, "an invisible character"
    return None


def _joins(neighbour: str) -> bool:
    # Sk: skin tones; Mn: the selector of the coloured form, vowel signs; Cn: emoji newer than this Python.
    return bool(neighbour) and unicodedata.category(neighbour) in ("So", "Sk", "Mn", "Mc", "Lo", "Cn")


def _visible(text: str) -> str:
    """The text with every character taken out that `_invisible` finds, in one line."""
    while (bad := _invisible(text)) is not None:
        index, kind = bad
        space = " " if kind in ("a line break", "a control character") else ""
        text = text[:index] + space + text[index + 1 :]
    return " ".join(text.split())
