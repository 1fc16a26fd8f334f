import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.scanning.symbol_file import BadSymbolFile, read_symbols


def test_one_a_line_with_comments_blanks_and_repetitions(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("\ufeffaapl   # apple\r\n\n# all of it\n  BRK.B\nAAPL\nF#ord\n")

    assert read_symbols(path) == ("AAPL", "BRK.B", "F")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"AAPL\nAAPL MSFT\n", "line 2"),
        (b"AAPL\n\x1b[31m\n", "line 2"),
        (b"# nothing\n", "no symbol"),
        (b"\xff\xfe\x00", "UTF-8"),
        (b"A" * 2_000_001, "larger"),
        ("\n".join(f"S{n}" for n in range(50_001)).encode(), "split the file"),
    ],
)
def test_what_is_no_symbol_file_is_refused_in_one_sentence(tmp_path, content, words):
    path = tmp_path / "list.txt"
    path.write_bytes(content)

    with pytest.raises(BadSymbolFile, match=words) as refused:
        read_symbols(path)

    assert str(path) in str(refused.value)
    assert str(refused.value).isprintable()


def test_a_file_that_is_not_there_is_said_so(tmp_path):
    with pytest.raises(BadSymbolFile, match="no such file"):
        read_symbols(tmp_path / "missing.txt")


@given(symbols=st.lists(st.from_regex(r"[A-Z]{1,5}(\.[A-Z])?", fullmatch=True), min_size=1))
def test_every_symbol_comes_back_once_and_in_order(tmp_path_factory, symbols):
    path = tmp_path_factory.mktemp("symbols") / "list.txt"
    path.write_text("\n".join(symbols))

    assert read_symbols(path) == tuple(dict.fromkeys(symbols))
