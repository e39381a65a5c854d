"""`grade doctor`: what this machine has of what a grading needs, and what the next level of isolation lacks."""

from __future__ import annotations

import argparse

from grader import doctor


def main(arguments: list[str]) -> int:
    """Prints what was found; 2 if nothing can be graded."""
    argparse.ArgumentParser(
        prog="grade doctor",
        description="Says what this machine has, and what is missing for the next level of isolation.",
    ).parse_args(arguments)
    found = []
    for finding in doctor.findings():
        print(finding, flush=True)
        found.append(finding)
    return 2 if any(finding.state == "MISSING" for finding in found) else 0
