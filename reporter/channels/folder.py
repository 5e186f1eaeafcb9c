"""Letters as files in a folder, from which another system takes them."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reporter import durable
from reporter.channels.base import channel
from reporter.delivery.settings import Settings
from reporter.errors import DeliveryError, SpecError
from reporter.model import Answer, Letter, Verdict

PRIVATE = 0o750  # what is new is read by its owner and his group alone: letters are personal
LONGEST = 120  # signs of a name; a client whose name would be longer is told apart by its hash


@channel("folder")
@contextmanager
def folder(settings: Settings) -> Iterator[Drop]:
    """Drops each letter as FOLDER/EDITION/CLIENT.eml, whole, for another system to take."""
    if settings.drop is None:
        tip = 'Write where, as in: drop = "outgoing"'
        message = "the channel `folder` needs a folder to drop letters in."
        raise SpecError(message, where="drop", tip=tip)
    place = settings.folder / settings.drop
    try:
        place.mkdir(mode=PRIVATE, parents=True, exist_ok=True)
    except OSError as error:
        message = f"the folder for letters cannot be made: {durable.why(error)}."
        raise DeliveryError(message, where=str(settings.drop)) from None
    yield Drop(place)


class Drop:
    """The folder in use."""

    limit: int | None = None

    def __init__(self, place: Path) -> None:
        self._place = place
        self._ready: set[Path] = set()

    def send(self, letter: Letter) -> Answer:
        """Give the letter its name in the folder, once every byte of it is on the disk.

        The same letter there already is one that was sent; another one is left as it is.
        """
        place = self._place / safe(letter.edition.replace("/", "-")) / f"{safe(letter.client)}.eml"
        try:
            self._prepare(place.parent)
            return _put(place, letter.data)
        except OSError as error:
            # A full disk, a folder that is gone: it would be so for every other letter.
            return Answer(Verdict.HALTED, text=f"the folder refuses: {durable.why(error)}")

    def _prepare(self, edition: Path) -> None:
        """Make the edition's folder and clear what a killed run left; one sender is at work."""
        if edition in self._ready:
            return
        edition.mkdir(mode=PRIVATE, exist_ok=True)
        durable.settle(self._place)
        durable.clear(edition, durable.LEAVINGS)
        self._ready.add(edition)


def _put(place: Path, data: bytes) -> Answer:
    new = durable.hidden(place, data)
    try:
        new.chmod(new.stat().st_mode & PRIVATE)
        durable.name(new, place)
    except FileExistsError:
        if place.is_symlink() or place.read_bytes() != data:
            return Answer(Verdict.FAILED, text="another letter lies there under its name")
        return Answer(Verdict.SENT, text="it lies there already")
    finally:
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
    durable.settle(place.parent)
    return Answer(Verdict.SENT, text="dropped")


def safe(name: str) -> str:
    """An id as part of a path: letters, digits, `-`, `_` and inner dots; else `%` and hex digits.

    Different ids have different names, and none leads out of its folder.
    """
    kept = re.sub(r"[^A-Za-z0-9._-]", _escaped, name)
    if kept.startswith(".") or not kept:
        kept = f"%2E{kept[1:]}" if kept else "%"
    if len(kept) <= LONGEST:
        return kept
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()
    return f"{kept[: LONGEST - 33]}%{digest[:32]}"


def _escaped(sign: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in sign[0].encode("utf-8", "surrogatepass"))
