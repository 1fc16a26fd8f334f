"""Textual's bindings, read from the action table."""

from collections.abc import Iterable
from dataclasses import replace

from textual.binding import Binding

from console.actions import ACTIONS, BY_ID, Action

ON_THE_APP = frozenset(
    {
        "halt",
        "reduce",
        "show_halt",
        "show_reconciliation",
        "show_scanner",
        "show_insight",
        "show_datasets",
        "show_backtests",
        "show_code",
        "drill",
        "next_theme",
        "help",
        "pane_help",
        "palette",
        "restart_desk",
        "leave",
    }
)
"""Actions that mean the same on every screen."""

EVERYWHERE = frozenset({"halt", "palette", "next_theme", "pane_help", "restart_desk"})
"""Actions whose keys win over whatever has the focus, a field included."""

ON_THE_HALT_SCREEN = frozenset(
    {"flatten", "flatten_losing", "fence", "export_receipt", "rearm", "back"}
)
"""Actions of the halt screen."""


ON_THE_RECONCILIATION_SCREEN = frozenset({"compare_now", "back"})
"""Actions of the reconciliation screen."""

ON_THE_SCANNER_SCREEN = frozenset(
    {
        "scan_now",
        "cancel_scan",
        "next_rule",
        "previous_rule",
        "symbol_file",
        "watch_row",
        "back",
    }
)
"""Actions of the scanner screen."""

ON_THE_DATASET_SCREEN = frozenset(
    {
        "load_file",
        "take",
        "next_view",
        "previous_view",
        "next_column",
        "previous_column",
        "go_to_row",
        "page_down",
        "page_up",
        "set_role",
        "merge_datasets",
        "view_rows",
        "view_summary",
        "view_sample",
        "view_quality",
        "view_distribution",
        "view_series",
        "view_outliers",
        "view_segment",
        "view_correlate",
        "view_compare",
        "dataset_terms",
        "keep_finding",
        "export_dataset",
        "drop_dataset",
        "go_to_finding",
        "cancel_work",
        "back",
    }
)
"""Actions of the dataset screen."""

ON_THE_CODE_SCREEN = frozenset(
    {
        "run_code",
        "stop_code",
        "choose_data",
        "set_parameters",
        "save_code",
        "open_code",
        "past_code",
        "keep_result",
        "back",
    }
)
"""Actions of the code screen: no single letters, which the editor takes."""

ON_THE_BACKTEST_SCREEN = frozenset(
    {
        "run_backtest",
        "next_strategy",
        "previous_strategy",
        "write_symbols",
        "write_bars",
        "write_terms",
        "mark_run",
        "export_report",
        "next_view",
        "previous_view",
        "page_down",
        "page_up",
        "cancel_work",
        "back",
    }
)
"""Actions of the back-test screen."""

ELSEWHERE = (
    ON_THE_HALT_SCREEN
    | ON_THE_RECONCILIATION_SCREEN
    | ON_THE_SCANNER_SCREEN
    | ON_THE_DATASET_SCREEN
    | ON_THE_BACKTEST_SCREEN
    | ON_THE_CODE_SCREEN
)
"""What only other screens than the main one do."""

ON_THE_INSIGHT_SCREEN = frozenset({"back"})
"""Actions of the insight screen, besides moving."""

AT_ONCE = "at_once"
"""The action that runs another one before the next key is looked at."""


_MOVING = frozenset(action.id for action in ACTIONS if action.group == "Moving")


def bindings(ids: Iterable[str]) -> list[Binding]:
    """Return the bindings of some actions, in the order of the table."""
    wanted = frozenset(ids)
    return [_binding(action) for action in ACTIONS if action.id in wanted]


def app_bindings() -> list[Binding]:
    """Return the bindings that hold on every screen."""
    return bindings(ON_THE_APP)


def main_bindings() -> list[Binding]:
    """Return the bindings of the main screen, each also as one that acts at once.

    A key that travels through the focused pane acts later than it was read, and the
    letters typed after it, by a quick hand or a slow line, would miss the order line.
    """
    plain = bindings(BY_ID.keys() - ON_THE_APP - ELSEWHERE)
    at_once = [replace(key, action=f"{AT_ONCE}({key.action!r})", priority=True) for key in plain]
    return [*plain, *at_once]


def halt_bindings() -> list[Binding]:
    """Return the bindings of the halt screen."""
    return bindings(ON_THE_HALT_SCREEN)


def reconciliation_bindings() -> list[Binding]:
    """Return the bindings of the reconciliation screen."""
    return bindings(ON_THE_RECONCILIATION_SCREEN)


def scanner_bindings() -> list[Binding]:
    """Return the bindings of the scanner screen, rows included."""
    return bindings(ON_THE_SCANNER_SCREEN | _MOVING)


def insight_bindings() -> list[Binding]:
    """Return the bindings of the insight screen, scrolling and panes included."""
    return bindings(ON_THE_INSIGHT_SCREEN | _MOVING | {"next_pane", "previous_pane"})


def dataset_bindings() -> list[Binding]:
    """Return the bindings of the dataset screen, rows and panes included."""
    return bindings(ON_THE_DATASET_SCREEN | _MOVING | {"next_pane", "previous_pane"})


def code_bindings() -> list[Binding]:
    """Return the bindings of the code screen; those that move serve its output."""
    return bindings(ON_THE_CODE_SCREEN | _MOVING | {"next_pane", "previous_pane"})


def backtest_bindings() -> list[Binding]:
    """Return the bindings of the back-test screen, rows and panes included."""
    return bindings(ON_THE_BACKTEST_SCREEN | _MOVING | {"next_pane", "previous_pane"})


def _binding(action: Action) -> Binding:
    return Binding(
        action.keys,
        _call(action.id),
        action.label,
        id=action.id,
        show=action.in_footer,
        priority=action.id in EVERYWHERE,
    )


def _call(action: str) -> str:
    """Return what Textual is to run: an action of many panes or studies is given which."""
    for family, method in (
        ("focus_", "focus_pane"),
        ("overlay_", "overlay"),
        ("view_", "view"),
    ):
        if action.startswith(family):
            return f"{method}('{action.removeprefix(family)}')"
    return action
