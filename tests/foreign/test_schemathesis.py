"""Requests made up from the published OpenAPI documents by schemathesis: no server error.

It runs in an environment of its own, as a program against a venue process.
"""

import os
import subprocess

import pytest

from tests.foreign.test_foreign_clients import ENVIRONMENTS, PATIENCE
from tests.venue.rig import RunningVenue
from tests.venue.schemas import DOCUMENTS, FOLDER

PROGRAM = ENVIRONMENTS / "fuzz/bin/st"
UNSERVED = "tokenization"
"""Its 404s have a published shape of their own; the venue says that there is no such endpoint."""

CHECKS = "not_a_server_error,response_schema_conformance,content_type_conformance"


def fuzz(document, folder, *options):
    """Let schemathesis ask a venue whatever a document allows and forbids."""
    path = FOLDER / f"{document}.json"
    if not path.exists():
        pytest.skip(f"the published schemas are not at {path}")
    if not (ENVIRONMENTS / "fuzz/ready").exists():
        pytest.skip("schemathesis is not installed: run `make foreign`")
    venue = RunningVenue("--seed", "7")
    line = venue.line
    try:
        run = subprocess.run(
            [
                *(PROGRAM, "run", path.resolve(), "--url", line["trading_url"]),
                *("-H", f"APCA-API-KEY-ID:{line['key']}"),
                *("-H", f"APCA-API-SECRET-KEY:{line['secret']}"),
                *("--checks", CHECKS, "--exclude-path-regex", UNSERVED),
                *("--generation-database", "none", "--suppress-health-check", "all"),
                *("--no-color", "--warnings", "off", *options),
            ],
            cwd=folder,
            env={"PATH": os.environ["PATH"], "HOME": str(folder)},
            capture_output=True,
            text=True,
            timeout=PATIENCE * 4,
            check=False,
        )
        seen = [entry for entry in venue.journal() if entry["kind"] == "request"]
    finally:
        venue.stop()
    return run, seen


def check(run, seen):
    assert run.returncode == 0, run.stdout[-6_000:] + run.stderr[-2_000:]
    statuses = {request["status"] for request in seen}
    assert 200 in statuses
    assert max(statuses) < 500


@pytest.mark.parametrize("document", DOCUMENTS)
def test_no_request_that_is_made_up_from_the_documents_is_a_server_error(document, tmp_path):
    run, seen = fuzz(document, tmp_path, "--phases=examples,fuzzing", "--seed=7", "-n", "3")

    check(run, seen)
    assert 401 not in {request["status"] for request in seen}
    assert len(seen) > 100


@pytest.mark.long
@pytest.mark.parametrize("document", DOCUMENTS)
@pytest.mark.parametrize("seed", [1, 2])
def test_neither_are_thousands(document, seed, tmp_path):
    # the coverage phase also asks without keys, and is answered 401
    phases = "--phases=examples,coverage,fuzzing"
    run, seen = fuzz(document, tmp_path, phases, f"--seed={seed}", "-n", "40")

    check(run, seen)
    assert len(seen) > 2_000
