"""What a group's administrators choose, apart from what the operator's settings say of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

CHATS = sa.table("chats", *map(sa.column, ("kind", "status", "style", "is_home", "thread_id", "home_thread_id")))
EDITIONS = sa.table("editions", *map(sa.column, ("campaign_id", "style", "part_count")))
IS_GROUP = CHATS.c.kind != "private"


def upgrade() -> None:
    for name in ("is_home", "is_silent"):
        op.add_column("chats", sa.Column(name, sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("chats", sa.Column("home_thread_id", sa.BigInteger(), nullable=True))
    # Until now only GROUP_CHATS gave a group digests and a topic, and none had a style of its own.
    op.execute(sa.update(CHATS).where(IS_GROUP, CHATS.c.status != "new").values(is_home=sa.true()))
    op.execute(sa.update(CHATS).where(IS_GROUP).values(home_thread_id=CHATS.c.thread_id, thread_id=None, style=""))
    # Style full has a message for each section, style card is one message.
    _rename("group", "group card", EDITIONS.c.part_count == 1)
    _rename("group", "group full")


def downgrade() -> None:
    _rename("group full", "group")
    named = sa.select(EDITIONS.c.campaign_id).where(EDITIONS.c.style == "group")
    _rename("group card", "group", EDITIONS.c.campaign_id.not_in(named))
    op.execute(
        sa.update(CHATS)
        .where(IS_GROUP)
        .values(thread_id=sa.func.coalesce(CHATS.c.home_thread_id, CHATS.c.thread_id), style="card")
    )
    for name in ("home_thread_id", "is_silent", "is_home"):
        op.drop_column("chats", name)


def _rename(style: str, other: str, *conditions: sa.ColumnElement[bool]) -> None:
    op.execute(sa.update(EDITIONS).where(EDITIONS.c.style == style, *conditions).values(style=other))
