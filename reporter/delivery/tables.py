"""The tables of the outbox, for SQLite and PostgreSQL.

Moments are text of one length in UTC, so that they sort and compare as they should everywhere.
Nothing of the history is ever changed or taken away, and a sent row stays sent: triggers see to it.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Dialect,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    event,
)

from reporter.delivered import State
from reporter.delivery.addresses import ENVELOPE

VERSION = 1
"""Of the tables; a program refuses an outbox of a later one."""


class Moment(TypeDecorator[datetime]):
    """A moment with its zone, kept in UTC."""

    impl = String(32)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """As text; None stays."""
        del dialect
        return None if value is None else value.astimezone(UTC).isoformat(timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """As a moment in UTC."""
        del dialect
        return None if value is None else datetime.fromisoformat(value)


metadata = MetaData()
NUMBER = BigInteger().with_variant(Integer, "sqlite")

about = Table(
    "outbox_about",
    metadata,
    Column("name", String(20), primary_key=True),
    Column("value", Text, nullable=False),
)
leases = Table(
    "outbox_leases",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("token", NUMBER, nullable=False),
    Column("expires", Moment, nullable=True),
)
deliveries = Table(
    "outbox_deliveries",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("client", Text, primary_key=True),
    Column("handle", Text, nullable=False),
    Column("edition", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("domain", Text, nullable=False),
    Column("position", Integer, nullable=False),
    Column("stage", Integer, nullable=False),
    Column("message_id", Text, nullable=False),
    Column("file", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", NUMBER, nullable=False),
    Column("state", String(10), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due", Moment, nullable=True),
    Column("changed", Moment, nullable=False),
    Column("code", Integer, nullable=False),
    Column("enhanced", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("folded", Text, nullable=False),
    Column("envelope", String(ENVELOPE), nullable=False),
    CheckConstraint(f"state IN ({', '.join(repr(str(s)) for s in State)})", "outbox_state"),
    Index("outbox_by_position", "campaign", "position"),
    Index("outbox_by_message", "message_id", unique=True),
    Index("outbox_by_envelope", "envelope"),
    Index("outbox_by_handle", "handle"),
    Index("outbox_by_address", "folded"),
    Index("outbox_by_domain", "domain", "changed"),
)
history = Table(
    "outbox_history",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("campaign", Text, nullable=False),
    Column("client", Text, nullable=False),
    Column("time", Moment, nullable=False),
    Column("before", String(10), nullable=False),
    Column("after", String(10), nullable=False),
    Column("code", Integer, nullable=False),
    Column("enhanced", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("by", Text, nullable=False),
    Index("outbox_history_of", "campaign", "client"),
)
pauses = Table(
    "outbox_pauses",
    metadata,
    Column("campaign", Text, primary_key=True),
    Column("paused", Boolean, nullable=False),
)
suppressions = Table(
    "outbox_suppressions",
    metadata,
    Column("number", NUMBER, primary_key=True, autoincrement=True),
    Column("address", Text, nullable=False),
    Column("listed", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("time", Moment, nullable=False),
    Column("by", Text, nullable=False),
    Column("lifted", Moment, nullable=True),
    Column("lifted_by", Text, nullable=False),
    Index("outbox_suppressed", "address", "listed"),
)
returns = Table(
    "outbox_returns",
    metadata,
    Column("key", Text, primary_key=True),
    Column("address", Text, nullable=False),
    Column("hard", Boolean, nullable=False),
    Column("time", Moment, nullable=False),
    Index("outbox_returned", "address", "time"),
)

_KEPT = """CREATE TRIGGER outbox_history_{act} BEFORE {act} ON outbox_history
           BEGIN SELECT RAISE(ABORT, 'history is only added to'); END"""
_SENT = """CREATE TRIGGER outbox_sent_stays BEFORE UPDATE OF state ON outbox_deliveries
           WHEN OLD.state = 'sent' AND NEW.state <> 'sent'
           BEGIN SELECT RAISE(ABORT, 'what is sent stays sent'); END"""
_REFUSE = """CREATE FUNCTION outbox_refuse() RETURNS trigger LANGUAGE plpgsql AS
             'BEGIN RAISE EXCEPTION ''what has been is not changed''; END'"""
_KEPT_THERE = """CREATE TRIGGER outbox_history_kept BEFORE UPDATE OR DELETE ON outbox_history
                 FOR EACH STATEMENT EXECUTE FUNCTION outbox_refuse()"""
_SENT_THERE = """CREATE TRIGGER outbox_sent_stays BEFORE UPDATE OF state ON outbox_deliveries
                 FOR EACH ROW WHEN (OLD.state = 'sent' AND NEW.state <> 'sent')
                 EXECUTE FUNCTION outbox_refuse()"""
_GUARDS = (
    (history, "after_create", _KEPT.format(act="UPDATE"), "sqlite"),
    (history, "after_create", _KEPT.format(act="DELETE"), "sqlite"),
    (deliveries, "after_create", _SENT, "sqlite"),
    (metadata, "before_create", _REFUSE, "postgresql"),
    (history, "after_create", _KEPT_THERE, "postgresql"),
    (deliveries, "after_create", _SENT_THERE, "postgresql"),
)
for _target, _when, _statement, _dialect in _GUARDS:
    _ddl: DDL = DDL(_statement)  # type: ignore[no-untyped-call]
    event.listen(_target, _when, _ddl.execute_if(dialect=_dialect))
