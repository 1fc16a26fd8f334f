import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.rig import Rig


@pytest.fixture
def rig() -> Iterator[Rig]:
    # a short path: the name of a Unix socket has room for about a hundred bytes
    folder = Path(tempfile.mkdtemp(prefix="kc-"))
    made = Rig(folder)
    yield made
    made.close()
    shutil.rmtree(folder, ignore_errors=True)
