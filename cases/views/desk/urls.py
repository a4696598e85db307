"""Addresses of the minutes desk, below the admin's."""

from django.urls import path

from cases.views.desk import (
    agenda,
    check,
    handbook,
    header,
    meetings,
    overview,
    papers,
    publish,
    sheet,
    texts,
)
from cases.views.readings import listing, progress, progress_rows, review, rows
from meetings import converters  # noqa: F401  makes the formats known

app_name = "desk"

MEETING = "<slug:platform>/<slug:meeting>"
READINGS = "<slug:platform>/readings"  # before meetings: none is called so
READ_PROGRESS = f"{READINGS}/<int:key>/progress"
READ_MINUTES = f"{READINGS}/<int:key>/minutes/<int:order>"

urlpatterns = [
    path("", meetings.index, name="index"),
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
