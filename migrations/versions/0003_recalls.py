"""Recalls: how far the messages of a finished broadcast are deleted again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ROW_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "recalls",
        sa.Column("campaign_id", ROW_NUMBER, nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=True),
        sa.Column("total", sa.Integer(), server_default="0", nullable=False),
        sa.Column("recalled", sa.Integer(), server_default="0", nullable=False),
        sa.Column("kept", sa.Integer(), server_default="0", nullable=False),
        sa.Column("is_over", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.ForeignKeyConstraint(["campaign_id"], ["campaigns.id"], name="fk_recalls_campaign_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("campaign_id", name="pk_recalls"),
    )


def downgrade() -> None:
    op.drop_table("recalls")
