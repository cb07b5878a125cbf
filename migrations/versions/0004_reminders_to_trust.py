"""what the promise of the reminders needs: rounds, absences, a ladder to edit, letters set aside

Revision ID: 0004
Revises: 0003
"""

from alembic import op
import sqlalchemy as sa


revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None

# Plain ALTER TABLE, since rebuilding a table on SQLite would lose its named checks.
COLUMNS = (
    ('outbox', 'set_aside_at', "INSTANT CONSTRAINT ck_outbox_only_dead_set_aside CHECK (set_aside_at IS NULL OR state = 'dead')"),
    ('reminder', 'seen_at', "INSTANT"),
    ('worker_heartbeat', 'error', "TEXT DEFAULT '' NOT NULL"),
    ('worker_heartbeat', 'unwritten', "TEXT DEFAULT '' NOT NULL"),
    ('user_account', 'digest_weekday', "INTEGER CONSTRAINT ck_user_account_weekday_is_worked CHECK (digest_weekday IS NULL OR digest_weekday BETWEEN 0 AND 4)"),
)
OLD_REASONS = ('silent', 'assigned', 'before', 'on', 'after', 'escalated')
REASONS = ('silent', 'round_open', 'assigned', 'round_due', 'before', 'round_late', 'on', 'after', 'escalated')
CHECK = 'ck_reminder_reminder_reason'
KEPT = 'action_id, step, deadline_rev, recipient_id, outbox_id, reason, state, decided_at, id'


def upgrade() -> None:
    _allow_reasons(REASONS)
    sqlite = op.get_bind().dialect.name == 'sqlite'
    for table, name, kind in COLUMNS:
        kind = kind.replace('INSTANT', 'DATETIME' if sqlite else 'TIMESTAMP WITH TIME ZONE')
        op.execute(f'ALTER TABLE {table} ADD COLUMN {name} {kind}')
    _new_tables()


def downgrade() -> None:
    for table in ('ladder_step', 'reminder_settings', 'follow_up_round', 'absence'):
        op.drop_table(table)
    for table, name, _kind in reversed(COLUMNS):
        op.execute(f'ALTER TABLE {table} DROP COLUMN {name}')
    op.execute("DELETE FROM reminder WHERE reason LIKE 'round_%'")
    _allow_reasons(OLD_REASONS)


def _allow_reasons(reasons: tuple[str, ...]) -> None:
    """A check cannot be altered on SQLite; nothing refers to this table, so it is made anew."""
    allowed = f"reason IN ({', '.join(repr(reason) for reason in reasons)})"
    if op.get_bind().dialect.name != 'sqlite':
        op.drop_constraint(CHECK, 'reminder')
        op.create_check_constraint(op.f(CHECK), 'reminder', allowed)
        return
    op.create_table('reminder_anew',
    sa.Column('action_id', sa.Integer(), nullable=False),
    sa.Column('step', sa.String(length=50), nullable=False),
    sa.Column('deadline_rev', sa.Integer(), nullable=False),
    sa.Column('recipient_id', sa.Integer(), nullable=False),
    sa.Column('outbox_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'superseded') = (outbox_id IS NULL)", name=op.f('ck_reminder_mail_or_passed_over')),
    sa.CheckConstraint(allowed, name=op.f(CHECK)),
    sa.CheckConstraint("state IN ('in_mail', 'superseded', 'withdrawn')", name=op.f('ck_reminder_reminder_state')),
    sa.ForeignKeyConstraint(['action_id'], ['action.id'], name=op.f('fk_reminder_action_id')),
    sa.ForeignKeyConstraint(['outbox_id'], ['outbox.id'], name=op.f('fk_reminder_outbox_id')),
    sa.ForeignKeyConstraint(['recipient_id'], ['user_account.id'], name=op.f('fk_reminder_recipient_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder')),
    sa.UniqueConstraint('action_id', 'step', 'deadline_rev', 'recipient_id', name=op.f('uq_reminder_action_id_step_deadline_rev_recipient_id'))
    )
    op.execute(f'INSERT INTO reminder_anew ({KEPT}) SELECT {KEPT} FROM reminder')
    op.drop_table('reminder')
    op.rename_table('reminder_anew', 'reminder')
    op.create_index('ix_reminder_outbox_id', 'reminder', ['outbox_id'])
    op.create_index('ix_reminder_recipient_id', 'reminder', ['recipient_id'])


def _new_tables() -> None:
    op.create_table('absence',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('delegate_id', sa.Integer(), nullable=False),
    sa.Column('starts_on', sa.Date(), nullable=False),
    sa.Column('ends_on', sa.Date(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('starts_on <= ends_on', name=op.f('ck_absence_runs_forward')),
    sa.CheckConstraint('user_id <> delegate_id', name=op.f('ck_absence_not_oneself')),
    sa.ForeignKeyConstraint(['delegate_id'], ['user_account.id'], name=op.f('fk_absence_delegate_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_absence_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence'))
    )
    op.create_index('ix_absence_user_id', 'absence', ['user_id'])
    op.create_index('ix_absence_delegate_id', 'absence', ['delegate_id'])
    op.create_index('ix_absence_ends_on', 'absence', ['ends_on'])

    op.create_table('follow_up_round',
    sa.Column('name', sa.String(length=100), nullable=False),
    sa.Column('plan_id', sa.Integer(), nullable=True),
    sa.Column('opens_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=False),
    sa.Column('closed_on', sa.Date(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('created_by_id', sa.Integer(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('opens_on < due_on', name=op.f('ck_follow_up_round_opens_before_due')),
    sa.CheckConstraint('closed_on IS NULL OR closed_on >= opens_on', name=op.f('ck_follow_up_round_closed_after_opening')),
    sa.ForeignKeyConstraint(['created_by_id'], ['user_account.id'], name=op.f('fk_follow_up_round_created_by_id')),
    sa.ForeignKeyConstraint(['plan_id'], ['action_plan.id'], name=op.f('fk_follow_up_round_plan_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_follow_up_round'))
    )
    op.create_index('ix_follow_up_round_plan_id', 'follow_up_round', ['plan_id'])
    op.create_index('ix_follow_up_round_opens_on', 'follow_up_round', ['opens_on'])

    op.create_table('reminder_settings',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('morning', sa.String(length=5), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_reminder_settings_only_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder_settings'))
    )
    op.create_table('ladder_step',
    sa.Column('key', sa.String(length=24), nullable=False),
    sa.Column('reason', sa.String(length=20), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('to', sa.String(length=20), nullable=False),
    sa.Column('every', sa.Integer(), nullable=True),
    sa.Column('since', sa.Date(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint(f"reason IN ({', '.join(repr(reason) for reason in REASONS)})", name=op.f('ck_ladder_step_ladder_reason')),
    sa.CheckConstraint("\"to\" IN ('owner', 'unit_director', 'municipal_director')", name=op.f('ck_ladder_step_ladder_to')),
    sa.CheckConstraint('"every" IS NULL OR "every" > 0', name=op.f('ck_ladder_step_every_is_positive')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ladder_step')),
    sa.UniqueConstraint('key', name=op.f('uq_ladder_step_key'))
    )
