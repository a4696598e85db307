"""Passwords that were forgotten or are changed; Django's own, with our mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordResetForm
from django.contrib.auth.models import User
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.encoding import force_bytes
from django.utils.http import base36_to_int, urlsafe_base64_encode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from platform_site.mail import LINK, send_later, site_of
from platform_site.models import Mail

# How long a link holds, and how many mails somebody gets in that time.
HOLDS = timedelta(hours=2)
MOST_MAILS = 3


class ResetTokens(PasswordResetTokenGenerator):
    """Django's, that hold for ``HOLDS`` only."""

    key_salt = "platform_site.passwords"

    def check_token(self, user: User | None, token: str | None) -> bool:
        """Whether the link is good and fresh."""
        if not (token and super().check_token(user, token)):
            return False
        made = base36_to_int(token.partition("-")[0])
        age: int = self._num_seconds(self._now()) - made
        return age <= HOLDS.total_seconds()


tokens = ResetTokens()


def reset_link(mail: Mail) -> str:
    """Return the path at which the mail's person sets a new password."""
    uid = urlsafe_base64_encode(force_bytes(mail.person_id))
    return reverse("password-reset-confirm", args=[uid, tokens.make_token(mail.person)])


class ForgottenForm(PasswordResetForm):
    """Asks for the address, and has a mail sent if it is an account's."""

    def save(
        self, *args: Any, request: HttpRequest | None = None, **kwargs: Any
    ) -> None:
        """Ask for the mails; whoever asked learns nothing of what comes of it."""
        assert request is not None
        for user in self.get_users(self.cleaned_data["email"]):
            assert isinstance(user, User)
            ask_for_link(user, site_of(request))


@transaction.atomic
def ask_for_link(user: User, site: str) -> Mail | None:
    """Have a link sent, unless enough were sent lately."""
    User.objects.select_for_update().get(pk=user.pk)  # one after another
    lately = Mail.objects.filter(
        person=user.pk, kind=Mail.Kind.PASSWORD, at__gt=timezone.now() - HOLDS
    )
    if lately.count() >= MOST_MAILS:
        return None
    return send_later(
        Mail.Kind.PASSWORD,
        user,
        subject="重新設定密碼",
        text=render_to_string(
            "mail/password_reset.txt", {"person": user, "link": LINK}
        ),
        site=site,
    )


def _plain(form: Any) -> Any:
    """Leave the focus at the head of the page, before the skip link."""
    for field in form.fields.values():
        field.widget.attrs.pop("autofocus", None)
    return form


class ForgottenView(views.PasswordResetView):
    """Where the address is asked for."""

    form_class = ForgottenForm
    template_name = "accounts/password_reset.html"
    success_url = reverse_lazy("password-reset-done")
    http_method_names = ["get", "head", "post"]

    def get_form(self, form_class: Any = None) -> Any:
        return _plain(super().get_form(form_class))


class AskedView(views.PasswordResetDoneView):
    """What everybody is told who asked."""

    template_name = "accounts/password_reset_done.html"
    http_method_names = ["get", "head"]
    extra_context = {"hours": HOLDS // timedelta(hours=1)}


class ResetView(views.PasswordResetConfirmView):
    """Where the link leads: a new password."""

    token_generator = tokens
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("login")
    http_method_names = ["get", "head", "post"]

    def get_form(self, form_class: Any = None) -> Any:
        return _plain(super().get_form(form_class))

    def form_valid(self, form: Any) -> HttpResponse:
        """Say at the login that it was done."""
        response = super().form_valid(form)
        messages.success(self.request, "密碼已重新設定，請以新密碼登入。")
        return response

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        """Tell a link that leads nowhere by its status, too."""
        if not context["validlink"]:
            kwargs["status"] = 404
        return super().render_to_response(context, **kwargs)


@method_decorator(sensitive_post_parameters(), name="dispatch")
@method_decorator(never_cache, name="dispatch")
class ChangeView(views.PasswordChangeView):
    """A new password for who knows the old one."""

    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("account")
    http_method_names = ["get", "head", "post"]

    def get_form(self, form_class: Any = None) -> Any:
        return _plain(super().get_form(form_class))

    def form_valid(self, form: Any) -> HttpResponse:
        """Say on the account's page that it was done."""
        response = super().form_valid(form)
        messages.success(self.request, "密碼已變更。")
        return response


def no_store(response: HttpResponseBase) -> HttpResponseBase:
    """Let nobody keep a page of an account."""
    response.headers["Cache-Control"] = "no-store, private"
    return response
