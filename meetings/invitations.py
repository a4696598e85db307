"""Inviting people by mail: an account that is nobody's until the link is used."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import Group, User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from meetings.assignments import Task, assign, refuse_unless_kept
from meetings.models import Assignment, ContactDetails, Invitation, Platform
from platform_site.mail import LINK, NotWanted, send_later
from platform_site.models import Mail

# A second click, or a second clerk, sends no second mail.
PAUSE = timedelta(minutes=5)
NOT_OPEN = "這份邀請已經接受或撤回。"


@dataclass(frozen=True)
class Newcomer:
    """Who is to be invited, as the secretariat knows him or her."""

    name: str
    email: str
    organization: str = ""
    title: str = ""
    phone: str = ""
    extension: str = ""


@dataclass(frozen=True)
class Invited:
    """What came of it."""

    person: User
    is_known: bool  # the account was there; its data stay as they are
    is_mailed: bool
    assignments: list[Assignment]


class InvitationTokens(PasswordResetTokenGenerator):
    """Django's, of one invitation: good for nothing else, and only while it is open."""

    key_salt = "meetings.invitations"

    def _make_hash_value(self, user: User, timestamp: int) -> str:
        invitation: Invitation | None = getattr(user, "invitation", None)
        if invitation is None:
            raise ValueError("No invitation is asked about.")
        return f"{super()._make_hash_value(user, timestamp)}{invitation.pk}"

    def check_token(self, user: User | None, token: str | None) -> bool:
        """Whether the link is good, and the invitation still open."""
        invitation: Invitation | None = getattr(user, "invitation", None)
        if user is None or invitation is None:
            return False
        is_open = Invitation.objects.open().filter(pk=invitation.pk).exists()
        return is_open and super().check_token(user, token)


tokens = InvitationTokens()


def invited_person(invitation: Invitation) -> User:
    """Return whom ``tokens`` is asked about."""
    invitation.user.invitation = invitation  # type: ignore[attr-defined]  # for tokens
    return invitation.user


def find_account(email: str) -> User | None:
    """Return the one account with this address, however it is written."""
    return User.objects.filter(email__iexact=email).first() if email else None


@transaction.atomic
def invite(
    newcomer: Newcomer,
    tasks: Iterable[Task],
    *,
    platform: Platform,
    role: Group,
    by: User,
    at: datetime,
    site: str,
) -> Invited:
    """Give somebody tasks, and an account with its invitation where there is none.

    An account that exists gets the tasks and nothing else. Raises PermissionDenied,
    ValidationError.
    """
    refuse_unless_kept(platform, by, "邀請窗口")
    person, is_known = _account(newcomer, role)
    is_mailed = False
    if not person.is_active:
        invitation = _open_invitation(person, platform, by, at)
        # To one that was open already no other mail goes by this way.
        if invitation is not None:
            _mail(invitation, site)
            is_mailed = True
    given = assign(person, tasks, platform=platform, by=by)
    return Invited(person, is_known, is_mailed, given)


def _account(newcomer: Newcomer, role: Group) -> tuple[User, bool]:
    person = find_account(newcomer.email)
    if person is not None:
        return person, True
    person = User(
        username=newcomer.email.lower(),
        email=newcomer.email,
        first_name=newcomer.name,
        is_active=False,
    )
    person.set_unusable_password()
    try:
        with transaction.atomic():
            person.full_clean()
            person.save()
    except IntegrityError:  # somebody invited the same person this very moment
        found = find_account(newcomer.email)
        if found is None:
            raise
        return found, True
    person.groups.add(role)
    ContactDetails.objects.create(
        user=person,
        organization=newcomer.organization,
        title=newcomer.title,
        phone=newcomer.phone,
        extension=newcomer.extension,
    )
    return person, False


def _open_invitation(
    person: User, platform: Platform, by: User, at: datetime
) -> Invitation | None:
    """Open an invitation to an account that nobody has come for; None: it is open.

    Refuses an account that somebody had and that was closed.
    """
    before = list(
        person.invitations.values_list("platform", "accepted_at", "withdrawn_at")
    )
    is_fresh = not person.has_usable_password() and person.last_login is None
    if not is_fresh or any(accepted for _, accepted, _ in before):
        raise ValidationError(
            {"email": "這個電子郵件的帳號已停用，請洽系統管理者重新啟用。"}
        )
    if any(pk == platform.pk and not withdrawn for pk, _, withdrawn in before):
        return None
    invitation = Invitation(
        platform=platform, user=person, invited_by=by, invited_at=at, sent_at=at
    )
    try:
        with transaction.atomic():
            invitation.save()
    except IntegrityError:  # by somebody else this very moment
        return None
    return invitation


def _mail(invitation: Invitation, site: str) -> Mail:
    platform = invitation.platform
    said = {"person": invitation.user, "platform": platform, "link": LINK}
    return send_later(
        Mail.Kind.INVITATION,
        invitation.user,
        subject=f"邀請您加入{platform.name}辦理情形填報",
        text=render_to_string("mail/invitation.txt", said),
        site=site,
        about=str(invitation.pk),
    )


def invitation_link(mail: Mail) -> str:
    """Return the path a mail's invitation is accepted at; refuse one that is over."""
    invitation = (
        Invitation.objects.open().select_related("user").filter(pk=mail.about).first()
    )
    if invitation is None:
        raise NotWanted("邀請已經接受或撤回")
    return accept_path(invitation)


def accept_path(invitation: Invitation) -> str:
    """Return the path of a fresh link."""
    person = invited_person(invitation)
    uid = urlsafe_base64_encode(force_bytes(invitation.pk))
    return reverse("invitation", args=[uid, tokens.make_token(person)])


def _hold(invitation: Invitation) -> Invitation:
    """Return the invitation locked, if it is still open."""
    found = (
        Invitation.objects.open()
        .select_for_update(of=["self"])
        .select_related("platform", "user")
        .filter(pk=invitation.pk)
        .first()
    )
    if found is None:
        raise ValidationError(NOT_OPEN)
    return found


@transaction.atomic
def send_again(invitation: Invitation, *, by: User, at: datetime, site: str) -> bool:
    """Send a fresh link; False where one was sent a moment ago."""
    found = _hold(invitation)
    refuse_unless_kept(found.platform, by, "重寄邀請")
    if at - found.sent_at < PAUSE:
        return False
    found.sent_at = at
    found.save(update_fields=["sent_at"])
    _mail(found, site)
    return True


@transaction.atomic
def withdraw(invitation: Invitation, *, by: User, at: datetime) -> None:
    """Take an invitation back, and the tasks on the platform that went with it."""
    found = _hold(invitation)
    refuse_unless_kept(found.platform, by, "撤回邀請")
    found.withdrawn_at = at
    found.save(update_fields=["withdrawn_at"])
    # Nobody has ever written by them: the account was never in use.
    Assignment.objects.filter(
        user=found.user_id, group__platform=found.platform_id
    ).delete()


@transaction.atomic
def accept(
    invitation: Invitation, *, name: str, title: str, password: str, at: datetime
) -> User:
    """Make the account its person's: with a password, and in use from now on."""
    found = _hold(invitation)
    person = User.objects.select_for_update().get(pk=found.user_id)
    person.first_name = name
    person.is_active = True
    person.set_password(password)
    person.save(update_fields=["first_name", "is_active", "password"])
    details, _ = ContactDetails.objects.get_or_create(user=person)
    details.title = title
    details.save(update_fields=["title"])
    person.invitations.open().update(accepted_at=at)
    return person
