"""Which role a column plays, read from its kind and its name; a person may say otherwise."""

from collections.abc import Sequence

from console.lab.datasets import Column, Kind, Role
from console.lab.problems import NotAsked, shown

_WORDS: dict[Role, str] = {
    Role.SYMBOL: "symbol ticker instrument sym",
    Role.PRICE: "price open high low close bid ask vwap mid last limit_price stop_price"
    " avg_price avg_entry_price filled_avg_price",
    Role.SIZE: "size qty quantity volume bid_size ask_size filled_qty shares",
    Role.SIDE: "side",
    Role.ID: "id client_order_id broker_id execution_id order uuid",
    Role.CATEGORY: "kind type status exchange sector class order_type time_in_force",
}
_FITS: dict[Role, frozenset[Kind]] = {
    Role.TIME: frozenset({Kind.TIME}),
    Role.PRICE: frozenset({Kind.WHOLE, Kind.NUMBER, Kind.EXACT}),
    Role.SIZE: frozenset({Kind.WHOLE, Kind.NUMBER, Kind.EXACT}),
    Role.VALUE: frozenset({Kind.WHOLE, Kind.NUMBER, Kind.EXACT}),
    Role.SYMBOL: frozenset({Kind.TEXT}),
    Role.SIDE: frozenset({Kind.TEXT}),
    Role.ID: frozenset({Kind.TEXT, Kind.WHOLE}),
    Role.CATEGORY: frozenset({Kind.TEXT, Kind.FLAG, Kind.WHOLE}),
    Role.TEXT: frozenset({Kind.TEXT}),
}
_ELSE: dict[Kind, Role] = {
    Kind.FLAG: Role.CATEGORY,
    Kind.WHOLE: Role.VALUE,
    Kind.NUMBER: Role.VALUE,
    Kind.EXACT: Role.VALUE,
    Kind.TIME: Role.TIME,
    Kind.TEXT: Role.TEXT,
}


def role_of(name: str, kind: Kind) -> Role:
    """Return the role that name and kind suggest."""
    word = name.lower().replace(" ", "_")
    for role, words in _WORDS.items():
        if word in words.split() and kind in _FITS[role]:
            return role
    return _ELSE[kind]


def with_roles(columns: tuple[Column, ...], said: dict[str, Role]) -> tuple[Column, ...]:
    """Return the columns with the roles that were said.

    Raises:
        NotAsked: when there is no such column, or it cannot play the role.
    """
    known = {column.name: column for column in columns}
    for name, role in said.items():
        column = known.get(name)
        if column is None:
            raise NotAsked(
                f"There is no column {shown(name)}: {choices([column.name for column in columns])}."
            )
        if column.kind not in _FITS[role]:
            raise NotAsked(f"{shown(name)} is {column.kind.value}: it cannot be the {role.value}.")
        known[name] = Column(name=name, kind=column.kind, role=role)
    return tuple(known.values())


def choices(names: Sequence[str], most: int = 12) -> str:
    """Return which columns there are, as a sentence ends with them."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return f"the columns are {', '.join(names[:most])}{more}"
