"""Addresses of the desk, below the admin's."""

from django.urls import include, path

from cases import converters as case_converters  # noqa: F401
from cases.views import control, links
from cases.views.desk import (
    agenda,
    check,
    editions,
    handbook,
    header,
    meetings,
    overview,
    papers,
    publish,
    setup,
    sheet,
    texts,
)
from cases.views.readings import listing, progress, progress_rows, review, rows
from meetings import converters  # noqa: F401  makes the formats known

app_name = "desk"

MEETING = "<slug:platform>/<slug:meeting>"
# Before meetings: none is called so, nor "rounds", "control", "links" or "people".
READINGS = "<slug:platform>/readings"
CONTROL = "<slug:platform>/control"
EDITIONS = "<slug:platform>/rounds/<data_date:as_of>/editions"
SETUP = "<slug:platform>/setup"
READ_PROGRESS = f"{READINGS}/<int:key>/progress"
READ_MINUTES = f"{READINGS}/<int:key>/minutes/<int:order>"

urlpatterns = [
    path("", meetings.index, name="index"),
    path("platforms/new/", setup.new_platform, name="new-platform"),
    path(f"{SETUP}/", setup.setup, name="setup"),
    path(f"{SETUP}/words/", setup.words, name="setup-words"),
    path(f"{SETUP}/members/", setup.members, name="setup-members"),
    path(f"{SETUP}/groups/", setup.groups, name="setup-groups"),
    path(f"{SETUP}/series/", setup.series, name="setup-series"),
    path("<slug:platform>/new/<slug:series>/", meetings.new_meeting, name="new"),
    path(f"{READINGS}/", listing.readings, name="readings"),
    path(f"{READINGS}/read-next/", listing.read_on, name="read-next"),
    path(f"{READINGS}/<int:key>/", review.reading, name="reading"),
    path(f"{READINGS}/<int:key>/original/", listing.original, name="reading-original"),
    path(f"{READINGS}/<int:key>/again/", listing.again, name="reading-again"),
    path(f"{READINGS}/<int:key>/remove/", listing.remove, name="reading-remove"),
    path(f"{READ_PROGRESS}/", progress.progress, name="read-progress"),
    path(
        f"{READ_PROGRESS}/rows/<int:row>/",
        progress_rows.row,
        name="read-progress-row",
    ),
    path(f"{READ_PROGRESS}/accept/", progress.accept_rest, name="read-progress-accept"),
    path(f"{READ_PROGRESS}/write/", progress.write, name="read-progress-write"),
    path(f"{READ_MINUTES}/", review.minutes, name="read-minutes"),
    path(f"{READ_MINUTES}/rows/<int:row>/", rows.row, name="read-row"),
    path(f"{READ_MINUTES}/accept/", review.accept_rest, name="read-accept"),
    path(f"{READ_MINUTES}/aside/", review.aside, name="read-aside"),
    path(f"{READ_MINUTES}/draft/", review.draft, name="read-draft"),
    path(f"{EDITIONS}/", editions.editions, name="editions"),
    path(f"{EDITIONS}/progress/", editions.edition_progress, name="edition-progress"),
    path(f"{EDITIONS}/correct/", editions.correct, name="edition-correct"),
    path(
        f"{EDITIONS}/<int:number>/again/",
        editions.edition_again,
        name="edition-again",
    ),
    path(f"{EDITIONS}/<int:number>/away/", editions.edition_away, name="edition-away"),
    path("", include("cases.views.rounds.urls")),
    path("", include("cases.views.people.urls")),
    path(f"{CONTROL}/", control.index, name="control"),
    path(
        f"{CONTROL}/<slug:report>.<sheet_format:extension>",
        control.report_file,
        name="control-file",
    ),
    path(f"{CONTROL}/<slug:report>/", control.report, name="control-report"),
    path("<slug:platform>/links/", links.links, name="links"),
    path("<slug:platform>/links/<int:key>/remove/", links.unlink, name="unlink"),
    path(f"{MEETING}/", overview.overview, name="meeting"),
    path(f"{MEETING}/check/", check.check, name="check"),
    path(f"{MEETING}/confirm/", check.confirm, name="confirm"),
    path(f"{MEETING}/publish/", publish.publish, name="publish"),
    path(f"{MEETING}/unpublish/", publish.unpublish, name="unpublish"),
    path(f"{MEETING}/agenda/", agenda.agenda, name="agenda"),
    path(f"{MEETING}/header/", header.header, name="header"),
    path(f"{MEETING}/attendance/", header.attendance, name="attendance"),
    path(f"{MEETING}/files/", header.files, name="files"),
    path(f"{MEETING}/files/<int:key>/", header.file, name="file"),
    path(f"{MEETING}/groups/<slug:group>/", sheet.group_sheet, name="group"),
    path(f"{MEETING}/texts/<slug:part>/", texts.texts, name="texts"),
    path(f"{MEETING}/prepare/<slug:part>/", handbook.prepare, name="prepare"),
    path(f"{MEETING}/handbook/", handbook.handbook, name="handbook"),
    path(f"{MEETING}/handbook/progress/", handbook.progress, name="handbook-progress"),
    path(
        f"{MEETING}/handbook/<int:number>/again/", handbook.again, name="handbook-again"
    ),
    path(f"{MEETING}/handbook/<int:number>/away/", handbook.away, name="handbook-away"),
    path(
        f"{MEETING}/handbook/<int:number>/handbook.<slug:extension>",
        handbook.handbook_file,
        name="handbook-file",
    ),
    path(
        f"{MEETING}/papers/minutes.<paper_format:extension>",
        papers.minutes,
        name="minutes-paper",
    ),
    path(
        f"{MEETING}/papers/agenda.<paper_format:extension>",
        papers.agenda,
        name="agenda-paper",
    ),
]
