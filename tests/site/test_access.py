"""Who gets what: every address outside the admin's own, for each role and method."""

import datetime as dt
import uuid

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse
from django.utils import timezone

from cases import proposals, rounds
from cases.demo import ACCOUNTS, create_accounts
from cases.editions.data import to_data
from cases.editions.files import checksum
from cases.editions.gather import gather
from cases.handbooks import data as handbooks
from cases.handbooks.gather import handbook_of
from cases.ledger import confirm_and_post
from cases.models import (
    Case,
    EditionFile,
    HandbookEdition,
    HandbookFile,
    Proposal,
    Reading,
    ReadMinutes,
    ReportEdition,
    ReportingRound,
    SheetUpload,
)
from cases.proposals import Form, Person
from meetings.minutes.publish import unpublish
from meetings.models import (
    IssueGroup,
    Meeting,
    MeetingSeries,
    Minutes,
    MinutesFile,
    Municipality,
    Platform,
)
from tests.cases.readings import decision_said, minutes_said, read_paper
from tests.factories import (
    CollectingRoundFactory,
    ReadingFactory,
    ReportingRoundFactory,
    SlotFactory,
    UserFactory,
    decide,
)
from tests.pages import Page
from tests.site.admin import secretariat_of

METHODS = ("GET", "POST", "PUT", "DELETE")
DEMO = tuple(account.username for account in ACCOUNTS)
# The demo's secretariat keeps both platforms, own and other one each.
SECRETARIATS = ("secretariat", "own secretariat", "other secretariat")
ROLES = ("public", "contact", "official", *SECRETARIATS, "superuser")
KEEPERS = {"secretariat", "own secretariat", "superuser"}

PLATFORM = {"platform": "jbbt"}
MEETING = {**PLATFORM, "meeting": "vice-mayor-5"}
# Confirmed and not public; of the group of 臺北市's transport contact or not.
UNPUBLISHED = {**PLATFORM, "meeting": "vice-mayor-6"}
OWN_GROUPS = {**PLATFORM, "meeting": "working-group-transport-1"}
OTHER_GROUPS = {**PLATFORM, "meeting": "working-group-industry-112-1"}
DRAFT = {**PLATFORM, "meeting": "vice-mayor-7"}
PAPER = {**PLATFORM, "key": "PAPER"}
REPORT = {**PLATFORM, "key": "REPORT"}
# Those who write progress, in a round of the transport group: the demo's contact has
# 臺北市's slot and none of 新北市's; one more of 新北市's was accepted.
ROUND = {**PLATFORM, "as_of": dt.date(2026, 9, 30)}
OWN_SLOT = {**ROUND, "number": "TR-018", "writer": "taipei"}
THEIR_DRAFT = {**ROUND, "number": "TR-018", "writer": "new-taipei"}
THEIR_ACCEPTED = {**ROUND, "number": "TR-019", "writer": "new-taipei"}
# A round that a paper told, and none.
TOLD = {**PLATFORM, "as_of": dt.date(2025, 12, 31)}
NO_ROUND = {**PLATFORM, "as_of": dt.date(2001, 2, 3)}
# A contact of the platform, and somebody who has nothing to do with it.
PERSON = {**PLATFORM, "key": "contact"}
STRANGER = {**PLATFORM, "key": "official"}
LINK = {"uidb64": "MQ", "token": "set-password"}
# The first edition of the round is published, the second in the making.
REPORTED = {**PLATFORM, "as_of": dt.date(2025, 6, 30)}
EDITION = {**REPORTED, "number": 1}


def everybody(got):
    return dict.fromkeys(ROLES, got)


NOBODY = everybody(404)
READERS = NOBODY | dict.fromkeys([*KEEPERS, "official"], 200)
READERS_AND_CONTACT = READERS | {"contact": 200}
# What was public once is gone for those who may not read it now.
READERS_OF_GONE = everybody(410) | dict.fromkeys([*KEEPERS, "official"], 200)

