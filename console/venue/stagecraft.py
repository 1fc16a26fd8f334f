"""What each step of a scenario does to the floor."""

from typing import TYPE_CHECKING

from console.venue.faults.orders import Ordered
from console.venue.scenarios import AnyStep, Halt, Lift, Misbehave, Move, Resume, Tell

if TYPE_CHECKING:
    from console.venue.floor import Floor


def perform(floor: "Floor", step: AnyStep) -> None:
    """Do one step of a scenario."""
    match step:
        case Move():
            if price := floor.view.last_price(step.symbol):
                floor.move(step.symbol, float(price) * (1 + step.by))
        case Halt():
            floor.halt(step.symbol, step.reason)
        case Resume():
            floor.resume(step.symbol)
        case Tell():
            floor.announce(step.tell)
        case Misbehave():
            floor.faults.order(Ordered(faults=step.faults, add=True))
        case Lift():
            floor.faults.lift(step.id)
