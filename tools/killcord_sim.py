"""killcord-sim: run the simulator of tests/sim on seeds, and replay one that failed.

python tools/killcord_sim.py --seed 4711 --verbose
python tools/killcord_sim.py --seeds 0:10000
"""

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.sim.world import Run, simulate

SECONDS = 25.0
PROGRESS_EVERY = 250


def main(argv: list[str]) -> int:
    """Run what was asked for; return 1 when a promise was broken."""
    asked = _parser().parse_args(argv)
    if asked.seed is not None:
        say = print if asked.verbose else None
        run = simulate(asked.seed, seconds=asked.seconds, most_steps=asked.steps, say=say)
        print(_line(run))
        return int(bool(run.broken))
    first, last = asked.seeds
    broken = 0
    for seed in range(first, last):
        run = simulate(seed, seconds=asked.seconds)
        if run.broken:
            broken += 1
            print(_line(run), flush=True)
        if (seed + 1) % PROGRESS_EVERY == 0:
            print(f"{seed + 1 - first} of {last - first} seeds, {broken} broken", flush=True)
    print(f"{last - first} seeds, {broken} broken")
    return int(bool(broken))


def _line(run: Run) -> str:
    told = (
        f"seed {run.seed}: {run.steps} steps in {run.seconds:.1f} virtual seconds, "
        f"{run.orders} orders, {run.fills} fills, {run.crashes} crashes, "
        f"{run.halts} confirmed halts, whole {run.healed_after:.1f} s after healing, "
        f"trace {run.trace[:16]}"
    )
    return f"{told}\nBROKEN: {run.broken}" if run.broken else told


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="killcord-sim", description=(__doc__ or "").split("\n")[0]
    )
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--seed", type=int, help="one run")
    which.add_argument("--seeds", type=_span, metavar="FROM:TO", help="many runs, TO excluded")
    parser.add_argument(
        "--seconds", type=float, default=SECONDS, help=f"virtual seconds of trouble ({SECONDS:g})"
    )
    parser.add_argument(
        "--steps", type=int, help="stop after so many steps, to look at a beginning"
    )
    parser.add_argument("--verbose", action="store_true", help="print all that happens")
    return parser


def _span(text: str) -> tuple[int, int]:
    first, _, last = text.partition(":")
    return int(first), int(last)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
