"""Addresses of those who write progress."""

from django.urls import path

from cases import converters  # noqa: F401  makes the formats known
from cases.views.reporting import home, slot, submit

app_name = "reporting"

ROUND = "<slug:platform>/<data_date:as_of>"
SLOT = f"{ROUND}/<case_number:number>/<slug:writer>"

urlpatterns = [
    path("", home.home, name="home"),
    path("start/", home.after_login, name="after-login"),
    path("help/", home.help_page, name="help"),
    path(f"{ROUND}/submit/", submit.submit_round, name="submit"),
    path(f"{ROUND}/unchanged/", submit.unchanged, name="unchanged"),
    path(f"{SLOT}/", slot.slot, name="slot"),
]
