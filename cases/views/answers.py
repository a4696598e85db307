"""What pages that save by themselves share: who asks, and faults by field."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.http import HttpRequest


def wants_json(request: HttpRequest) -> bool:
    """Whether the script asks; a plain form gets a page."""
    return request.headers.get("Accept", "").startswith("application/json")


def by_field(error: ValidationError) -> dict[str, str]:
    """Return the sentences by field; those about the whole row under an empty name."""
    if hasattr(error, "error_dict"):
        return {
            name if name != "__all__" else "": " ".join(sentences)
            for name, sentences in error.message_dict.items()
        }
    return {"": " ".join(error.messages)}
