"""Code is coloured while it is written, whole or half."""

from hypothesis import given
from hypothesis import strategies as st

from widgets.python_words import pieces

TEXTS = st.lists(
    st.sampled_from(["def ", "f'", '"""', "'", "#", "\n", " ", "x1", "12.5", "@a", "é", "\\", "if"])
).map("".join)


def told(text):
    lines = text.encode().split(b"\n")
    return [(lines[p.line][p.first : p.end].decode(), p.kind) for p in pieces(text)]


def test_every_kind_is_known():
    text = "@np.x\ndef f(a):\n    return len('é') + 0x1F  # why\n"

    assert told(text) == [
        ("@np.x", "decorator"),
        ("def", "keyword"),
        ("f", "name"),
        ("return", "keyword"),
        ("len", "builtin"),
        ("'é'", "string"),
        ("0x1F", "number"),
        ("# why", "comment"),
    ]


def test_a_text_over_lines_is_coloured_on_each_of_them():
    assert told('x = """one\n\ntwo""" + class_\n') == [('"""one', "string"), ('two"""', "string")]


def test_an_open_text_ends_with_the_line_or_with_the_code():
    assert told("'half\nif") == [("'half", "string"), ("if", "keyword")]
    assert told('"""half\nif') == [('"""half', "string"), ("if", "string")]


@given(TEXTS)
def test_pieces_lie_in_their_lines_one_after_the_other(text):
    lines = text.encode().split(b"\n")
    last = (0, 0)

    for piece in pieces(text):
        assert last <= (piece.line, piece.first)
        assert piece.first < piece.end <= len(lines[piece.line])
        last = (piece.line, piece.end)
