"""The rubric: points, tolerances and limits, read from one TOML file and checked before anything runs."""

from __future__ import annotations

import difflib
import json
import re
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil
from pathlib import Path
from typing import Any

from grader.base import tomlfile
from grader.base.attempts import AttemptRules, rules_of
from grader.base.errors import UsageError
from grader.base.paths import PACKAGE
from grader.homework import FIRST, HOMEWORK, YEARS, Edition
from grader.homework import edition as edition_of
from grader.isolation import Limits
from grader.result import OWN_CHECKS, model_of

NAMED = Path(__file__).with_name("rubrics")  # NAME.toml each: `--rubric NAME`
TOTAL = 100  # points of each track, unless a rubric says otherwise
MOST_POINTS = 100_000
MOST_WEIGHT = 1000
SETUP_SECONDS = 60  # to import, build the model and copy the data: outside the training's clock, but not without end
# What becomes of the imports and the NumPy of other days: the settings' words, the usual one first
OUTSIDE = {"forbidden_imports": ("told", "withheld"), "old_numpy": ("told", "lost")}
TABLES: dict[str, tuple[str, ...]] = {
    "partial": ("constant_factor_keeps", "passes_when_judged"),
    "tolerance": ("float", "logarithm", "extremes", "statistic", "differences"),
    "limits": (
        "check_seconds", "check_seconds_after_timeout", "check_cpu_seconds", "check_memory_mb", "training_seconds",
        "training_memory_mb", "file_mb", "processes", "address_space_gb", "wall_factor",
        "repairs",
    ),
    "training": ("milestones", "chance", "implausible", "fast_core", "not_finished"),  # and see `shares_of`
    "attempts": ("most", "hours"),
    "visibility": ("hidden", "gradescope"),
    "outside": tuple(OUTSIDE),
}  # fmt: skip
ENTRIES = (
    "edition", "default_track", "base", "extensions", "total", "explain_site", "points", "bonus", "weights", "reveal",
    "checks", "checks_file",
)  # fmt: skip
BUILT_IN = "built-in"
HEADER_OF_CHECKS = "\n[checks_file]\n"  # the last table, where a rubric has been put together
# An older rubric has no such table; Gradescope's words, https://gradescope-autograders.readthedocs.io/en/latest/specs/
ALL_PUBLIC: dict[str, Any] = {"hidden": [], "gradescope": "after_published"}
# What an older rubric says nothing about
ADDED: dict[str, dict[str, Any]] = {
    "partial": {"passes_when_judged": 0.5},
    "limits": {"wall_factor": 10, "repairs": 750},
    "attempts": {"most": 0, "hours": 24},
    "training": {"implausible": 0.995, "fast_core": True, "not_finished": "not judged"},
}
NOT_FINISHED = ("not judged", "lost")
GRADESCOPE_VISIBILITY = ("hidden", "after_due_date", "after_published", "visible")


@dataclass(frozen=True)
class Tolerances:
    """Relative tolerances by name; 'float' is the usual one. `FLOOR` is added, so that zeros can be compared."""

    named: dict[str, float]

    def of(self, name: str = "") -> float:
        return self.named[name or "float"]


