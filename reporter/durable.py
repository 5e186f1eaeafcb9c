"""Files and names that outlive a power cut: what is written is on the disk, not on its way."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def create(path: Path, data: bytes) -> None:
    """A new file, every byte of it on the disk.

    Raises:
        FileExistsError: there is one of this name.
        OSError: the system refuses.
    """
    with path.open("xb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def settle(folder: Path) -> None:
    """Put the folder's entries on the disk, where the system can."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
