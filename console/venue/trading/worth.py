"""What an account is worth at one moment, and what it may still spend."""

from decimal import Decimal

import msgspec

ZERO = Decimal(0)
SHORTING_EQUITY = Decimal(2_000)
INITIAL_MARGIN = Decimal("0.5")
MAINTENANCE_MARGIN = Decimal("0.3")


class Worth(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Cash and every holding valued once, in dollars; short holdings count below zero."""

    cash: Decimal
    long: Decimal
    short: Decimal
    unlent: Decimal
    """The part that no money is lent on."""
    exposure: Decimal
    """What may be bought with borrowed money, long and short together."""
    most_times: int
    """How often equity may be spent, if it is large enough."""
    forbids_shorting: bool

    @property
    def equity(self) -> Decimal:
        """Cash and the value of all positions."""
        return self.cash + self.long + self.short

    @property
    def multiplier(self) -> int:
        """How many dollars of stock one dollar of equity may hold."""
        return 1 if self.equity < SHORTING_EQUITY else self.most_times

    @property
    def may_short(self) -> bool:
        """Whether short sales are allowed."""
        return not self.forbids_shorting and self.multiplier > 1

    def buying_power(
        self, reserved: Decimal, *, in_full: Decimal, most_times: int | None = None
    ) -> Decimal:
        """Return what may still be spent on stocks; never below zero.

        Args:
            reserved: what open orders hold.
            in_full: the part of `reserved` that no money is lent for.
            most_times: how often equity may be spent, where less than the account's own.
        """
        times = self.multiplier if most_times is None else min(self.multiplier, most_times)
        if times == 1:
            return max(self.cash - reserved, ZERO)
        own = self.equity - self.unlent - in_full
        return max(own * times - self.exposure - (reserved - in_full), ZERO)

    def unborrowed(self, reserved: Decimal) -> Decimal:
        """Return what may still be spent on what no money is lent for."""
        return max(min(self.cash, self.equity) - reserved, ZERO)

    @property
    def initial_margin(self) -> Decimal:
        """The equity that Regulation T ties up."""
        return self.exposure * INITIAL_MARGIN + self.unlent

    @property
    def maintenance_margin(self) -> Decimal:
        """The equity below which positions would be called."""
        return self.exposure * MAINTENANCE_MARGIN + self.unlent
