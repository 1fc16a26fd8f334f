"""The words of a line, read from left to right; each place says what is missing."""

from dataclasses import dataclass

from console.domain.words import Word, Wrong


@dataclass(slots=True, kw_only=True)
class Reader:
    """The words not yet read."""

    line: list[Word]
    end: int
    """Past the last character of the line."""
    place: int = 0

    def next(self, sentence: str) -> Word:
        """Return the next word; `sentence` says what is missing when there is none."""
        if self.place == len(self.line):
            raise Wrong(sentence, (self.end, self.end), is_unfinished=True)
        return self.take()

    def take(self) -> Word:
        """Return the next word, which is known to be there."""
        word = self.line[self.place]
        self.place += 1
        return word

    def peek(self, ahead: int = 0) -> Word | None:
        """Return a word to come and leave it there."""
        place = self.place + ahead
        return self.line[place] if place < len(self.line) else None

    def is_at_end(self) -> bool:
        """Return whether every word was read."""
        return self.place == len(self.line)


def listed(names: tuple[str, ...]) -> str:
    """Return names as a sentence lists them."""
    return f"{', '.join(names[:-1])} and {names[-1]}"
