"""Evidence: links and kept files, added, taken away and brought back; what no file may be."""

from __future__ import annotations

import pytest

from tests.helpers.cast import NOW, TODAY
from tests.helpers.hostile import whole
from tracker.domain.errors import Forbidden, NotFound, RuleBroken
from tracker.domain.statuses import ActionStatus
from tracker.extensions import db
from tracker.importers.attachments import MAX_BYTES, check_attachment, plain_name
from tracker.models import Evidence
from tracker.services import journal
from tracker.services.actions.evidence import (
    NewEvidence,
    add_evidence,
    evidence_file,
    evidence_shown,
    kept_in,
    remove_evidence,
    restore_evidence,
)
from tracker.services.actions.rules import Refused
from tracker.services.actions.steps import complete_action, verify_action

LINK = NewEvidence("Beslutet", "https://www.testkoping.example/beslut")
PNG = b"\x89PNG\r\n\x1a\n" + bytes(40)


@pytest.fixture
def files(tmp_path):
    return kept_in(tmp_path)


@pytest.fixture
def add(cast, files):
    def put(by=None, new=LINK, action=None):
        one = action or cast.action
        return add_evidence(one.id, new, files, by=by or cast.owner, now=NOW)

    return put


def deeds_of(action):
    return [entry.deed for entry in reversed(journal.history("action", action.id))]


class TestAdd:
    def test_a_link(self, any_app, cast, add):
        add()
        shown = evidence_shown(cast.action, cast.member)[0]
        assert (shown.title, shown.url, shown.file_name) == (LINK.title, LINK.url, "")
        assert (shown.author, shown.removable) == ("Olle Ägare", False)
        assert deeds_of(cast.action) == ["action.evidence_add"]

    def test_a_file_lends_its_name(self, app, cast, add, files):
        kept = add(new=NewEvidence(file_name="Rutin 2026.pdf", data=whole(".pdf")))
        assert (kept.title, kept.file_name) == ("Rutin 2026.pdf", "Rutin 2026.pdf")
        source = evidence_file(cast.action.id, kept.id, by=cast.member)
        assert files.read(source.sha256) == whole(".pdf")
        assert kept.size == len(whole(".pdf"))

    def test_the_same_file_twice_is_kept_once(self, app, cast, add, files):
        for title in ("Ett", "Två", "Tre"):
            add(new=NewEvidence(title, file_name="a.txt", data=b"Text"))
        assert len(list(files.root.rglob("*/*"))) == 1
        assert len(evidence_shown(cast.action, cast.owner)) == 3

    def test_a_name_alone_is_too_little(self, app, cast, add):
        with pytest.raises(RuleBroken, match="Skriv en länk") as error:
            add(new=NewEvidence("Bara ett namn"))
        assert error.value.field == "evidence_url"

    def test_all_that_is_wrong_is_said_at_once(self, app, cast, add, files):
        with pytest.raises(Refused) as error:
            add(new=NewEvidence("x" * 201, "javascript:alert(1)", "a.exe", b"MZ"))
        fields = [problem.field for problem in error.value.problems]
        assert fields == ["evidence_title", "evidence_url", "file"]
        assert not files.root.exists()

    @pytest.mark.parametrize(
        ("who", "error"),
        [
            ("owner", None),
            ("unit_director", None),
            ("director", None),
            ("colleague", NotFound),
            ("stranger", NotFound),
            ("member", Forbidden),
        ],
    )
    def test_who_may(self, app, cast, add, who, error):
        by = getattr(cast, who)
        if error is None:
            add(by)
            return
        with pytest.raises(error):
            add(by)

    def test_a_contributor_may(self, app, cast, add):
        cast.action.contributors = [cast.colleague]
        db.session.commit()
        assert add(cast.colleague).added_by_id == cast.colleague.id

    def test_not_once_it_is_verified(self, app, cast, add):
        add(action=cast.done_action)
        verify_action(cast.done_action.id, by=cast.director, now=NOW, today=TODAY)
        with pytest.raises(RuleBroken, match="verifierad"):
            add(action=cast.done_action)

    def test_a_done_action_comes_with_its_file(self, app, cast, files):
        new = NewEvidence(file_name="foto.png", data=PNG)
        action = complete_action(
            cast.action.id, new, by=cast.owner, now=NOW, today=TODAY, files=files
        )
        assert [item.file_name for item in action.evidence] == ["foto.png"]
        entry = journal.history("action", action.id)[0]
        assert (entry.data["evidence"], entry.data["file_name"]) == ("foto.png", "foto.png")


