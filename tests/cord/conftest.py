import shutil
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.cord.guarded import Guarded


@pytest.fixture
def folder():
    # a short path: the name of a Unix socket has room for about a hundred bytes
    made = Path(tempfile.mkdtemp(prefix="kc-")) / "demo"
    made.mkdir()
    yield made
    shutil.rmtree(made.parent, ignore_errors=True)


@pytest.fixture
def behind(folder):
    """Start a small program behind the cord."""
    with ExitStack() as stack:

        def start(program, **size):
            made = Guarded(folder, program, **size)
            stack.callback(made.close)
            return made

        yield start
