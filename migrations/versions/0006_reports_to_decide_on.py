"""rounds with meetings, reports that are frozen when published, and what the public may read

Revision ID: 0006
Revises: 0005
"""

from alembic import op
import sqlalchemy as sa


revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

# Plain ALTER TABLE, since rebuilding a table on SQLite would lose its named checks.
COLUMNS = (
    ('follow_up_round', 'as_of', 'DATE'),
    ('follow_up_round', 'kind',
     "VARCHAR(20) DEFAULT 'extra' NOT NULL CONSTRAINT ck_follow_up_round_round_kind"
     " CHECK (kind IN ('tertial_1', 'tertial_2', 'year_end', 'extra'))"),
    ('decision', 'report_id', 'INTEGER CONSTRAINT fk_decision_report_id REFERENCES report (id)'),
)
TABLES = ('report_question', 'report_file', 'report_text', 'report', 'round_nudge',
          'round_meeting', 'plan_publicity', 'letterhead')
# What is published is history; a kept file never changes.
FROZEN = (('report', "OLD.state = 'published'"), ('report_file', '1 = 1'))


def upgrade() -> None:
    _meetings()
    _reports()
    _outside()
    for table, name, kind in COLUMNS:
        op.execute(f'ALTER TABLE {table} ADD COLUMN {name} {kind}')
    op.create_index('ix_decision_report_id', 'decision', ['report_id'])
    for table, condition in FROZEN:
        _freeze(table, condition)


def downgrade() -> None:
    op.drop_index('ix_decision_report_id', 'decision')
    for table, name, _kind in reversed(COLUMNS):
        op.execute(f'ALTER TABLE {table} DROP COLUMN {name}')
    for table in TABLES:
        op.drop_table(table)
    if op.get_bind().dialect.name != 'sqlite':
        for table, _condition in FROZEN:
            op.execute(f'DROP FUNCTION {table}_frozen()')


def _freeze(table: str, condition: str) -> None:
    """Let the database itself refuse UPDATE and DELETE of the rows that meet the condition."""
    if op.get_bind().dialect.name == 'sqlite':
        for verb in ('UPDATE', 'DELETE'):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"WHEN {condition} BEGIN SELECT RAISE(ABORT, '{table} is frozen'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_frozen() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{table} is frozen'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_frozen BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {table}_frozen()"
    )


