"""what a review makes of a draft, and where an evaluation came from

Revision ID: 0002
Revises: 0001
"""

from alembic import op
import sqlalchemy as sa


revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column('import_draft', sa.Column('work', sa.JSON(), nullable=True))
    op.add_column('import_draft', sa.Column('source_lines', sa.JSON(), nullable=True))
    op.add_column('evaluation', sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False))
    op.add_column('evaluation', sa.Column('source_sha256', sa.String(length=64), nullable=True))
    op.add_column('evaluation', sa.Column('source_name', sa.String(length=255), nullable=True))
    op.create_index(op.f('ix_evaluation_source_sha256'), 'evaluation', ['source_sha256'])
    op.add_column('sub_area', sa.Column('body', sa.Text(), server_default=sa.text("''"), nullable=False))


def downgrade() -> None:
    op.drop_column('sub_area', 'body')
    op.drop_index(op.f('ix_evaluation_source_sha256'), 'evaluation')
    op.drop_column('evaluation', 'source_name')
    op.drop_column('evaluation', 'source_sha256')
    op.drop_column('evaluation', 'version')
    op.drop_column('import_draft', 'source_lines')
    op.drop_column('import_draft', 'work')
