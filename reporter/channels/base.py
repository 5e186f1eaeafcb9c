"""What every channel is: something that takes letters one by one and says what became of each."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Protocol

from reporter.registry import Registry

if TYPE_CHECKING:
    from reporter.delivered import Answer, Letter
    from reporter.delivery.settings import Settings


class Session(Protocol):
    """A channel in use.

    It connects when it must and again when a connection was lost; it keeps no time, counts no
    rates and never sends a letter twice: whoever calls it does all that.
    """

    @property
    def limit(self) -> int | None:
        """The most bytes that a letter may have, where the other side tells; else None."""
        ...

    def send(self, letter: Letter) -> Answer:
        """Hand a letter over and say what became of it; it raises for nothing the network does."""
        ...


class Channel(Protocol):
    """Opens a session; the docstring's first line is shown by `reporter list channels`.

    Raises:
        DeliveryError: the other side cannot be reached, is not who it should be, or refuses the
            login: nothing could be sent at all.
        SpecError: the settings do not say what this channel needs.
    """

    def __call__(self, settings: Settings) -> AbstractContextManager[Session]:
        """Open; closed again when the context is left, whatever closing answers."""
        ...


channels: Registry[Channel] = Registry("channels", "channel")
channel = channels.enter