# Address, its arguments, and the answer to GET for each role; other methods get 405.
PUBLIC = [
    ("cases:landing", {}, everybody(200)),
    ("cases:counts", {}, everybody(200)),
    ("cases:site-map", {}, everybody(200)),
    ("cases:glossary", {}, everybody(200)),
    ("cases:privacy", {}, everybody(200)),
    ("cases:open-data", {}, everybody(200)),
    ("cases:accessibility", {}, everybody(200)),
    ("cases:robots", {}, everybody(200)),
    ("cases:sitemap-xml", {}, everybody(200)),
    ("cases:platform", PLATFORM, everybody(200)),
    ("cases:table", PLATFORM, everybody(200)),
    ("cases:books", PLATFORM, everybody(200)),
    ("cases:case", {**PLATFORM, "number": "TR-014"}, everybody(200)),
    # The paper itself is slow; that a wrong day is named shows that one may ask.
    (
        "cases:status-report",
        {**PLATFORM, "extension": "pdf", "query": "as_of=never"},
        everybody(400),
    ),
    ("cases:balance", MEETING, everybody(200)),
    (
        "cases:balance-cases",
        {**MEETING, "group": "all", "number": "listed"},
        everybody(200),
    ),
    ("cases:balance", UNPUBLISHED, READERS_OF_GONE),
    (
        "cases:balance-cases",
        {**UNPUBLISHED, "group": "all", "number": "listed"},
        READERS_OF_GONE,
    ),
    ("cases:balance", DRAFT, NOBODY),
    *(
        ("cases:extract", {**where, "extension": extension, "query": query}, answers)
        for extension in ("pdf", "odt", "docx")
        for where, query, answers in [
            (MEETING, "group=transport", everybody(200)),
            (UNPUBLISHED, "group=transport", READERS_OF_GONE),
            (DRAFT, "group=transport", NOBODY),
        ]
    ),
    (
        "cases:extract",
        {**UNPUBLISHED, "extension": "odt", "query": "case=TR-014"},
        READERS_OF_GONE,
    ),
    # Nothing was asked for; that it is said shows that one may ask.
    (
        "cases:extract",
        {**OWN_GROUPS, "extension": "odt"},
        NOBODY | dict.fromkeys([*KEEPERS, "official", "contact"], 400),
    ),
    ("cases:reports", PLATFORM, everybody(200)),
    ("cases:reports-feed", PLATFORM, everybody(200)),
    ("cases:latest-edition", REPORTED, everybody(302)),
    ("cases:latest-edition", {**PLATFORM, "as_of": dt.date(2025, 3, 31)}, NOBODY),
    ("cases:edition", EDITION, everybody(200)),
    ("cases:edition", {**REPORTED, "number": 2}, NOBODY),
    ("cases:edition-changes", {**EDITION, "base": "round"}, everybody(200)),
    ("cases:edition-changes", {**EDITION, "base": "edition"}, NOBODY),
    ("cases:edition-file", {**EDITION, "name": "status.json"}, everybody(200)),
    ("cases:edition-file", {**EDITION, "name": "status.pdf"}, NOBODY),
    ("cases:edition-file", {**REPORTED, "number": 2, "name": "status.json"}, NOBODY),
    ("meetings:list", PLATFORM, everybody(200)),
    ("meetings:meeting", MEETING, everybody(200)),
    # A contact reads of a deciding meeting what it decided for own groups.
    ("meetings:meeting", UNPUBLISHED, READERS_OF_GONE | {"contact": 200}),
    ("meetings:meeting", OWN_GROUPS, READERS_AND_CONTACT),
    ("meetings:meeting", OTHER_GROUPS, READERS_OF_GONE),
    ("meetings:meeting", DRAFT, NOBODY),
    *(
        row
        for extension in ("pdf", "odt", "docx")
        for row in [
            (
                "meetings:minutes-paper",
                {**MEETING, "extension": extension},
                everybody(200),
            ),
            (
                "meetings:minutes-paper",
                {**UNPUBLISHED, "extension": extension},
                READERS_OF_GONE,
            ),
            ("meetings:minutes-paper", {**DRAFT, "extension": extension}, NOBODY),
        ]
    ),
    (
        "meetings:minutes-paper",
        {**OWN_GROUPS, "extension": "odt"},
        READERS_AND_CONTACT,
    ),
]

