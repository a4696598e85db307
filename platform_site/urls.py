"""Every address of the site: the secretariat's admin, login, then the public pages."""

from django.contrib import admin
from django.contrib.auth.views import LoginView, LogoutView
from django.urls import URLPattern, URLResolver, include, path

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
    path("proposals/", include("cases.views.proposals.urls")),
    # Last: their addresses begin with the code of a platform.
    path("", include("meetings.urls")),
    path("", include("cases.urls")),
]
