"""python -m grader.packing.template: student_template/ is reference/ with the bodies of some functions taken out.

Its `edition.toml` names the functions that students write, the holes. In the template such a function keeps its
signature and docstring, and raises NotImplementedError. What only the removed bodies used (imports, private functions
and names) goes with them, so helpers of the solution must have a leading underscore. All other code is copied as it is.

A later year of the homework says in its `edition.toml` which functions are holes, and what stands in each
(`make_edition`).

Only .py files and the workflow for GitHub Actions are generated. Whatever else lies in student_template/ is written by
hand and left alone.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections.abc import Collection, Iterator, Mapping
from itertools import takewhile
from pathlib import Path
from textwrap import indent

from grader.base import tomlfile
from grader.base.errors import UsageError
from grader.base.paths import CHECKOUT
from grader.homework import FIRST, Edition, holes_in
from grader.submission.syntax import Function, body_range, definitions, end_of

# The workflow that grades every push, and what it is a copy of
WORKFLOW = ".github/workflows/grade.yml"
WORKFLOW_SOURCE = Path(__file__).with_name("files") / "grade.yml"

HANDOUT = "README.md"  # as which it lies beside the code

# What students replace in an expression of a later year's template: no Python. While one is made, a name stands there.
GAP, GAP_NAME = "???", "__gap__"


def make_template(
    source: str,
    holes: Mapping[str, str],
    stubs: Mapping[str, str] | None = None,
    kept_imports: Collection[str] = (),
) -> str:
    """A module of the template: source with the bodies of `holes` replaced, and what only they used removed.

    stubs   name -> the new body, for every name in holes; without them, each raises NotImplementedError

    Raises UsageError if a name in holes is no function in source, or has no docstring to keep.
    """
    functions = {name: node for name, node in definitions(ast.parse(source)) if isinstance(node, Function)}
    lines = source.splitlines(keepends=True)
    for name in holes:
        if name not in functions:
            raise UsageError(f"{name} is a hole, but there is no such function")
    # From the last to the first, so that line numbers further up stay right.
    for name in sorted(holes, key=lambda name: functions[name].lineno, reverse=True):
        start, end = body_range(functions[name], lines, name)
        stub = stubs[name] if stubs else f'raise NotImplementedError("{name}: {holes[name]} of the handout")'
        body = indent(stub.strip("\n"), " " * functions[name].body[0].col_offset)
        lines[start:end] = [f"{body.replace(GAP, GAP_NAME)}\n"]
    if not holes:
        return source
    return without_leftovers("".join(lines), names_used(source), kept_imports).replace(GAP_NAME, GAP)


def names_used(source: str) -> set[str]:
    """Every name that source reads, attributes and methods included."""
    nodes = list(ast.walk(ast.parse(source)))
    return {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)} | {
        node.attr for node in nodes if isinstance(node, ast.Attribute)
    }


def without_leftovers(source: str, used_before: set[str], kept_imports: Collection[str]) -> str:
    """Source without the imports and private definitions that were in use before and are not any more."""
    while True:
        unused = used_before - names_used(source) - set(kept_imports)
        # One at a time: what is removed may hold the next one, or be the last to use it.
        leftover = next(leftovers(ast.parse(source), unused), None)
        if leftover is None:
            return source
        start, end, remainder = leftover
        lines = source.splitlines(keepends=True)
        if not remainder:  # of the two gaps around it the larger one stays, and none at the file's end
            before = len(list(takewhile(str.isspace, reversed(lines[:start]))))
            after = len(list(takewhile(str.isspace, lines[end:])))
            start -= min(before, after) if end < len(lines) else before
        source = "".join([*lines[:start], remainder, *lines[end:]])


def leftovers(tree: ast.Module, unused: set[str]) -> Iterator[tuple[int, int, str]]:
    """Where the unused names are bound: the lines [start, end) of each statement, and what is left of it."""
    for node in tree.body:
        if isinstance(node, ast.Import | ast.ImportFrom):
            kept = [alias for alias in node.names if (alias.asname or alias.name) not in unused]
            if kept != node.names:
                node.names = kept
                yield node.lineno - 1, end_of(node), f"{ast.unparse(node)}\n" if kept else ""
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if all(isinstance(target, ast.Name) and is_private(target.id, unused) for target in targets):
                yield node.lineno - 1, end_of(node), ""
    for _, node in definitions(tree):
        if is_private(node.name, unused):
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            yield first - 1, end_of(node), ""


def is_private(name: str, unused: set[str]) -> bool:
    """Whether a name is the solution's own, and nothing in the template uses it."""
    return name in unused and name.startswith("_") and not name.startswith("__")


