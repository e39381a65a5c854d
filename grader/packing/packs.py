"""The packs: what lies where in what an instructor uploads, for each platform."""

from __future__ import annotations

import json
import shutil
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from grader.ask.answer_key import AnswerKey
from grader.homework import HOMEWORK
from grader.packing.dependencies import collect
from grader.packing.template import WORKFLOW, WORKFLOW_SOURCE, template_of
from grader.packing.wheel import Build, build_wheel

FILES = Path(__file__).with_name("files")
PRAIRIELEARN_SECONDS = 600  # the most that it grants


@dataclass(frozen=True)
class Contents:
    """What goes into a pack. options: of `grade`, for every submission; training: with MNIST; wheels: of dependencies.

    python: version for which wheels are downloaded where there are none.
    """

    build: Build
    key: AnswerKey
    options: list[str]
    training: bool
    wheels: Path | None
    python: str


def gradescope(folder: Path, contents: Contents) -> None:
    """https://gradescope-autograders.readthedocs.io/en/latest/specs/: setup.sh and run_autograder at the root."""
    script(folder, "setup.sh")
    script(folder, "run_autograder")
    with_installer(folder, "gradescope_run.py", contents)


def classroom50(folder: Path, contents: Contents) -> None:
    """https://github.com/foundation50/classroom50/wiki/Advanced-Autograding: autograder.py and what lies beside it."""
    for name in ("autograder.py", "installed.py"):
        shutil.copy(FILES / name, folder / name)
    made(folder / "wheels")
    if contents.wheels is not None:
        collect(folder / "wheels", contents.wheels, contents.python)
    grader_and_data(folder, contents)


def prairielearn(folder: Path, contents: Contents) -> None:
    """https://docs.prairielearn.com/externalGrading/: a question, whose tests/ are at /grade/tests as it is graded."""
    year = contents.build.edition.year
    info = {
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, f"beras-grader/{HOMEWORK.title}/{year}")),  # the same in each pack
        "title": HOMEWORK.title,
        "topic": "Neural networks",
        "type": "v3",
        "singleVariant": True,
        "gradingMethod": "External",
        "externalGradingOptions": {
            "enabled": True,
            "image": f"python:{contents.python}-slim",
            "entrypoint": "python3 /grade/tests/run.py",
            "timeout": PRAIRIELEARN_SECONDS,
        },
    }
    (folder / "info.json").write_text(json.dumps(info, indent=2) + "\n", encoding="utf-8")
    shutil.copy(FILES / "prairielearn-question.html", folder / "question.html")
    with_installer(made(folder / "tests"), "prairielearn_run.py", contents)


def codio(folder: Path, contents: Contents) -> None:
    """https://docs.codio.com/instructors/authoring/assessments/auto-grade-scripts.html: a folder in .guides/secure."""
    with_installer(folder, "codio_run.py", contents)


def with_installer(folder: Path, script_name: str, contents: Contents) -> None:
    """A script that installs the grader where it runs, with all that it takes."""
    shutil.copy(FILES / script_name, folder / "run.py")
    shutil.copy(FILES / "installed.py", folder / "installed.py")
    collect(made(folder / "wheels"), contents.wheels, contents.python)
    grader_and_data(folder, contents)


def github(folder: Path, contents: Contents) -> None:
    """A template repository: what students start from in code/, with the workflow, the grader and the data beside it.

    Code looks for its data in ../data, as it does in the course's own repositories.
    """
    for name, text in template_of(contents.build.edition).items():
        place = folder / name if name.startswith(".") else folder / "code" / name
        made(place.parent).joinpath(place.name).write_text(text, encoding="utf-8")
    for name in ("README.md", ".gitignore"):
        shutil.copy(FILES / f"github-{name.lstrip('.')}", folder / name)
    workflow = folder / WORKFLOW
    made(workflow.parent).joinpath(workflow.name).write_text(workflow_text(contents.options), encoding="utf-8")
    build_wheel(contents.build, contents.key, made(folder / ".github" / "grader"))
    mnist(folder, contents)


def student(folder: Path, contents: Contents) -> None:
    """The wheel, and how it is installed."""
    wheel = build_wheel(contents.build, contents.key, folder)
    text = (FILES / "student-README.md").read_text(encoding="utf-8")
    (folder / "README.md").write_text(text.replace("{wheel}", wheel.name), encoding="utf-8")


@dataclass(frozen=True)
class Pack:
    """A kind of pack: `lay_out` fills a folder. student: with the edition that knows nothing of hidden checks."""

    lay_out: Callable[[Path, Contents], None]
    help: str
    student: bool = False


PACKS = {
    "gradescope": Pack(gradescope, "the autograder's .zip for Gradescope"),
    "classroom50": Pack(classroom50, "the folder CLASSROOM/autograders/ASSIGNMENT of Classroom 50"),
    "prairielearn": Pack(prairielearn, "the folder questions/NAME of a PrairieLearn course"),
    "codio": Pack(codio, "the folder .guides/secure/NAME of a Codio assignment"),
    "github": Pack(github, "a template repository for students, whose workflow grades every push", student=True),
    "student": Pack(student, "the student edition: a wheel to install with pip, and how", student=True),
}


def grader_and_data(folder: Path, contents: Contents) -> None:
    build_wheel(contents.build, contents.key, folder / "wheels")
    (folder / "options.json").write_text(json.dumps(contents.options) + "\n", encoding="utf-8")
    mnist(folder, contents)


def mnist(folder: Path, contents: Contents) -> None:
    """The four files, where the grader looks for them."""
    if contents.training:
        target = made(folder / "data" / "mnist")
        data = HOMEWORK.dataset()
        for name in data.NAMES:
            shutil.copy(data.default_directory() / name, target)


def workflow_text(options: list[str]) -> str:
    """The workflow of a student's repository, with further options of `grade`."""
    text = WORKFLOW_SOURCE.read_text(encoding="utf-8")
    return text.replace("grade . --annotations", " ".join(["grade .", *options, "--annotations"]))


def script(folder: Path, name: str) -> None:
    shutil.copy(FILES / name, folder / name)
    (folder / name).chmod(0o755)


def made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
