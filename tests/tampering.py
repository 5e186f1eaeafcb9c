"""What an accident, or a hand that meddles, may do to an archive: found for what it is."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from random import Random

from reporter.archive import heads, log
from reporter.archive.base import Archive, object_key, opened
from reporter.filed import Act, Head
from tests.archives import FIRST, add, archive, draft, hand


@dataclass(frozen=True)
class World:
    """An archive, what it was after each entry, and the heads kept of it.

    `states` are folders: `states[n]` is the archive as it was when the log had n entries. `loose`
    is an object that nothing refers to.
    """

    states: tuple[Path, ...]
    heads: tuple[Head, ...]
    loose: str

    @property
    def last(self) -> int:
        """The number of the last entry."""
        return len(self.states) - 1

    def copy(self, to: Path) -> Path:
        """The archive, to be tampered with."""
        return Path(shutil.copytree(self.states[-1], to))


@dataclass(frozen=True)
class Done:
    """What a tampering must be found as: any of these kinds, at a place that names any of these."""

    what: str
    kinds: frozenset[str]
    places: frozenset[str]


def done(what: str, kinds: str, *places: str) -> Done:
    """What was done; kinds as words."""
    return Done(what, frozenset(kinds.split()), frozenset(places))


def begun(folder: Path, editions: int = 0) -> Archive:
    """An archive whose first entry says that it was created, and so many editions in it."""
    made = archive(folder)
    entry = hand().entry(Act.CREATED, details={"format": 1})
    log.append(made.store, entry, lambda _: None)
    for week in range(editions):
        add(made, draft(FIRST + timedelta(weeks=week)), minutes=week + 1)
    return made


def world(folder: Path) -> World:
    """Seven editions, one of them corrected, one purged; other entries between them."""
    made = opened(folder / "archive", must_exist=False)
    (folder / "0").mkdir()
    states = [folder / "0"]
    loose = ""
    for step in (*STEPS, _purge):
        step(made, len(states))
        if step is STEPS[2]:
            loose = made.keep(b"left by a run that was killed")
        states.append(Path(shutil.copytree(made.folder, folder / str(len(states)))))
    entries = made.entries()
    lines = "\n".join(heads.line(entries[: at + 1]) for at in range(len(entries)))
    kept = tuple(heads.found_in(lines, "a test"))
    return World(tuple(states), kept, object_key(loose))


def _add(week: int) -> Callable[[Archive, int], None]:
    def step(made: Archive, minutes: int) -> None:
        add(made, draft(FIRST + timedelta(weeks=week)), minutes)

    return step


def _say(act: Act, edition: str = "", **objects: bytes) -> Callable[[Archive, int], None]:
    def step(made: Archive, minutes: int) -> None:
        names = {name: made.keep(data) for name, data in objects.items()}
        entry = hand(minutes, "joe").entry(act, edition, objects=names, details={"matter": "A"})
        log.append(made.store, entry, lambda _: None)

    return step


def _correct(made: Archive, minutes: int) -> None:
    add(made, draft(headline="Russell 2000 slips"), minutes, corrects="2026-01-15/weekly")


SIX_YEARS = 6 * 366 * 24 * 60  # minutes


def _purge(made: Archive, minutes: int) -> None:
    edition = made.edition("2026-01-29/weekly")
    gone = [part.sha256 for part in edition.parts if part.path.startswith("files/")]
    entry = hand(minutes + SIX_YEARS).entry(Act.PURGED, edition.id, details={"objects": gone})
    log.append(made.store, entry, lambda _: None)
    with made.store.alone():
        for sha256 in gone:
            made.store.remove(object_key(sha256))


STEPS = (
    _say(Act.POLICY, policy=b"[retention]\nyears = 5\n"), _add(0), _add(1), _add(2), _correct,
    _say(Act.HELD, "2026-01-22/weekly"), _add(3), _say(Act.USED, "2026-01-15/weekly"), _add(4),
    _say(Act.RELEASED, "2026-01-22/weekly"), _add(5),
)  # fmt: skip


# --- tampering by a hand that meddles -----------------------------------------------------------

Tamper = Callable[[Random, Path, World], Done]
LOGGED = "changed unreadable moved swapped duplicate recomputed"


def _files(folder: Path, which: str, world: World) -> list[str]:
    found = (path.relative_to(folder).as_posix() for path in (folder / which).rglob("*"))
    return sorted(name for name in found if (folder / name).is_file() and name != world.loose)


def _any(random: Random, folder: Path, world: World) -> str:
    return random.choice(_files(folder, random.choice(["log", "objects"]), world))


def change_a_byte(random: Random, folder: Path, world: World) -> Done:
    name = _any(random, folder, world)
    data = bytearray((folder / name).read_bytes())
    at = random.randrange(len(data))
    data[at] ^= random.randrange(1, 256)
    (folder / name).write_bytes(data)
    return done(f"byte {at} of {name}", LOGGED if name.startswith("log") else "changed", name)


def delete(random: Random, folder: Path, world: World) -> Done:
    name = _any(random, folder, world)
    (folder / name).unlink()
    if name == log.key(world.last):
        return done(f"delete {name}", "truncated", "log")
    return done(f"delete {name}", "missing", name)


def delete_many(random: Random, folder: Path, world: World) -> Done:
    names = random.sample(_files(folder, "objects", world), random.randint(2, 9))
    for name in names:
        (folder / name).unlink()
    return done(f"delete {names}", "missing", *names)


def swap(random: Random, folder: Path, world: World) -> Done:
    which = random.choice(["log", "objects", "."])
    names = [
        name
        for name in _files(folder, which, world)
        if name.startswith(("log", "objects")) and name != "catalogue.sqlite"
    ]
    one, other = sorted(random.sample(names, 2))
    first, second = (folder / one).read_bytes(), (folder / other).read_bytes()
    (folder / one).write_bytes(second)
    (folder / other).write_bytes(first)
    mixed = one.startswith("log") != other.startswith("log")
    kinds = "unreadable changed truncated" if mixed else "swapped"
    return done(f"swap {one} and {other}", kinds, one)


def truncate(random: Random, folder: Path, world: World) -> Done:
    name = _any(random, folder, world)
    data = (folder / name).read_bytes()
    size = random.choice([0, random.randrange(len(data))])
    (folder / name).write_bytes(data[:size])
    kinds = "unreadable" if name.startswith("log") else "truncated changed"
    return done(f"cut {name} to {size}", kinds, name)


def lengthen(random: Random, folder: Path, world: World) -> Done:
    name = _any(random, folder, world)
    with (folder / name).open("ab") as file:
        file.write(random.choice([b"\n", b" ", b"\0", random.randbytes(5000)]))
    kinds = "unreadable" if name.startswith("log") else "changed"
    return done(f"lengthen {name}", kinds, name)


def replay(random: Random, folder: Path, world: World) -> Done:
    state = random.randrange(1, world.last)
    shutil.rmtree(folder)
    shutil.copytree(world.states[state], folder)
    return done(f"replay the state of entry {state}", "truncated", "log")


def drop_the_end(random: Random, folder: Path, world: World) -> Done:
    count = random.randint(1, world.last - 1)
    for number in range(world.last - count + 1, world.last + 1):
        (folder / log.key(number)).unlink()
    return done(f"drop the last {count}", "truncated", "log")


def duplicate(random: Random, folder: Path, world: World) -> Done:
    number = random.randint(1, world.last)
    to = log.key(world.last + random.choice([1, 2, 50]))
    shutil.copy(folder / log.key(number), folder / to)
    return done(f"entry {number} as {to}", "duplicate", to)


def insert(random: Random, folder: Path, world: World) -> Done:
    number, at = random.randint(1, world.last), random.randint(1, world.last)
    data = (folder / log.key(number)).read_bytes()
    for later in range(world.last, at - 1, -1):
        (folder / log.key(later)).rename(folder / log.key(later + 1))
    (folder / log.key(at)).write_bytes(data)
    places = (log.key(at), log.key(at + 1))
    return done(f"entry {number} inserted at {at}", "duplicate moved swapped", *places)


def reorder(random: Random, folder: Path, world: World) -> Done:
    numbers = sorted(random.sample(range(1, world.last + 1), random.randint(3, 6)))
    turned = [*numbers[1:], numbers[0]]
    kept = {number: (folder / log.key(number)).read_bytes() for number in numbers}
    for place, number in zip(numbers, turned, strict=True):
        (folder / log.key(place)).write_bytes(kept[number])
    return done(f"{turned} in place of {numbers}", "moved", log.key(numbers[0]))


def slip_in(random: Random, folder: Path, world: World) -> Done:
    place = random.choice(
        [
            "log/.00000003.json", "log/00000003.json.bak", "log/notes.txt", "log/x/00000001.json",
            "objects/aa/short", f"objects/aa/{'b' * 64}", "objects/.hidden", "log/3.json",
            "objects/ÄÖ \n.txt", "log/\u202egnp.json",
        ]
    )  # fmt: skip
    (folder / place).parent.mkdir(exist_ok=True)
    (folder / place).write_bytes(random.choice([b"", b"{}", b"\xff" * 99]))
    del world
    escaped = place.replace("\n", "\\n").replace("\u202e", "\\u202e")
    return done(f"slip in {place!r}", "foreign", escaped)


def forge(random: Random, folder: Path, world: World) -> Done:
    """An object under a right name with other bytes, which nothing refers to yet."""
    name = object_key(random.randbytes(32).hex())
    (folder / name).parent.mkdir(exist_ok=True)
    (folder / name).write_bytes(b"not what the name says")
    del world
    return done(f"forge {name}", "changed", name)


def link(random: Random, folder: Path, world: World) -> Done:
    """A file moved out of the archive, with a link in its place."""
    name = _any(random, folder, world)
    away = folder.with_name(f"{folder.name}-away")
    (folder / name).rename(away)
    (folder / name).symlink_to(random.choice([away, Path("/dev/zero"), Path("nowhere")]))
    return done(f"link {name}", "unreadable", name)


TAMPERINGS: tuple[Tamper, ...] = (
    change_a_byte, change_a_byte, delete, delete_many, swap, truncate, lengthen, replay,
    drop_the_end, duplicate, insert, reorder, slip_in, forge, link,
)  # fmt: skip
