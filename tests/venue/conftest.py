"""Venues for tests: one shared by a module that only looks, or one's own."""

import pytest

from tests.venue.rig import RunningVenue


@pytest.fixture
def start_venue():
    """Start venues that are gone when the test is over."""
    venues = []

    def start(*options: str) -> RunningVenue:
        venues.append(RunningVenue(*options))
        return venues[-1]

    yield start
    for venue in venues:
        if not venue.process.stdout.closed:
            venue.stop()


@pytest.fixture
def venue(start_venue):
    """Return a venue of one's own, on a quiet seed."""
    return start_venue("--seed", "7")


@pytest.fixture(scope="module")
def shared_venue():
    """Return a venue that a module's tests share; they leave nothing open behind."""
    venue = RunningVenue("--seed", "7")
    yield venue
    venue.stop()