# The desk: who is not of any secretariat is sent to log in, another platform's finds
# nothing. What its own gets stands here, for GET and for a POST that says nothing.
LOGIN = dict.fromkeys(METHODS, 302)
DESK = [
    ("desk:index", {}, 200, 405),
    ("desk:new", {**PLATFORM, "series": "vice-mayor"}, 200, 422),
    ("desk:meeting", DRAFT, 200, 405),
    ("desk:meeting", MEETING, 200, 405),
    ("desk:agenda", DRAFT, 200, 405),
    ("desk:header", DRAFT, 200, 422),
    ("desk:header", MEETING, 404, 404),
    ("desk:attendance", DRAFT, 200, 422),
    ("desk:files", DRAFT, 200, 422),
    ("desk:file", {**DRAFT, "key": "FILE"}, 200, 405),
    ("desk:group", {**DRAFT, "group": "transport"}, 200, 302),
    ("desk:group", {**MEETING, "group": "transport"}, 404, 404),
    ("desk:texts", {**DRAFT, "part": "remarks"}, 200, 422),
    ("desk:prepare", {**DRAFT, "part": "programme"}, 200, 422),
    ("desk:prepare", {**DRAFT, "part": "handbook"}, 200, 422),
    ("desk:prepare", {**DRAFT, "part": "handbook-wordings"}, 200, 302),
    ("desk:prepare", {**MEETING, "part": "handbook"}, 404, 404),
    # One handbook is made; the second is in the making.
    ("desk:handbook", DRAFT, 200, 409),
    ("desk:handbook", MEETING, 200, 409),
    ("desk:handbook-progress", DRAFT, 200, 405),
    ("desk:handbook-again", {**DRAFT, "number": 2}, 405, 302),
    ("desk:handbook-again", {**DRAFT, "number": 3}, 405, 404),
    ("desk:handbook-away", {**DRAFT, "number": 1}, 405, 409),
    ("desk:handbook-away", {**DRAFT, "number": 3}, 405, 404),
    ("desk:handbook-file", {**DRAFT, "number": 1, "extension": "pdf"}, 200, 405),
    ("desk:handbook-file", {**DRAFT, "number": 2, "extension": "pdf"}, 404, 405),
    ("desk:check", DRAFT, 200, 422),
    ("desk:check", MEETING, 404, 404),
    ("desk:confirm", DRAFT, 405, 302),
    ("desk:confirm", MEETING, 405, 302),
    ("desk:publish", MEETING, 200, 422),
    ("desk:publish", DRAFT, 404, 404),
    ("desk:unpublish", MEETING, 405, 422),
    ("desk:unpublish", DRAFT, 405, 404),
    # Rounds of progress.
    ("desk:rounds", PLATFORM, 200, 405),
    ("desk:new-round", PLATFORM, 200, 422),
    ("desk:round", ROUND, 200, 405),
    ("desk:round", TOLD, 200, 405),
    ("desk:round", NO_ROUND, 404, 405),
    ("desk:round-accept", ROUND, 405, 422),
    ("desk:round-days", ROUND, 200, 422),
    ("desk:round-days", TOLD, 404, 404),
    ("desk:round-cases", ROUND, 200, 422),
    ("desk:round-owing", ROUND, 200, 422),
    ("desk:round-lock", ROUND, 200, 422),
    ("desk:round-slot", {**ROUND, "number": "TR-018", "owner": "taipei"}, 200, 422),
    ("desk:round-slot", {**ROUND, "number": "TR-018", "owner": "joint"}, 404, 404),
    # People: who writes what, and a contact of the platform.
    ("desk:people", PLATFORM, 200, 405),
    ("desk:people-history", PLATFORM, 200, 405),
    ("desk:new-person", PLATFORM, 200, 422),
    ("desk:person", PERSON, 200, 405),
    ("desk:person", STRANGER, 404, 405),
    ("desk:person-assign", PERSON, 405, 422),
    ("desk:person-assign", STRANGER, 405, 404),
    ("desk:person-end", PERSON, 405, 422),
    ("desk:person-hand-over", PERSON, 405, 422),
    ("desk:person-invitation", PERSON, 405, 422),
    ("desk:person-invitation", STRANGER, 405, 404),
    ("desk:person-mail", PERSON, 405, 422),
    ("desk:reminders", TOLD, 200, 405),
    ("desk:reminders-send", TOLD, 405, 422),
    ("desk:reminder-log", TOLD, 200, 405),
    # An edition is in the making; what is published is not taken back.
    ("desk:editions", REPORTED, 200, 409),
    ("desk:edition-progress", REPORTED, 200, 405),
    ("desk:edition-correct", REPORTED, 200, 422),
    ("desk:edition-again", EDITION, 405, 302),
    ("desk:edition-again", {**REPORTED, "number": 3}, 405, 404),
    ("desk:edition-away", EDITION, 405, 409),
    ("desk:links", PLATFORM, 200, 422),
    ("desk:new-platform", {}, 200, 422),
    ("desk:setup", PLATFORM, 200, 405),
    ("desk:setup-words", PLATFORM, 200, 422),
    # No members chosen, while they take part in cases.
    ("desk:setup-members", PLATFORM, 200, 422),
    ("desk:setup-groups", PLATFORM, 200, 422),
    ("desk:setup-series", PLATFORM, 200, 422),
    ("desk:unlink", {**PLATFORM, "key": 0}, 405, 404),
    # Papers: minutes of which a draft was made, and a status report.
    ("desk:readings", PLATFORM, 200, 400),
    ("desk:control", PLATFORM, 200, 405),
    ("desk:control-report", {**PLATFORM, "report": "unreported"}, 200, 405),
    ("desk:control-report", {**PLATFORM, "report": "nothing"}, 404, 405),
    (
        "desk:control-file",
        {**PLATFORM, "report": "unreported", "extension": "xlsx"},
        200,
        405,
    ),
    ("desk:read-next", PLATFORM, 405, 302),
    ("desk:reading", PAPER, 302, 405),
    ("desk:reading", REPORT, 302, 405),
    ("desk:reading-original", PAPER, 200, 405),
    ("desk:reading-again", PAPER, 405, 302),
    ("desk:reading-remove", PAPER, 405, 302),
    ("desk:read-minutes", {**PAPER, "order": 0}, 200, 422),
    ("desk:read-minutes", {**PAPER, "order": 1}, 404, 404),
    ("desk:read-minutes", {**REPORT, "order": 0}, 404, 404),
    ("desk:read-row", {**PAPER, "order": 0, "row": 0}, 405, 422),
    ("desk:read-row", {**PAPER, "order": 0, "row": 9}, 405, 404),
    ("desk:read-accept", {**PAPER, "order": 0}, 405, 302),
    ("desk:read-aside", {**PAPER, "order": 0}, 405, 302),
    ("desk:read-draft", {**PAPER, "order": 0}, 405, 422),
    ("desk:read-progress", REPORT, 200, 422),
    ("desk:read-progress", PAPER, 404, 404),
    ("desk:read-progress-row", {**REPORT, "row": 0}, 405, 404),
    ("desk:read-progress-accept", REPORT, 405, 302),
    ("desk:read-progress-write", REPORT, 405, 422),
    *(
        (name, {**where, "extension": extension}, got, 405)
        for extension in ("pdf", "odt", "docx")
        for name, where, got in [
            ("desk:minutes-paper", DRAFT, 200),
            ("desk:minutes-paper", MEETING, 200),
            ("desk:agenda-paper", DRAFT, 200),
            ("desk:agenda-paper", MEETING, 404),
        ]
    ),
]


