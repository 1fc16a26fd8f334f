"""Text of files and feeds, made harmless where it is decoded: whole columns at a time.

What acts on a terminal, hides in it or turns its direction is taken out; white space of
every kind becomes a space; a letter keeps two combining marks. It is done again where text
is printed.
"""

import pyarrow as pa
import pyarrow.compute as pc

_UNUSUAL = r"[^\x20-\x7e]"
_SPACES = r"[\t\n\v\f\r\x{85}\x{a0}\p{Z}]"
_UNSEEN = r"[\p{Cc}\p{Cf}\p{Co}\x{115f}\x{1160}\x{3164}\x{ffa0}\x{2800}\x{34f}]"
_MARKS = r"(\p{M}{2})\p{M}+"


def neutral_column(texts: pa.Array) -> pa.Array:
    """Return the texts without anything that could act; the same array when nothing could."""
    if not pc.any(pc.match_substring_regex(texts, _UNUSUAL)).as_py():
        return texts
    for pattern, instead in ((_SPACES, " "), (_UNSEEN, ""), (_MARKS, r"\1")):
        texts = pc.replace_substring_regex(texts, pattern, instead)
    return texts


def neutral(text: str) -> str:
    """Return one text as `neutral_column` does."""
    if text.isascii() and text.isprintable():
        return text
    sound = text.encode(errors="replace").decode()  # a lone surrogate is no text
    cleaned: str = neutral_column(pa.array([sound]))[0].as_py()
    return cleaned
