"""Every address of the site: the secretariat's admin, login, then the public pages."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path

from meetings.account import InvitationView, account
from platform_site import passwords
from platform_site.login import LoginForm

urlpatterns: list[URLPattern | URLResolver] = [
    path("admin/desk/", include("cases.views.desk.urls")),
    path("admin/", admin.site.urls),
    path(
        "login/",
        LoginView.as_view(
            authentication_form=LoginForm, redirect_authenticated_user=True
        ),
        name="login",
    ),
    path("logout/", LogoutView.as_view(), name="logout"),
    path("account/", account, name="account"),
    path("account/password/", passwords.ChangeView.as_view(), name="password-change"),
    path("password/", passwords.ForgottenView.as_view(), name="password-reset"),
    path("password/sent/", passwords.AskedView.as_view(), name="password-reset-done"),
    path(
        "password/<uidb64>/<token>/",
        passwords.ResetView.as_view(),
        name="password-reset-confirm",
    ),
    path("invitation/<uidb64>/<token>/", InvitationView.as_view(), name="invitation"),
    path("reporting/", include("cases.views.reporting.urls")),
    path("proposals/", include("cases.views.proposals.urls")),
    # Last: their addresses begin with the code of a platform.
    path("", include("meetings.urls")),
    path("", include("cases.urls")),
]