def at_the_desk(name, got, posted):
    def answers(role):
        if role in ("public", "contact", "official"):
            return LOGIN
        own = {"GET": got, "POST": posted, "PUT": 405, "DELETE": 405}
        if role in KEEPERS or name in ("desk:index", "desk:new-platform"):
            return own
        return {method: 405 if code == 405 else 404 for method, code in own.items()}

    return {role: answers(role) for role in ROLES}


def reporting(got, posted, roles, otherwise=(404, 404), **special):
    """Return what each role gets: those named, the others, and the public a login."""

    def answers(role):
        get, post = special.get(role, (got, posted) if role in roles else otherwise)
        return {"GET": get, "POST": post, "PUT": 405, "DELETE": 405}

    inside = {role: answers(role) for role in ROLES if role != "public"}
    return {"public": LOGIN, **inside}


WRITERS = {"contact", *KEEPERS}
UPLOAD = uuid.UUID(int=1)
REPORTING = [
    ("reporting:home", {}, reporting(200, 405, ROLES)),
    ("reporting:after-login", {}, reporting(302, 405, ROLES)),
    ("reporting:help", {}, reporting(200, 405, ROLES)),
    ("reporting:submit", ROUND, reporting(200, 422, {"contact"})),
    ("reporting:unchanged", ROUND, reporting(405, 302, {"contact"}, (405, 404))),
    ("reporting:slot", OWN_SLOT, reporting(200, 422, WRITERS)),
    ("reporting:slot", THEIR_DRAFT, reporting(200, 422, KEEPERS)),
    (
        "reporting:slot",
        THEIR_ACCEPTED,
        reporting(200, 422, KEEPERS, contact=(200, 403), official=(200, 403)),
    ),
    ("reporting:sheet", ROUND, reporting(200, 400, WRITERS)),
    (
        "reporting:sheet-file",
        {**ROUND, "extension": "ods"},
        reporting(200, 405, WRITERS, (404, 405)),
    ),
    # The contact's own; it holds drafts.
    (
        "reporting:sheet-preview",
        {**ROUND, "uid": UPLOAD},
        reporting(200, 409, {"contact"}),
    ),
]


