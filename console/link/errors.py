"""What can go wrong between a console and its desk.

Each says what is known: `NotAttached` - nothing was sent; `DeskLost` - it may or may
not have been done; `DeskRefused` - it was not.
"""


class LinkError(Exception):
    """The desk could not be asked; the message is fit for the trader."""


class NotAttached(LinkError):  # noqa: N818 - reads as what it is
    """There is no desk to ask; nothing was sent."""


class DeskLost(LinkError):  # noqa: N818 - reads as what it is
    """The desk went away before it answered; it may or may not have done it."""


class DeskRefused(LinkError):  # noqa: N818 - reads as what it is
    """The desk did not understand or could not answer; the message says why."""
