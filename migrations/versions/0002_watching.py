"""Watch-words as one text a reader, what they make of each digest, and since when a reader's editions are empty."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("chats", sa.Column("watch_key", sa.Text(), server_default="", nullable=False))
    op.add_column("chats", sa.Column("quiet_since_ms", sa.BigInteger(), nullable=True))
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
    op.drop_column("chats", "quiet_since_ms")
    op.drop_column("chats", "watch_key")