# Proposals: of the transport group of 臺北市, handed in by its contact, for those who
# are signed in. What its readers get, for GET and for a POST that says nothing.
PROPOSAL = {**PLATFORM, "key": "PROPOSAL"}
PROPOSALS = [
    ("proposals:home", {}, 200, 405),
    ("proposals:list", PLATFORM, 200, 405),
    ("proposals:new", PLATFORM, 200, 422),
    ("proposals:proposal", PROPOSAL, 200, 405),
    ("proposals:edit", PROPOSAL, 200, 422),
    ("proposals:take", {**PROPOSAL, "step": "return"}, 405, 409),
    ("proposals:take", {**PROPOSAL, "step": "no-such"}, 405, 404),
    ("proposals:form", {**PROPOSAL, "extension": "odt"}, 200, 405),
    ("proposals:form", {**PROPOSAL, "extension": "docx"}, 404, 405),
]
# Judging is the secretariat's, and so is the form while it is handed in.
JUDGED = {"proposals:edit", "proposals:take"}


def of_proposals(name, got, posted):
    def answers(role):
        if role == "public":
            return LOGIN
        own = {"GET": got, "POST": posted, "PUT": 405, "DELETE": 405}
        if name == "proposals:home":
            # Who has to do with one platform alone is led there.
            is_one = role in ("own secretariat", "other secretariat")
            return own | {"GET": 302 if is_one else 200}
        if role in KEEPERS or (role == "contact" and name not in JUDGED):
            return own
        return {method: 405 if code == 405 else 404 for method, code in own.items()}

    return {role: answers(role) for role in ROLES}


# Login and logout answer each role and method in their own way.
FORM = {"GET": 200, "POST": 200, "PUT": 405, "DELETE": 405}
INSIDE = [role for role in ROLES if role != "public"]
DOORS = {
    "login": {
        "public": {"GET": 200, "POST": 200, "PUT": 200, "DELETE": 405},
        **dict.fromkeys(INSIDE, LOGIN),
    },
    "logout": {
        role: {"GET": 405, "POST": 302, "PUT": 405, "DELETE": 405} for role in ROLES
    },
    "account": {
        "public": LOGIN,
        **{role: FORM | {"POST": 422} for role in INSIDE},
    },
    "password-change": {
        "public": LOGIN,
        **dict.fromkeys(INSIDE, FORM),
    },
    "password-reset": everybody(FORM),
    "password-reset-done": everybody(FORM | {"POST": 405}),
    # What the right link opens, test_passwords.py and test_invitations.py tell.
    "password-reset-confirm": everybody(dict.fromkeys(METHODS, 404)),
    "invitation": everybody(dict.fromkeys(METHODS, 404)),
}
LINKS = ("password-reset-confirm", "invitation")
TABLE = [
    *(
        (name, arguments, role, dict.fromkeys(METHODS, 405) | {"GET": got})
        for name, arguments, answers in PUBLIC
        for role, got in answers.items()
    ),
    *(
        (name, arguments, role, answers)
        for name, arguments, got, posted in DESK
        for role, answers in at_the_desk(name, got, posted).items()
    ),
    *(
        (name, arguments, role, answers)
        for name, arguments, roles in REPORTING
        for role, answers in roles.items()
    ),
    *(
        (name, arguments, role, answers)
        for name, arguments, got, posted in PROPOSALS
        for role, answers in of_proposals(name, got, posted).items()
    ),
    *(
        (name, LINK if name in LINKS else {}, role, answers)
        for name, roles in DOORS.items()
        for role, answers in roles.items()
    ),
]


