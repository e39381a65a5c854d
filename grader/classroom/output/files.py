"""Writes what a class is wanted for: grades for each platform, a page for each student, one for the class, JUnit.

All of it lies in one folder and is made anew from the gradebook; what has not changed since is left alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from grader.base.errors import UsageError
from grader.base.files import write_whole
from grader.classroom.adjustments import shown_in
from grader.classroom.class_list import Ledger, Line
from grader.classroom.gradebook import Gradebook
from grader.classroom.output import lms
from grader.classroom.output.feedback import ARCHIVES, archives
from grader.classroom.study.groups import Example, Group, examples
from grader.classroom.study.similarity import Similarity
from grader.classroom.study.student_code import GivenCode
from grader.report.from_json import from_plain
from grader.report.to_csv import cell
from grader.report.to_junit import legal, sums
from grader.report.writers import WRITERS
from grader.result import NOT_JUDGED

STUDENTS = "students"
UNJUDGED = ", ".join(f"'{outcome}'" for outcome in NOT_JUDGED)  # as SQL lists them
PAIRS = ("similarity.html", "similarity.csv")
DIGEST = 16  # hexadecimal digits, for which nobody finds a second name
NAMED_BY_DIGEST = re.compile(rf"-[0-9a-fA-F]{{{DIGEST}}}$")
STATE = ".written.json"  # what was written last, and from what
PLATFORMS: dict[str, tuple[Callable[[Ledger, str], str], tuple[str, ...]]] = {
    "canvas": (lms.canvas, (*lms.CANVAS_FIRST, lms.SECTION)),
    "moodle": (lms.moodle, ("Email address",)),
    "blackboard": (lms.blackboard, lms.BLACKBOARD),
}


@dataclass
class ClassOutputs:
    """The folder that everything goes to. tell: is told of what could not be written, and why."""

    folder: Path
    gradebook: Gradebook
    tell: Callable[[str], None]

    def write(
        self,
        ledger: Ledger,
        shared: list[Group],
        title: str,
        alike: tuple[Similarity, Mapping[int, GivenCode]] | None = None,
    ) -> None:
        """Brings every file up to date. shared: the unknown mistakes. alike: which hand-ins look alike, if asked for.

        Raises UsageError where the folder cannot be written to.
        """
        try:
            students = self.folder / STUDENTS
            students.mkdir(parents=True, exist_ok=True)
            before = self.read_state()
            pages = self.write_students(ledger, before.get("students", {}))
            self.write_similarity(alike, title)
            state = {"students": pages, "class": signature(ledger, title, alike is not None)}
            if state["class"] != before.get("class") or not (self.folder / "grades.csv").is_file():
                self.write_class(ledger, shared, title, pages, alike is not None)
            self.put(STATE, json.dumps(state))
        except OSError as error:
            name = error.filename or self.folder
            raise UsageError(
                f"{name}: cannot be written ({error.strerror}); the gradebook has every result: run the same command "
                "again when there is room"
            ) from None

    def put(self, name: str, text: str) -> None:
        write_whole(self.folder / name, text.encode("utf-8", "replace"))

    def read_state(self) -> dict[str, dict[str, str]]:
        try:
            found = json.loads((self.folder / STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    # --- students -----------------------------------------------------------------------------------------------

    def write_students(self, ledger: Ledger, before: dict[str, str]) -> dict[str, str]:
        """A page for each hand-in that has a result; returns which page shows which result."""
        try:
            writer, suffix = WRITERS["html"], "html"
            writer.load()
        except UsageError as error:
            self.tell(f"{error}; students get Markdown instead, and there is no report.html")
            writer, suffix = WRITERS["markdown"], "md"
        pages: dict[str, str] = {}
        for line in ledger.graded:
            assert line.row is not None
            name = f"{file_name(line.name)}.{suffix}"
            pages[name] = line.page
            if before.get(name) != pages[name] or not (self.folder / STUDENTS / name).is_file():
                plain = self.gradebook.result(line.row.key)
                if plain is not None:
                    result = from_plain({**plain, "submission": line.name, "folder": None})
                    self.put(f"{STUDENTS}/{name}", writer(shown_in(result, line.grade) if line.grade else result))
        for name in before.keys() - pages.keys():
            (self.folder / STUDENTS / name).unlink(missing_ok=True)
        return pages

    # --- the class ----------------------------------------------------------------------------------------------

    def write_class(self, ledger: Ledger, shared: list[Group], title: str, pages: dict[str, str], pairs: bool) -> None:
        shown = examples(self.gradebook, shared, ledger.names)
        with contextlib.suppress(ModuleNotFoundError):  # then it was said that there is no report
            from grader.classroom.output.class_report import class_report

            self.put("report.html", class_report(ledger, self.gradebook, shown, title, pages, pairs))
        self.put("groups.csv", groups_table(shown))
        self.put("grades.csv", lms.grades(ledger))
        self.put("junit.xml", junit(ledger, self.gradebook))
        for name, (writer, columns) in PLATFORMS.items():
            lack = lms.lacks(ledger.roster, columns, name.capitalize())
            if not lack:
                self.put(f"{name}.csv", writer(ledger, title))
            else:
                (self.folder / f"{name}.csv").unlink(missing_ok=True)
        feedback = archives(ledger, lambda line: self.page_of(line, pages))
        for name in ARCHIVES.values():
            if name in feedback:
                write_whole(self.folder / name, feedback[name])
            else:
                (self.folder / name).unlink(missing_ok=True)

    def page_of(self, line: Line, pages: dict[str, str]) -> tuple[str, bytes] | None:
        """A student's page that was written: its suffix and what is in it."""
        for suffix in ("html", "md"):
            name = f"{file_name(line.name)}.{suffix}"
            if name in pages:
                return suffix, (self.folder / STUDENTS / name).read_bytes()
        return None

    def write_similarity(self, alike: tuple[Similarity, Mapping[int, GivenCode]] | None, title: str) -> None:
        """The page of pairs and their table; those of an earlier run would tell of another class."""
        if alike is None:
            for name in PAIRS:
                (self.folder / name).unlink(missing_ok=True)
            return
        from grader.classroom.output.similarity_report import similarity_report, similarity_table

        page, table = PAIRS
        self.put(page, similarity_report(*alike, title))
        self.put(table, similarity_table(alike[0]))


