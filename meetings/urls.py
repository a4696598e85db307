"""Public addresses of meetings."""

from django.urls import path

from meetings import converters, views  # noqa: F401  makes the formats known

app_name = "meetings"

urlpatterns = [
    path("<slug:platform>/meetings/", views.meeting_list, name="list"),
    path("<slug:platform>/meetings/<slug:meeting>/", views.meeting, name="meeting"),
    path(
        "<slug:platform>/meetings/<slug:meeting>/minutes.<paper_format:extension>",
        views.minutes_paper,
        name="minutes-paper",
    ),
]
