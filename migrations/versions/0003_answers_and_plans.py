"""answers to points, plans that end and follow each other, and what an action can say

Revision ID: 0003
Revises: 0002
"""

import re

from alembic import op
import sqlalchemy as sa


revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

# Plain ALTER TABLE, since rebuilding a table on SQLite would lose its triggers and named checks.
EMPTY = "TEXT DEFAULT '' NOT NULL"
PHASE = (
    "CASE WHEN status IN ('planned', 'ongoing', 'paused') THEN 0 WHEN status = 'done' THEN 1 ELSE 2 END"
)
STAGE = (
    "CASE status WHEN 'planned' THEN 0 WHEN 'ongoing' THEN 1 WHEN 'paused' THEN 2 "
    "WHEN 'done' THEN 3 WHEN 'verified' THEN 4 WHEN 'dropped' THEN 5 END"
)
COLUMNS = (
    ('action', 'starts_on', "DATE CONSTRAINT ck_action_starts_before_end CHECK (starts_on IS NULL OR starts_on <= deadline)"),
    ('action', 'effect_measure', EMPTY),
    ('action', 'cost', EMPTY),
    ('action', 'title_key', "TEXT BYTE_BY_BYTE DEFAULT '' NOT NULL"),
    ('action', 'extra', "JSON"),
    ('action', 'health', "VARCHAR(20) CONSTRAINT ck_action_latest_health CHECK (health IN ('on_track', 'at_risk', 'off_track'))"),
    ('action', 'percent', "INTEGER CONSTRAINT ck_action_percent_in_range CHECK (percent IS NULL OR percent BETWEEN 0 AND 100)"),
    ('action', 'forecast', "DATE"),
    ('action', 'reported_at', "INSTANT"),
    ('action', 'phase', f"INTEGER GENERATED ALWAYS AS ({PHASE}) STORED_OR_NOT NOT NULL"),
    ('action', 'stage', f"INTEGER GENERATED ALWAYS AS ({STAGE}) STORED_OR_NOT NOT NULL"),
    ('action_plan', 'evaluation_id', "INTEGER CONSTRAINT fk_action_plan_evaluation_id REFERENCES evaluation (id)"),
    ('action_plan', 'previous_id', "INTEGER CONSTRAINT fk_action_plan_previous_id REFERENCES action_plan (id)"),
    ('action_plan', 'starts_on', "DATE"),
    ('action_plan', 'ends_on', "DATE CONSTRAINT ck_action_plan_period_runs_forward CHECK (ends_on IS NULL OR starts_on <= ends_on)"),
    ('action_plan', 'unanswered_reason', EMPTY),
    ('action_plan', 'closed_on', "DATE CONSTRAINT ck_action_plan_closed_was_adopted CHECK (closed_on IS NULL OR state = 'adopted')"),
    ('action_plan', 'closed_by_id', "INTEGER CONSTRAINT fk_action_plan_closed_by_id REFERENCES user_account (id) CONSTRAINT ck_action_plan_closed_has_person CHECK ((closed_on IS NULL) = (closed_by_id IS NULL))"),
    ('action_plan', 'final_report', EMPTY),
    ('action_plan', 'version', "INTEGER DEFAULT 1 NOT NULL"),
    ('decision', 'kind', "VARCHAR(20) DEFAULT 'adopted' NOT NULL CONSTRAINT ck_decision_decision_kind CHECK (kind IN ('adopted', 'followed_up', 'closed'))"),
    ('decision', 'note', EMPTY),
    ('evidence', 'sha256', "VARCHAR(64)"),
    ('evidence', 'file_name', "VARCHAR(255) DEFAULT '' NOT NULL"),
    ('evidence', 'size', "INTEGER CONSTRAINT ck_evidence_file_is_whole CHECK ((sha256 IS NULL) = (size IS NULL))"),
    ('improvement_point', 'effort', "INTEGER CONSTRAINT ck_improvement_point_effort_in_range CHECK (effort IS NULL OR effort BETWEEN 1 AND 3)"),
    ('improvement_point', 'priority', "INTEGER CONSTRAINT ck_improvement_point_priority_in_range CHECK (priority IS NULL OR priority BETWEEN 1 AND 3)"),
    ('status_update', 'percent', "INTEGER CONSTRAINT ck_status_update_percent_in_range CHECK (percent IS NULL OR percent BETWEEN 0 AND 100)"),
    ('status_update', 'forecast', "DATE"),
    ('status_update', 'corrects_id', "INTEGER CONSTRAINT fk_status_update_corrects_id REFERENCES status_update (id)"),
    ('user_account', 'calendar_rev', "INTEGER DEFAULT 0 NOT NULL"),
)
INDEXES = (
    ('action', 'ix_action_phase_deadline', ('phase', 'deadline')),
    ('action', 'ix_action_stage_deadline', ('stage', 'deadline')),
    ('action', 'ix_action_owner_phase_deadline', ('owner_id', 'phase', 'deadline')),
    ('action', 'ix_action_unit_phase_deadline', ('unit_id', 'phase', 'deadline')),
    ('action', 'ix_action_committee_phase_deadline', ('committee_id', 'phase', 'deadline')),
    ('action', 'ix_action_plan_phase_deadline', ('plan_id', 'phase', 'deadline')),
    ('action', 'ix_action_health_phase_deadline', ('health', 'phase', 'deadline')),
    ('action', 'ix_action_committee_status_deadline', ('committee_id', 'status', 'deadline')),
    ('action', 'ix_action_plan_status_deadline', ('plan_id', 'status', 'deadline')),
    ('action', 'ix_action_health_status_deadline', ('health', 'status', 'deadline')),
    ('action', 'ix_action_title_key', ('title_key',)),
    ('action', 'ix_action_reported_at', (sa.text('(reported_at IS NULL)'), sa.text('reported_at DESC'))),
    ('action', 'ix_action_committee_owner', ('committee_id', 'owner_id')),
    ('action', 'ix_action_committee_unit', ('committee_id', 'unit_id')),
    ('action', 'ix_action_unit_owner', ('unit_id', 'owner_id')),
    ('action_plan', 'ix_action_plan_evaluation_id', ('evaluation_id',)),
    ('action_plan', 'ix_action_plan_previous_id', ('previous_id',)),
)
OLD_INDEXES = (
    ('action', 'ix_action_committee_status', ('committee_id', 'status')),
    ('action', 'ix_action_plan_deadline', ('plan_id', 'deadline')),
)
SLIPPED = sa.text('deadline > first_deadline')
NEW_TABLES = (
    'search_word',
    'change_batch',
    'role_model',
    'plan_point',
    'sheet_draft',
    'action_contributor',
    'action_dependency',
    'action_link',
    'action_plan_point',
    'action_word',
    'carried_action',
    'comment',
    'disposition',
    'mention',
)


