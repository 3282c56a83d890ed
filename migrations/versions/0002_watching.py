"""Watch-words as one text a reader, what they make of each digest, and since when a reader's editions are empty."""

from __future__ import annotations

import json
from itertools import groupby

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# As they are between the two: the old columns and the new ones side by side.
CHATS = sa.table("chats", *map(sa.column, ("id", "watch_key", "mutes_rest")))
WATCH_WORDS = sa.table("watch_words", *map(sa.column, ("chat_id", "word")))


def upgrade() -> None:
    op.add_column("chats", sa.Column("watch_key", sa.Text(), server_default="", nullable=False))
    op.add_column("chats", sa.Column("quiet_since_ms", sa.BigInteger(), nullable=True))
    _gather_words()
    op.drop_column("chats", "mutes_rest")
    op.drop_table("watch_words")
    op.create_table(
        "watch_outcomes",
        sa.Column("campaign_id", ROW_NUMBER, nullable=False),
        sa.Column("watch_key", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaigns.id"], name="fk_watch_outcomes_campaign_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "watch_key", name="pk_watch_outcomes"),
    )


def downgrade() -> None:
    op.drop_table("watch_outcomes")
    op.create_table(
        "watch_words",
        sa.Column("chat_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("word", sa.Text(), nullable=False),
        sa.Column("created_at_ms", sa.BigInteger(), server_default="0", nullable=False),
        sa.ForeignKeyConstraint(
            ["chat_id"], ["chats.id"], name="fk_watch_words_chat_id", onupdate="CASCADE", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("chat_id", "word", name="pk_watch_words"),
    )
    op.add_column("chats", sa.Column("mutes_rest", sa.Boolean(), server_default=sa.false(), nullable=False))
    _scatter_words()
    op.drop_column("chats", "quiet_since_ms")
    op.drop_column("chats", "watch_key")


def _gather_words() -> None:
    connection = op.get_bind()
    words = sa.select(WATCH_WORDS.c.chat_id, WATCH_WORDS.c.word, CHATS.c.mutes_rest)
    words = words.join_from(WATCH_WORDS, CHATS, WATCH_WORDS.c.chat_id == CHATS.c.id).order_by(WATCH_WORDS.c.chat_id)
    for chat_id, rows in groupby(connection.execute(words).all(), key=lambda row: row.chat_id):
        watched = list(rows)
        key = [sorted(row.word for row in watched), bool(watched[0].mutes_rest)]
        text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
        connection.execute(sa.update(CHATS).where(CHATS.c.id == chat_id).values(watch_key=text))


def _scatter_words() -> None:
    connection = op.get_bind()
    for chat_id, text in connection.execute(sa.select(CHATS.c.id, CHATS.c.watch_key).where(CHATS.c.watch_key != "")):
        words, mutes_rest = json.loads(text)
        connection.execute(sa.update(CHATS).where(CHATS.c.id == chat_id).values(mutes_rest=bool(mutes_rest)))
        connection.execute(sa.insert(WATCH_WORDS), [{"chat_id": chat_id, "word": word} for word in words])
