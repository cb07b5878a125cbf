"""What is kept of persons: one table for every column that refers to somebody or holds text.

It decides what a person's export holds and what pseudonymising takes away, and the register of
holdings (domain.holdings) is told from it. tests/domain/test_personal_data.py fails where a column
of the schema is missing here. Nothing is imported: tables and columns are named as the models do.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tracker.domain.errors import N_


class Content(StrEnum):
    """What a column of text, JSON or bytes may hold."""

    PERSON = "person"  # tells who somebody is: a name, an address
    WORDS = "words"  # what somebody wrote or brought in; it may speak of anybody
    HIDDEN = "hidden"  # opens something, or is the hash of what does; it is given to nobody
    PLAIN = "plain"  # codes, sums and names of places; nothing about a person


@dataclass(frozen=True)
class Tie:
    """How a column ties its row to a person: in which part, and what of the row is that person's
    to be given in an export. `removed` rows go when the person is pseudonymised."""

    part: str
    given: tuple[str, ...] = ()
    removed: bool = False


def _tie(part: str, given: str = "", *, removed: bool = False) -> Tie:
    return Tie(part, tuple(given.split()), removed)


SELF = N_("gäller personen")
OWNER = N_("ansvarar")
HELPER = N_("medverkar")
MAKER = N_("lade till")
WRITER = N_("skrev")
CHANGER = N_("ändrade")
GIVER = N_("utsåg ansvarig")
DONE = N_("markerade som genomförd")
VERIFIER = N_("verifierade")
ACCEPTER = N_("godkände")
REVIEWER = N_("granskade")
PUBLISHER = N_("publicerade")
CLOSER = N_("avslutade")
STAND_IN = N_("ersätter")
CALLED = N_("nämns i")
DOER = N_("gjorde")

# table → column → tie. Only foreign keys to user_account stand here.
TIES: dict[str, dict[str, Tie]] = {
    "absence": {
        "user_id": _tie(SELF, "starts_on ends_on", removed=True),
        "delegate_id": _tie(STAND_IN, "starts_on ends_on", removed=True),
    },
    "account_token": {
        "user_id": _tie(SELF, "purpose email created_at expires_at spent_at", removed=True)
    },
    "action": {
        "owner_id": _tie(OWNER, "title status deadline assigned_at"),
        "assigned_by_id": _tie(GIVER, "title assigned_at"),
        "done_by_id": _tie(DONE, "title done_on"),
        "verified_by_id": _tie(VERIFIER, "title verified_on"),
        "created_by_id": _tie(MAKER, "title created_at"),
    },
    "action_contributor": {"user_id": _tie(HELPER, "action_id")},
    "action_link": {"added_by_id": _tie(MAKER, "action_id title url added_at")},
    "action_plan": {"closed_by_id": _tie(CLOSER, "title closed_on")},
    "carried_action": {"by_id": _tie(DOER, "action_id at")},
    "change_batch": {"by_id": _tie(DOER, "kind at")},
    "comment": {"author_id": _tie(WRITER, "action_id at text removed_at")},
    "crosswalk": {"corrected_by_id": _tie(CHANGER, "corrected_at")},
    "disposition": {"by_id": _tie(WRITER, "point_id answer reason at")},
    "evaluation": {"accepted_by_id": _tie(ACCEPTER, "month accepted_at")},
    "evidence": {"added_by_id": _tie(MAKER, "action_id title url file_name added_at")},
    "external_identity": {"user_id": _tie(SELF, "issuer subject created_at", removed=True)},
    "follow_up_round": {"created_by_id": _tie(MAKER, "name created_at")},
    "import_draft": {"created_by_id": _tie(MAKER, "file_name created_at")},
    "journal_entry": {"actor_id": _tie(DOER, "at deed subject subject_id")},
    "known_device": {"user_id": _tie(SELF, "created_at seen_at", removed=True)},
    "letterhead": {"changed_by_id": _tie(CHANGER, "changed_at")},
    "login_session": {
        "user_id": _tie(SELF, "created_at expires_at ended_at device method", removed=True)
    },
    "mention": {"user_id": _tie(CALLED, "comment_id seen_at", removed=True)},
    "outbox": {"recipient_id": _tie(SELF, "kind local_date address subject state sent_at")},
    "plan_publicity": {"opened_by_id": _tie(PUBLISHER, "plan_id opened_at")},
    "recovery_code": {"user_id": _tie(SELF, "used_at", removed=True)},
    "reference_score": {"added_by_id": _tie(MAKER, "municipality month added_at")},
    "reminder": {"recipient_id": _tie(SELF, "action_id step reason state decided_at seen_at")},
    "report": {
        "created_by_id": _tie(MAKER, "title as_of created_at"),
        "reviewed_by_id": _tie(REVIEWER, "title as_of reviewed_at"),
        "published_by_id": _tie(PUBLISHER, "title as_of published_at"),
    },
    "report_question": {"asked_by_id": _tie(MAKER, "report_id text asked_at")},
    "report_text": {"by_id": _tie(WRITER, "report_id section text at")},
    "retention_rule": {"updated_by_id": _tie(CHANGER, "kind months updated_at")},
    "role_assignment": {"user_id": _tie(SELF, "role unit_id committee_id", removed=True)},
    "round_nudge": {"by_id": _tie(DOER, "round_id on at")},
    "second_factor": {"user_id": _tie(SELF, "created_at", removed=True)},
    "sheet_draft": {"by_id": _tie(MAKER, "file_name at finished_at")},
    "site_text": {"updated_by_id": _tie(CHANGER, "kind locale text updated_at")},
    "status_update": {"author_id": _tie(WRITER, "action_id at health text percent forecast")},
}

# What a person's own row gives; what opens the account is left out.
OWN_ROW = ("name", "email", "locale", "created_at", "deactivated_at", "digest_weekday")


def _holds(person: str = "", words: str = "", hidden: str = "", plain: str = "") -> Texts:
    given = zip(Content, (person, words, hidden, plain), strict=True)
    return {content: tuple(names.split()) for content, names in given}


Texts = dict[Content, tuple[str, ...]]

# table → what its columns of text, JSON or bytes hold. Columns with a fixed set of values (enums)
# do not stand here.
TEXTS: dict[str, Texts] = {
    "account_token": _holds(person="email", hidden="token_hash"),
    "action": _holds(
        person="dropped_by",
        words="title description expected_effect search_key title_key dropped_reason effect_measure"
        " cost extra",
    ),
    "action_link": _holds(words="title url"),
    "action_plan": _holds(words="title purpose unanswered_reason final_report"),
    "area": _holds(plain="name"),
    "change_batch": _holds(words="rows", plain="kind"),
    "claim_rule": _holds(plain="value"),
    "closed_identity": _holds(hidden="identity_hash"),
    "comment": _holds(words="text"),
    "committee": _holds(plain="name"),
    "crosswalk": _holds(plain="before_edition after_edition"),
    "crosswalk_link": _holds(plain="before_code after_code"),
    "decision": _holds(words="note", plain="body record_number"),
    "disposition": _holds(person="decided_by", words="reason"),
    "evaluation": _holds(words="source_name", plain="source_sha256"),
    "evidence": _holds(words="title url file_name", plain="sha256"),
    "external_identity": _holds(person="subject", plain="issuer"),
    "follow_up_round": _holds(words="name"),
    "import_draft": _holds(words="file_name content work source_lines", plain="file_sha256"),
    "improvement_point": _holds(words="text"),
    "journal_entry": _holds(person="actor", words="data", plain="deed subject previous_hash hash"),
    "journal_seal": _holds(plain="last_hash mac"),
    "known_device": _holds(hidden="device_hash"),
    "ladder_step": _holds(plain="key"),
    "letterhead": _holds(plain="logo sha256"),
    "login_failure": _holds(hidden="account_key origin_key"),
    "login_session": _holds(person="device", hidden="token_hash"),
    "milestone": _holds(words="title"),
    "municipality": _holds(plain="name"),
    "outbox": _holds(
        person="address",
        words="subject mime last_error",
        hidden="lease_token",
        plain="kind message_id",
    ),
    "plan_point": _holds(words="text", plain="label"),
    "recovery_code": _holds(hidden="code_hash"),
    "reference_score": _holds(plain="municipality place_key edition areas source"),
    "reminder": _holds(plain="step"),
    "reminder_settings": _holds(plain="morning"),
    "report": _holds(words="title snapshot", plain="record_number sha256"),
    "report_file": _holds(words="content", plain="kind sha256"),
    "report_question": _holds(words="text"),
    "report_text": _holds(words="text", plain="section basis"),
    "role_model": _holds(words="about", plain="municipality"),
    "score_set": _holds(plain="edition"),
    "search_word": _holds(words="word"),
    "second_factor": _holds(hidden="secret"),
    "sheet_draft": _holds(words="file_name sheet_name columns rows base mapping"),
    "site_text": _holds(words="text", plain="locale"),
    "status_update": _holds(words="text"),
    "strength": _holds(words="text"),
    "sub_area": _holds(words="body", plain="code name"),
    "unit": _holds(plain="name"),
    "user_account": _holds(person="name email email_key", hidden="password_hash", plain="locale"),
    "worker_heartbeat": _holds(words="error unwritten", plain="worker"),
}


def tables_of_persons() -> set[str]:
    """The tables that tell who somebody is, tie rows to somebody, or hold what people wrote."""
    telling = {
        table
        for table, texts in TEXTS.items()
        if any(texts[content] for content in (Content.PERSON, Content.WORDS, Content.HIDDEN))
    }
    return telling | set(TIES)


def columns(table: str, *contents: Content) -> tuple[str, ...]:
    """The columns of a table that hold any of `contents`."""
    return tuple(name for content in contents for name in TEXTS.get(table, {}).get(content, ()))
