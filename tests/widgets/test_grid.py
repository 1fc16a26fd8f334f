from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from tests.widgets.stage import Stage, text_of
from widgets.cells import Cell, fit
from widgets.columns import Column, place
from widgets.grid import Grid

COLUMNS = (
    Column(label="Name", width=6),
    Column(label="Price", width=8, align="right"),
    Column(label="Note", width=10, priority=1),
)
FILL = "Grid { height: 1fr; scrollbar-size-vertical: 1; }"


def rows(count, **changed):
    made = {
        f"K{number}": (Cell(f"N{number}"), Cell(f"{number}.00"), Cell("note"))
        for number in range(count)
    }
    return made | {key: (Cell(key), Cell(price), Cell("note")) for key, price in changed.items()}


class Watched(Grid):
    """A grid that remembers what it asked to be drawn."""

    def __init__(self, columns):
        super().__init__(columns)
        self.asked = []

    def refresh(self, *regions, **options):
        getattr(self, "asked", []).append(regions)
        return super().refresh(*regions, **options)


async def test_a_changed_cell_asks_for_its_own_region_only():
    grid = Watched(COLUMNS)
    async with Stage(grid, css=FILL).run_test(size=(60, 12)) as pilot:
        grid.set_rows(rows(5))
        await pilot.pause()
        grid.asked.clear()

        grid.set_rows({**rows(5), "K2": (Cell("N2"), Cell("9.99"), Cell("note"))})

        [[region]] = grid.asked
        assert (region.y, region.height, region.width) == (3, 1, 8)


async def test_the_same_rows_ask_for_nothing():
    grid = Watched(COLUMNS)
    async with Stage(grid, css=FILL).run_test(size=(60, 12)) as pilot:
        grid.set_rows(rows(5))
        await pilot.pause()
        grid.asked.clear()

        grid.set_rows(rows(5))

        assert grid.asked == []


async def test_what_is_drawn_in_pieces_equals_what_is_drawn_at_once():
    steps = [rows(4), rows(7), rows(7, K3="77.25"), dict(reversed(rows(7).items())), rows(3)]
    grid = Grid(COLUMNS)
    async with Stage(grid, css=FILL).run_test(size=(60, 12)) as pilot:
        for step in steps:
            grid.set_rows(step)
            await pilot.pause()
            in_pieces = text_of(pilot.app)
            grid.forget_strips()
            grid.refresh()
            await pilot.pause()

            assert text_of(pilot.app) == in_pieces


async def test_a_column_of_low_priority_vanishes_when_it_is_narrow():
    grid = Grid(COLUMNS)
    async with Stage(grid, css=FILL).run_test(size=(60, 12)) as pilot:
        grid.set_rows(rows(3))
        await pilot.pause()
        wide = text_of(pilot.app)
        await pilot.resize_terminal(20, 12)
        await pilot.pause()

        assert "Note" in wide
        assert "Note" not in text_of(pilot.app)
        assert "Price" in text_of(pilot.app)


async def test_a_column_grows_rather_than_cut_a_figure():
    grid = Grid(COLUMNS)
    async with Stage(grid, css=FILL).run_test(size=(60, 12)) as pilot:
        grid.set_rows(rows(3, K1="1,234,567.89"))
        await pilot.pause()

        assert "1,234,567.89" in text_of(pilot.app)


async def test_the_selected_row_stays_selected_when_rows_move():
    grid = Grid(COLUMNS)
    async with Stage(grid, css=FILL).run_test(size=(60, 12)) as pilot:
        grid.set_rows(rows(5))
        grid.select("K3")
        grid.set_rows(dict(reversed(rows(5).items())))
        await pilot.pause()

        assert grid.selected == "K3"
        assert "▸N3" in text_of(pilot.app)


