"""`make bench`: run every measurement, print name, ours, baseline, ratio, goal; write bench.json.

It never fails on time alone: a crowded machine is no error.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def main() -> int:
    """Run all benches, or those whose file names contain one of the arguments."""
    rows = []
    for bench in sorted(HERE.glob("*_bench.py")):
        if sys.argv[1:] and not any(word in bench.name for word in sys.argv[1:]):
            continue
        rows += _run(bench)
    (ROOT / "bench.json").write_text(json.dumps(rows, indent=1) + "\n")
    return 0 if rows else 1


def _run(bench: Path) -> list[dict[str, object]]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(bench)], env=env, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        print(f"{bench.name}: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
    rows = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    for row in rows:
        print(_line(row), flush=True)
    return rows


def _line(row: dict[str, object]) -> str:
    unit, goal = row.get("unit", ""), row.get("goal", "")
    return (
        f"{row['name']!s:44} {row['ours']:>12.2f} {row['baseline']:>12.2f} {unit!s:8}"
        f" {row['ratio']:>8.2f}  {goal}"
    )


if __name__ == "__main__":
    sys.exit(main())
