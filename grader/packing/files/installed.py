"""The grader out of the wheels beside this file: how every platform's script installs it and starts it.

Nothing is downloaded where the wheels of all that it needs are there. Nothing is started with `python -m`: Python would
look into the current folder first, and find a student's own module of that name.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SECRET = ("CODIO_",)  # variables that name where grades are sent to: nothing beside student code needs them


def install(target: Path) -> None:
    """Puts the grader and what it needs into a new folder, where no other user can read its answers."""
    wheels = HERE / "wheels"
    pip = next(iter(wheels.glob("pip-*.whl")), None)
    command = [sys.executable, f"{pip}/pip"] if pip is not None else [sys.executable, "-m", "pip"]
    command += ["install", "--quiet", "--disable-pip-version-check", "--root-user-action=ignore", "--no-compile"]
    command += ["--no-index"] if any(wheels.glob("numpy-*.whl")) else []
    command += [f"--find-links={wheels}", f"--target={target}"]
    subprocess.run([*command, *map(str, wheels.glob("beras_grader-*.whl"))], cwd=HERE, check=True)
    for private in (HERE, target / "grader"):
        private.chmod(private.stat().st_mode & ~0o007)


def grade(target: Path, submission: Path, *options: object) -> tuple[int, str]:
    """Runs the grader on a submission; gives its exit code, and the last line that it wrote to standard error."""
    command = [sys.executable, "-B", str(target / "bin" / "grade"), str(submission), *map(str, options)]
    command += json.loads((HERE / "options.json").read_text(encoding="utf-8"))
    if (HERE / "data").is_dir():
        command += ["--data", str(HERE / "data" / "mnist")]
    done = subprocess.run(
        command, env=environment(target), stderr=subprocess.PIPE, text=True, errors="replace", check=False
    )
    sys.stderr.write(done.stderr)
    return done.returncode, (done.stderr.strip().splitlines() or ["no reason was given"])[-1].removeprefix("grade: ")


def environment(target: Path) -> dict[str, str]:
    """Of the grader: its packages, a cache of its own, and no secrets."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(SECRET)}
    return {**kept, "PYTHONPATH": str(target), "XDG_CACHE_HOME": str(target / "cache")}


def make_ready(target: Path) -> None:
    """Installs the grader, and unpacks what every run would have to unpack first. Raises CalledProcessError."""
    install(target)
    if (HERE / "data").is_dir():
        command = [
            sys.executable,
            "-B",
            str(target / "bin" / "grade"),
            "doctor",
            "--data",
            str(HERE / "data" / "mnist"),
        ]
        subprocess.run(command, env=environment(target), check=True)


def why_nothing(code: int, said: str) -> str:
    """What a student is told where there is no result. 2: nothing in the submission could be graded, and why."""
    return said if code == 2 else "The grader itself failed; this says nothing about the submission."


def handed_in(folder: Path) -> Path:
    """What of a folder is the submission: the one .zip in it, where there is nothing else, or the folder."""
    found = [each for each in folder.iterdir() if not each.name.startswith(".")] if folder.is_dir() else []
    return found[0] if len(found) == 1 and found[0].suffix.lower() == ".zip" else folder


if __name__ == "__main__":
    make_ready(Path(sys.argv[1]))