@dataclass(frozen=True)
class Rubric:
    """A checked rubric. `points` maps track to component to points; a component that is absent is not on the track.

    extensions: components that are asked only where they are handed in, and cost nothing.
    bonus: points that an extension brings on top of the track's.
    explain_site: where `grade explain --site` was put, with a slash at its end; '' where nobody did.
    weights: of checks, as the file names them, where they are not the probe's own.
    attempts: how often hand-ins are graded, and what is shown when; its checks are named as the file does.
    own_checks: points of an instructor's own checks, by the name of their function; own_text: the file that holds them;
        own_answers: what the reference returns in them, where it is not at hand.
    extension_checks: checks of other components that are just as free, as the file names them; judge/rubrics.py makes
        of them, of `weights` and of `hidden`, the checks that are meant.
    """

    edition: Edition
    default_track: str
    points: dict[str, dict[str, Fraction]]
    extensions: frozenset[str]
    extension_checks: frozenset[str]
    constant_factor_keeps: float
    passes_when_judged: float
    tolerances: Tolerances
    limits: dict[str, float]
    thresholds: dict[str, float]
    half: dict[str, float]
    milestones: tuple[float, ...]
    chance: float
    implausible: float
    fast_core: bool
    not_finished: str  # one of NOT_FINISHED
    hidden: frozenset[str]  # checks by name
    hidden_on_gradescope: str
    forbidden_imports: str = "told"
    old_numpy: str = "told"
    bonus: dict[str, Fraction] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)
    attempts: AttemptRules = field(default_factory=AttemptRules)
    explain_site: str = ""
    own_checks: dict[str, Fraction] = field(default_factory=dict)
    own_text: str = ""
    own_answers: str = ""

    def total(self, track: str) -> Fraction:
        """All points of a track, those of an instructor's own checks among them."""
        return sum([*self.points[track].values(), *self.own_checks.values()], Fraction(0))

    def check_limits(self) -> Limits:
        """What the worker of one check may use."""
        return self._limits(self.limits["check_memory_mb"], self.limits["check_cpu_seconds"])

    def training_limits(self, threads: int) -> Limits:
        """What the worker of one training may use; the kernel's CPU limit is above the training's own, at any size."""
        cpu_seconds = SETUP_SECONDS + self.limits["training_seconds"] * max(threads, 2)
        return self._limits(self.limits["training_memory_mb"], cpu_seconds)

    @property
    def longest_check(self) -> float:
        """Seconds that a check may take on a machine that is as busy as can be."""
        return self.limits["wall_factor"] * self.limits["check_seconds"]

    @property
    def longest_training(self) -> float:
        """Seconds that a training may take on a machine that is as busy as can be."""
        return self.limits["wall_factor"] * (SETUP_SECONDS + self.limits["training_seconds"])

    def _limits(self, memory_mb: float, cpu_seconds: float) -> Limits:
        return Limits(
            memory_bytes=ceil(memory_mb * 2**20),
            cpu_seconds=ceil(cpu_seconds),  # the kernel counts whole seconds
            file_bytes=ceil(self.limits["file_mb"] * 2**20),
            processes=ceil(self.limits["processes"]),
            address_space=ceil(self.limits["address_space_gb"] * 2**30),
            wall_factor=self.limits["wall_factor"],
        )


def year_of(path: Path) -> int:
    """The year of the course that a rubric is for. Raises UsageError."""
    year = tomlfile.loads(text_of(path)).get("edition", FIRST.year)
    if year not in YEARS:
        raise UsageError(f"rubric {path}, edition: must be one of {', '.join(map(str, YEARS))}, not {year!r}")
    return int(year)


def year_meant(year: int | None, path: Path | None) -> Edition:
    """The edition that is named, else the one of the rubric that is named, else the first. Raises UsageError."""
    return edition_of(year or (year_of(path) if path is not None else FIRST.year))


def names() -> list[str]:
    """The rubrics that `--rubric` knows by name."""
    return sorted(path.stem for path in NAMED.glob("*.toml"))


def located(path: Path | None, edition: Edition = FIRST) -> Path:
    """The file of a rubric that is named or is a file, an edition's own for None. Raises UsageError."""
    if path is None:
        return edition.rubric
    if str(path) in names():
        return NAMED / f"{path}.toml"
    if not path.exists():
        known_names = ", ".join(names())
        raise UsageError(f"rubric {path}: cannot be read (no such file), nor is it a name; known: {known_names}")
    return path


def text_of(path: Path | None, edition: Edition = FIRST) -> str:
    """The whole text of a rubric: one with `base = "built-in"` gets the tables that it does not have.

    One with [checks] brings the text of checks.py along, so that it is there wherever the rubric goes.
    Raises UsageError.
    """
    source = located(path, edition)
    try:
        text = source.read_text(encoding="utf-8")
        data = tomlfile.loads(text)
        if data.get("base") == BUILT_IN:
            for other in dict.fromkeys((edition.rubric, FIRST.rubric, PACKAGE / "rubric.toml")):
                missing = [each for each in sections(other.read_text(encoding="utf-8")) if table_of(each) not in data]
                text += "".join(missing)
                data = tomlfile.loads(text)
        if data.get("checks") and "checks_file" not in data:
            text += text_of_checks(source.with_name(OWN_CHECKS), f"rubric {source}, [checks]")
    except OSError as error:
        raise UsageError(f"rubric {source}: cannot be read ({error.strerror})") from None
    except (tomlfile.DecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"rubric {source}: is not valid TOML ({error})") from None
    return text


