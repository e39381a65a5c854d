"""`grade pack KIND -o DIR|ZIP`: what an instructor uploads to a platform, or gives to students. Never the solution."""

from __future__ import annotations

import argparse
import os
import secrets
import shutil
import tempfile
import zipfile
from pathlib import Path

from grader import rubric
from grader.ask.answers import KeyAnswers
from grader.base.ends import temporary_folder
from grader.base.errors import UsageError
from grader.homework import FIRST, HOMEWORK, YEARS
from grader.judge import rubrics
from grader.result import OWN_CHECKS, is_training
from grader.run.own_checks import OwnChecks
from grader.run.request import DEFAULT_SEED, HIDDEN_SEED_BITS, chosen, seed_of

EPILOG = """\
examples:
  grade pack gradescope -o autograder.zip       upload it under Configure Autograder
  grade pack classroom50 -o autograders/beras   copy it into the configuration repository
  grade pack prairielearn -o questions/beras    a question of a PrairieLearn course
  grade pack codio -o .guides/secure/beras      and python3 .guides/secure/beras/run.py as the script
  grade pack github -o beras-template           push it as the template repository
  grade pack student -o dist                    a wheel: pip install dist/beras_grader-*.whl

The answers are asked of reference/ first, which takes a minute or several; --key takes those that
`grade key build` wrote before.
"""


def parser() -> argparse.ArgumentParser:
    from grader.packing.packs import PACKS

    kinds = "; ".join(f"{name}: {pack.help}" for name, pack in PACKS.items())
    found = argparse.ArgumentParser(
        prog="grade pack",
        description="Builds what an instructor uploads. It holds an answer key, and never the solution.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("kind", choices=PACKS, metavar="KIND", help=kinds)
    found.add_argument(
        "-o", "--output", metavar="DIR|ZIP", type=Path, required=True, help="a new or empty folder, or a .zip"
    )
    found.add_argument(
        "--rubric", metavar="NAME|FILE", type=Path, help="points, limits and hidden checks (default: built-in)"
    )
    found.add_argument(
        "--edition", metavar="YEAR", type=int, choices=YEARS, help="of the course (default: the rubric's, else 2022)"
    )
    found.add_argument("--track", metavar="TRACK", help="1470 or 2470 (default: the rubric's)")
    found.add_argument(
        "--only", metavar="COMPONENT", action="extend", nargs="+", default=[], help="these components alone are graded"
    )
    found.add_argument("--no-training", action="store_true", help="leave out training, and its data with it")
    found.add_argument("--seed", metavar="N", help=f"seed of public checks, or 'fresh' (default {DEFAULT_SEED})")
    found.add_argument("--hidden-seed", metavar="N", help="seed of hidden checks (default: fresh)")
    found.add_argument("--key", metavar="FILE", type=Path, help="answers that `grade key build` wrote before")
    found.add_argument(
        "--wheels",
        metavar="DIR",
        type=Path,
        help="folder with the wheels of what the grader needs (default: downloaded, but for Classroom 50)",
    )
    found.add_argument(
        "--python",
        metavar="VERSION",
        default="3.10",
        help="of the platform, to download wheels for (default 3.10, that of Gradescope's Ubuntu 22.04)",
    )
    return found


def main(arguments: list[str]) -> int:
    """Builds one pack. Raises UsageError."""
    if not HOMEWORK.is_built_in:
        raise UsageError("pack: there are packs of the built-in homework only, not with --homework")
    options = parser().parse_args(arguments)
    from grader.packing.packs import PACKS, Contents
    from grader.packing.wheel import Build, check_source, key_for

    course = rubric.year_meant(options.edition, options.rubric)
    check_source()
    check_output(options.output)
    pack = PACKS[options.kind]
    loaded = rubrics.load(options.rubric, course)
    if options.track is not None and options.track not in loaded.points:
        raise UsageError(f"--track {options.track}: the rubric has the tracks {', '.join(loaded.points)}")
    if not all(part.isdecimal() for part in options.python.split(".")) or options.python.count(".") != 1:
        raise UsageError(f"--python {options.python}: must be a version such as 3.10")
    ready = KeyAnswers(options.key) if options.key is not None else None
    seed = seed_of(options.seed)
    own = (OWN_CHECKS,) if loaded.own_checks else ()
    components = chosen(options.only, not options.no_training, (*course.components, *own))
    if OWN_CHECKS in components:
        OwnChecks(loaded).check_with_reference(course)
    hidden_seed = secret_seed(options.hidden_seed, ready)
    build = Build(rubric.located(options.rubric, course), seed, hidden_seed, pack.student, components, course)
    told = [f"--edition={course.year}"] if course is not FIRST else []
    told += [f"--track={options.track}"] if options.track else []
    told += [f"--seed={seed}"] if seed != DEFAULT_SEED else []
    told += ["--no-training"] if options.no_training else []
    told += [word for name in components for word in ("--only", name)] if options.only else []
    trains = any(map(is_training, components))
    with temporary_folder("beras-pack-") as scratch:
        folder = scratch / "pack"
        folder.mkdir()
        contents = Contents(build, key_for(build, ready), told, trains, options.wheels, options.python)
        pack.lay_out(folder, contents)
        try:
            put(folder, options.output)
        except OSError as error:
            raise UsageError(f"pack: {options.output} cannot be written ({error.strerror})") from None
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6
    hidden = loaded.hidden
    apart = f", {len(hidden)} checks are hidden"
    apart += "" if pack.student else f" and asked with the seed {build.hidden_seed}"
    print(f"{options.output}: {pack.help}, {size:.1f} MB; seed {seed}{apart if hidden else ''}")
    return 0


def secret_seed(text: str | None, ready: KeyAnswers | None) -> int:
    """The seed of hidden checks: as told, else that of the key, else a new one."""
    if text is not None:
        return seed_of(text, "--hidden-seed", HIDDEN_SEED_BITS)
    if ready is not None and ready.hidden_seed is not None:
        return ready.hidden_seed
    return secrets.randbits(HIDDEN_SEED_BITS)


def check_output(path: Path) -> None:
    """Raises UsageError where a pack would overwrite or mix with something else, before any work is done."""
    around = next(each for each in path.absolute().parents if each.exists())
    if not around.is_dir():
        raise UsageError(f"-o {path}: {around} is no folder")
    if path.suffix == ".zip":
        if path.exists() and not path.is_file():
            raise UsageError(f"-o {path}: is no ordinary file")
    elif path.exists() and (not path.is_dir() or any(path.iterdir())):
        raise UsageError(f"-o {path}: is not an empty folder; name a new one, or a .zip")


def put(folder: Path, output: Path) -> None:
    """Moves a finished pack to where it is wanted; a .zip appears whole or not at all. Raises OSError."""
    output.parent.mkdir(parents=True, exist_ok=True)
    if output.suffix != ".zip":
        shutil.copytree(folder, output, dirs_exist_ok=True)
        return
    handle, temporary = tempfile.mkstemp(dir=output.parent)
    try:
        with os.fdopen(handle, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
            for path in sorted(each for each in folder.rglob("*") if each.is_file()):
                packed = path.suffix in (".whl", ".gz")
                archive.write(path, path.relative_to(folder), zipfile.ZIP_STORED if packed else None)
        os.chmod(temporary, 0o644)
        os.replace(temporary, output)
    except BaseException:
        os.unlink(temporary)
        raise
