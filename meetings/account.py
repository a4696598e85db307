"""An account's own pages: accepting an invitation, how to be reached, the address."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.contrib.auth.forms import SetPasswordForm
from django.contrib.auth.models import User
from django.contrib.auth.views import (
    INTERNAL_RESET_SESSION_TOKEN,
    PasswordResetConfirmView,
)
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlsafe_base64_decode
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from meetings.invitations import accept, find_account, invited_person, tokens
from meetings.models import ContactDetails, Invitation
from platform_site.passwords import no_store

UNPROCESSABLE = 422


def describe_errors(form: forms.BaseForm) -> None:
    """Tie each field to the sentence of what is wrong with it."""
    for name in form.errors:
        if name in form.fields:
            form.fields[name].widget.attrs |= {
                "aria-invalid": "true",
                "aria-describedby": f"id_{name}_error",
            }


class AcceptForm(SetPasswordForm):  # type: ignore[type-arg]  # not at run time
    """The name as it is to be shown, and a password."""

    first_name = forms.CharField(
        label="姓名",
        max_length=30,
        error_messages={"required": "請填寫姓名。"},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    title = forms.CharField(
        label="職稱",
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "organization-title"}),
    )
    field_order = ["first_name", "title", "new_password1", "new_password2"]

    def __init__(self, user: User | None, *args: Any, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)
        if user is not None:  # a link that leads nowhere
            details = ContactDetails.objects.filter(user=user.pk).first()
            self.initial["first_name"] = user.first_name
            self.initial["title"] = details.title if details else ""
        self.fields["new_password1"].widget.attrs.pop("autofocus", None)


class InvitationView(PasswordResetConfirmView):
    """Where an invitation's link leads."""

    token_generator = tokens
    form_class = AcceptForm
    template_name = "accounts/invitation.html"
    invitation: Invitation
    http_method_names = ["get", "head", "post"]

    def dispatch(self, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Let nobody keep the page."""
        return no_store(super().dispatch(*args, **kwargs))

    def get_user(self, uidb64: str) -> Any:
        """Return who is invited, while the invitation is open."""
        try:
            key = int(urlsafe_base64_decode(uidb64).decode("ascii"))
            found = (
                Invitation.objects.open().select_related("user", "platform").get(pk=key)
            )
        except (ValueError, OverflowError, Invitation.DoesNotExist):
            return None
        self.invitation = found
        return invited_person(found)

    def form_valid(self, form: Any) -> HttpResponse:
        """Open the account, and let its person in."""
        said = form.cleaned_data
        try:
            person = accept(
                self.invitation,
                name=said["first_name"],
                title=said["title"],
                password=said["new_password1"],
                at=timezone.now(),
            )
        except ValidationError as error:  # withdrawn this very moment
            form.add_error(None, error.messages)
            return self.form_invalid(form)
        del self.request.session[INTERNAL_RESET_SESSION_TOKEN]
        login(self.request, person)
        messages.success(
            self.request, "帳號已啟用。請確認聯絡電話，供幕僚聯繫填報事宜。"
        )
        return HttpResponseRedirect(reverse("account"))

    def form_invalid(self, form: Any) -> HttpResponse:
        """Answer with what is wrong."""
        describe_errors(form)
        context = self.get_context_data(form=form)
        response: HttpResponse = self.render_to_response(context, status=UNPROCESSABLE)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if self.validlink:
            context["invitation"] = self.invitation
        return context

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> Any:
        """Tell a link that leads nowhere by its status, too."""
        if not context["validlink"]:
            kwargs["status"] = 404
        return super().render_to_response(context, **kwargs)


class DetailsForm(forms.ModelForm[ContactDetails]):
    """How to be reached."""

    class Meta:
        model = ContactDetails
        fields = ["organization", "title", "phone", "extension"]
        widgets = {
            "organization": forms.TextInput(attrs={"autocomplete": "organization"}),
            "title": forms.TextInput(attrs={"autocomplete": "organization-title"}),
            "phone": forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
            "extension": forms.TextInput(
                attrs={"autocomplete": "tel-extension", "inputmode": "numeric"}
            ),
        }


class AddressForm(forms.Form):
    """Another e-mail address, for who knows the password."""

    email = forms.EmailField(
        label="電子郵件",
        max_length=150,
        error_messages={
            "required": "請填寫電子郵件。",
            "invalid": "請填寫完整的電子郵件地址，例如 name@example.gov.tw。",
        },
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    password = forms.CharField(
        label="目前的密碼",
        strip=False,
        error_messages={"required": "請填寫目前的密碼。"},
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )

    def __init__(self, user: User, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["email"] = user.email
        self.user = user

    def clean_password(self) -> str:
        """Refuse whoever found the page open."""
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise ValidationError("密碼不正確。")
        return password

    def clean(self) -> dict[str, Any]:
        """Refuse another's address, but only tell who knows the password."""
        said = super().clean() or {}
        if not self.errors and self._is_taken(said["email"]):
            self.add_error("email", TAKEN)
        return said

    def _is_taken(self, email: str) -> bool:
        other = find_account(email)
        named = User.objects.filter(username__iexact=email).exclude(pk=self.user.pk)
        return (other is not None and other.pk != self.user.pk) or named.exists()

    def save(self) -> None:
        """Change the address, and the name to log in with where it was the address."""
        email = self.cleaned_data["email"]
        fields = ["email"]
        if self.user.username.lower() == self.user.email.lower():
            self.user.username = email.lower()
            fields.append("username")
        self.user.email = email
        with transaction.atomic():
            self.user.save(update_fields=fields)


TAKEN = "這個電子郵件不能使用，請改用其他地址或洽平臺幕僚。"


@sensitive_post_parameters("password")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponseBase:
    """Show and change how somebody is reached."""
    assert isinstance(request.user, User)
    user = User.objects.get(pk=request.user.pk)
    details = ContactDetails.objects.filter(user=user).first()
    is_address = request.POST.get("do") == "address"
    posted = request.POST if request.method == "POST" else None
    details_form = DetailsForm(
        None if is_address else posted, instance=details or ContactDetails(user=user)
    )
    address_form = AddressForm(user, posted if is_address else None)
    form: DetailsForm | AddressForm = address_form if is_address else details_form
    is_known = is_address or request.POST.get("do") == "details"
    if posted is not None and not is_known:
        form.add_error(None, "請由頁面上的按鈕儲存。")
    elif posted is not None and form.is_valid():
        try:
            with transaction.atomic():
                form.save()
        except IntegrityError:  # taken this very moment
            form.add_error("email" if is_address else None, TAKEN)
        else:
            said = "電子郵件已變更。" if is_address else "聯絡資料已儲存。"
            messages.success(request, said)
            return no_store(HttpResponseRedirect(reverse("account")))
    describe_errors(form)
    response = render(
        request,
        "accounts/account.html",
        {"details_form": details_form, "address_form": address_form, "person": user},
        status=UNPROCESSABLE if posted is not None else 200,
    )
    return no_store(response)
