"""Addresses of the minutes desk, below the admin's."""

from django.urls import path

from cases.views.desk import meetings

app_name = "desk"

urlpatterns = [
    path("", meetings.index, name="index"),
]
