"""The words of each command, for shells to complete: what its arguments are, options with their values.

Made by scripts/command_reference.py: change the help texts in ledger/cli/ and call it again.
"""

# ruff: noqa: E501

from __future__ import annotations

# fmt: off
WORDS: dict[str, tuple[str, ...]] = {
    "init": ("--cmd COMMAND", "--metrics FILE", "--outs PATH", "--deps PATH", "--params FILE", "--ci CI", "--force",),
    "new": ("HYPOTHESIS", "--name NAME", "--predict PREDICTION", "--baseline EXP", "--from REV", "-S|--set KEY=VALUE", "--variant NAME:[@REV,]KEY=VALUE,…", "--group PATH=GROUPING", "--vary KEY=LIST", "--seeds N|LIST", "--over KEY=LIST", "--folds K|KEY=LIST", "--splits N|KEY=LIST", "--independent KEY=LIST", "--reshuffled-by KEY", "--repeats N", "--evaluation PATH", "--alpha LEVEL", "--looks N", "--tag WORD", "--tune NAME=DOMAIN", "--objective GOAL", "--budget N", "--model MODEL", "--no-earlier", "--no-switch", "--retype", "--json",),
    "run": ("EXP[:ARM]", "-m|--message MESSAGE", "-j|--jobs N", "--only VARIANT[/TRIAL]", "--again", "--yes", "--timeout TIME", "--gpus-per-trial K", "--detach", "--json",),
    "record": ("-m|--message MESSAGE", "--variant NAME", "--json",),
    "status": ("EXP", "--watch", "--stop", "--format text|md|html", "--json",),
    "note": ("TEXT", "--exp EXP", "--json",),
    "log": ("-n N", "--graph", "--author PATTERN", "--since DATE", "--tag TAG", "--outcome supported|refuted|inconclusive|none", "--status STATUS", "--grep PATTERN", "--format text|md|csv|html", "--guard", "--no-guard", "--json",),
    "table": ("--variants", "--trials", "--where EXPR", "--sort KEYS", "--group-by FIELD", "--keep PATTERN", "--drop PATTERN", "--limit|-n N", "--best", "--all", "--format text|md|csv|html", "--guard", "--no-guard", "--json",),
    "export": ("--format csv|json|parquet", "--level trials|variants|experiments", "--long", "--wide", "--where EXPR", "--guard", "--no-guard", "--output|-o FILE",),
    "query": ("SQL", "--limit|-n N", "--timeout SECONDS", "--format text|md|csv|html", "--guard", "--no-guard", "--json",),
    "show": ("EXP[:ARM]", "--log", "--format text|md|html", "--json",),
    "amend": ("-m|--message MESSAGE", "--predict PREDICTION", "--seeds N|LIST", "--over KEY=LIST", "--folds K|KEY=LIST", "--splits N|KEY=LIST", "--independent KEY=LIST", "--reshuffled-by KEY", "--key KEY=VALUE", "--retype", "-S|--set OVERRIDES", "--exp EXP", "--json",),
    "void": ("EXP:ARM/TRIAL", "-m|--message MESSAGE", "--undo", "--json",),
    "conclude": ("EXP", "-m|--message MESSAGE", "--early", "--exit-code", "--format text|md|html", "--json",),
    "power": ("EXP", "--predict PREDICTION", "--metric NAME", "--sd SD", "--df N", "--margin NUMBER", "--within NUMBER", "--effect NUMBER", "--alpha LEVEL", "--power SHARE", "--folds K", "--unpaired", "--n LIST", "--format text|md|csv|html", "--json",),
    "diff": ("A", "B", "--patch|-p", "--format text|md|csv|html", "--guard", "--no-guard", "--json",),
    "slices": ("EXP", "OTHER", "--metric NAME", "--by COLUMN", "--min-cases N", "--where EXPR", "--worst N", "--higher-is-better", "--lower-is-better", "-o|--output FILE", "--format text|md|csv|html", "--guard", "--no-guard", "--json",),
    "reproduce": ("EXP[:TRIAL]", "--all", "--metrics-only", "--within-noise", "--timeout TIME", "--json",),
    "trust": ("EXP", "--remote NAME", "--yes|-y", "--revoke", "--json",),
    "bisect": ("METRIC", "GOOD", "BAD", "--path PATH", "--commits", "--higher-is-better", "--lower-is-better", "--seeds LIST", "--budget N", "--confidence SHARE", "--prior PRIOR", "--skip REV", "--evaluation PATH", "--evaluation-at REV", "--confirm N", "-j|--jobs N", "--timeout TIME", "--name NAME", "--dry-run", "-o|--output FILE", "--format text|md|html", "--json",),
    "ablate": ("METRIC", "EXP", "--path PATH", "--by GROUPING", "--design leave-out|alone|shapley", "--empty VALUE", "--higher-is-better", "--lower-is-better", "--seeds N|LIST", "--budget N", "--from REV", "-j|--jobs N", "--timeout TIME", "--name NAME", "--dry-run", "-o|--output FILE", "--format text|md|html", "--json",),
    "matrix": ("METRIC", "EXP", "--train PATH@REV,REV", "--eval PATH@REV,REV", "--higher-is-better", "--lower-is-better", "--seeds N|LIST", "--from REV", "-j|--jobs N", "--timeout TIME", "--name NAME", "--dry-run", "-o|--output FILE", "--format text|md|html", "--json",),
    "importance": ("METRIC", "--where EXPR", "--top SHARE", "--higher-is-better", "--lower-is-better", "-o|--output FILE", "--format text|md|csv|html", "--guard", "--no-guard", "--json",),
    "confirm": ("EXP", "--where EXPR", "--metric METRIC", "--higher-is-better", "--lower-is-better", "--baseline EXP", "--predict PREDICTION", "--margin NUMBER", "--seeds N", "--name NAME", "--tag WORD", "--no-switch", "--json",),
    "coverage": ("EXP...", "-t T", "--where EXPR", "--keep PATTERN", "--drop PATTERN", "--bins [KEY=]N|EDGES", "--exclude EXPR", "--complete N", "--limit|-n N", "-o|--output FILE", "--format text|md|csv|html", "--guard", "--no-guard", "--json",),
    "suggest": ("EXP...", "--tune NAME=DOMAIN", "--objective GOAL", "--where EXPR", "-n K", "--model MODEL", "--format text|md|html", "--json",),
    "plot": ("EXP...", "--y COLUMN", "--x COLUMN", "--band sd|ci|minmax|none", "--metric METRIC", "--against PARAM", "--distribution METRIC", "--parallel", "--where EXPR", "-o|--output FILE", "--json",),
    "verify": ("EXP", "--against REV", "--data", "--signed", "--format text|md|html", "--json",),
    "review": ("EXP", "--against REV", "--format text|md|html|json", "-o|--output FILE", "--stdout", "--exit-code", "--json",),
    "site": ("-o|--output DIR", "--title TEXT", "--only EXP", "--since DATE", "--code", "--no-code", "--watch", "--port N", "--open", "--publish BRANCH", "--push", "--remote NAME", "-j|--jobs N", "--json",),
    "report": ("EXP...", "-o|--output FILE", "--title TEXT", "--code", "--no-code",),
    "promote": ("EXP[:ARM[/TRIAL]]", "NAME", "--version VERSION", "--stage STAGE", "--path OUTPUT", "--why TEXT", "--deprecate", "--json",),
    "models": ("NAME", "--at DATE", "--stage STAGE", "--all", "--fetch", "-o|--output PATH", "--force", "--format text|md|csv|html", "--guard", "--no-guard", "--json",),
    "land": ("EXP[:ARM]", "--record", "--adopt", "-m|--message MESSAGE", "--json",),
    "push": ("EXP...", "--all", "--remote NAME", "--no-data", "--data-remote NAME", "-j|--jobs N", "--dry-run", "--json",),
    "pull": ("EXP...", "--all", "--remote NAME", "--no-data", "--data-remote NAME", "-j|--jobs N", "--dry-run", "--json",),
    "archive": ("EXP", "--force", "--undo", "--json",),
    "completion": ("SHELL",),
}
