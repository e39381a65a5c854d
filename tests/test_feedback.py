"""Feedback to hand back: an archive for each platform, with every page under the name that the platform gave."""

from __future__ import annotations

import io
import os
import shutil
import zipfile
from pathlib import Path

from overlays import lay_base
from warm_grade import grade_warm


def test_platforms_get_every_page_under_their_own_names(tmp_path: Path) -> None:
    handins = tmp_path / "in"
    handins.mkdir()
    code = lay_base("reference", tmp_path / "code")
    shutil.make_archive(str(handins / "doejane_LATE_55_9001_hw2"), "zip", code)
    shutil.copytree(code, handins / "Jane Doe_77_assignsubmission_file_")
    shutil.copytree(code, handins / "plain")
    (handins / "Al Roe_78_assignsubmission_file_").mkdir()  # nothing was graded there
    call = ("class", str(handins), "--output", str(tmp_path / "out"), "--component", "ReLU")

    done = grade_warm(*call, env={**os.environ, "COLUMNS": "200"})

    assert done.returncode == 1, done.stderr
    with zipfile.ZipFile(tmp_path / "out" / "moodle-feedback.zip") as moodle:
        assert moodle.namelist() == ["Jane Doe_77_assignsubmission_file_report.html"]
        page = (tmp_path / "out" / "students" / "Jane Doe_77.html").read_bytes()
        assert moodle.read(moodle.namelist()[0]) == page
    with zipfile.ZipFile(tmp_path / "out" / "canvas-feedback.zip") as canvas:
        assert canvas.namelist() == ["doejane_LATE_55_9001_hw2.zip"]
        with zipfile.ZipFile(io.BytesIO(canvas.read(canvas.namelist()[0]))) as upload:
            assert upload.namelist() == ["report.html"]
            assert b"2 <small>of 2 points" in upload.read("report.html")

    shutil.rmtree(handins / "Jane Doe_77_assignsubmission_file_")
    grade_warm(*call)

    assert not (tmp_path / "out" / "moodle-feedback.zip").exists(), "nobody is there to take it"
