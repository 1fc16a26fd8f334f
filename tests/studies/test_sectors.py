"""The file of sectors: what stands in it is taken, and a mistake has its line."""

import pytest

from console.studies.sectors import BadSectors, read_sectors


def test_symbols_have_the_sectors_of_their_lines():
    text = (
        'symbol,sector\n# ours\naapl, technology\n\nBRK.B,"finance, other"\nKO,staples\nKO,staples'
    )

    assert read_sectors(text, "sectors.csv") == {
        "AAPL": "technology",
        "BRK.B": "finance, other",
        "KO": "staples",
    }


def test_no_file_knows_no_sector():
    assert read_sectors("", "sectors.csv") == {}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("AAPL\n", "line 1: write a symbol and its sector"),
        ("KO,staples\nAAPL,a,b\n", "line 2: write a symbol"),
        ("AAPL,\n", "line 1: write a symbol"),
        ("a b,tech\n", "line 1: 'A B' is no symbol"),
        ("AAPL,\x1b]52\n", "line 1: a sector is up to 40"),
        ("AAPL,tech\nAAPL,energy\n", "line 2: AAPL is in tech already"),
    ],
)
def test_a_mistake_is_one_sentence_with_its_line(text, sentence):
    with pytest.raises(BadSectors, match=sentence):
        read_sectors(text, "sectors.csv")
