"""The command palette: every action of the table, found by its words."""

from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from console.actions import ACTIONS, Action
from console.screens.keys import ON_THE_APP, key_of

OWN = "palette"
"""The one action the palette does not offer: it is already open."""


class ActionProvider(Provider):
    """Offers the actions that the screen below the palette has."""

    async def discover(self) -> Hits:
        """List everything before a word is typed."""
        for action in self._offered():
            yield DiscoveryHit(_title(action), partial(self._run, action), help=_help(action))

    async def search(self, query: str) -> Hits:
        """List what fits the words."""
        matcher = self.matcher(query)
        for action in self._offered():
            score = matcher.match(_title(action))
            if score > 0:
                yield Hit(
                    score,
                    matcher.highlight(_title(action)),
                    partial(self._run, action),
                    help=_help(action),
                )

    def _offered(self) -> list[Action]:
        known = {active.binding.action for active in self.screen.active_bindings.values()}
        return [action for action in ACTIONS if action.id in known and action.id != OWN]

    async def _run(self, action: Action) -> None:
        namespace = self.app if action.id in ON_THE_APP else self.screen
        await self.app.run_action(action.id, namespace)


def _title(action: Action) -> str:
    return f"{action.group}: {action.label}"


def _help(action: Action) -> str:
    return f"key {key_of(action.id)}"
