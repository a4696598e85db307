"""Addresses of the rounds, below the desk's."""

from django.urls import path

from cases import converters  # noqa: F401  makes numbers and data dates known
from cases.views.rounds import asking, listing, locking, owing, slot, table

ROUNDS = "<slug:platform>/rounds"
ROUND = f"{ROUNDS}/<data_date:as_of>"

urlpatterns = [
    path(f"{ROUNDS}/", listing.rounds, name="rounds"),
    path(f"{ROUNDS}/new/", listing.new_round, name="new-round"),
    path(f"{ROUND}/", table.table, name="round"),
    path(f"{ROUND}/accept/", table.accept, name="round-accept"),
    path(f"{ROUND}/days/", asking.days, name="round-days"),
    path(f"{ROUND}/cases/", asking.cases, name="round-cases"),
    path(f"{ROUND}/owing/", owing.owing, name="round-owing"),
    path(f"{ROUND}/lock/", locking.lock, name="round-lock"),
    path(
        f"{ROUND}/<case_number:number>/<slug:owner>/",
        slot.slot,
        name="round-slot",
    ),
]
