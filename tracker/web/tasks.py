"""The list of web tasks; a new one is added here."""

from __future__ import annotations

from flask import Blueprint

from tracker.web.account import factor as account_factor
from tracker.web.account import own as account_own
from tracker.web.account.views import bp as account
from tracker.web.actions import board as actions_board
from tracker.web.actions import bulk as actions_bulk
from tracker.web.actions import evidence as actions_evidence
from tracker.web.actions import listing as actions_listing
from tracker.web.actions import milestones as actions_milestones
from tracker.web.actions import mine as actions_mine
from tracker.web.actions import steps as actions_steps
from tracker.web.actions import talk as actions_talk
from tracker.web.actions import ties as actions_ties
from tracker.web.actions import timeline as actions_timeline
from tracker.web.actions.views import bp as actions
from tracker.web.answers.views import bp as answers
from tracker.web.auth import keys as auth_keys
from tracker.web.auth import second as auth_second
from tracker.web.auth.sign_on import bp as sign_on
from tracker.web.auth.views import bp as auth
from tracker.web.bell.views import bp as bell
from tracker.web.calendars.views import bp as calendars
from tracker.web.comparisons import details as comparison_details
from tracker.web.comparisons.views import bp as comparisons
from tracker.web.crosswalks import listing as crosswalk_listing
from tracker.web.crosswalks import threshold as crosswalk_threshold
from tracker.web.crosswalks import views as crosswalk_views
from tracker.web.crosswalks.blueprint import bp as crosswalks
from tracker.web.drafts import again, areas, items, pages, source, version
from tracker.web.drafts import changes as draft_changes
from tracker.web.drafts import views as draft_views
from tracker.web.drafts.blueprint import bp as drafts
from tracker.web.evaluations import changes as evaluation_changes
from tracker.web.evaluations import reading
from tracker.web.evaluations import scores as evaluation_scores
from tracker.web.evaluations import views as evaluation_views
from tracker.web.evaluations.blueprint import bp as evaluations
from tracker.web.operations import dead as operations_dead
from tracker.web.operations import ladder as operations_ladder
from tracker.web.operations import views as operations_views
from tracker.web.operations.blueprint import bp as operations
from tracker.web.organisation import letterhead as organisation_letterhead
from tracker.web.organisation.views import bp as organisation
from tracker.web.packs import outlook as packs_outlook
from tracker.web.packs.views import bp as packs
from tracker.web.people import absences as people_absences
from tracker.web.people import factor as people_factor
from tracker.web.people.views import bp as people
from tracker.web.plans import closing as plans_closing
from tracker.web.plans import editing as plans_editing
from tracker.web.plans import minutes as plans_minutes
from tracker.web.plans import points as plans_points
from tracker.web.plans import publicity as plans_publicity
from tracker.web.plans.views import bp as plans
from tracker.web.points import ancestry as point_ancestry
from tracker.web.points import answers as point_answers
from tracker.web.points import matrix as point_matrix
from tracker.web.points import worksheet as point_worksheet
from tracker.web.points.views import bp as points
from tracker.web.privacy import pseudonyms as privacy_pseudonyms
from tracker.web.privacy import thinning as privacy_thinning
from tracker.web.privacy import views as privacy_views
from tracker.web.privacy.blueprint import bp as privacy
from tracker.web.public import feeds as public_feeds
from tracker.web.public import files as public_files
from tracker.web.public.views import bp as public
from tracker.web.records.views import bp as records
from tracker.web.references import over_time as references_over_time
from tracker.web.references.views import bp as references
from tracker.web.reports import editing as report_editing
from tracker.web.reports import files as report_files
from tracker.web.reports import listing as report_listing
from tracker.web.reports import meeting as report_meeting
from tracker.web.reports import reviewing as report_reviewing
from tracker.web.reports import views as report_views
from tracker.web.reports.blueprint import bp as reports
from tracker.web.rounds import editing as round_editing
from tracker.web.rounds.views import bp as rounds
from tracker.web.sheets import mapping as sheet_mapping
from tracker.web.sheets.views import bp as sheets
from tracker.web.sign_on_rules.views import bp as sign_on_rules
from tracker.web.site_texts.views import bp as site_texts
from tracker.web.start.views import bp as start

# Modules that hang their pages on a task's blueprint when they are imported.
PARTS = (
    *(account_factor, account_own),
    *(auth_keys, auth_second),
    comparison_details,
    *(plans_closing, plans_editing, plans_minutes, plans_points, plans_publicity),
    *(actions_board, actions_timeline),
    *(actions_milestones, actions_ties),
    *(operations_dead, operations_ladder, operations_views),
    *(actions_bulk, actions_evidence, actions_listing, actions_mine, actions_steps, actions_talk),
    *(again, areas, draft_changes, draft_views, items, pages, source, version),
    *(crosswalk_listing, crosswalk_threshold, crosswalk_views),
    *(evaluation_changes, evaluation_scores, evaluation_views, reading),
    *(point_ancestry, point_answers, point_matrix, point_worksheet),
    organisation_letterhead,
    *(privacy_pseudonyms, privacy_thinning, privacy_views),
    *(public_feeds, public_files),
    packs_outlook,
    *(people_absences, people_factor),
    references_over_time,
    *(report_editing, report_files, report_listing, report_meeting),
    *(report_reviewing, report_views),
    round_editing,
    sheet_mapping,
)


def blueprints() -> tuple[Blueprint, ...]:
    """Every task's pages."""
    return (
        auth,
        sign_on,
        account,
        start,
        bell,
        evaluations,
        drafts,
        points,
        plans,
        public,
        actions,
        rounds,
        reports,
        sheets,
        answers,
        calendars,
        comparisons,
        packs,
        crosswalks,
        references,
        people,
        privacy,
        organisation,
        site_texts,
        records,
        sign_on_rules,
        operations,
    )
