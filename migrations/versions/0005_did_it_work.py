"""what comparing needs: corrected crosswalks, scores of others, where points come from

Revision ID: 0005
Revises: 0004
"""

from alembic import op
import sqlalchemy as sa


revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

# Plain ALTER TABLE, since rebuilding a table on SQLite would lose its named checks.
COLUMNS = (
    ('improvement_point', 'ancestry',
     "VARCHAR(20) CONSTRAINT ck_improvement_point_ancestry CHECK (ancestry IN ('new', 'repeated', 'changed'))"
     " CONSTRAINT ck_improvement_point_new_repeats_none CHECK (ancestry IS NULL OR (ancestry = 'new') = (repeats_id IS NULL))"),
    ('improvement_point', 'resolved', 'BOOLEAN'),
)
TABLES = ('effect_settings', 'predecessor', 'reference_score', 'crosswalk_link', 'crosswalk')


def upgrade() -> None:
    for table, name, kind in COLUMNS:
        op.execute(f'ALTER TABLE {table} ADD COLUMN {name} {kind}')
    _crosswalks()
    _others()


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    for table, name, _kind in reversed(COLUMNS):
        op.execute(f'ALTER TABLE {table} DROP COLUMN {name}')


def _crosswalks() -> None:
    op.create_table('crosswalk',
    sa.Column('before_id', sa.Integer(), nullable=False),
    sa.Column('after_id', sa.Integer(), nullable=False),
    sa.Column('before_edition', sa.String(length=50), nullable=False),
    sa.Column('after_edition', sa.String(length=50), nullable=False),
    sa.Column('corrected_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('corrected_by_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('before_id <> after_id', name=op.f('ck_crosswalk_two_evaluations')),
    sa.ForeignKeyConstraint(['after_id'], ['evaluation.id'], name=op.f('fk_crosswalk_after_id')),
    sa.ForeignKeyConstraint(['before_id'], ['evaluation.id'], name=op.f('fk_crosswalk_before_id')),
    sa.ForeignKeyConstraint(['corrected_by_id'], ['user_account.id'], name=op.f('fk_crosswalk_corrected_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crosswalk')),
    sa.UniqueConstraint('before_id', 'after_id', 'before_edition', 'after_edition', name=op.f('uq_crosswalk_before_id_after_id_before_edition_after_edition'))
    )
    op.create_index('ix_crosswalk_after_id', 'crosswalk', ['after_id'])
    op.create_table('crosswalk_link',
    sa.Column('crosswalk_id', sa.Integer(), nullable=False),
    sa.Column('before_code', sa.String(length=10), nullable=True),
    sa.Column('after_code', sa.String(length=10), nullable=True),
    sa.Column('match', sa.Enum('same', 'revised', 'split', 'merged', 'new', 'dropped', name='crosswalk_match', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(match = 'dropped') = (after_code IS NULL)", name=op.f('ck_crosswalk_link_dropped_has_no_after')),
    sa.CheckConstraint("(match = 'new') = (before_code IS NULL)", name=op.f('ck_crosswalk_link_new_has_no_before')),
    sa.ForeignKeyConstraint(['crosswalk_id'], ['crosswalk.id'], name=op.f('fk_crosswalk_link_crosswalk_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_crosswalk_link')),
    sa.UniqueConstraint('crosswalk_id', 'before_code', 'after_code', name=op.f('uq_crosswalk_link_crosswalk_id_before_code_after_code'))
    )


def _others() -> None:
    op.create_table('reference_score',
    sa.Column('municipality', sa.String(length=100), nullable=False),
    sa.Column('place_key', sa.String(length=100), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('whole_year', sa.Boolean(), nullable=False),
    sa.Column('edition', sa.String(length=50), nullable=False),
    sa.Column('areas', sa.JSON(), nullable=False),
    sa.Column('total', sa.Integer(), nullable=True),
    sa.Column('source', sa.String(length=300), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['added_by_id'], ['user_account.id'], name=op.f('fk_reference_score_added_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reference_score')),
    sa.UniqueConstraint('place_key', 'month', 'whole_year', 'edition', name=op.f('uq_reference_score_place_key_month_whole_year_edition'))
    )
    op.create_table('predecessor',
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('predecessor_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('municipality_id <> predecessor_id', name=op.f('ck_predecessor_not_itself')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_predecessor_municipality_id')),
    sa.ForeignKeyConstraint(['predecessor_id'], ['municipality.id'], name=op.f('fk_predecessor_predecessor_id')),
    sa.PrimaryKeyConstraint('municipality_id', 'predecessor_id', name=op.f('pk_predecessor'))
    )
    op.create_index('ix_predecessor_predecessor_id', 'predecessor', ['predecessor_id'])
    op.create_table('effect_settings',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('threshold', sa.Double(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_effect_settings_only_one')),
    sa.CheckConstraint('threshold BETWEEN 0 AND 50', name=op.f('ck_effect_settings_threshold_in_range')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_effect_settings'))
    )
