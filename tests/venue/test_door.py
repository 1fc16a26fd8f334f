"""A venue that stops listening refuses connections, keeps those it has, and comes back."""

import pytest
import requests

from tests.venue.rig import PATIENCE, until


def is_refused(venue):
    try:
        requests.get(venue.line["trading_url"] + "/v2/clock", timeout=PATIENCE)
    except requests.ConnectionError as error:
        return "refused" in str(error)
    return False


def test_new_connections_are_refused_while_those_that_stand_go_on(venue):
    venue.get("/v2/clock")
    venue.control("unreachable", seconds=3_600)

    assert until(lambda: is_refused(venue))
    assert venue.get("/v2/clock").status_code == 200
    assert venue.order(qty="1")["status"] == "pending_new"


def test_it_listens_again_at_the_same_port_once_the_time_is_over_or_ended(venue):
    venue.get("/v2/clock")
    venue.control("unreachable", seconds=3_600)
    until(lambda: is_refused(venue))

    venue.post("/control/unreachable", {"seconds": 0})
    until(lambda: not is_refused(venue))
    venue.control("unreachable", seconds=0.05)
    until(lambda: not is_refused(venue))

    assert venue.get("/v2/clock").status_code == 200


@pytest.mark.parametrize("seconds", [-1, "x", None, []])
def test_a_stretch_of_time_that_is_none_is_refused(shared_venue, seconds):
    url = shared_venue.line["control_url"] + "/unreachable"

    answer = requests.post(url, json={"seconds": seconds}, timeout=PATIENCE)

    assert answer.status_code == 422
