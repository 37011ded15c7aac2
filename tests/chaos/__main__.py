"""Breaks everything under load and looks whether anything is lost.

    python -m tests.chaos [--seed 1] [--seconds 60] [--clients 20]

Ends with status 1 when a row that has to be 0 is not. The same seed draws the same people, actions
and faults; when each happens is the machine's affair.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pialara_site.settings")

import django


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.chaos", description="Break everything under load.")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--clients", type=int, default=20)
    options = parser.parse_args()
    django.setup()
    from .run import run

    say(f"seed {options.seed}")
    with tempfile.TemporaryDirectory(prefix="pialara-chaos-") as folder:
        report = run(Path(folder), tell=say, **vars(options))
    for line in report.found:
        say(line)
    width = max(len(name) for name, _value in report.rows)
    for name, value in report.rows:
        say(f"{name:{width}}  {value:>8}")
    return 1 if report.found else 0


def say(line: str):
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
