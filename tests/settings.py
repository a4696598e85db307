"""The site's settings as the tests want them: no https, quick passwords."""

import os

os.environ.update(
    DEMO_SETTINGS="0",
    DEBUG="0",
    SECRET_KEY="only-for-the-tests-0123456789-abcdefghijklmnopqrstuvwxyz",
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    HTTPS="0",
    LOG_LEVEL="WARNING",
    # odfdo brings lxml, which the site does not have; openpyxl would take it.
    OPENPYXL_LXML="False",
)

from platform_site.settings import *  # noqa: F403
from platform_site.settings import DATABASES, STORAGES

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = True

for _alias in DATABASES.values():
    # A test's rows need not outlive a power cut.
    _options = _alias["OPTIONS"].get("options", "")
    _alias["OPTIONS"]["options"] = f"-c synchronous_commit=off {_options}".strip()