def text_of_checks(path: Path, where: str) -> str:
    """An instructor's own checks as a table of the rubric. Raises UsageError."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{where}: {path} cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise UsageError(f"{where}: {path} is not valid UTF-8 ({error.reason})") from None
    return table_of_checks(text)


def table_of_checks(text: str) -> str:
    """The text of checks.py as the last table of a rubric."""
    return f"{HEADER_OF_CHECKS}text = {json.dumps(text, ensure_ascii=False)}\n".replace("\x7f", "\\u007f")


def sections(text: str) -> list[str]:
    """The tables of the built-in rubric, each from its header on, where a line begins with it."""
    return re.split(r"^(?=\[)", text, flags=re.MULTILINE)[1:]


def table_of(section: str) -> str:
    """The name of a table, or of the one that it is in."""
    return section[1 : section.index("]")].partition(".")[0]


def load(path: Path | None = None, edition: Edition = FIRST) -> Rubric:
    """Reads and checks a rubric. Raises UsageError with one line that says what is wrong and where."""
    if path is not None and (year := year_of(path)) != edition.year:
        raise UsageError(f"rubric {path}: is for the edition of {year}, not of {edition.year}")
    return check(tomlfile.loads(text_of(path, edition)), str(located(path, edition)), edition)


def shares_of(edition: Edition) -> tuple[str, ...]:
    """What [training] says of each training: the accuracy to go beyond, and the one that is worth half."""
    return tuple(f"{half}{name.partition('.')[2]}" for half in ("", "half_") for name in edition.trainings)


def check(data: dict[str, Any], source: str, edition: Edition = FIRST) -> Rubric:
    """The rubric that parsed TOML describes. Raises UsageError."""
    usual = {name: words[0] for name, words in OUTSIDE.items()}
    extensions_of_old = [name for name in HOMEWORK.extensions if name in edition.components]
    data = {
        "visibility": ALL_PUBLIC,
        "outside": usual,
        "extensions": extensions_of_old,
        **{"base": BUILT_IN, "edition": edition.year, "total": TOTAL, "explain_site": ""},
        **{table: {} for table in ("bonus", "weights", "attempts", "reveal", "checks")},
        "checks_file": {"text": ""},
        **data,
    }
    known(data, (*ENTRIES, *TABLES), f"rubric {source}")
    if data["base"] != BUILT_IN:
        raise UsageError(f'rubric {source}, base: must be "{BUILT_IN}", not {data["base"]!r}')
    for table, keys in TABLES.items():
        if not isinstance(data[table], dict):
            raise UsageError(f"rubric {source}: {table} must be a table, [{table}]")
        data[table] = {**ADDED.get(table, {}), **data[table]}
        if table == "training":
            keys = (*shares_of(edition), *keys)
            if not edition.trainings:  # what the built-in rubric says of trainings is of no other homework's
                data[table] = {key: value for key, value in data[table].items() if key in keys}
        known(data[table], keys, f"rubric {source}, [{table}]")
    by_track = points_of(data, source, edition)
    if not isinstance(data["default_track"], str) or data["default_track"] not in by_track:
        raise UsageError(
            f"rubric {source}: default_track is {data['default_track']!r}, there is no such [points] table"
        )
    extensions = named_extensions(data["extensions"], by_track, f"rubric {source}", edition)
    where = f"rubric {source}, [training]"
    milestones = data["training"]["milestones"]
    if not isinstance(milestones, list) or not milestones:
        raise UsageError(f"{where}, milestones: must be a list of accuracies")
    shares = {f"milestones[{i}]": value for i, value in enumerate(milestones)}
    fast_core, not_finished = data["training"]["fast_core"], data["training"]["not_finished"]
    if not isinstance(fast_core, bool):
        raise UsageError(f"{where}, fast_core: must be true or false, not {fast_core!r}")
    if not_finished not in NOT_FINISHED:
        raise UsageError(f"{where}, not_finished: must be one of {', '.join(NOT_FINISHED)}, not {not_finished!r}")
    shares |= {key: data["training"][key] for key in ("chance", "implausible", *shares_of(edition))}
    for key, value in shares.items():
        number(value, f"{where}, {key}", 1.0)
    for key, value in data["tolerance"].items():
        number(value, f"rubric {source}, [tolerance], {key}", 1.0)
    for key, value in data["limits"].items():
        number(value, f"rubric {source}, [limits], {key}", 10.0**9)
    for key, value in data["partial"].items():
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= 1:
            raise UsageError(f"rubric {source}, [partial], {key}: must be a number from 0 to 1, not {value!r}")
    where = f"rubric {source}, [visibility]"
    hidden, gradescope = data["visibility"]["hidden"], data["visibility"]["gradescope"]
    if not isinstance(hidden, list) or not all(isinstance(name, str) for name in hidden):
        raise UsageError(f"{where}, hidden: must be a list of names, not {hidden!r}")
    if gradescope not in GRADESCOPE_VISIBILITY:
        known_words = ", ".join(GRADESCOPE_VISIBILITY)
        raise UsageError(f"{where}, gradescope: must be one of {known_words}, not {gradescope!r}")
    for name, words in OUTSIDE.items():
        if data["outside"][name] not in words:
            found = data["outside"][name]
            raise UsageError(f"rubric {source}, [outside], {name}: must be {' or '.join(words)}, not {found!r}")
    return Rubric(
        edition=edition,
        default_track=data["default_track"],
        points=by_track,
        extensions=extensions,
        extension_checks=frozenset(name for name in data["extensions"] if "/" in name),
        constant_factor_keeps=float(data["partial"]["constant_factor_keeps"]),
        passes_when_judged=float(data["partial"]["passes_when_judged"]),
        tolerances=Tolerances(dict(data["tolerance"])),
        limits=dict(data["limits"]),
        thresholds={name: data["training"][model_of(name)] for name in edition.trainings},
        half={name: data["training"]["half_" + model_of(name)] for name in edition.trainings},
        milestones=tuple(sorted(milestones)),
        chance=data["training"]["chance"],
        implausible=data["training"]["implausible"],
        fast_core=fast_core,
        not_finished=not_finished,
        hidden=frozenset(hidden),
        hidden_on_gradescope=gradescope,
        **data["outside"],
        bonus=bonus_of(data, extensions, f"rubric {source}, [bonus]"),
        explain_site=site_of(data["explain_site"], f"rubric {source}, explain_site"),
        weights=weights_of(data, f"rubric {source}, [weights]"),
        attempts=rules_of(data, source),
        own_checks=own_checks_of(data, f"rubric {source}, [checks]"),
        own_text=data["checks_file"]["text"],
        own_answers=str(data["checks_file"].get("answers", "")),
    )


def points_of(data: dict[str, Any], source: str, edition: Edition) -> dict[str, dict[str, Fraction]]:
    """The points of each track. Raises UsageError."""
    tables, total = data["points"], points(data["total"], f"rubric {source}, total")
    own = sum(own_checks_of(data, f"rubric {source}, [checks]").values(), Fraction(0))
    if not isinstance(tables, dict) or not tables:
        raise UsageError(f"rubric {source}: [points.TRACK] is missing, one table for each track")
    found = {}
    for track, table in tables.items():
        where = f"rubric {source}, [points.{track}]"
        if not isinstance(table, dict):
            raise UsageError(f"{where}: must be a table of components and their points")
        known(table, edition.components, where, complete=False)
        found[track] = {name: points(value, f'{where}, "{name}"') for name, value in table.items()}
        earned = sum(found[track].values(), own)
        if earned != total or not total:
            beside = f" with the {float(own):g} of [checks]" if own else ""
            raise UsageError(
                f"{where}: the points sum to {float(earned):g}{beside}, they must sum to {float(total):g} "
                "(total = ... at the top of the rubric asks for another sum)"
            )
    return found


def points(value: Any, where: str) -> Fraction:
    """Points as they are written, with at most two decimals. Raises UsageError."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 <= value <= MOST_POINTS:
        raise UsageError(f"{where}: points must be a number from 0 to {MOST_POINTS}, not {value!r}")
    found = Fraction(str(value))
    if (100 * found).denominator != 1:
        raise UsageError(f"{where}: points have at most two decimals, not {value!r}")
    return found


