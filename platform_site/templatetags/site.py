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


@register.simple_tag
def whom_to_ask() -> str:
    """Return whom visitors may turn to, in words that fit into a sentence."""
    agency, contact = site_agency(), site_contact()
    if agency and contact:
        return f"{agency}（{contact}）"
    return agency or contact or "各平臺幕僚機關"