def upgrade() -> None:
    _new_tables()
    sqlite = op.get_bind().dialect.name == 'sqlite'
    for table, name, kind in COLUMNS:
        kind = kind.replace('STORED_OR_NOT', 'VIRTUAL' if sqlite else 'STORED')
        kind = kind.replace('INSTANT', 'DATETIME' if sqlite else 'TIMESTAMP WITH TIME ZONE')
        kind = kind.replace('BYTE_BY_BYTE', '' if sqlite else 'COLLATE "C"')
        op.execute(f'ALTER TABLE {table} ADD COLUMN {name} {kind}')
    for table, name, _columns in OLD_INDEXES:
        op.drop_index(name, table)
    for table, name, columns in INDEXES:
        op.create_index(name, table, list(columns))
    op.create_index(
        'ix_action_slipped',
        'action',
        ['phase', 'deadline'],
        sqlite_where=SLIPPED,
        postgresql_where=SLIPPED,
    )
    op.create_index('uq_status_update_corrects_id', 'status_update', ['corrects_id'], unique=True)
    _repeat_latest_reports()
    _fill_search()


def _repeat_latest_reports() -> None:
    latest = (
        "(SELECT {column} FROM status_update WHERE status_update.action_id = action.id "
        "ORDER BY status_update.at DESC, status_update.id DESC LIMIT 1)"
    )
    op.execute(
        f"UPDATE action SET health = {latest.format(column='health')}, "
        f"reported_at = {latest.format(column='at')}"
    )


