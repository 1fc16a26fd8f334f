"""The subscriptions of the feed: what went wrong on the way is made good."""

import pytest

from console.desk.evidence import Voice
from console.domain.connections import Link
from console.domain.market import Quote
from tests.desk.conftest import World, until


def hold(world: World, *symbols: str) -> None:
    """Want exactly these symbols besides what the desk wants."""
    world.desk._rooms.market.feed.hold("a test", symbols)


def failing_once(world: World, name: str, error: Exception):
    """Have the stream refuse one change with `error`."""
    change, errors = getattr(world.market, name), [error]

    async def refuse(symbols):
        if errors:
            raise errors.pop()
        await change(symbols)

    setattr(world.market, name, refuse)


@pytest.mark.parametrize("error", [TimeoutError(), RuntimeError("a broken socket")])
async def test_a_subscription_that_fails_is_made_later(world: World, error):
    failing_once(world, "subscribe", error)

    hold(world, "GOOG")

    await until(lambda: "GOOG" in world.market.subscribed, "the subscription")


@pytest.mark.parametrize("error", [TimeoutError(), RuntimeError("a broken socket")])
async def test_the_end_of_a_subscription_that_fails_is_made_later(world: World, error):
    failing_once(world, "unsubscribe", error)
    hold(world, "GOOG")
    await until(lambda: "GOOG" in world.market.subscribed, "the subscription")

    hold(world)

    await until(lambda: "GOOG" not in world.market.subscribed, "the end of it")


@pytest.mark.parametrize("error", [TimeoutError(), RuntimeError("a broken socket")])
async def test_a_symbol_wanted_again_after_its_end_had_failed_is_subscribed(world: World, error):
    hold(world, "GOOG")
    await until(lambda: "GOOG" in world.market.subscribed, "the subscription")
    unsubscribe = world.market.unsubscribe

    async def half(symbols):
        world.market.unsubscribe = unsubscribe
        await unsubscribe(symbols)
        hold(world, "GOOG")
        raise error

    world.market.unsubscribe = half
    hold(world)

    await until(lambda: "GOOG" not in world.market.subscribed, "the end of it")
    await until(lambda: "GOOG" in world.market.subscribed, "the subscription")


@pytest.mark.parametrize("cause", ["renewal", "connection", "end"])
async def test_what_was_told_before_a_new_subscription_is_no_evidence_after_it(world: World, cause):
    feed, voice = world.desk._rooms.market.feed, Voice("GOOG", Quote)
    hold(world, "GOOG")
    await until(lambda: "GOOG" in feed.streamed, "the subscription")
    world.price("GOOG")
    assert feed.evidence.has_told(voice)

    if cause == "renewal":
        feed.renew(["GOOG"])
    elif cause == "connection":
        world.market.link(Link.LIVE, "another one")
    else:
        hold(world)
        await until(lambda: "GOOG" not in feed.streamed, "the end of it")

    assert not feed.evidence.has_told(voice)


async def test_a_symbol_is_renewed_by_an_end_and_a_new_beginning(world: World):
    hold(world, "GOOG")
    await until(lambda: "GOOG" in world.market.subscribed, "the subscription")
    changes = []
    for name in ("subscribe", "unsubscribe"):
        record(world, name, changes)

    world.desk._rooms.market.feed.renew(["GOOG", "NEVER"])
    await until(lambda: len(changes) == 2, "both")

    assert changes == [("unsubscribe", ["GOOG"]), ("subscribe", ["GOOG"])]


def record(world: World, name: str, changes: list) -> None:
    """Note every change of the subscriptions, and make it."""
    change = getattr(world.market, name)

    async def noted(symbols):
        changes.append((name, list(symbols)))
        await change(symbols)

    setattr(world.market, name, noted)