@pytest.fixture(scope="module")
def accounts(loaded_record):
    """The people, by role; some minutes taken back, and a draft beside them."""
    create_accounts()
    found = {user.username: user for user in get_user_model().objects.all()}
    jbbt, northern = (Platform.objects.get(slug=slug) for slug in ("jbbt", "northern"))
    found["own secretariat"] = secretariat_of(jbbt)
    found["other secretariat"] = secretariat_of(northern)
    found["superuser"] = UserFactory(is_staff=True, is_superuser=True)
    _transport_meeting(found["archive"])
    for sitting in (UNPUBLISHED, OTHER_GROUPS):
        minutes = Minutes.objects.get(
            meeting__platform=jbbt, meeting__slug=sitting["meeting"]
        )
        unpublish(minutes, by=found["superuser"], reason="校對中")
    series = MeetingSeries.objects.get(platform=jbbt, slug="vice-mayor")
    meeting = Meeting.objects.create(
        platform=jbbt,
        series=series,
        number=7,
        slug=DRAFT["meeting"],
        title="第7次副市長層級會議",
        held_on=dt.date(2026, 3, 20),
    )
    draft = Minutes.objects.create(meeting=meeting)
    MinutesFile.objects.create(
        minutes=draft,
        kind="sign_in",
        name="簽到表.pdf",
        media_type="application/pdf",
        content=b"%PDF-1.7",
        size=8,
        sha256="0" * 64,
        uploaded_by=found["superuser"],
    )
    _papers(jbbt, draft)
    _editions(jbbt, by=found["superuser"])
    _round(jbbt, found["superuser"])
    SheetUpload.objects.create(
        uid=UPLOAD,
        round=ReportingRound.objects.get(platform=jbbt, as_of=ROUND["as_of"]),
        by=found["contact"],
        at=timezone.now(),
        name="填報表.xlsx",
        said={"rows": [], "notes": []},
    )
    _handbooks(draft.meeting, by=found["superuser"])
    _proposal(found["contact"])
    return found


def _round(platform, user):
    """Open a round, in which one text was accepted and one begun."""
    today = timezone.localdate()
    round_ = CollectingRoundFactory(
        platform=platform,
        as_of=ROUND["as_of"],
        opens_on=today,
        due_on=today,
        locks_on=today,
    )
    for where in (OWN_SLOT, THEIR_DRAFT, THEIR_ACCEPTED):
        slot = SlotFactory(
            case=Case.objects.get(platform=platform, number=where["number"]),
            round=round_,
            municipality=Municipality.objects.get(slug=where["writer"]),
        )
        said = {"text": "已開工。", "by": user, "at": timezone.now()}
        if where == THEIR_DRAFT:
            rounds.save(slot, version=0, is_unchanged=False, **said)
        elif where == THEIR_ACCEPTED:
            rounds.enter(slot, version=0, **said)


