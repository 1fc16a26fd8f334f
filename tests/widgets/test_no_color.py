from tests.widgets import sample
from tests.widgets.stage import Stage, text_of
from widgets.positions import Positions
from widgets.status_bar import StatusBar
from widgets.watchlist import Watchlist


async def test_without_colour_all_is_grey_and_still_said(monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    panes = [StatusBar("live"), Watchlist(), Positions()]
    css = "Watchlist, Positions { height: 1fr; }"
    async with Stage(*panes, css=css).run_test(size=(120, 40)) as pilot:
        for pane in panes:
            pane.show(sample.HALTED, sample.NOW)
            pane.show(sample.moved(sample.HALTED), sample.NOW)
        panes[1].select("TSLA")
        await pilot.pause()
        strips = pilot.app.screen._compositor.render_strips()
        colours = {
            colour.triplet
            for strip in strips
            for segment in strip
            for colour in (segment.style.color, segment.style.bgcolor)
            if colour is not None and colour.triplet is not None
        }
        shown = text_of(pilot.app)

    assert colours
    assert all(red == green == blue for red, green, blue in colours)
    for mark in ("LIVE", "HALTED NOT CONFIRMED", "▸TSLA", "▼ 177.45", "◌ 169.03", "-4.04%"):
        assert mark in shown
