"""Makes the pictures of this folder: `python docs/screenshots.py`.

Needs Chromium and the extras report and plot. Each picture shows what the commands of this checkout print and write.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image  # matplotlib brings it

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path.insert(0, str(ROOT / "tests"))

from chromium import EXECUTABLE, Browser  # noqa: E402  the tests' own driver

MOST_BYTES, COLOURS = 150_000, 200
CODES = {"0": "", "2": "opacity: .6", "31": "color: #ff8b82", "32": "color: #57d364", "33": "color: #e3b341"}
SCREEN = """\
<!DOCTYPE html><meta charset="utf-8"><style>
body { margin: 0; background: #0f1419; }
pre { display: inline-block; margin: 0; padding: 16px 20px; color: #e6edf3; }
pre { font: 14px/1.35 "DejaVu Sans Mono", monospace; }
</style><pre>%s</pre>"""


def main() -> None:
    if EXECUTABLE is None:
        sys.exit("docs/screenshots.py needs Chromium")
    with tempfile.TemporaryDirectory() as work, Browser() as browser:
        folder = Path(work)
        submission = with_a_mistake(folder)
        page = folder / "report.html"
        command = ["submission/", "--full", "--html", str(page)]
        terminal = folder / "terminal.html"
        terminal.write_text(SCREEN % screen(command, grade(folder, *command)), encoding="utf-8")
        browser.open(terminal, width=760)
        size = browser.evaluate(
            "(({width, height}) => [width, height])(document.querySelector('pre').getBoundingClientRect())"
        )
        browser.open(terminal, width=round(size[0]), height=round(size[1]))
        browser.screenshot(DOCS / "terminal.png", whole=False)
        browser.open(page, width=900)
        browser.evaluate("document.getElementById('softmax').previousElementSibling.scrollIntoView()")
        browser.screenshot(DOCS / "report.png", whole=False)
        browser.open(page, width=900, height=560, dark=True)
        browser.evaluate("document.getElementById('training').scrollIntoView()")
        browser.screenshot(DOCS / "report-training.png", whole=False)
        browser.open(page, width=360, height=640)
        browser.screenshot(DOCS / "report-phone.png", whole=False)
        grade(folder, "show", str(submission), "-o", str(DOCS / "show.png"))
    for path in sorted(DOCS.glob("*.png")):
        Image.open(path).quantize(COLOURS).save(path, optimize=True)
        size = path.stat().st_size
        print(f"{path.relative_to(ROOT)}: {size / 1000:.0f} kB")
        if size > MOST_BYTES:
            sys.exit(f"{path.name} is larger than {MOST_BYTES // 1000} kB")


def with_a_mistake(folder: Path) -> Path:
    """The reference with one mistake of tests/submissions."""
    submission = folder / "submission"
    shutil.copytree(ROOT / "reference", submission, ignore=shutil.ignore_patterns("__pycache__"))
    wrong = ROOT / "tests" / "submissions" / "chaffs" / "softmax-over-batch"
    shutil.copytree(wrong, submission, dirs_exist_ok=True, ignore=shutil.ignore_patterns("expect.toml", "__pycache__"))
    return submission


def grade(folder: Path, *arguments: str) -> str:
    """What `grade` prints on a terminal of 80 columns; how far it is goes elsewhere."""
    ours, theirs = os.openpty()
    environment = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "PYTHONPATH": str(ROOT)}
    environment.pop("NO_COLOR", None)
    command = [sys.executable, "-m", "grader", *arguments]
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, cwd=folder, env=environment):
        os.close(theirs)
        printed = b""
        while part := read(ours):
            printed += part
    os.close(ours)
    return printed.decode().replace("\r\n", "\n")


def read(handle: int) -> bytes:
    try:
        return os.read(handle, 1 << 16)
    except OSError:  # Linux says so where the other side has closed
        return b""


def screen(command: list[str], printed: str) -> str:
    """A terminal's text as HTML, without the lines to paste."""
    shown = " ".join([*command[:-1], "report.html"])
    text = f"$ grade {shown}\n" + re.sub(r"(  try it .*?\n)(?:.+\n)+", r"\1...\n", printed)
    return re.sub(r"\x1b\[(\d+)m", lambda code: f'</span><span style="{CODES[code[1]]}">', html.escape(text.rstrip()))


if __name__ == "__main__":
    main()