def _fill_search() -> None:
    """Words as tracker.domain.text.words gives them, of the search keys that were kept before."""
    bind = op.get_bind()
    ids: dict[str, int] = {}
    rows = bind.execute(sa.text('SELECT id, title, search_key FROM action')).all()
    for action_id, title, key in rows:
        order = ' '.join(title.casefold().split()).translate(str.maketrans('åäö', '{|}'))
        bind.execute(
            sa.text('UPDATE action SET title_key = :order WHERE id = :id'),
            {'order': order, 'id': action_id},
        )
        for word in {found[:100] for found in re.findall(r'[^\W_]+', key)}:
            if word not in ids:
                ids[word] = len(ids) + 1
                bind.execute(
                    sa.text('INSERT INTO search_word (id, word) VALUES (:id, :word)'),
                    {'id': ids[word], 'word': word},
                )
            bind.execute(
                sa.text('INSERT INTO action_word (word_id, action_id) VALUES (:word, :action)'),
                {'word': ids[word], 'action': action_id},
            )
    if bind.dialect.name == 'postgresql' and ids:
        bind.execute(sa.text("SELECT setval(pg_get_serial_sequence('search_word', 'id'), :last)"), {'last': len(ids)})


def downgrade() -> None:
    op.drop_index('uq_status_update_corrects_id', 'status_update')
    op.drop_index('ix_action_slipped', 'action')
    for table, name, _columns in reversed(INDEXES):
        op.drop_index(name, table)
    for table in reversed(NEW_TABLES):
        op.drop_table(table)
    for table, name, _kind in reversed(COLUMNS):
        op.execute(f'ALTER TABLE {table} DROP COLUMN {name}')
    for table, name, columns in OLD_INDEXES:
        op.create_index(name, table, list(columns))