def groups_table(shared: list[Example]) -> str:
    """A row for each group of hand-ins that share an unknown mistake, with an example."""
    rows = [["group", "component", "checks", "count", "hand-ins", "also", "example", "what", "came back", "expected"]]
    for each in shared:
        parts = dict(each.probes[0].told.parts) if each.probes else {}
        group = each.group
        told = [each.headline, parts.get("came back", ""), parts.get("expected", "")]
        who = ["; ".join(names) for names in (group.names, group.also)]
        texts = [group.id, group.component, "; ".join(group.checks), str(len(group.names)), *who, each.name, *told]
        rows.append([cell(text) for text in texts])
    return lms.written(rows)


def signature(ledger: Ledger, title: str, pairs: bool) -> str:
    """Changes with everything that is written about the class."""
    about = [
        [line.name, line.who, line.alike, line.notes, line.score, line.changes, line.row and line.row.id]
        for line in ledger.lines
    ]
    people = ledger.roster.people if ledger.roster is not None else []
    whole = [about, [each.row for each in people], ledger.others, title, pairs]
    return hashlib.sha256(json.dumps(whole).encode()).hexdigest()


def file_name(name: str) -> str:
    """A name that every system can write, and that leads nowhere else."""
    plain = "".join(c if c.isalnum() or c in " -_.,()@+" else "_" for c in name).strip(" .")
    if plain == name and len(name) <= 100 and not NAMED_BY_DIGEST.search(name):  # which a student might choose
        return name
    return f"{plain[:100]}-{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:DIGEST]}"


def junit(ledger: Ledger, gradebook: Gradebook) -> str:
    """A suite for each hand-in, a case for each of its components; one that could not be graded is an error."""
    parts: dict[int, list[Part]] = defaultdict(list)
    for result, *part in gradebook.each(
        "SELECT result, component, sum(points), sum(max_points), "
        f"sum(CASE WHEN outcome IN ({UNJUDGED}) THEN max_points ELSE 0 END), "
        f"coalesce(max(CASE WHEN outcome NOT IN ('passed', 'not asked', {UNJUDGED}) "
        "THEN outcome || ': ' || message END), "
        "max(CASE WHEN outcome = 'passed' THEN '' ELSE outcome || ': ' || message END)) "
        "FROM checks GROUP BY result, component"
    ):
        parts[result].append(Part(*part))
    suites = [suite(line, parts.get(line.row.id, []) if line.row is not None else []) for line in ledger.lines]
    root = ElementTree.Element("testsuites", {"name": "grade class", **sums(suites)})
    root.extend(suites)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


class Part(NamedTuple):
    """A component of one hand-in."""

    name: str
    points: float
    most: float
    not_judged: float
    why: str


def with_changes(line: Line, parts: list[Part]) -> list[Part]:
    """Its components with the points that people gave, and their own rows."""
    if line.grade is None:
        return parts
    instead, own = line.grade.instead, line.grade.own
    found = [
        part
        if (given := instead.get(part.name)) is None
        else Part(part.name, given.value, part.most, 0.0, given.signed)
        for part in parts
    ]
    return found + [
        Part(name, 0.0, of, of, "not judged yet") if given is None else Part(name, given.value, of, 0.0, given.signed)
        for name, (of, given) in own.items()
    ]


def suite(line: Line, parts: list[Part]) -> ElementTree.Element:
    """Points that nobody could judge are no failure, and no success either."""
    found = ElementTree.Element("testsuite", {"name": legal(line.name)})
    for part in with_changes(line, parts):
        case = ElementTree.SubElement(found, "testcase", {"classname": legal(line.name), "name": part.name})
        if round(part.points, 2) < round(part.most, 2):
            tag = "failure" if round(part.points + part.not_judged, 2) < round(part.most, 2) else "skipped"
            text = legal(f"{part.points:g} of {part.most:g} points: {part.why}")
            ElementTree.SubElement(case, tag, {"type": part.why.partition(":")[0], "message": text})
    if line.state != "graded":
        case = ElementTree.SubElement(found, "testcase", {"classname": legal(line.name), "name": "hand-in"})
        reason = line.row.reason if line.row is not None else line.state
        ElementTree.SubElement(case, "error", {"type": line.state, "message": legal(reason)})
    counts = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    found.attrib |= {"tests": str(len(found))}
    found.attrib |= {name: str(len(found.findall(f"testcase/{tag}"))) for name, tag in counts.items()}
    seconds = line.row.seconds if line.row is not None else 0.0
    found.attrib |= {"time": f"{seconds:.3f}"}
    return found
