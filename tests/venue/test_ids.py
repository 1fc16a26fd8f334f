"""Ids of orders and executions."""

from uuid import RFC_4122, UUID

from console.venue.trading.ids import new_id


def test_every_id_is_a_random_uuid_of_its_own():
    made = {new_id() for _ in range(1_000)}

    read = [UUID(each) for each in made]
    assert len(made) == 1_000
    assert {(each.version, each.variant) for each in read} == {(4, RFC_4122)}
    assert {str(each) for each in read} == made
