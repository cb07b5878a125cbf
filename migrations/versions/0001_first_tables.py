"""first tables

Revision ID: 0001
Revises: 
"""

from alembic import op
import sqlalchemy as sa


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None

# Rows of these tables are written once. A later batch rebuild of one of them on SQLite drops its
# triggers with the old table: make them again in that migration.
APPEND_ONLY = ("status_update", "journal_entry")


def refuse_changes(table: str) -> None:
    """Let the database itself refuse UPDATE and DELETE."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ "
        f"BEGIN RAISE EXCEPTION '{table} is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION {table}_append_only()"
    )


def upgrade() -> None:
    op.create_table('action_plan',
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'adopted', name='plan_state', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action_plan'))
    )
    op.create_table('committee',
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_committee')),
    sa.UniqueConstraint('name', name=op.f('uq_committee_name'))
    )
    op.create_table('municipality',
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('is_own', sa.Boolean(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_municipality')),
    sa.UniqueConstraint('name', name=op.f('uq_municipality_name'))
    )
    with op.batch_alter_table('municipality', schema=None) as batch_op:
        batch_op.create_index('ix_municipality_is_own', ['is_own'], unique=True, sqlite_where=sa.text('is_own'), postgresql_where=sa.text('is_own'))

    op.create_table('user_account',
    sa.Column('name', sa.String(length=120), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('email_key', sa.String(length=254), nullable=False),
    sa.Column('password_hash', sa.String(length=200), nullable=False),
    sa.Column('locale', sa.String(length=5), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('deactivated_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_account')),
    sa.UniqueConstraint('email_key', name=op.f('uq_user_account_email_key'))
    )
    op.create_table('worker_heartbeat',
    sa.Column('worker', sa.String(length=100), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('worker', name=op.f('pk_worker_heartbeat'))
    )
    op.create_table('decision',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('body', sa.String(length=120), nullable=False),
    sa.Column('decided_on', sa.Date(), nullable=False),
    sa.Column('section', sa.Integer(), nullable=False),
    sa.Column('record_number', sa.String(length=50), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['plan_id'], ['action_plan.id'], name=op.f('fk_decision_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decision'))
    )
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decision_plan_id'), ['plan_id'], unique=False)

    op.create_table('evaluation',
    sa.Column('municipality_id', sa.Integer(), nullable=False),
    sa.Column('month', sa.Date(), nullable=False),
    sa.Column('ordinal', sa.Integer(), nullable=True),
    sa.Column('accepted_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('accepted_by_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['accepted_by_id'], ['user_account.id'], name=op.f('fk_evaluation_accepted_by_id')),
    sa.ForeignKeyConstraint(['municipality_id'], ['municipality.id'], name=op.f('fk_evaluation_municipality_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evaluation')),
    sa.UniqueConstraint('municipality_id', 'month', name=op.f('uq_evaluation_municipality_id_month'))
    )
    with op.batch_alter_table('evaluation', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evaluation_municipality_id'), ['municipality_id'], unique=False)

    op.create_table('journal_entry',
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('actor', sa.String(length=120), nullable=False),
    sa.Column('deed', sa.String(length=50), nullable=False),
    sa.Column('subject', sa.String(length=50), nullable=False),
    sa.Column('subject_id', sa.Integer(), nullable=False),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['user_account.id'], name=op.f('fk_journal_entry_actor_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_entry')),
    sa.UniqueConstraint('previous_hash', name=op.f('uq_journal_entry_previous_hash'))
    )
    with op.batch_alter_table('journal_entry', schema=None) as batch_op:
        batch_op.create_index('ix_journal_entry_subject', ['subject', 'subject_id'], unique=False)

    op.create_table('login_session',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_login_session_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_session')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_login_session_token_hash'))
    )
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_session_user_id'), ['user_id'], unique=False)

    op.create_table('outbox',
    sa.Column('kind', sa.String(length=50), nullable=False),
    sa.Column('recipient_id', sa.Integer(), nullable=False),
    sa.Column('local_date', sa.Date(), nullable=False),
    sa.Column('message_id', sa.String(length=255), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=False),
    sa.Column('mime', sa.LargeBinary(), nullable=False),
    sa.Column('state', sa.Enum('queued', 'claimed', 'uncertain', 'sent', 'dead', 'cancelled', name='outbox_state', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('attempts', sa.Integer(), nullable=False),
    sa.Column('next_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('lease_token', sa.String(length=32), nullable=True),
    sa.Column('lease_expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('data_started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('resent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('smtp_code', sa.Integer(), nullable=True),
    sa.Column('last_error', sa.String(length=500), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'claimed') = (lease_token IS NOT NULL)", name=op.f('ck_outbox_claimed_has_lease')),
    sa.CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name=op.f('ck_outbox_sent_has_time')),
    sa.CheckConstraint('(lease_token IS NULL) = (lease_expires_at IS NULL)', name=op.f('ck_outbox_lease_is_whole')),
    sa.ForeignKeyConstraint(['recipient_id'], ['user_account.id'], name=op.f('fk_outbox_recipient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox')),
    sa.UniqueConstraint('kind', 'recipient_id', 'local_date', name=op.f('uq_outbox_kind_recipient_id_local_date'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_outbox_recipient_id'), ['recipient_id'], unique=False)
        batch_op.create_index('ix_outbox_state_next_at', ['state', 'next_at'], unique=False)

    op.create_table('unit',
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('committee_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['committee_id'], ['committee.id'], name=op.f('fk_unit_committee_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit')),
    sa.UniqueConstraint('name', name=op.f('uq_unit_name'))
    )
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_unit_committee_id'), ['committee_id'], unique=False)

    op.create_table('action',
    sa.Column('plan_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('description', sa.Text(), nullable=False),
    sa.Column('expected_effect', sa.Text(), nullable=False),
    sa.Column('search_key', sa.Text(), nullable=False),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('assigned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('assigned_by_id', sa.Integer(), nullable=True),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('committee_id', sa.Integer(), nullable=True),
    sa.Column('status', sa.Enum('planned', 'ongoing', 'paused', 'done', 'verified', 'dropped', name='action_status', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('deadline', sa.Date(), nullable=False),
    sa.Column('first_deadline', sa.Date(), nullable=False),
    sa.Column('deadline_rev', sa.Integer(), nullable=False),
    sa.Column('deadline_set_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('done_by_id', sa.Integer(), nullable=True),
    sa.Column('verified_on', sa.Date(), nullable=True),
    sa.Column('verified_by_id', sa.Integer(), nullable=True),
    sa.Column('dropped_on', sa.Date(), nullable=True),
    sa.Column('dropped_by', sa.String(length=120), nullable=False),
    sa.Column('dropped_reason', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(dropped_on IS NOT NULL) = (dropped_by <> '' AND dropped_reason <> '')", name=op.f('ck_action_dropped_has_reason')),
    sa.CheckConstraint("(status = 'dropped') = (dropped_on IS NOT NULL)", name=op.f('ck_action_dropped_has_date')),
    sa.CheckConstraint("(status = 'verified') = (verified_on IS NOT NULL)", name=op.f('ck_action_verified_has_date')),
    sa.CheckConstraint("(status IN ('done', 'verified')) = (done_on IS NOT NULL)", name=op.f('ck_action_done_has_date')),
    sa.CheckConstraint('(done_on IS NOT NULL) = (done_by_id IS NOT NULL)', name=op.f('ck_action_done_has_person')),
    sa.CheckConstraint('(verified_on IS NOT NULL) = (verified_by_id IS NOT NULL)', name=op.f('ck_action_verified_has_person')),
    sa.CheckConstraint('verified_by_id <> done_by_id', name=op.f('ck_action_verified_by_another')),
    sa.ForeignKeyConstraint(['assigned_by_id'], ['user_account.id'], name=op.f('fk_action_assigned_by_id')),
    sa.ForeignKeyConstraint(['committee_id'], ['committee.id'], name=op.f('fk_action_committee_id')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user_account.id'], name=op.f('fk_action_created_by_id')),
    sa.ForeignKeyConstraint(['done_by_id'], ['user_account.id'], name=op.f('fk_action_done_by_id')),
    sa.ForeignKeyConstraint(['owner_id'], ['user_account.id'], name=op.f('fk_action_owner_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['action_plan.id'], name=op.f('fk_action_plan_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_action_unit_id')),
    sa.ForeignKeyConstraint(['verified_by_id'], ['user_account.id'], name=op.f('fk_action_verified_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_action'))
    )
    with op.batch_alter_table('action', schema=None) as batch_op:
        batch_op.create_index('ix_action_committee_status', ['committee_id', 'status'], unique=False)
        batch_op.create_index('ix_action_owner_status_deadline', ['owner_id', 'status', 'deadline'], unique=False)
        batch_op.create_index('ix_action_plan_deadline', ['plan_id', 'deadline'], unique=False)
        batch_op.create_index('ix_action_status_deadline', ['status', 'deadline'], unique=False)
        batch_op.create_index('ix_action_unit_status_deadline', ['unit_id', 'status', 'deadline'], unique=False)

    op.create_table('import_draft',
    sa.Column('file_name', sa.String(length=255), nullable=False),
    sa.Column('file_sha256', sa.String(length=64), nullable=False),
    sa.Column('content', sa.JSON(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=False),
    sa.Column('evaluation_id', sa.Integer(), nullable=True),
    sa.Column('discarded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('evaluation_id IS NULL OR discarded_at IS NULL', name=op.f('ck_import_draft_one_outcome')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user_account.id'], name=op.f('fk_import_draft_created_by_id')),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_import_draft_evaluation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_draft'))
    )
    with op.batch_alter_table('import_draft', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_import_draft_created_by_id'), ['created_by_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_draft_evaluation_id'), ['evaluation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_import_draft_file_sha256'), ['file_sha256'], unique=False)

    op.create_table('role_assignment',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.Enum('admin', 'director', 'manager', 'committee', name='role', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('committee_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('unit_id IS NULL OR committee_id IS NULL', name=op.f('ck_role_assignment_one_place')),
    sa.ForeignKeyConstraint(['committee_id'], ['committee.id'], name=op.f('fk_role_assignment_committee_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_role_assignment_unit_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_role_assignment_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_assignment'))
    )
    with op.batch_alter_table('role_assignment', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_role_assignment_committee_id'), ['committee_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_role_assignment_unit_id'), ['unit_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_role_assignment_user_id'), ['user_id'], unique=False)

    op.create_table('score_set',
    sa.Column('evaluation_id', sa.Integer(), nullable=False),
    sa.Column('edition', sa.String(length=50), nullable=False),
    sa.Column('total_stated', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_score_set_evaluation_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_score_set')),
    sa.UniqueConstraint('evaluation_id', 'edition', name=op.f('uq_score_set_evaluation_id_edition'))
    )
    with op.batch_alter_table('score_set', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_score_set_evaluation_id'), ['evaluation_id'], unique=False)

    op.create_table('area',
    sa.Column('score_set_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('max', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['score_set_id'], ['score_set.id'], name=op.f('fk_area_score_set_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_area')),
    sa.UniqueConstraint('score_set_id', 'number', name=op.f('uq_area_score_set_id_number'))
    )
    with op.batch_alter_table('area', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_area_score_set_id'), ['score_set_id'], unique=False)

    op.create_table('evidence',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('url', sa.String(length=1000), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_evidence_action_id')),
    sa.ForeignKeyConstraint(['added_by_id'], ['user_account.id'], name=op.f('fk_evidence_added_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence'))
    )
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_evidence_action_id'), ['action_id'], unique=False)

    op.create_table('milestone',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('due', sa.Date(), nullable=False),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_milestone_action_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_milestone'))
    )
    with op.batch_alter_table('milestone', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_milestone_action_id'), ['action_id'], unique=False)

    op.create_table('reminder',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=50), nullable=False),
    sa.Column('deadline_rev', sa.Integer(), nullable=False),
    sa.Column('recipient_id', sa.Integer(), nullable=False),
    sa.Column('outbox_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Enum('silent', 'assigned', 'before', 'on', 'after', 'escalated', name='reminder_reason', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('state', sa.Enum('in_mail', 'superseded', 'withdrawn', name='reminder_state', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'superseded') = (outbox_id IS NULL)", name=op.f('ck_reminder_mail_or_passed_over')),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_reminder_action_id')),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_reminder_outbox_id')),
    sa.ForeignKeyConstraint(['recipient_id'], ['user_account.id'], name=op.f('fk_reminder_recipient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
    sa.UniqueConstraint('action_id', 'step', 'deadline_rev', 'recipient_id', name=op.f('uq_reminder_action_id_step_deadline_rev_recipient_id'))
    )
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_reminder_outbox_id'), ['outbox_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_reminder_recipient_id'), ['recipient_id'], unique=False)

    op.create_table('status_update',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('author_id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('health', sa.Enum('on_track', 'at_risk', 'off_track', name='health', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_status_update_action_id')),
    sa.ForeignKeyConstraint(['author_id'], ['user_account.id'], name=op.f('fk_status_update_author_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_status_update'))
    )
    with op.batch_alter_table('status_update', schema=None) as batch_op:
        batch_op.create_index('ix_status_update_action_at', ['action_id', 'at'], unique=False)
        batch_op.create_index(batch_op.f('ix_status_update_author_id'), ['author_id'], unique=False)

    op.create_table('improvement_point',
    sa.Column('evaluation_id', sa.Integer(), nullable=False),
    sa.Column('area_id', sa.Integer(), nullable=True),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('page', sa.Integer(), nullable=True),
    sa.Column('line', sa.Integer(), nullable=True),
    sa.Column('certain', sa.Boolean(), nullable=False),
    sa.Column('repeats_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['area_id'], ['area.id'], name=op.f('fk_improvement_point_area_id')),
    sa.ForeignKeyConstraint(['evaluation_id'], ['evaluation.id'], name=op.f('fk_improvement_point_evaluation_id')),
    sa.ForeignKeyConstraint(['repeats_id'], ['improvement_point.id'], name=op.f('fk_improvement_point_repeats_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_improvement_point')),
    sa.UniqueConstraint('evaluation_id', 'position', name=op.f('uq_improvement_point_evaluation_id_position'))
    )
    with op.batch_alter_table('improvement_point', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_improvement_point_area_id'), ['area_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_improvement_point_evaluation_id'), ['evaluation_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_improvement_point_repeats_id'), ['repeats_id'], unique=False)

    op.create_table('strength',
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('page', sa.Integer(), nullable=True),
    sa.Column('line', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['area_id'], ['area.id'], name=op.f('fk_strength_area_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_strength'))
    )
    with op.batch_alter_table('strength', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_strength_area_id'), ['area_id'], unique=False)

    op.create_table('sub_area',
    sa.Column('area_id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=10), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('score', sa.Integer(), nullable=True),
    sa.Column('max', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['area_id'], ['area.id'], name=op.f('fk_sub_area_area_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sub_area')),
    sa.UniqueConstraint('area_id', 'code', name=op.f('uq_sub_area_area_id_code'))
    )
    with op.batch_alter_table('sub_area', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sub_area_area_id'), ['area_id'], unique=False)

    op.create_table('action_point',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('point_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_action_point_action_id')),
    sa.ForeignKeyConstraint(['point_id'], ['improvement_point.id'], name=op.f('fk_action_point_point_id')),
    sa.PrimaryKeyConstraint('action_id', 'point_id', name=op.f('pk_action_point'))
    )
    with op.batch_alter_table('action_point', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_action_point_point_id'), ['point_id'], unique=False)

    op.create_table('point_sub_area',
    sa.Column('point_id', sa.Integer(), nullable=False),
    sa.Column('sub_area_id', sa.Integer(), nullable=False),
    sa.Column('rank', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['point_id'], ['improvement_point.id'], name=op.f('fk_point_sub_area_point_id')),
    sa.ForeignKeyConstraint(['sub_area_id'], ['sub_area.id'], name=op.f('fk_point_sub_area_sub_area_id')),
    sa.PrimaryKeyConstraint('point_id', 'sub_area_id', name=op.f('pk_point_sub_area'))
    )
    with op.batch_alter_table('point_sub_area', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_point_sub_area_sub_area_id'), ['sub_area_id'], unique=False)
    op.create_index(
        "uq_role_assignment_place",
        "role_assignment",
        ["user_id", "role", sa.text("coalesce(unit_id, 0)"), sa.text("coalesce(committee_id, 0)")],
        unique=True,
    )
    for table in APPEND_ONLY:
        refuse_changes(table)


def downgrade() -> None:
    op.drop_index("uq_role_assignment_place", table_name="role_assignment")
    with op.batch_alter_table('point_sub_area', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_point_sub_area_sub_area_id'))

    op.drop_table('point_sub_area')
    with op.batch_alter_table('action_point', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_action_point_point_id'))

    op.drop_table('action_point')
    with op.batch_alter_table('sub_area', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sub_area_area_id'))

    op.drop_table('sub_area')
    with op.batch_alter_table('strength', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_strength_area_id'))

    op.drop_table('strength')
    with op.batch_alter_table('improvement_point', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_improvement_point_repeats_id'))
        batch_op.drop_index(batch_op.f('ix_improvement_point_evaluation_id'))
        batch_op.drop_index(batch_op.f('ix_improvement_point_area_id'))

    op.drop_table('improvement_point')
    with op.batch_alter_table('status_update', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_status_update_author_id'))
        batch_op.drop_index('ix_status_update_action_at')

    op.drop_table('status_update')
    with op.batch_alter_table('reminder', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_reminder_recipient_id'))
        batch_op.drop_index(batch_op.f('ix_reminder_outbox_id'))

    op.drop_table('reminder')
    with op.batch_alter_table('milestone', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_milestone_action_id'))

    op.drop_table('milestone')
    with op.batch_alter_table('evidence', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evidence_action_id'))

    op.drop_table('evidence')
    with op.batch_alter_table('area', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_area_score_set_id'))

    op.drop_table('area')
    with op.batch_alter_table('score_set', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_score_set_evaluation_id'))

    op.drop_table('score_set')
    with op.batch_alter_table('role_assignment', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_role_assignment_user_id'))
        batch_op.drop_index(batch_op.f('ix_role_assignment_unit_id'))
        batch_op.drop_index(batch_op.f('ix_role_assignment_committee_id'))

    op.drop_table('role_assignment')
    with op.batch_alter_table('import_draft', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_import_draft_file_sha256'))
        batch_op.drop_index(batch_op.f('ix_import_draft_evaluation_id'))
        batch_op.drop_index(batch_op.f('ix_import_draft_created_by_id'))

    op.drop_table('import_draft')
    with op.batch_alter_table('action', schema=None) as batch_op:
        batch_op.drop_index('ix_action_unit_status_deadline')
        batch_op.drop_index('ix_action_status_deadline')
        batch_op.drop_index('ix_action_plan_deadline')
        batch_op.drop_index('ix_action_owner_status_deadline')
        batch_op.drop_index('ix_action_committee_status')

    op.drop_table('action')
    with op.batch_alter_table('unit', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_unit_committee_id'))

    op.drop_table('unit')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_state_next_at')
        batch_op.drop_index(batch_op.f('ix_outbox_recipient_id'))

    op.drop_table('outbox')
    with op.batch_alter_table('login_session', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_session_user_id'))

    op.drop_table('login_session')
    with op.batch_alter_table('journal_entry', schema=None) as batch_op:
        batch_op.drop_index('ix_journal_entry_subject')

    op.drop_table('journal_entry')
    with op.batch_alter_table('evaluation', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_evaluation_municipality_id'))

    op.drop_table('evaluation')
    with op.batch_alter_table('decision', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decision_plan_id'))

    op.drop_table('decision')
    op.drop_table('worker_heartbeat')
    op.drop_table('user_account')
    with op.batch_alter_table('municipality', schema=None) as batch_op:
        batch_op.drop_index('ix_municipality_is_own', sqlite_where=sa.text('is_own'), postgresql_where=sa.text('is_own'))

    op.drop_table('municipality')
    op.drop_table('committee')
    op.drop_table('action_plan')
    if op.get_bind().dialect.name == "postgresql":
        for table in APPEND_ONLY:
            op.execute(f"DROP FUNCTION {table}_append_only()")
