"""The result as JUnit XML, after the schema that pytest tests its own with (junit-10.xsd).

A component is a suite, a check a case. A wrong answer is a failure; an exception, a crash or a time limit an error;
what could not be judged is skipped. Neither `file` nor `properties` are allowed in a case, so points and places are in
its system-out.
"""

from __future__ import annotations

import re
from xml.etree import ElementTree

from grader.report.details import SKIPPED, STOPPED
from grader.result import ComponentResult, Outcome, ProbeResult, Result

ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # in XML 1.0


def to_junit(result: Result) -> str:
    suites = [suite(part, result) for part in result.components]
    root = ElementTree.Element("testsuites", {"name": "grade", **sums(suites), "time": f"{result.seconds:.3f}"})
    root.extend(suites)
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def suite(part: ComponentResult, result: Result) -> ElementTree.Element:
    probes = part.probes or [ProbeResult(part.name, "", part.outcome, 0, 0, part.message)]
    found = ElementTree.Element("testsuite", {"name": part.name})
    properties = ElementTree.SubElement(found, "properties")
    for name, value in (
        ("points", part.points),
        ("max_points", part.max_points),
        ("not_judged", part.not_judged),
        ("edition", result.edition),
    ):
        ElementTree.SubElement(properties, "property", {"name": name, "value": f"{value:g}"})
    found.extend(case(part, probe) for probe in probes)
    counts = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    found.attrib |= {"tests": str(len(probes))}
    found.attrib |= {name: str(len(found.findall(f"testcase/{tag}"))) for name, tag in counts.items()}
    found.attrib |= {"time": f"{sum(probe.seconds for probe in probes):.3f}"}
    if result.started:
        found.attrib["timestamp"] = result.started.rstrip("Z")
    return found


def case(part: ComponentResult, probe: ProbeResult) -> ElementTree.Element:
    name = probe.name.partition("/")[2] or part.name
    title = f"{name}: {probe.title}" if probe.title else name
    found = ElementTree.Element(
        "testcase", {"classname": part.name, "name": legal(title), "time": f"{probe.seconds:.3f}"}
    )
    if probe.outcome != Outcome.PASSED:
        tag = "skipped" if probe.outcome in SKIPPED else "error" if probe.outcome in STOPPED else "failure"
        first = probe.message.partition("\n")[0] or probe.outcome
        why = ElementTree.SubElement(found, tag, {"type": probe.outcome, "message": legal(first)})
        why.text = legal(probe.message)
    told = [f"points: {probe.points:g} of {probe.max_points:g}"] if probe.max_points else []
    told += [f"place: {probe.file} line {probe.line}"] if probe.file else []
    told += [f"printed:\n{probe.output}"] if probe.output.strip() else []
    if told:
        ElementTree.SubElement(found, "system-out").text = legal("\n".join(told))
    return found


def sums(suites: list[ElementTree.Element]) -> dict[str, str]:
    """Counts of all suites together; the schema knows no `skipped` here."""
    return {name: str(sum(int(each.attrib[name]) for each in suites)) for name in ("tests", "failures", "errors")}


def legal(text: str) -> str:
    return ILLEGAL.sub("\N{REPLACEMENT CHARACTER}", text)
