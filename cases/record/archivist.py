"""Under whose name the archive is entered."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User


def archivist() -> User:
    """Return the account under whose name the archive is entered; nobody logs in with it."""
    user, is_new = get_user_model().objects.get_or_create(
        username="archive", defaults={"first_name": "歷史紀錄匯入", "is_active": False}
    )
    if is_new:
        user.set_unusable_password()
        user.save(update_fields=["password"])
    return user