def make_all(reference: Path) -> dict[str, str]:
    """The whole template: path under student_template/ -> text, for every module in reference/."""
    modules = sorted(path.relative_to(reference).as_posix() for path in reference.rglob("*.py"))
    missing = sorted({module for step in FIRST.settings["holes"].values() for module in step} - set(modules))
    if missing:
        raise UsageError(f"{reference / missing[0]}: no such file, but edition.toml has holes in it")
    made = {}
    for module in modules:
        try:
            source, holes = (reference / module).read_text(encoding="utf-8"), FIRST.holes_in(module)
            made[module] = make_template(source, holes, kept_imports=FIRST.settings["kept_imports"])
        except UsageError as error:
            raise UsageError(f"{reference / module}: {error}; see grader/packing/template.py") from None
    return made | {WORKFLOW: WORKFLOW_SOURCE.read_text(encoding="utf-8")}


def make_edition(folder: Path) -> dict[str, str]:
    """The template of a later year, from its folder: path -> text, for every module of its reference."""
    edition, reference = tomlfile.read(folder / "edition.toml"), folder / "reference"
    kinds, made = edition["stubs"], {}
    for path in sorted(reference.rglob("*.py")):
        module = path.relative_to(reference).as_posix()
        holes = holes_in(edition, module)
        stubs = {
            name: kinds.get(stub, stub)
            for files in edition["holes"].values()
            for name, stub in files.get(module, {}).items()
        }
        try:
            made[module] = make_template(path.read_text(encoding="utf-8"), holes, stubs, edition["kept_imports"])
        except UsageError as error:
            raise UsageError(f"{path}: {error}; see {folder / 'edition.toml'}") from None
    return made


def template_of(year: Edition) -> dict[str, str]:
    """What students of a year start from, with its handout: path -> text. Raises UsageError, OSError."""
    if year is FIRST:
        made, handout = make_all(year.reference), CHECKOUT / "student_template" / HANDOUT
    else:
        made, handout = make_edition(year.folder), year.folder / "handout.md"
    return made | {HANDOUT: handout.read_text(encoding="utf-8")}


def differences(made: dict[str, str], template: Path) -> list[str]:
    """One line for each .py file in the template folder that is missing, changed, or not made at all."""
    found = []
    for module, text in made.items():
        path = template / module
        if not path.is_file():
            found.append(f"{path}: missing, run python -m grader.packing.template")
        elif path.read_text(encoding="utf-8") != text:
            source = WORKFLOW_SOURCE if module == WORKFLOW else f"reference/{module}"
            found.append(f"{path}: differs from what {source} gives, run python -m grader.packing.template")
    present = {path.relative_to(template).as_posix() for path in template.rglob("*.py")}
    for module in sorted(present - set(made)):
        found.append(f"{template / module}: there is no reference/{module}, delete it")
    return found


def main(arguments: list[str] | None = None) -> int:
    """The command. Exit code 0: the template is as it should be; 1: it differs; 2: it cannot be made."""
    root = CHECKOUT
    parser = argparse.ArgumentParser(prog="python -m grader.packing.template", description="Make student_template/.")
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file differs")
    parser.add_argument("--reference", type=Path, default=root / "reference", help="the solution's folder")
    parser.add_argument("--template", type=Path, default=root / "student_template", help="the folder to make")
    options = parser.parse_args(arguments)
    try:
        if not options.reference.is_dir():
            raise UsageError(f"{options.reference}: no such folder, give the solution's with --reference")
        if options.check and not options.template.is_dir():
            raise UsageError(f"{options.template}: no such folder, give the template's with --template")
        made = make_all(options.reference)
    except UsageError as error:
        print(f"grader.packing.template: {error}", file=sys.stderr)
        return 2
    if not options.check:
        for module, text in made.items():
            path = options.template / module
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
    found = differences(made, options.template)
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
