"""Sentences of the fill model in docs/using/venue.md that no other test holds."""

from decimal import Decimal

from tests.venue.fakes import Pit, buy, open_pit, quote, sell, trade


def test_our_orders_never_meet_each_other_whichever_account_they_belong_to():
    first = open_pit(98, 102)
    second = Pit(beside=first)

    bid = first.submit(buy(10, limit_price=101))
    offer = second.submit(sell(10, limit_price=99))

    assert (first[bid].filled_qty, second[offer].filled_qty) == (0, 0)


def test_a_print_at_the_limit_does_nothing_and_one_beyond_it_fills_its_size():
    pit = open_pit()
    order = pit.submit(buy(10, limit_price=99))

    pit.tick(trade(99, size=50))
    at_the_limit = pit[order].filled_qty
    pit.tick(trade(98.99, size=4))

    assert at_the_limit == 0
    assert (pit[order].filled_qty, pit.fills[-1].price) == (4, 99)


def test_market_orders_come_before_every_limit():
    pit = open_pit()
    pit.submit(buy(100))
    early = pit.submit(buy(50, limit_price=105))
    late = pit.submit(buy(60))

    pit.tick(quote(99.99, 100.01, size=60))

    assert (pit[late].filled_qty, pit[early].filled_qty) == (60, 0)


def test_a_large_order_fills_in_parts_over_several_quotes_each_at_its_touch():
    pit = open_pit()
    pit.submit(buy(250))

    pit.tick(quote(100.09, 100.11), quote(100.19, 100.21))

    filled = [(fill.qty, fill.price) for fill in pit.fills]
    assert filled == [
        (100, Decimal("100.01")),
        (100, Decimal("100.11")),
        (50, Decimal("100.21")),
    ]


def test_the_same_session_fills_the_same_twice():
    def session():
        pit = open_pit()
        pit.submit(buy(150))
        pit.submit(buy(30, limit_price=99.5))
        pit.tick(quote(99, 99.4, size=70), trade(99.3), quote(99.2, 99.6, size=90))
        return [(fill.qty, fill.price, fill.leaves_qty) for fill in pit.fills]

    assert session() == session()
