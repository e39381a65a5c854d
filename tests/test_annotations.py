"""GitHub annotations: in the right place, no more than are shown, and none that a submission made up."""

from __future__ import annotations

import io
import os
import re
import urllib.parse
from pathlib import Path

import pytest
from overlays import build, run
from results import (
    EVIL,
    FORGED,
    OLD_FORGED,
    component,
    failed,
    hostile,
    made,
    ordinary,
    probe,
)

from grader.diagnose import pages
from grader.report.details import costly
from grader.report.to_annotations import MOST, fence, to_annotations
from grader.report.to_table import to_table


@pytest.fixture(scope="module")
def submission(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build("chaffs", "softmax-over-batch", tmp_path_factory.mktemp("submission"))


class Runner:
    """How actions/runner reads a log: `::command key=value::data` at the start of a line, `##[command]` anywhere."""

    KNOWN = ("error", "warning", "notice", "debug", "add-mask", "set-output", "group", "endgroup", "stop-commands")

    def __init__(self, log: str) -> None:
        self.commands: list[tuple[str, dict[str, str], str]] = []
        self.token = ""
        for line in re.split(r"\r\n|\r|\n", log):
            self.read(line)

    def read(self, line: str) -> None:
        known = [*self.KNOWN, self.token] if self.token else self.KNOWN
        match = re.match(r"\s*::([^ :]+)( (.*?))?::(.*)$", line)
        old = re.search(r"##\[([^ \]]+)( ([^\]]*))?\](.*)$", line)
        found = match if match and match[1] in known else old if old and old[1] in known else None
        if found is None:
            return
        if self.token:
            if found[1] == self.token:
                self.token = ""
            return
        if found[1] == "stop-commands":
            self.token = found[4]
            return
        pairs = [pair.partition("=") for pair in (found[3] or "").split("," if found is match else ";")]
        properties = {key: urllib.parse.unquote(value) for key, _, value in pairs if key}
        self.commands.append((found[1], properties, urllib.parse.unquote(found[4])))


def test_annotations_name_file_line_and_cost() -> None:
    ((kind, properties, message), timed_out) = Runner(to_annotations(ordinary())).commands[:2]

    assert kind == "error"
    assert properties == {"file": "hw/code/Beras/layers.py", "line": "12", "title": "Dense: -2.5 of 5"}
    assert message.startswith("the sign is wrong")
    assert timed_out[1] == {"title": "ReLU: -2 of 2"}


def test_annotations_are_ten_at_most_the_costliest_first() -> None:
    checks = [failed(f"Dense/check-{n}", n / 4, f"wrong {n}", file="Beras/layers.py", line=n) for n in range(1, 14)]

    commands = Runner(to_annotations(made(component("Dense", *checks)))).commands

    assert len(commands) == MOST
    assert [properties["line"] for _, properties, _ in commands[:-1]] == [str(n) for n in range(13, 4, -1)]
    assert commands[-1][1:] == ({}, "4 more causes cost 2.5 points; the summary of this job shows all of them")


def test_annotations_of_ten_causes_leave_none_out() -> None:
    checks = [failed(f"Dense/check-{n}", 1, f"wrong {n}") for n in range(10)]

    messages = [message for *_, message in Runner(to_annotations(made(component("Dense", *checks)))).commands]

    assert sorted(messages) == [f"wrong {n}" for n in range(10)]


def test_annotations_tell_a_cause_once_with_all_that_it_costs() -> None:
    same = [failed(f"Dense/check-{n}", 1, f"wrong {n}", diagnosis=["x"]) for n in range(3)]
    unwritten = [probe(f"Adam/check-{n}", "not implemented", 0, 2, message="Beras/optimizers.py") for n in range(4)]

    causes = costly(made(component("Dense", *same), component("Adam", *unwritten)))

    assert [(part.name, check.name, cost) for part, check, cost in causes] == [
        ("Adam", "Adam/check-0", 8),
        ("Dense", "Dense/check-0", 3),
    ]


def test_annotations_of_a_zip_name_no_file() -> None:
    one = ordinary()
    one.folder = None

    assert all("file" not in properties for _, properties, _ in Runner(to_annotations(one)).commands)


def test_annotations_escape_what_a_submission_says() -> None:
    lines = to_annotations(hostile())
    commands = Runner(lines).commands

    assert len(commands) == len(lines.splitlines()) == 2
    assert all(kind == "error" for kind, *_ in commands)
    assert commands[0][1]["file"] == f"hw/code/Beras/{EVIL}.py"
    assert commands[0][1]["title"] == "Dense: -3 of 3"


def test_fence_keeps_every_command_of_a_submission_from_the_runner() -> None:
    stream = io.StringIO()
    with fence(stream):
        stream.write(to_table(hostile(), verbose=True) + f"\n{FORGED}\n  {FORGED}\n::stop-commands::guess\n::guess::\n")
        stream.write(f"{FORGED}\n{OLD_FORGED}")
    inside = Runner(stream.getvalue())
    stream.write("::error::after it\n")

    assert (inside.commands, inside.token) == ([], "")
    assert Runner(stream.getvalue()).commands == [("error", {}, "after it")]
    assert Runner(FORGED).commands  # the runner above does see a command where there is one
    assert Runner(OLD_FORGED).commands


def test_command_prints_annotations_behind_a_fenced_table(submission: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "GITHUB_ACTIONS"}
    done = run(str(submission), "--only", "Softmax", "--annotations", env=environment)

    assert "::stop-commands::" in done.stdout.splitlines()[0]
    ((kind, properties, message),) = Runner(done.stdout).commands
    assert kind == "error"
    assert properties["file"].endswith("softmax-over-batch/Beras/activations.py")
    assert properties["line"] == "37"
    assert message.startswith(pages.title("softmax-over-batch"))
    fenced = run(str(submission), "--only", "ReLU", env={**environment, "GITHUB_ACTIONS": "true"}).stdout
    assert fenced.startswith("::stop-commands::")
    assert not run(str(submission), "--only", "ReLU", env=environment).stdout.startswith("::")
