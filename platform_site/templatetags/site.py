"""Who runs the site, for templates."""

from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def site_agency() -> str:
    """Return the agency that runs the site, empty when it is not named."""
    agency: str = settings.SITE_AGENCY
    return agency


@register.simple_tag
def site_contact() -> str:
    """Return how to reach that agency, empty when it is not said."""
    contact: str = settings.SITE_CONTACT
    return contact
