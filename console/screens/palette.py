"""The command palette: every action of the table, found by its words."""

from functools import partial

from textual.binding import ActiveBinding
from textual.command import DiscoveryHit, Hit, Hits, Provider

from console.actions import ACTIONS, Action
from console.screens.key_line import key_of

OWN = "palette"
"""The one action the palette does not offer: it is already open."""


class ActionProvider(Provider):
    """Offers the actions that the screen below the palette has."""

    async def discover(self) -> Hits:
        """List everything before a word is typed."""
        for action, binding in self._offered():
            run = partial(self._run, binding)
            yield DiscoveryHit(_title(action), run, help=f"key {key_of(action.id)}")

    async def search(self, query: str) -> Hits:
        """List what fits the words."""
        matcher = self.matcher(query)
        for action, binding in self._offered():
            score = matcher.match(_title(action))
            if score > 0:
                title = matcher.highlight(_title(action))
                run = partial(self._run, binding)
                yield Hit(score, title, run, help=f"key {key_of(action.id)}")

    def _offered(self) -> list[tuple[Action, ActiveBinding]]:
        known = {active.binding.id: active for active in self.screen.active_bindings.values()}
        offered = (action for action in ACTIONS if action.id in known and action.id != OWN)
        return [(action, known[action.id]) for action in offered]

    async def _run(self, active: ActiveBinding) -> None:
        await self.app.run_action(active.binding.action, active.node)


def _title(action: Action) -> str:
    return f"{action.group}: {action.label}"