def _editions(platform, *, by):
    """An edition of one file that is published, and one that is being made."""
    round_ = ReportingRoundFactory(platform=platform, as_of=REPORTED["as_of"])
    rounds.lock_round(round_, by=by, at=timezone.now())
    report = to_data(gather(round_, number=1, why="", corrections={}))
    dataset = {
        "report": report,
        "since": {"round": {"title": "前期", "report": report}},
    }
    for number in (1, 2):
        edition = ReportEdition.objects.create(
            round=round_,
            number=number,
            why="" if number == 1 else "誤植",
            dataset=dataset,
            wanted=["status.json"],
            asked_by=by,
        )
        EditionFile.objects.create(
            edition=edition,
            name="status.json",
            content=b"{}",
            size=2,
            sha256=checksum(b"{}"),
        )
        if number == 1:
            ReportEdition.objects.update(published_at=timezone.now())


def _handbooks(meeting, *, by):
    """A handbook that is made, and one that is in the making."""
    for number in (1, 2):
        edition = HandbookEdition.objects.create(
            meeting=meeting,
            number=number,
            dataset=handbooks.to_data(handbook_of(meeting)),
            wanted=["handbook.pdf"],
            asked_by=by,
        )
        if number == 1:
            HandbookFile.objects.create(
                edition=edition,
                name="handbook.pdf",
                content=b"%PDF",
                size=4,
                sha256=checksum(b"%PDF"),
            )
            HandbookEdition.objects.update(made_at=timezone.now())


def _proposal(contact):
    """Let the contact hand a proposal in."""
    group = IssueGroup.objects.get(platform__slug="jbbt", slug="transport")
    city = Municipality.objects.get(slug="taipei")
    now = timezone.now()
    proposal = proposals.begin(group, city, by=contact, at=now)
    form = Form(
        group=group,
        municipality=city,
        title="跨市公車",
        division="運輸管理科",
        explanation="說明",
        actions="作法",
        benefits="效益",
        contact=Person(name="承辦人", phone="1234"),
    )
    proposal = proposals.save(proposal, form, version=0, by=contact, at=now)
    proposals.submit(proposal, version=proposal.version, by=contact, at=now)


def _papers(platform, draft):
    """Minutes that a draft was made of, and a status report, as they were read."""
    paper = read_paper(
        platform, minutes_said(decisions=[decision_said("跨市公車")]), name="紀錄.txt"
    )
    ReadMinutes.objects.filter(reading=paper).update(minutes=draft)
    ReadingFactory(
        platform=platform,
        kind="status_report",
        name="辦理情形.txt",
        state="read",
        read_at=timezone.now(),
        result={"title": "辦理情形", "as_of": "2026-03-31", "groups": []},
    )


def _transport_meeting(user):
    """Confirm a meeting of the transport group; it stays unpublished."""
    series = MeetingSeries.objects.get(
        platform__slug="jbbt", slug="working-group-transport"
    )
    meeting = Meeting.objects.create(
        platform=series.platform,
        series=series,
        roc_year=115,
        number=1,
        slug=OWN_GROUPS["meeting"],
        title="115年度第1次交通組會議",
        held_on=dt.date(2026, 2, 6),
        state=Meeting.State.HELD,
    )
    case = Case.objects.listed_on(meeting.held_on).filter(group=series.group).first()
    minutes = Minutes.objects.create(meeting=meeting)
    confirm_and_post(minutes, [decide(case, "continue")], by=user)


def address_of(name, arguments):
    arguments = dict(arguments)
    query = arguments.pop("query", "")
    match arguments.get("key"):
        case "contact" | "official" as username:
            arguments["key"] = get_user_model().objects.get(username=username).pk
        case "FILE":
            arguments["key"] = MinutesFile.objects.get().pk
        case "PAPER" | "REPORT" as key:
            kind = {"PAPER": "minutes", "REPORT": "status_report"}[key]
            arguments["key"] = Reading.objects.get(kind=kind).pk
        case "PROPOSAL":
            arguments["key"] = Proposal.objects.get(platform__slug="jbbt").key
    return f"{reverse(name, kwargs=arguments)}{'?' if query else ''}{query}"


def as_role(accounts, role):
    client = Client()
    if role != "public":
        client.force_login(accounts[role])
    return client


@pytest.mark.parametrize(
    ("name", "arguments", "role", "answers"),
    TABLE,
    ids=[
        "-".join([name, *map(str, arguments.values()), role])
        for name, arguments, role, _ in TABLE
    ],
)
def test_each_role_gets_what_the_table_says(accounts, name, arguments, role, answers):
    address = address_of(name, arguments)

    got = {}
    for method in answers:
        response = as_role(accounts, role).generic(method, address)
        if response.streaming:
            response.getvalue()  # to the end, which closes the file
        got[method] = response.status_code

    assert got == answers