def _new_tables() -> None:
    op.create_table('search_word',
    sa.Column('word', sa.String(length=100), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_search_word')),
    sa.UniqueConstraint('word', name=op.f('uq_search_word_word'))
    )
    op.create_table('change_batch',
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('undone_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_change_batch_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_change_batch'))
    )
    op.create_index('ix_change_batch_by_id', 'change_batch', ['by_id'])

    op.create_table('role_model',
    sa.Column('evaluation_id', sa.Integer(), nullable=False),
    sa.Column('area_number', sa.Integer(), nullable=True),
    sa.Column('municipality', sa.String(length=100), nullable=False),
    sa.Column('about', sa.Text(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_role_model_evaluation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_model'))
    )
    op.create_index('ix_role_model_evaluation_id', 'role_model', ['evaluation_id'])

    op.create_table('plan_point',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('label', sa.String(length=20), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['plan_id'], ['action_plan.id'], name=op.f('fk_plan_point_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_plan_point')),
    sa.UniqueConstraint('plan_id', 'position', name=op.f('uq_plan_point_plan_id_position'))
    )
    op.create_table('sheet_draft',
    sa.Column('by_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=True),
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('sheet_name', sa.String(length=100), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('rows', sa.JSON(), nullable=False),
    sa.Column('base', sa.JSON(), nullable=True),
    sa.Column('mapping', sa.JSON(), nullable=True),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_sheet_draft_by_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['action_plan.id'], name=op.f('fk_sheet_draft_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sheet_draft'))
    )
    op.create_index('ix_sheet_draft_by_id', 'sheet_draft', ['by_id'])
    op.create_index('ix_sheet_draft_plan_id', 'sheet_draft', ['plan_id'])

    op.create_table('action_contributor',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_action_contributor_action_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_action_contributor_user_id')),
    sa.PrimaryKeyConstraint('action_id', 'user_id', name=op.f('pk_action_contributor'))
    )
    op.create_index('ix_action_contributor_user_id', 'action_contributor', ['user_id'])

    op.create_table('action_dependency',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('needs_id', sa.Integer(), nullable=False),
    sa.CheckConstraint('action_id <> needs_id', name=op.f('ck_action_dependency_not_itself')),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_action_dependency_action_id')),
    sa.ForeignKeyConstraint(['needs_id'], ['action.id'], name=op.f('fk_action_dependency_needs_id')),
    sa.PrimaryKeyConstraint('action_id', 'needs_id', name=op.f('pk_action_dependency'))
    )
    op.create_index('ix_action_dependency_needs_id', 'action_dependency', ['needs_id'])

    op.create_table('action_link',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('url', sa.String(length=1000), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_action_link_action_id')),
    sa.ForeignKeyConstraint(['added_by_id'], ['user_account.id'], name=op.f('fk_action_link_added_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action_link'))
    )
    op.create_index('ix_action_link_action_id', 'action_link', ['action_id'])

    op.create_table('action_plan_point',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('plan_point_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_action_plan_point_action_id')),
    sa.ForeignKeyConstraint(['plan_point_id'], ['plan_point.id'], name=op.f('fk_action_plan_point_plan_point_id')),
    sa.PrimaryKeyConstraint('action_id', 'plan_point_id', name=op.f('pk_action_plan_point'))
    )
    op.create_index('ix_action_plan_point_plan_point_id', 'action_plan_point', ['plan_point_id'])

    op.create_table('action_word',
    sa.Column('word_id', sa.Integer(), nullable=False),
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_action_word_action_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['word_id'], ['search_word.id'], name=op.f('fk_action_word_word_id')),
    sa.PrimaryKeyConstraint('word_id', 'action_id', name=op.f('pk_action_word'))
    )
    op.create_index('ix_action_word_action_id', 'action_word', ['action_id'])

    op.create_table('carried_action',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('from_plan_id', sa.Integer(), nullable=False),
    sa.Column('to_plan_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.Enum('planned', 'ongoing', 'paused', 'done', 'verified', 'dropped', name='carried_status', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('deadline', sa.Date(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_carried_action_action_id')),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_carried_action_by_id')),
    sa.ForeignKeyConstraint(['from_plan_id'], ['action_plan.id'], name=op.f('fk_carried_action_from_plan_id')),
    sa.ForeignKeyConstraint(['to_plan_id'], ['action_plan.id'], name=op.f('fk_carried_action_to_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_carried_action'))
    )
    op.create_index('ix_carried_action_action_id', 'carried_action', ['action_id'])
    op.create_index('ix_carried_action_from_plan_id', 'carried_action', ['from_plan_id'])
    op.create_index('ix_carried_action_to_plan_id', 'carried_action', ['to_plan_id'])

    op.create_table('comment',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_comment_action_id')),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_comment_author_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_comment'))
    )
    op.create_index('ix_comment_action_at', 'comment', ['action_id', 'at'])
    op.create_index('ix_comment_author_id', 'comment', ['author_id'])

    op.create_table('disposition',
    sa.Column('point_id', sa.Integer(), nullable=False),
    sa.Column('answer', sa.Enum('act', 'no_action', 'merged', name='answer', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('decided_by', sa.String(length=120), nullable=False),
    sa.Column('merged_into_id', sa.Integer(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('by_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(answer = 'merged') = (merged_into_id IS NOT NULL)", name=op.f('ck_disposition_merged_has_point')),
    sa.CheckConstraint("(answer = 'no_action') = (reason <> '' AND decided_by <> '')", name=op.f('ck_disposition_no_action_has_reason')),
    sa.CheckConstraint('merged_into_id <> point_id', name=op.f('ck_disposition_merged_into_another')),
    sa.ForeignKeyConstraint(['by_id'], ['user_account.id'], name=op.f('fk_disposition_by_id')),
    sa.ForeignKeyConstraint(['merged_into_id'], ['improvement_point.id'], name=op.f('fk_disposition_merged_into_id')),
    sa.ForeignKeyConstraint(['point_id'], ['improvement_point.id'], name=op.f('fk_disposition_point_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_disposition')),
    sa.UniqueConstraint('point_id', name=op.f('uq_disposition_point_id'))
    )
    op.create_index('ix_disposition_merged_into_id', 'disposition', ['merged_into_id'])

    op.create_table('mention',
    sa.Column('comment_id', sa.Integer(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['comment_id'], ['comment.id'], name=op.f('fk_mention_comment_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_mention_user_id')),
    sa.PrimaryKeyConstraint('comment_id', 'user_id', name=op.f('pk_mention'))
    )
    op.create_index('ix_mention_user_seen', 'mention', ['user_id', 'seen_at'])
