"""How far outboxes had come when they last sent: a file an outbox, beside the clients' keys.

The log is not the place for it: it would have an entry for every quarter of a minute that letters
leave. What is lost here is missed by nobody; an outbox is only not known for an older copy then.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from reporter import durable, locks
from reporter.errors import ArchiveError

OWNER_ONLY = 0o700


@dataclass(frozen=True, slots=True)
class Memory:
    """What is remembered of the outbox of an identity, in a folder for its owner alone."""

    folder: Path
    outbox: str

    def beats(self) -> dict[str, int]:
        """The last beat of each edition that was sent from it; empty where nothing is known.

        Raises:
            ArchiveError: the file cannot be read, or is none of these.
        """
        try:
            found = json.loads(self._file.read_text(encoding="utf-8"))
            return {str(name): int(beat) for name, beat in found.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, AttributeError, TypeError) as error:
            why = durable.why(error) if isinstance(error, OSError) else "it is none of these files"
            message = f"what is remembered of the outbox cannot be read: {why}."
            tip = "Put it back from a copy; or take it away, if the outbox is no older copy."
            raise ArchiveError(message, where=str(self._file), tip=tip) from error

    def remember(self, edition: str, beat: int) -> None:
        """Note an edition's beat; on the disk when this returns.

        Raises:
            ArchiveError: it cannot be written.
        """
        with self._writing():
            known = self.beats()
            last = max(beat, known.get(edition, 0))  # one who stood still forgets nothing
            data = json.dumps(known | {edition: last}, indent=1, sort_keys=True)
            durable.hidden(self._file, f"{data}\n".encode()).replace(self._file)
            durable.settle(self.folder)

    @contextlib.contextmanager
    def _writing(self) -> Iterator[None]:
        """Within, nobody else writes; what a killed writer left is cleared."""
        try:
            missing = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
            for path in reversed(missing):
                path.mkdir(mode=OWNER_ONLY, exist_ok=True)
                durable.settle(path.parent)
            with locks.alone(self.folder):
                durable.clear(self.folder, durable.LEAVINGS)
                yield
        except OSError as error:
            why = durable.why(error)
            message = f"what is to be remembered of the outbox cannot be written: {why}."
            tip = "See to the folder, then send again: nothing is sent twice."
            raise ArchiveError(message, where=str(self.folder), tip=tip) from error

    @property
    def _file(self) -> Path:
        return self.folder / f"{self.outbox}.json"