class TestRemove:
    def test_taken_away_and_brought_back(self, any_app, cast, add):
        kept = add(new=NewEvidence("Foto", file_name="foto.png", data=PNG))
        number, digest = kept.id, kept.sha256
        remove_evidence(cast.action.id, number, by=cast.owner, now=NOW)
        assert evidence_shown(cast.action, cast.owner) == ()
        again = restore_evidence(cast.action.id, number, by=cast.owner, now=NOW)
        assert (again.title, again.sha256, again.added_at) == ("Foto", digest, NOW)
        assert deeds_of(cast.action)[1:] == ["action.evidence_remove", "action.evidence_restore"]
        with pytest.raises(RuleBroken, match="redan tillbaka"):
            restore_evidence(cast.action.id, number, by=cast.owner, now=NOW)

    def test_only_ones_own_or_as_director(self, app, cast, add):
        cast.action.contributors = [cast.colleague]
        kept = add()
        with pytest.raises(RuleBroken, match="Bara den som lade till"):
            remove_evidence(cast.action.id, kept.id, by=cast.colleague, now=NOW)
        removed = kept.id
        remove_evidence(cast.action.id, removed, by=cast.unit_director, now=NOW)
        with pytest.raises(RuleBroken, match="någon annan"):
            restore_evidence(cast.action.id, removed, by=cast.owner, now=NOW)

    def test_what_is_done_keeps_something_that_shows_it(self, app, cast, add):
        only = add(action=cast.done_action)
        with pytest.raises(RuleBroken, match="minst ett underlag"):
            remove_evidence(cast.done_action.id, only.id, by=cast.owner, now=NOW)
        add(action=cast.done_action)
        remove_evidence(cast.done_action.id, only.id, by=cast.owner, now=NOW)

    def test_not_once_it_is_verified(self, app, cast, add):
        kept = add(action=cast.done_action)
        verify_action(cast.done_action.id, by=cast.director, now=NOW, today=TODAY)
        with pytest.raises(RuleBroken, match="verifierad"):
            remove_evidence(cast.done_action.id, kept.id, by=cast.owner, now=NOW)
        assert not evidence_shown(cast.done_action, cast.director)[0].removable
        assert cast.done_action.status is ActionStatus.VERIFIED

    @pytest.mark.parametrize("number", [2**31 - 1, 0])
    def test_what_never_was(self, app, cast, number):
        for deed in (remove_evidence, restore_evidence):
            with pytest.raises(NotFound):
                deed(cast.action.id, number, by=cast.director, now=NOW)

    def test_another_actions_file(self, app, cast, add):
        kept = add(new=NewEvidence(file_name="a.txt", data=b"Text"))
        with pytest.raises(NotFound):
            evidence_file(cast.colleague_action.id, kept.id, by=cast.director)
        with pytest.raises(NotFound):
            evidence_file(cast.action.id, kept.id, by=cast.other_member)
        link = add()
        with pytest.raises(NotFound):
            evidence_file(cast.action.id, link.id, by=cast.director)
        assert db.session.query(Evidence).count() == 2


class TestFiles:
    @pytest.mark.parametrize("ending", [".pdf", ".docx", ".pptx", ".xlsx", ".txt"])
    def test_whole_files_are_taken(self, ending):
        check_attachment(f"underlag{ending.upper()}", whole(ending))

    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.png", PNG),
            ("a.jpg", b"\xff\xd8\xff\xe0" + bytes(20)),
            ("a.jpeg", b"\xff\xd8\xff\xe1"),
            ("a.csv", b"namn;belopp\r\n=1+1;2\r\n"),
            ("a.csv", "Åtgärd;Ägare".encode("cp1252")),
            ("a.txt", "Åtgärd".encode("utf-16")),
        ],
    )
    def test_so_are_pictures_and_text(self, name, data):
        check_attachment(name, data)

    @pytest.mark.parametrize(
        ("name", "data", "message"),
        [
            ("a.pdf", b"", "tom"),
            ("a.pdf", b"%PDF-" + bytes(MAX_BYTES), "större än 20 MB"),
            ("a.exe", b"MZ", "tas inte emot"),
            ("a.html", b"<html>", "tas inte emot"),
            ("a.svg", b"<svg/>", "tas inte emot"),
            ("a.docm", b"PK\x03\x04", "tas inte emot"),
            ("pdf", b"%PDF-1.7", "tas inte emot"),
            ("", b"x", "tas inte emot"),
            ("a.pdf", PNG, "innehåller något annat"),
            ("a.png", b"%PDF-1.7", "innehåller något annat"),
            ("a.jpg", PNG, "innehåller något annat"),
            ("a.txt", b"%PDF-1.7", "innehåller något annat"),
            ("a.txt", b"a\x00b", "innehåller något annat"),
            ("a.csv", b"PK\x03\x04 x", "innehåller något annat"),
            ("a.docx", b"%PDF-1.7", "innehåller något annat"),
            ("a.docx", b"PK\x03\x04 broken", "går inte att läsa som DOCX"),
        ],
    )
    def test_what_is_not_taken(self, name, data, message):
        with pytest.raises(RuleBroken, match=message):
            check_attachment(name, data)

    def test_a_sheet_that_is_called_a_document(self):
        with pytest.raises(RuleBroken):
            check_attachment("a.docx", whole(".xlsx"))

    @pytest.mark.parametrize(
        ("name", "kept"),
        [
            ("../../etc/passwd.txt", "passwd.txt"),
            ("C:\\Users\\a\\Rutin.pdf", "Rutin.pdf"),
            ("ru\x00tin.pdf", "rutin.pdf"),
            ("rutin\u202efdp.exe", "rutinfdp.exe"),
            (" .. rutin\n2.pdf", "rutin 2.pdf"),
            ("x" * 300 + ".pdf", "x" * 196 + ".pdf"),
            ("..", ""),
            ("å🙂.pdf", "å🙂.pdf"),
        ],
    )
    def test_names_are_made_plain(self, name, kept):
        assert plain_name(name) == kept
