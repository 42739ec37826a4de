"""``python -m bench [--json FILE]``: measures, prints the table. What misses its goal is shown as missed."""

import argparse
import os
import platform
from pathlib import Path

from bench import state
from bench.measure import running
from bench.plan import Plan
from bench.table import as_json, text


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    target = parser.parse_args().json
    state.set_environment()
    plan = Plan.from_environment()
    with running(plan) as bench:
        bench.warm_up()
        result = bench.measure()
    machine = f"{os.cpu_count()} cores, Python {platform.python_version()}"
    print(text(result, plan, machine))
    if target:
        target.write_text(as_json(result, plan, machine))


if __name__ == "__main__":
    main()