@pytest.mark.parametrize("role", INSIDE)
def test_what_is_not_public_is_kept_by_no_cache(accounts, role):
    """Nor is anything that was made for somebody who is logged in."""
    readable = [
        (name, arguments)
        for name, arguments, answers in PUBLIC
        if answers[role] == 200 and answers["public"] == 404
    ] + [("meetings:meeting", MEETING)]

    for name, arguments in readable:
        response = as_role(accounts, role).get(address_of(name, arguments))
        if response.streaming:
            response.getvalue()
        assert response.headers["Cache-Control"] == "private, no-store", name
        is_page = response.headers["Content-Type"].startswith("text/html")
        assert not (is_page and "ETag" in response.headers), name


def test_pages_that_are_not_public_say_so(accounts):
    for role in ("official", "contact", "own secretariat"):
        page = as_role(accounts, role).get(address_of("meetings:meeting", UNPUBLISHED))
        assert "請勿對外提供" in page.text
    public = as_role(accounts, "official").get(address_of("meetings:meeting", MEETING))
    assert "請勿對外提供" not in public.text


def test_a_contact_reads_the_decisions_of_own_groups_alone(accounts):
    page = Page(
        as_role(accounts, "contact").get(address_of("meetings:meeting", UNPUBLISHED))
    )

    assert page.texts("h3") == ["交通組"]
    assert "主席結論" not in page.main


def test_lists_hold_what_each_role_may_read(accounts):
    shown = {
        role: {
            meeting["meeting"]
            for meeting in (MEETING, UNPUBLISHED, OWN_GROUPS, OTHER_GROUPS, DRAFT)
            if f"/{meeting['meeting']}/"
            in as_role(accounts, role).get(address_of("meetings:list", PLATFORM)).text
        }
        for role in ROLES
    }

    public = {MEETING["meeting"]}
    confirmed = public | {
        each["meeting"] for each in (UNPUBLISHED, OWN_GROUPS, OTHER_GROUPS)
    }
    assert shown == {
        "public": public,
        "contact": public | {OWN_GROUPS["meeting"], UNPUBLISHED["meeting"]},
        "official": confirmed,
        "secretariat": confirmed,
        "own secretariat": confirmed,
        "other secretariat": public,
        "superuser": confirmed,
    }


def test_every_address_is_in_the_table():
    named = set(_names(get_resolver().url_patterns))

    assert named == {name for name, *_ in TABLE}


def _names(patterns, namespace=""):
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield f"{namespace}{pattern.name}"
        elif pattern.namespace != "admin":  # walked in test_admin_access.py
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from _names(pattern.url_patterns, namespace + inner)


def test_wrong_password_is_refused_in_a_sentence(accounts):
    response = Client().post(
        reverse("login"), {"username": "official", "password": "wrong"}
    )

    assert response.status_code == 200
    assert "無法登入" in response.content.decode()


def test_login_of_who_writes_nothing_leads_to_the_first_page(accounts):
    client = Client()
    account = ACCOUNTS[0]

    response = client.post(
        reverse("login"),
        {"username": account.username, "password": account.password},
        follow=True,
    )

    assert response.redirect_chain[-1] == (reverse("cases:landing"), 302)
    assert account.name in response.content.decode()


def test_login_does_not_lead_to_another_site(accounts):
    account = ACCOUNTS[0]

    response = Client().post(
        reverse("login"),
        {
            "username": account.username,
            "password": account.password,
            "next": "https://elsewhere.example/",
        },
    )

    assert response["Location"] == reverse("reporting:after-login")


@pytest.mark.parametrize("role", ROLES)
def test_only_the_secretariat_is_shown_the_way_to_the_record(accounts, role):
    shown = as_role(accounts, role).get("/").text

    assert (reverse("admin:index") in shown) == (role in (*SECRETARIATS, "superuser"))
    assert (reverse("login") in shown) == (role == "public")
