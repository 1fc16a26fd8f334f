"""Bombs are refused with a sentence, by a process that hardly grows."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.lab import bombs

ROOT = Path(__file__).parents[2]
MOST = 200 * bombs.MIB
LONG = {bombs.long_line, bombs.long_json, bombs.open_quote}
BOMBS = [
    pytest.param(bomb, marks=[pytest.mark.long] if bomb in LONG else [], id=bomb.__name__)
    for bomb in bombs.BOMBS
]
SCRIPT = """
import json, resource, sys
from pathlib import Path
from console.lab.loading import load_file
from console.lab.wishes import Wish
from console.lab.problems import Unreadable

def peak():
    # getrusage would count what the process was forked from as well
    status = Path("/proc/self/status")
    if status.exists():
        told = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(told.split()[1]) * 1024
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

path = Path(sys.argv[1])
before = peak()
try:
    load_file(Wish(path=path), path.with_name("out.parquet"))
    said = ""
except Unreadable as problem:
    said = str(problem)
print(json.dumps([said, peak() - before]))
"""


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_in_one_sentence_within_200_mib(bomb, tmp_path):
    path = bomb(tmp_path)

    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    said, grown = json.loads(done.stdout)

    assert said.startswith(path.name)
    assert said.endswith(".")
    assert len(said) < 300
    assert grown < MOST
    assert [left.name for left in tmp_path.iterdir()] == [path.name]
