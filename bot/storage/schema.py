"""The tables of the state, the same on SQLite and PostgreSQL. Times are integer milliseconds UTC.

`migrations/` builds them; a test compares the two.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
    text,
    true,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite numbers rows by itself only where the type is exactly INTEGER.
Identity64 = BigInteger().with_variant(Integer, "sqlite")


def _text(name: str, default: str = "") -> Column[str]:
    return Column(name, Text, nullable=False, server_default=default)


def _count(name: str) -> Column[int]:
    return Column(name, Integer, nullable=False, server_default="0")


def _moment(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False, server_default="0")


def _flag(name: str, is_set: bool = False) -> Column[bool]:
    return Column(name, Boolean, nullable=False, server_default=true() if is_set else false())


def _kept_with_chat() -> Column[int]:
    return Column(
        "chat_id",
        BigInteger,
        ForeignKey("chats.id", onupdate="CASCADE", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    )


meta = Table("meta", metadata, Column("name", String(64), primary_key=True), _text("value"))

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", String(8), nullable=False),
    Column("status", String(8), nullable=False),
    Column("status_before", String(8)),
    _text("reason"),
    _text("name"),
    _text("username"),
    # Of a group or channel, "": as the operator's settings say.
    Column("style", String(8), nullable=False, server_default="card"),
    Column("language", String(8), nullable=False, server_default="zh"),
    _text("filter_key"),
    _text("watch_key"),
    # Since when every edition of this reader was empty; null: the last one was not.
    Column("quiet_since_ms", BigInteger),
    Column("thread_id", BigInteger),
    # The operator gives it every digest, and maybe fixes the topic.
    _flag("is_home"),
    Column("home_thread_id", BigInteger),
    _flag("is_silent"),
    Column("deliver_at_min", SmallInteger),
    _flag("is_rich_refused"),
    _moment("created_at_ms"),
    _moment("updated_at_ms"),
    Column("subscribed_at_ms", BigInteger),
    Index(None, "kind", "status", "id"),
)

saved_items = Table(
    "saved_items",
    metadata,
    _kept_with_chat(),
    Column("item_key", String(64), primary_key=True),
    _text("headline"),
    _moment("saved_at_ms"),
    Index(None, "chat_id", "saved_at_ms"),
)

digests = Table(
    "digests",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("date", Date, nullable=False),
    _text("slug"),
    _text("name"),
    _text("content_hash"),
    Column("state", String(12), nullable=False),
    _text("reason"),
    _text("told_hash"),
    _moment("created_at_ms"),
    _moment("updated_at_ms"),
    UniqueConstraint("date", "slug"),
)

campaigns = Table(
    "campaigns",
    metadata,
    Column("id", Identity64, primary_key=True),
    Column("kind", String(12), nullable=False),
    Column("state", String(10), nullable=False),
    Column("policy", String(16), nullable=False),
    _text("digest_key"),
    _text("content_hash"),
    Column("subject_id", BigInteger),
    Column("author_id", BigInteger),
    _flag("is_silent"),
    _text("reason"),
    # Comma-separated kinds of chats that get it besides those named when it was made.
    _text("audience"),
    # A broadcast goes to whoever was counted in `total` at this moment; null: to everybody there is.
    Column("counted_at_ms", BigInteger),
    # The last chat whose delivery is written, while BUILDING; null at the very beginning.
    Column("cursor", BigInteger),
    # STOPPED leaves pending rows behind until they are swept.
    _flag("is_swept"),
    _count("total"),
    _count("sent"),
    _count("failed"),
    _count("unknown"),
    _count("skipped"),
    _count("blocked"),
    _count("repeated"),
    _moment("created_at_ms"),
    Column("started_at_ms", BigInteger),
    Column("finished_at_ms", BigInteger),
    Column("compacted_at_ms", BigInteger),
    Index(None, "state"),
    Index(None, "digest_key"),
    sqlite_autoincrement=True,
)

# What a campaign's digest makes of each watch; a watch that is not here makes nothing of it.
watch_outcomes = Table(
    "watch_outcomes",
    metadata,
    Column("campaign_id", ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("watch_key", Text, primary_key=True),
    _text("outcome"),
)

editions = Table(
    "editions",
    metadata,
    Column("id", Identity64, primary_key=True),
    Column("campaign_id", ForeignKey("campaigns.id", ondelete="CASCADE"), nullable=False),
    Column("style", String(32), nullable=False),
    # The key of the filter, and after it that of the watch's outcome.
    _text("filter_key"),
    _count("part_count"),
    UniqueConstraint("campaign_id", "style", "filter_key"),
)

parts = Table(
    "parts",
    metadata,
    Column("edition_id", ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True),
    Column("number", SmallInteger, primary_key=True),
    Column("method", String(32), nullable=False),
    _text("params"),
    Column("section", SmallInteger),
)

# No foreign keys: a million rows are written at a time, and a reader who leaves must not change what was counted.
deliveries = Table(
    "deliveries",
    metadata,
    Column("campaign_id", BigInteger, primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("edition_id", BigInteger, nullable=False),
    Column("thread_id", BigInteger),
    Column("state", String(8), nullable=False, server_default="pending"),
    _count("next_part"),
    _count("attempts"),
    _count("repeats"),
    _flag("is_repeat"),
    _text("message_ids"),
    _text("reason"),
    _moment("not_before_ms"),
    _moment("leased_until_ms"),
    _flag("is_settled", is_set=True),
    sqlite_with_rowid=False,
)

IS_PENDING = text("state = 'pending'")
IS_OPEN = text("state IN ('sending', 'unknown')")
IS_UNSETTLED = text("NOT is_settled")
Index(
    "ix_deliveries_pending",
    deliveries.c.campaign_id,
    deliveries.c.not_before_ms,
    deliveries.c.chat_id,
    sqlite_where=IS_PENDING,
    postgresql_where=IS_PENDING,
)
Index("ix_deliveries_open", deliveries.c.state, sqlite_where=IS_OPEN, postgresql_where=IS_OPEN)
Index("ix_deliveries_unsettled", deliveries.c.campaign_id, sqlite_where=IS_UNSETTLED, postgresql_where=IS_UNSETTLED)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Identity64, primary_key=True),
    Column("campaign_id", BigInteger, nullable=False),
    Column("chat_id", BigInteger, nullable=False),
    _count("part"),
    Column("kind", String(12), nullable=False),
    _text("reason"),
    _moment("at_ms"),
    Index(None, "campaign_id"),
)

live_cards = Table(
    "live_cards",
    metadata,
    Column("campaign_id", ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, nullable=False),
)

# The messages of a finished broadcast being deleted again.
recalls = Table(
    "recalls",
    metadata,
    Column("campaign_id", ForeignKey("campaigns.id", ondelete="CASCADE"), primary_key=True),
    # The last chat whose message is done with; null at the very beginning.
    Column("cursor", BigInteger),
    _count("total"),
    _count("recalled"),
    _count("kept"),
    _flag("is_over"),
)

# `chat` 0 is everybody.
holds = Table(
    "holds", metadata, Column("chat_id", BigInteger, primary_key=True, autoincrement=False), _moment("until_ms")
)

updates = Table(
    "updates",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    _text("payload"),
    _flag("is_done"),
    _moment("received_at_ms"),
    Index(None, "is_done", "received_at_ms"),
)

leases = Table(
    "leases",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("owner", String(64), nullable=False),
    _moment("until_ms"),
)