def bonus_of(data: dict[str, Any], extensions: frozenset[str], where: str) -> dict[str, Fraction]:
    """What an extension brings on top of the total. Raises UsageError."""
    table = data["bonus"]
    if not isinstance(table, dict):
        raise UsageError(f"{where}: must be a table of extensions and their points")
    for name in table:
        if name not in extensions:
            named = ", ".join(sorted(extensions)) or "none"
            raise UsageError(f'{where}, "{name}": only an extension brings a bonus; extensions are: {named}')
    return {name: points(value, f'{where}, "{name}"') for name, value in table.items()}


def own_checks_of(data: dict[str, Any], where: str) -> dict[str, Fraction]:
    """Points of an instructor's own checks. Raises UsageError."""
    table, file = data["checks"], data["checks_file"]
    if not isinstance(table, dict):
        raise UsageError(f"{where}: must be a table of functions in {OWN_CHECKS} and their points")
    if not isinstance(file, dict) or not isinstance(file.get("text"), str) or (table and not file["text"].strip()):
        raise UsageError(f"{where}: there are no checks in {OWN_CHECKS}")
    return {name: points(value, f'{where}, "{name}"') for name, value in table.items()}


def site_of(value: Any, where: str) -> str:
    """The address below which CODE.html lies, '' where there is none. Raises UsageError."""
    if not isinstance(value, str) or (value and not re.fullmatch(r"https?://[!-~]+", value)):
        raise UsageError(f"{where}: must be an address as in https://example.edu/beras/, not {value!r}")
    return value and value.rstrip("/") + "/"


