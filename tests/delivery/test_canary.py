"""No message holds anything of another client: everybody has words that nobody else has.

A soak has a thousand clients.
"""

from __future__ import annotations

import re
from email.parser import BytesParser
from email.policy import default

from reporter.delivery.clients import opened
from tests.delivery.posts import Posts
from tests.delivery.posts import posts as posts  # noqa: PLC0414  a fixture
from tests.killing import TRIALS

CLIENTS = 1000 if TRIALS > 10 else 60
MARK = re.compile(r"(?:name|note|disc|mail)q\d{5}q")
COLUMNS = "id,name,address,audience,jurisdiction,holdings,watch,disclosures,note\n"


def row(number: int) -> str:
    """A client whose name, address, note and disclosure are marked, and whose symbols are his."""
    mark = f"q{number:05}q"
    return (
        f"Q{number:05},Name{mark},mail{mark}@example.com,professional,CH,^RUT;ZQ{number:05},"
        f"WQ{number:05},disc{mark} holds,note{mark} here\n"
    )


def words_of(data: bytes) -> str:
    """All that a message says: its headers, and its texts as they are read."""
    message = BytesParser(policy=default).parsebytes(data)
    texts = (part.get_content() for part in message.walk() if part.get_content_maintype() == "text")
    return "\n".join([*(f"{k}: {v}" for k, v in message.items()), *texts]).lower()


def test_no_message_holds_anothers_words(posts: Posts) -> None:
    path = posts.folder / "clients.csv"
    path.write_text(COLUMNS + "".join(map(row, range(CLIENTS))))
    posts.send(opened(str(path), posts.folder))
    assert len(posts.script.took) == CLIENTS
    tokens = [letter.message_id.strip("<").partition("@")[0] for letter in posts.script.took]
    assert len(set(tokens)) == CLIENTS
    for number, letter in enumerate(posts.script.took):
        said = words_of(letter.data)
        mark = f"q{number:05}q"
        assert {f"{kind}{mark}" for kind in ("note", "disc", "mail")} <= set(MARK.findall(said))
        assert set(re.findall(r"q(\d{5})q", said)) == {f"{number:05}"}
        assert set(re.findall(r"[zw]q(\d{5})", said)) <= {f"{number:05}"}
        assert set(re.findall(r"\bq(\d{5})\b", said)) <= {f"{number:05}"}
        foreign = (token for token in tokens if token != tokens[number])
        raw = letter.data.decode("latin-1")
        assert not any(token in raw for token in foreign)
        assert f"mail{mark}@example.com" == letter.address
