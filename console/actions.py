"""The action table: every key, its label and what it needs; all else is read from here.

Bindings, footer, help, palette and docs derive from it. No single letter sends,
cancels or halts by itself: letters write into the order line or move about.
"""

from dataclasses import dataclass

from console.domain.permissions import Capability


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a key does."""

    id: str
    keys: str
    """Textual's key names, separated by commas."""
    label: str
    group: str
    """Under which heading help lists it."""
    capability: Capability = Capability.OBSERVE
    in_footer: bool = False


HALT_KEYS = "ctrl+g,f12"

ACTIONS: tuple[Action, ...] = (
    Action("halt", HALT_KEYS, "Halt", "Safety", Capability.HALT, in_footer=True),
    Action("reduce", "H", "Reduce only", "Safety", Capability.HALT),
    Action("show_halt", "h", "Halt screen", "Safety"),
    Action("show_reconciliation", "v", "Reconciliation", "Safety"),
    Action("compare_now", "c", "Compare with the broker", "Safety", in_footer=True),
    Action("flatten", "o", "Close out", "Safety", Capability.FLATTEN, in_footer=True),
    Action("flatten_losing", "l", "Close out losing", "Safety", Capability.FLATTEN),
    Action("fence", "F", "Fence", "Safety", Capability.REARM, in_footer=True),
    Action("export_receipt", "e", "Export receipt", "Safety"),
    Action("rearm", "R", "Re-arm", "Safety", Capability.REARM, in_footer=True),
    Action("drill", "D", "Halt drill", "Safety"),
    Action("order_line", "slash,t", "Order line", "Trading", Capability.TRADE, in_footer=True),
    Action("buy", "b", "Buy", "Trading", Capability.TRADE, in_footer=True),
    Action("sell", "s", "Sell", "Trading", Capability.TRADE, in_footer=True),
    Action("cancel_order", "x", "Cancel order", "Trading", Capability.CANCEL, in_footer=True),
    Action("replace_order", "r", "Replace order", "Trading", Capability.TRADE),
    Action("flat", "f", "Flat", "Trading", Capability.TRADE),
    Action("exit_position", "e", "Exit", "Trading", Capability.TRADE),
    Action("set_alert", "p", "Price alert", "Alerts", Capability.ALERT),
    Action("remove_alert", "u", "Remove price alert", "Alerts", Capability.ALERT),
    Action("acknowledge", "a", "Acknowledge", "Alerts", Capability.ALERT, in_footer=True),
    Action("acknowledge_all", "A", "Acknowledge all", "Alerts", Capability.ALERT),
    Action("add_symbol", "w", "Add symbol", "Watchlist", Capability.ARRANGE),
    Action("remove_symbol", "d", "Remove symbol", "Watchlist", Capability.ARRANGE),
    Action("focus_watchlist", "1", "Watchlist", "Panes"),
    Action("focus_chart", "2", "Chart", "Panes"),
    Action("focus_positions", "3", "Positions", "Panes"),
    Action("focus_orders", "4", "Orders", "Panes"),
    Action("focus_alerts", "5", "Alerts", "Panes"),
    Action("focus_analytics", "6", "Analytics", "Panes"),
    Action("focus_ticket", "7", "Ticket", "Panes", Capability.TRADE),
    Action("next_pane", "tab", "Next pane", "Panes"),
    Action("previous_pane", "shift+tab", "Previous pane", "Panes"),
    Action("row_down", "j,down", "Down", "Moving"),
    Action("row_up", "k,up", "Up", "Moving"),
    Action("row_first", "g,home", "First", "Moving"),
    Action("row_last", "G,end", "Last", "Moving"),
    Action("show_scanner", "S", "Scanner", "Scanning"),
    Action("scan_now", "enter", "Scan", "Scanning", in_footer=True),
    Action("cancel_scan", "x", "Cancel scan", "Scanning", in_footer=True),
    Action("next_rule", "right,right_square_bracket", "Next rule", "Scanning", in_footer=True),
    Action("previous_rule", "left,left_square_bracket", "Rule before", "Scanning"),
    Action("symbol_file", "f", "Symbol file", "Scanning", in_footer=True),
    Action("watch_row", "w", "Watch", "Scanning", Capability.ARRANGE, in_footer=True),
    Action("show_datasets", "T", "Datasets", "Lab"),
    Action("load_file", "f", "Load a file", "Lab", in_footer=True),
    Action("take", "t", "Take from the desk", "Lab", in_footer=True),
    Action("merge_datasets", "m", "Merge", "Lab", in_footer=True),
    Action("view_rows", "1", "Rows", "Lab"),
    Action("view_summary", "2", "Columns in figures", "Lab"),
    Action("view_sample", "3", "Sample", "Lab"),
    Action("view_quality", "4", "Quality", "Lab"),
    Action("view_distribution", "5", "Distribution", "Lab"),
    Action("view_series", "6", "Time series", "Lab"),
    Action("view_outliers", "7", "Outliers", "Lab"),
    Action("view_segment", "8", "Segments", "Lab"),
    Action("view_correlate", "9", "Correlations", "Lab"),
    Action("view_compare", "0", "Compare two datasets", "Lab"),
    Action("next_view", "right_square_bracket", "Next view", "Lab", in_footer=True),
    Action("previous_view", "left_square_bracket", "View before", "Lab"),
    Action("next_column", "right", "Next column", "Lab", in_footer=True),
    Action("previous_column", "left", "Column before", "Lab"),
    Action("go_to_row", "colon", "Go to row", "Lab", in_footer=True),
    Action("page_down", "pagedown,space", "A page down", "Lab"),
    Action("page_up", "pageup", "A page up", "Lab"),
    Action("set_role", "r", "Set a role", "Lab"),
    Action("dataset_terms", "o", "Terms", "Lab", in_footer=True),
    Action("keep_finding", "s", "Keep as a dataset", "Lab", in_footer=True),
    Action("export_dataset", "e", "Export", "Lab", in_footer=True),
    Action("drop_dataset", "d", "Drop a dataset", "Lab"),
    Action("go_to_finding", "enter", "Go to the row found", "Lab"),
    Action("cancel_work", "x", "Cancel what runs", "Lab", in_footer=True),
    Action("show_code", "C", "Code", "Code"),
    Action("run_code", "f5", "Run", "Code", in_footer=True),
    Action("stop_code", "f4", "Stop", "Code", in_footer=True),
    Action("choose_data", "f2", "Data", "Code", in_footer=True),
    Action("set_parameters", "f3", "Parameters", "Code", in_footer=True),
    Action("save_code", "ctrl+s", "Save", "Code", in_footer=True),
    Action("open_code", "ctrl+o", "Open", "Code", in_footer=True),
    Action("past_code", "f8", "Past runs", "Code", in_footer=True),
    Action("keep_result", "f9", "Keep result", "Code", in_footer=True),
    Action("show_backtests", "B", "Back-tests", "Lab"),
    Action("run_backtest", "enter", "Run", "Lab", in_footer=True),
    Action("next_strategy", "right", "Next strategy", "Lab"),
    Action("previous_strategy", "left", "Strategy before", "Lab"),
    Action("write_symbols", "y", "Symbols", "Lab", in_footer=True),
    Action("write_bars", "b", "Bars", "Lab", in_footer=True),
    Action("write_terms", "o", "Terms", "Lab", in_footer=True),
    Action("mark_run", "m", "Mark to compare", "Lab", in_footer=True),
    Action("export_report", "e", "Report", "Lab", in_footer=True),
    Action("turn_analytics", "c", "Readings or code", "Analytics"),
    Action("shorter_bars", "left_square_bracket", "Shorter bars", "Chart"),
    Action("longer_bars", "right_square_bracket", "Longer bars", "Chart"),
    Action("show_insight", "i", "Insight", "Chart"),
    Action("overlay_vwap", "V", "VWAP", "Chart"),
    Action("overlay_sma", "M", "Moving averages", "Chart"),
    Action("overlay_ema", "E", "Exponential averages", "Chart"),
    Action("overlay_bands", "N", "Bollinger bands", "Chart"),
    Action("overlay_pivots", "P", "Pivots", "Chart"),
    Action("next_theme", "ctrl+t", "Next theme", "Screen"),
    Action("help", "question_mark", "Help", "Screen", in_footer=True),
    Action("pane_help", "f1", "Help on this pane", "Screen"),
    Action("palette", "ctrl+p", "Palette", "Screen", in_footer=True),
    Action("back", "escape", "Back", "Screen", in_footer=True),
    Action("restart_desk", "ctrl+r", "Restart a lost desk", "Screen"),
    Action("leave", "q", "Leave", "Screen", in_footer=True),
)

BY_ID = {action.id: action for action in ACTIONS}
