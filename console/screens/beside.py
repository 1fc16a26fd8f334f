"""Work that runs beside the screen, so that nothing waits for the desk."""

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode

Work = Callable[[], Coroutine[Any, Any, None]]


def run_beside(node: DOMNode, work: Work, group: str, *, is_latest_only: bool = False) -> None:
    """Run `work` as long as `node` lives; with `is_latest_only` it ends the group's earlier."""
    node.run_worker(work, group=group, exclusive=is_latest_only)  # type: ignore[arg-type] # mypy finds no result type for None
