import subprocess
import sys
from pathlib import Path

import pytest
from alpaca.common.enums import BaseURL

from console.adapters.alpaca.access import AlpacaAccess

ROOT = Path(__file__).parents[2]


def test_paper_and_live_are_alpacas_own_addresses():
    paper, live = AlpacaAccess.paper("k", "s"), AlpacaAccess.live("k", "s", feed="sip")

    assert paper.trading_url == BaseURL.TRADING_PAPER
    assert paper.trading_stream_url == BaseURL.TRADING_STREAM_PAPER
    assert live.trading_url == BaseURL.TRADING_LIVE
    assert live.trading_stream_url == BaseURL.TRADING_STREAM_LIVE
    assert live.data_url == BaseURL.DATA
    assert live.market_stream_url == f"{BaseURL.MARKET_DATA_STREAM.value}/v2/sip"


def test_a_profile_names_its_own_account_and_no_other():
    paper, live = (AlpacaAccess.of_profile(name, "k", "s") for name in ("paper", "live"))

    assert paper == AlpacaAccess.paper("k", "s")
    assert live == AlpacaAccess.live("k", "s")
    assert {paper.trading_url, paper.trading_stream_url}.isdisjoint(
        {live.trading_url, live.trading_stream_url}
    )
    with pytest.raises(KeyError):
        AlpacaAccess.of_profile("demo", "k", "s")


def test_the_keys_are_not_shown():
    assert "canary" not in repr(AlpacaAccess.paper("canary-key", "canary-secret"))


def test_a_feed_alpaca_does_not_have_is_refused():
    with pytest.raises(ValueError, match="feed"):
        AlpacaAccess.paper("k", "s", feed="otc")


def test_a_venue_that_did_not_say_all_is_refused():
    with pytest.raises(ValueError, match="trading_url"):
        AlpacaAccess.venue({"key": "k", "secret": "s"})


def test_to_know_the_access_costs_no_alpaca_py():
    program = (
        "import sys, console.adapters.alpaca.access, console.adapters.keys;"
        "sys.exit('alpaca' in sys.modules or 'pandas' in sys.modules)"
    )

    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0
