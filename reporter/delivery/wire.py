"""Text and bytes as a mail carries them: lines of 7-bit signs, whatever stood in them before.

What goes through any server unchanged keeps its signature: bodies are quoted-printable or base64,
without a line that begins with `From ` or holds a dot alone. Headers are written here rather than
by the library's policies, which put encoded words into `List-Unsubscribe` (CPython's issue 85725).
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterator
from email.header import Header

END = "\r\n"
WIDEST = 76  # signs of a line, its end apart: RFC 2045, 6.7 and 6.8
LONGEST = 900  # signs of a header line that must not be folded; RFC 5322 allows 998
_ENCODED = 57  # bytes that fill a line of base64
JOINERS = "\N{ZERO WIDTH NON-JOINER}\N{ZERO WIDTH JOINER}"
"""Signs that are not seen and mean something: in Persian, in Indian scripts, in emoji."""
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_UNSAFE = re.compile(r"[^	 -<>-~]")


def harmless(text: str) -> str:
    """A text of others as one line: any white space is a space, what is no sign is shown as such.

    So it ends no line, begins no header and turns no reading direction.
    """
    line = " ".join(text.split())
    if line.isprintable():
        return line
    return "".join(c if c.isprintable() or c in JOINERS else "\N{REPLACEMENT CHARACTER}"
                   for c in line)  # fmt: skip


# --- bodies -----------------------------------------------------------------------------------


def quoted_printable(text: str) -> bytes:
    """Lines of text as quoted-printable (RFC 2045, 6.7); every line ends, the last one too.

    Each line is encoded by itself, so that two texts encoded one by one are both encoded together.
    """
    lines = text.removesuffix("\n").split("\n")
    return "".join(row + END for line in lines for row in _rows(line)).encode()


def _rows(line: str) -> Iterator[str]:
    coded = _UNSAFE.sub(lambda sign: _coded(sign.group()), line.encode().decode("latin-1"))
    if coded.endswith((" ", "\t")):
        coded = coded[:-1] + _coded(coded[-1])
    at = 0
    while True:
        changed = coded.startswith((".", "From "), at)  # what servers or mailboxes change there
        start = _coded(coded[at]) if changed else ""
        at += changed
        room = WIDEST - len(start)
        if len(coded) - at <= room:
            yield start + coded[at:]
            return
        end = at + room - 1
        end -= 1 if coded[end - 1] == "=" else 2 if coded[end - 2] == "=" else 0
        yield f"{start}{coded[at:end]}="
        at = end


def _coded(sign: str) -> str:
    return f"={ord(sign):02X}"


def base64(data: bytes) -> bytes:
    """Bytes as base64, in lines (RFC 2045, 6.8)."""
    starts = range(0, len(data), _ENCODED)
    rows = (binascii.b2a_base64(data[at : at + _ENCODED], newline=False) for at in starts)
    return b"".join(row + b"\r\n" for row in rows)


# --- headers ----------------------------------------------------------------------------------


def header(name: str, text: str) -> str:
    """A header of words: as they are where that is ASCII, else in encoded words (RFC 2047)."""
    line = harmless(text)
    if _is_plain(line) and all(len(word) < LONGEST for word in line.split(" ")):
        return _folded(name, line.split(" "))
    return f"{name}: {_words(name, line)}{END}"


def mailbox(name: str, shown: str, address: str) -> str:
    """A header with one address, and the name it belongs to.

    Args:
        name: the header's.
        shown: whose address it is.
        address: as it goes over the wire; checked.

    Raises:
        ValueError: the address holds what no address does.
    """
    if not is_address(address):
        raise ValueError("this is no address")
    line = harmless(shown)
    if not line:
        return f"{name}: {address}{END}"
    return f"{name}: {_phrase(name, line)}{_gap(name, line, address)}<{address}>{END}"


def uris(name: str, *many: str) -> str:
    """A header of URIs in brackets, as they are: folded between them and nowhere else.

    Raises:
        ValueError: one holds what no URI does, or is too long for a line.
    """
    for one in many:
        if not re.fullmatch(r"[!#-;=?-Z\[\]_a-z~%]+", one) or len(one) > LONGEST:
            raise ValueError("this is no URI that fits a line")
    return f"{name}: " + f",{END} ".join(f"<{one}>" for one in many) + END


def is_address(address: str) -> bool:
    """Whether an address can stand in a header: no white space, brackets or signs of control."""
    local, at, domain = address.rpartition("@")
    bad = set(address) & set(' <>()[]\\,;:"')
    fits = len(address.encode(errors="replace")) < LONGEST and address.isprintable()
    return bool(local and at and domain) and not bad and fits


def _is_plain(line: str) -> bool:
    """Whether a line can stand as it is; what looks like an encoded word cannot."""
    return line.isascii() and "=?" not in line


def _folded(name: str, words: list[str]) -> str:
    rows = [f"{name}:"]
    for word in words:
        if len(rows[-1]) + 1 + len(word) > WIDEST and rows[-1] not in {"", f"{name}:"}:
            rows.append("")
        rows[-1] += f" {word}"
    return END.join(rows) + END


def _phrase(name: str, line: str) -> str:
    if not _is_plain(line) or len(line) > WIDEST - len(name) - 4:
        return _words(name, line)
    if _ATOMS.fullmatch(line):
        return line
    escaped = line.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _gap(name: str, line: str, address: str) -> str:
    """What stands between a phrase and an address: a space, or a new line where it is needed."""
    last = f"{name}: {_phrase(name, line)}".rpartition(END)[2]
    return " " if len(last) + len(address) + 3 <= WIDEST else f"{END} "


def _words(name: str, line: str) -> str:
    """Encoded words, none of them cut within a letter."""
    return Header(line, "utf-8", maxlinelen=WIDEST - 1, header_name=name).encode(linesep=END)
