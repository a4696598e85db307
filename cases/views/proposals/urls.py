"""Addresses of proposals, for those who are signed in."""

from django.urls import path, register_converter

from cases.views.proposals import editing, listing, papers, reading
from meetings import converters  # noqa: F401  makes the formats known


class ProposalKeyConverter:
    """A proposal's number: 112-007."""

    regex = "[0-9]{2,3}-[0-9]{3,4}"

    def to_python(self, value: str) -> str:
        """Take it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Write it as it is."""
        return value


register_converter(ProposalKeyConverter, "proposal_key")

app_name = "proposals"

ONE = "<slug:platform>/<proposal_key:key>"

urlpatterns = [
    path("", listing.platforms, name="home"),
    path("<slug:platform>/", listing.proposals, name="list"),
    path("<slug:platform>/new/", editing.new, name="new"),
    path(f"{ONE}/", reading.proposal, name="proposal"),
    path(f"{ONE}/edit/", editing.edit, name="edit"),
    path(f"{ONE}/take/<slug:step>/", reading.take, name="take"),
    path(f"{ONE}/form.<paper_format:extension>", papers.form, name="form"),
]
