"""invitations, second factors, other houses' log-ins, the service's own texts, a sealed journal

Revision ID: 0007
Revises: 0006
"""

import hashlib
import hmac

from alembic import op
from flask import current_app
import sqlalchemy as sa


revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None

# Plain ALTER TABLE, since rebuilding a table on SQLite would lose its named checks.
COLUMNS = (
    ('login_session', 'device', "VARCHAR(120) DEFAULT '' NOT NULL"),
    ('login_session', 'method',
     "VARCHAR(20) DEFAULT 'password' NOT NULL CONSTRAINT ck_login_session_method"
     " CHECK (method IN ('password', 'two_factors', 'oidc'))"),
    ('role_assignment', 'from_claims', 'BOOLEAN DEFAULT false NOT NULL'),
    ('user_account', 'pseudonymised_at',
     "TIMESTAMP WITH TIME ZONE CONSTRAINT ck_user_account_pseudonym_is_closed"
     " CHECK (pseudonymised_at IS NULL OR deactivated_at IS NOT NULL AND password_hash = '')"),
)
TABLES = ('journal_seal', 'retention_rule', 'site_text', 'recovery_code', 'second_factor',
          'login_failure', 'known_device', 'claim_rule', 'closed_identity', 'external_identity',
          'account_token')


def upgrade() -> None:
    _people()
    _service()
    for table, name, kind in COLUMNS:
        if op.get_bind().dialect.name == 'sqlite':
            kind = kind.replace('TIMESTAMP WITH TIME ZONE', 'DATETIME')
        op.execute(f'ALTER TABLE {table} ADD COLUMN {name} {kind}')
    _seal_the_journal()


def downgrade() -> None:
    for table, name, _kind in reversed(COLUMNS):
        op.execute(f'ALTER TABLE {table} DROP COLUMN {name}')
    for table in TABLES:
        op.drop_table(table)


def _seal_the_journal() -> None:
    """The seal of the journal as it is: its HMAC is keyed with what only the service knows."""
    database = op.get_bind()
    count = database.scalar(sa.text('SELECT count(*) FROM journal_entry'))
    last = database.scalar(sa.text('SELECT hash FROM journal_entry ORDER BY id DESC LIMIT 1'))
    last = last or '0' * 64
    secret = current_app.config['SECRET_KEY'].encode()
    key = hmac.digest(secret, b'journal-seal', hashlib.sha256)
    mac = hmac.digest(key, f'{count} {last}'.encode(), hashlib.sha256).hex()
    database.execute(
        sa.text('INSERT INTO journal_seal (id, entries, last_hash, mac) '
                'VALUES (1, :count, :last, :mac)'),
        {'count': count, 'last': last, 'mac': mac},
    )


def _people() -> None:
    op.create_table('account_token',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('purpose', sa.Enum('invitation', 'reset', 'new_address', name='purpose', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('spent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(purpose = 'new_address') = (email IS NOT NULL)", name=op.f('ck_account_token_address_is_what_is_confirmed')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_account_token_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_token')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_account_token_token_hash'))
    )
    op.create_index('ix_account_token_user_id', 'account_token', ['user_id'])
    op.create_table('external_identity',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('issuer', sa.String(length=300), nullable=False),
    sa.Column('subject', sa.String(length=255), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_external_identity_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_external_identity')),
    sa.UniqueConstraint('issuer', 'subject', name=op.f('uq_external_identity_issuer_subject'))
    )
    op.create_index('ix_external_identity_user_id', 'external_identity', ['user_id'])
    op.create_table('closed_identity',
    sa.Column('identity_hash', sa.String(length=64), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_closed_identity')),
    sa.UniqueConstraint('identity_hash', name=op.f('uq_closed_identity_identity_hash'))
    )
    op.create_table('claim_rule',
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.Column('role', sa.Enum('admin', 'director', 'manager', 'committee', name='role', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=True),
    sa.Column('committee_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('unit_id IS NULL OR committee_id IS NULL', name=op.f('ck_claim_rule_one_place')),
    sa.ForeignKeyConstraint(['committee_id'], ['committee.id'], name=op.f('fk_claim_rule_committee_id')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_claim_rule_unit_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_claim_rule'))
    )
    op.create_index(
        'uq_claim_rule_place', 'claim_rule',
        ['value', 'role', sa.text('coalesce(unit_id, 0)'), sa.text('coalesce(committee_id, 0)')],
        unique=True,
    )
    op.create_table('known_device',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('device_hash', sa.String(length=64), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_known_device_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_known_device')),
    sa.UniqueConstraint('device_hash', name=op.f('uq_known_device_device_hash'))
    )
    op.create_index('ix_known_device_user_id', 'known_device', ['user_id'])
    op.create_table('login_failure',
    sa.Column('account_key', sa.String(length=64), nullable=False),
    sa.Column('origin_key', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_login_failure'))
    )
    op.create_index('ix_login_failure_account_key_at', 'login_failure', ['account_key', 'at'])
    op.create_index('ix_login_failure_at', 'login_failure', ['at'])
    op.create_index('ix_login_failure_origin_key_at', 'login_failure', ['origin_key', 'at'])
    op.create_table('second_factor',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('secret', sa.String(length=300), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_step', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_second_factor_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_factor')),
    sa.UniqueConstraint('user_id', name=op.f('uq_second_factor_user_id'))
    )
    op.create_table('recovery_code',
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_recovery_code_user_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code')),
    sa.UniqueConstraint('user_id', 'code_hash', name=op.f('uq_recovery_code_user_id_code_hash'))
    )


def _service() -> None:
    op.create_table('site_text',
    sa.Column('kind', sa.Enum('accessibility', 'privacy', 'processing', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('locale', sa.String(length=5), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['updated_by_id'], ['user_account.id'], name=op.f('fk_site_text_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_site_text')),
    sa.UniqueConstraint('kind', 'locale', name=op.f('uq_site_text_kind_locale'))
    )
    op.create_table('retention_rule',
    sa.Column('kind', sa.Enum('sessions', 'letters', 'drafts', 'former_people', name='kind', native_enum=False, create_constraint=True, length=20), nullable=False),
    sa.Column('months', sa.Integer(), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_by_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('months BETWEEN 1 AND 1200', name=op.f('ck_retention_rule_months_are_some')),
    sa.ForeignKeyConstraint(['updated_by_id'], ['user_account.id'], name=op.f('fk_retention_rule_updated_by_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_retention_rule')),
    sa.UniqueConstraint('kind', name=op.f('uq_retention_rule_kind'))
    )
    op.create_table('journal_seal',
    sa.Column('entries', sa.Integer(), nullable=False),
    sa.Column('last_hash', sa.String(length=64), nullable=False),
    sa.Column('mac', sa.String(length=64), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('id = 1', name=op.f('ck_journal_seal_is_one')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_journal_seal'))
    )
