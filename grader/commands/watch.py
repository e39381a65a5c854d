"""`grade watch FOLDER`: grades again, whenever a file is saved, what that file affects."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from grader.base.ends import stoppable
from grader.base.errors import UsageError
from grader.commands.grade import add_grading_options, request_of
from grader.report.to_changes import merged, to_changes
from grader.report.to_table import LEAST_WIDTH, to_table, wants_colour
from grader.report.writers import WRITERS
from grader.result import is_training
from grader.run.effects import Snapshot, affected, changed_files, modules_asked, snapshot
from grader.run.grade import graded
from grader.run.outputs import Outputs
from grader.run.ready import Ready, made_ready
from grader.run.request import plan
from grader.submission.contents import is_ignored, shown

if TYPE_CHECKING:
    from grader.result import Result

DESCRIPTION = """\
Grades a submission, then again whenever a file is saved: only what that file affects, and shows only what is different.
Training is left out unless --only names it. Ctrl-C ends it.
"""
LOOK_AGAIN = 1000  # milliseconds: how soon a folder that was moved away or replaced is noticed
MOST_NAMED = 3  # files in one line


def main(arguments: list[str]) -> int:
    """Watches until it is stopped; Ctrl-C is the usual end and no failure. Raises UsageError."""
    options = parser().parse_args(arguments)
    check_installed()
    if not options.path.is_dir():
        raise UsageError(f"watch {shown(options.path)}: there is no such folder; name the folder with your code")
    with stoppable() as signals:
        watcher = Watcher(options, signals)
        try:
            watcher.start()
            watcher.follow(saves(options.path))
        except KeyboardInterrupt:
            print()  # below the ^C of the terminal
            return 128 + signals[0] if signals else 0
    return 0


def parser() -> argparse.ArgumentParser:
    found = argparse.ArgumentParser(prog="grade watch", description=DESCRIPTION)
    found.add_argument("path", metavar="FOLDER", type=Path, help="folder with the submission")
    add_grading_options(found)
    found.add_argument("--html", metavar="FILE", type=Path, help=f"{WRITERS['html'].help}, kept up to date")
    found.add_argument("-v", "--verbose", action="store_true", help="show every check, also those that passed")
    return found


def check_installed() -> None:
    try:
        import watchfiles  # noqa: F401
    except ModuleNotFoundError:
        raise UsageError("watch needs the package watchfiles: pip install 'beras-grader[watch]'") from None


class Watcher:
    """One submission, as it was when it was last looked at, and what is known about it.

    signals: those that ended a grading are put here.
    """

    def __init__(self, options: argparse.Namespace, signals: list[int]) -> None:
        """Raises UsageError."""
        self.path, self.verbose, self.signals = options.path, options.verbose, signals
        self.outputs = Outputs({"html": options.html} if options.html else {})
        self.request = request_of(options)  # a 'fresh' seed is drawn once: answers are to be compared
        self.snapshot: Snapshot | None = None
        self.result: Result | None = None
        self.asked_of: dict[str, set[str]] = {}  # modules that the checks of each component imported
        self.said = ""  # the last line about what cannot be graded
        self.ready: Ready | None = None  # for the next grading

    def components(self, now: Snapshot) -> tuple[str, ...]:
        """What is graded of it, without trainings unless they were asked for. Raises UsageError."""
        _, _, components = plan(self.request, now.places.edition)
        return tuple(name for name in components if self.request.only or not is_training(name))

    def start(self) -> None:
        """Grades everything and shows all of it. Raises UsageError."""
        self.snapshot = snapshot(self.path, self.request.edition)
        with self.graded(self.components(self.snapshot)) as self.result:
            self.show(to_table(self.result, self.verbose, colour=wants_colour(sys.stdout)))
        self.show(f"\nwatching {shown(self.path)}; Ctrl-C ends this\n")
        self.write()

    def close(self) -> None:
        ready, self.ready = self.ready, None
        if ready is not None:
            ready.close()

    def follow(self, batches: Iterable[object]) -> None:
        """Looks again after each batch of saved files, and makes ready for the next one."""
        try:
            self.make_ready()
            for _ in batches:
                self.look_or_wait()
                self.make_ready()
        finally:
            self.close()

    def look_or_wait(self) -> None:
        """Looks again, or says why it cannot: gone, half copied, two submissions. The next save may mend it."""
        try:
            self.look()
        except UsageError as error:
            if str(error) != self.said:
                self.said = str(error)
                self.show(f"\ngrade: {error}\nwaiting until that is mended; Ctrl-C ends this\n")

    def make_ready(self) -> None:
        """Starts what the next grading runs in."""
        if self.ready is None or not self.ready.zygote.alive():
            self.close()
            self.ready = made_ready(self.request)

    def look(self) -> None:
        """Grades again what was changed, if anything was. Raises UsageError."""
        assert self.snapshot is not None
        assert self.result is not None
        now = snapshot(self.path, self.request.edition)
        changed = changed_files(self.snapshot, now)
        if not changed:
            if self.said:
                self.said = ""
                self.show("\nas it was before; watching\n")
            return
        names = affected(self.components(now), self.snapshot, now, self.asked_of)
        head = f"\n── {time.strftime('%H:%M:%S')}  {files_text(changed)}  ──\n\n"
        if not names:
            self.snapshot, self.said = now, ""
            self.show(f"{head}nothing that is graded needs this file\n")
            return
        width = max(shutil.get_terminal_size((LEAST_WIDTH, 24)).columns, LEAST_WIDTH)
        with self.graded(names) as result:
            found = merged(self.result, result, names)
            self.show(head + to_changes(self.result, found, self.verbose, wants_colour(sys.stdout), width))
        # Only now: what a failed attempt left out is graded at the next one
        self.snapshot, self.result, self.said = now, found, ""
        self.write()

    @contextmanager
    def graded(self, names: tuple[str, ...]) -> Iterator[Result]:
        """What is found out about these components; at the end of the block what it ran in goes.

        Raises UsageError, KeyboardInterrupt.
        """
        quiet = not sys.stderr.isatty()
        ready, self.ready = self.ready or made_ready(self.request), None
        with (
            closing(ready),
            graded(self.request, ready.scratch, Outputs({}), quiet=quiet, names=names, ready=ready.zygote) as (
                session,
                signals,
            ),
        ):
            self.signals += signals
            if session.interrupted:
                raise KeyboardInterrupt
            asked_of = modules_asked(session.grading.verdicts.values())
            self.asked_of |= {name: modules for name, modules in asked_of.items() if name in names}
            yield session.result()

    def write(self) -> None:
        """Brings the files up to date."""
        assert self.result is not None
        for fault in self.outputs.write(self.result):
            self.show(f"grade: {fault}\n")

    def show(self, text: str) -> None:
        """Prints at once, whatever the terminal can show of it."""
        encoding = sys.stdout.encoding or "utf-8"
        sys.stdout.write(text.encode(encoding, "replace").decode(encoding))
        sys.stdout.flush()


def files_text(paths: list[str]) -> str:
    more = f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else ""
    return ", ".join(map(shown, paths[:MOST_NAMED])) + more


def saves(path: Path) -> Iterator[None]:
    """Yields after each burst of changes below a folder, also one that goes and comes back. Raises UsageError."""
    import watchfiles

    top = path.resolve()

    def counts(_: object, name: str) -> bool:
        try:
            return not is_ignored(PurePosixPath(Path(name).relative_to(top).as_posix()))
        except ValueError:
            return True

    while True:
        place, unseen = identity(top), True
        try:
            for batch in watchfiles.watch(top, watch_filter=counts, rust_timeout=LOOK_AGAIN, yield_on_timeout=True):
                if identity(top) != place:
                    break
                if batch or unseen:  # the first time: for what was saved before this watch began
                    unseen = False
                    yield
        except FileNotFoundError:
            time.sleep(LOOK_AGAIN / 1000)
        except (OSError, RuntimeError) as error:  # RuntimeError: of watchfiles itself
            raise UsageError(f"watch {shown(path)}: cannot be watched ({error})") from None
        yield


def identity(path: Path) -> tuple[int, int] | None:
    """Tells a folder from another one that took its place; None where there is none."""
    try:
        info = os.stat(path)
    except OSError:
        return None
    return info.st_dev, info.st_ino