def _reports() -> None:
    op.create_table('report',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('progress', 'final', name='report_kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('committee_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('round_id', sa.Integer(), nullable=True),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('record_number', sa.String(length=50), nullable=False),
    sa.Column('state', sa.Enum('draft', 'reviewed', 'published', name='report_state', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=False),
    sa.Column('replaces_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=False),
    sa.Column('reviewed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reviewed_by_id', sa.Integer(), nullable=True),
    sa.Column('published_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('published_by_id', sa.Integer(), nullable=True),
    sa.Column('snapshot', sa.Text(), nullable=True),
    sa.Column('sha256', sa.String(length=64), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'draft') = (snapshot IS NULL)", name=op.f('ck_report_draft_has_no_snapshot')),
    sa.CheckConstraint("(state = 'published') = (published_at IS NOT NULL)", name=op.f('ck_report_published_has_time')),
    sa.CheckConstraint('(ordinal = 1) = (replaces_id IS NULL)', name=op.f('ck_report_first_replaces_none')),
    sa.CheckConstraint('(published_at IS NULL) = (published_by_id IS NULL)', name=op.f('ck_report_published_has_person')),
    sa.CheckConstraint('(reviewed_at IS NULL) = (reviewed_by_id IS NULL)', name=op.f('ck_report_reviewed_has_person')),
    sa.CheckConstraint('(snapshot IS NULL) = (reviewed_at IS NULL)', name=op.f('ck_report_snapshot_is_reviewed')),
    sa.CheckConstraint('(snapshot IS NULL) = (sha256 IS NULL)', name=op.f('ck_report_snapshot_has_hash')),
    sa.CheckConstraint('committee_id IS NULL OR unit_id IS NULL', name=op.f('ck_report_one_part_at_most')),
    sa.CheckConstraint('replaces_id <> id', name=op.f('ck_report_replaces_another')),
    sa.ForeignKeyConstraint(['committee_id'], ['committee.id'], name=op.f('fk_report_committee_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user_account.id'], name=op.f('fk_report_created_by_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['action_plan.id'], name=op.f('fk_report_plan_id')),
    sa.ForeignKeyConstraint(['published_by_id'], ['user_account.id'], name=op.f('fk_report_published_by_id')),
    sa.ForeignKeyConstraint(['replaces_id'], ['report.id'], name=op.f('fk_report_replaces_id')),
    sa.ForeignKeyConstraint(['reviewed_by_id'], ['user_account.id'], name=op.f('fk_report_reviewed_by_id')),
    sa.ForeignKeyConstraint(['round_id'], ['follow_up_round.id'], name=op.f('fk_report_round_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_report_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report')),
    sa.UniqueConstraint('replaces_id', name=op.f('uq_report_replaces_id'))
    )
    op.create_index('ix_report_committee_id', 'report', ['committee_id'])
    op.create_index('ix_report_plan_state_as_of', 'report', ['plan_id', 'state', 'as_of'])
    op.create_index('ix_report_round_id', 'report', ['round_id'])
    op.create_index('ix_report_unit_id', 'report', ['unit_id'])
    op.create_table('report_text',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('section', sa.String(length=60), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('mode', sa.Enum('add', 'replace', name='text_mode', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('basis', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_report_text_by_id')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_report_text_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_text'))
    )
    op.create_index('uq_report_text_report_section', 'report_text', ['report_id', 'section'], unique=True)
    op.create_table('report_file',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_report_file_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_file'))
    )
    op.create_index('uq_report_file_report_kind', 'report_file', ['report_id', 'kind'], unique=True)
    op.create_table('report_question',
    sa.Column('report_id', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('asked_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_by_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_report_question_action_id')),
    sa.ForeignKeyConstraint(['asked_by_id'], ['user_account.id'], name=op.f('fk_report_question_asked_by_id')),
    sa.ForeignKeyConstraint(['report_id'], ['report.id'], name=op.f('fk_report_question_report_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_report_question')),
    sa.UniqueConstraint('action_id', name=op.f('uq_report_question_action_id'))
    )
    op.create_index('ix_report_question_report_id', 'report_question', ['report_id'])


def _meetings() -> None:
    op.create_table('round_meeting',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('committee_id', sa.Integer(), nullable=False),
    sa.Column('dispatch_on', sa.Date(), nullable=False),
    sa.Column('meets_on', sa.Date(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('dispatch_on <= meets_on', name=op.f('ck_round_meeting_papers_before_meeting')),
    sa.ForeignKeyConstraint(['committee_id'], ['committee.id'], name=op.f('fk_round_meeting_committee_id')),
    sa.ForeignKeyConstraint(['round_id'], ['follow_up_round.id'], name=op.f('fk_round_meeting_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round_meeting')),
    sa.UniqueConstraint('round_id', 'committee_id', name=op.f('uq_round_meeting_round_id_committee_id'))
    )
    op.create_index('ix_round_meeting_committee_id', 'round_meeting', ['committee_id'])
    op.create_table('round_nudge',
    sa.Column('round_id', sa.Integer(), nullable=False),
    sa.Column('on', sa.Date(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_round_nudge_by_id')),
    sa.ForeignKeyConstraint(['round_id'], ['follow_up_round.id'], name=op.f('fk_round_nudge_round_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_round_nudge')),
    sa.UniqueConstraint('round_id', 'on', name=op.f('uq_round_nudge_round_id_on'))
    )


def _outside() -> None:
    op.create_table('plan_publicity',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('shows_actions', sa.Boolean(), nullable=False),
    sa.Column('shows_deviations', sa.Boolean(), nullable=False),
    sa.Column('shows_effects', sa.Boolean(), nullable=False),
    sa.Column('shows_texts', sa.Boolean(), nullable=False),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['opened_by_id'], ['user_account.id'], name=op.f('fk_plan_publicity_opened_by_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['action_plan.id'], name=op.f('fk_plan_publicity_plan_id')),
    sa.PrimaryKeyConstraint('plan_id', name=op.f('pk_plan_publicity'))
    )
    op.create_table('letterhead',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('logo', sa.LargeBinary(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_by_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_letterhead_only_one')),
    sa.ForeignKeyConstraint(['changed_by_id'], ['user_account.id'], name=op.f('fk_letterhead_changed_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letterhead'))
    )