async def test_when_the_selected_row_goes_its_neighbour_is_selected():
    grid = Grid(COLUMNS)
    async with Stage(grid, css=FILL).run_test(size=(60, 12)):
        grid.set_rows(rows(5))
        grid.select("K4")

        grid.set_rows(rows(4))

        assert grid.selected == "K3"


async def test_moving_down_a_long_table_keeps_the_cursor_in_sight():
    grid = Grid(COLUMNS)
    async with Stage(grid, css=FILL).run_test(size=(60, 12)) as pilot:
        grid.set_rows(rows(50), footer=(Cell("Total"), Cell("1"), Cell("")))
        for _ in range(30):
            grid.select_next()
        await pilot.pause()
        deep = text_of(pilot.app)
        grid.select_first()
        await pilot.pause()

        assert "▸N29" in deep
        assert "Total" in deep
        assert "▸N0" in text_of(pilot.app)


async def test_the_last_row_is_reached_and_seen():
    grid = Grid(COLUMNS)
    async with Stage(grid, css=FILL).run_test(size=(60, 12)) as pilot:
        grid.set_rows(rows(50))
        grid.select_last()
        await pilot.pause()

        assert "▸N49" in text_of(pilot.app)


async def test_a_click_selects_the_row_and_says_so():
    heard = []

    class Listener(Stage):
        def on_grid_selected(self, event):
            heard.append(event.key)

    grid = Grid(COLUMNS)
    async with Listener(grid, css=FILL).run_test(size=(60, 12)) as pilot:
        grid.set_rows(rows(5))
        await pilot.pause()
        await pilot.click(grid, offset=(3, 2))
        await pilot.pause()

    assert heard == ["K1"]


async def test_another_theme_draws_in_other_colours():
    grid = Grid(COLUMNS)
    async with Stage(grid, css=FILL).run_test(size=(60, 12)) as pilot:
        grid.set_rows(rows(2))
        await pilot.pause()
        night = grid.render_line(1)
        pilot.app.theme = "day"
        await pilot.pause()
        await pilot.pause()

        assert grid.render_line(1).text == night.text
        assert grid.render_line(1) != night


@given(st.text(max_size=30), st.integers(1, 20), st.sampled_from(["left", "right"]))
def test_a_fitted_text_is_exactly_as_wide_as_it_must_be(text, width, align):
    printable = "".join(letter for letter in text if letter.isprintable())

    assert cell_len(fit(printable, width, align)) == width


@given(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 3)), min_size=1, max_size=8),
       st.integers(1, 120))  # fmt: skip
def test_placed_columns_never_overlap_and_the_vital_ones_stay(sizes, room):
    columns = [Column(label="", width=width, priority=priority) for width, priority in sizes]

    placed = place(columns, [width for width, _ in sizes], room)

    ends = [each.left + each.width for each in placed]
    assert all(each.left > end for each, end in zip(placed[1:], ends, strict=False))
    assert {n for n, (_, priority) in enumerate(sizes) if not priority} <= {
        each.index for each in placed
    }


async def test_what_does_not_fit_beside_the_scrollbar_is_cut_in_sight():
    columns = (Column(label="Name", width=6), Column(label="Note", width=6, stretches=True))
    long = {f"K{n}": (Cell(f"N{n}"), Cell("a reason that is far too long")) for n in range(30)}
    grid = Grid(columns)
    async with Stage(grid, css=FILL).run_test(size=(24, 8)) as pilot:
        grid.set_rows(long)
        await pilot.pause()

        assert all("…" in line for line in text_of(pilot.app).splitlines()[1:])


async def test_a_row_selected_before_there_is_a_size_is_not_scrolled_away():
    grid = Grid(COLUMNS)

    def prepare():
        grid.set_rows(rows(30))
        grid.select("K2")

    async with Stage(grid, css=FILL, prepare=prepare).run_test(size=(60, 12)) as pilot:
        await pilot.pause()

        assert " N0 " in text_of(pilot.app)
        assert "▸N2" in text_of(pilot.app)