def weights_of(data: dict[str, Any], where: str) -> dict[str, int]:
    """Weights by name of a check or pattern, as they are written. Raises UsageError."""
    table = data["weights"]
    if not isinstance(table, dict):
        raise UsageError(f"{where}: must be a table of checks and their weights")
    for name, value in table.items():
        if type(value) is not int or not 0 < value <= MOST_WEIGHT:
            raise UsageError(
                f'{where}, "{name}": must be a whole number from 1 to {MOST_WEIGHT}, not {value!r}; a check that is '
                "to cost nothing goes into `extensions`"
            )
    return dict(table)


def named_extensions(
    names: Any, points: dict[str, dict[str, Fraction]], where: str, edition: Edition
) -> frozenset[str]:
    """The components among these names of components and checks. Raises UsageError."""
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise UsageError(f"{where}, extensions: must be a list of names, not {names!r}")
    may_be = tuple(name for name in edition.components if name not in (*edition.given, *edition.trainings))
    found = {name: 0 for name in names if "/" not in name}
    known(found, may_be, f"{where}, extensions", complete=False)
    for track, table in points.items():
        for name in found:
            if table.get(name):
                raise UsageError(
                    f'{where}, [points.{track}], "{name}": an extension is worth 0 points, not {float(table[name]):g}; '
                    "[bonus] gives it points on top of the total"
                )
    return frozenset(found)


def known(table: dict[str, Any], names: tuple[str, ...], where: str, complete: bool = True) -> None:
    """Only these names, and all of them unless said otherwise."""
    for name in table:
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(names)}"
            raise UsageError(f'{where}, "{name}": no such entry; {hint}')
    missing = [name for name in names if name not in table]
    if complete and missing:
        raise UsageError(f"{where}: {', '.join(missing)} missing")


def number(value: Any, where: str, most: float) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value <= most:
        raise UsageError(f"{where}: must be a number above 0 and at most {most:g}, not {value!r}")
