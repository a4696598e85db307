"""Addresses of the pages about people, below the desk's."""

from django.urls import path

from cases import converters  # noqa: F401  makes data dates known
from cases.views.people import listing, person, reminders

PEOPLE = "<slug:platform>/people"
PERSON = f"{PEOPLE}/<int:key>"
REMINDERS = "<slug:platform>/rounds/<data_date:as_of>/reminders"

urlpatterns = [
    path(f"{PEOPLE}/", listing.people, name="people"),
    path(f"{PEOPLE}/history/", listing.history, name="people-history"),
    path(f"{PEOPLE}/new/", person.new_person, name="new-person"),
    path(f"{PERSON}/", person.person, name="person"),
    path(f"{PERSON}/assign/", person.assign_more, name="person-assign"),
    path(f"{PERSON}/end/", person.end_tasks, name="person-end"),
    path(f"{PERSON}/hand-over/", person.hand_over_tasks, name="person-hand-over"),
    path(f"{PERSON}/invitation/", person.invitation, name="person-invitation"),
    path(f"{PERSON}/mail/", person.mail_again, name="person-mail"),
    path(f"{REMINDERS}/", reminders.reminders, name="reminders"),
    path(f"{REMINDERS}/send/", reminders.send, name="reminders-send"),
    path(f"{REMINDERS}/log/", reminders.log, name="reminder-log"),
]
