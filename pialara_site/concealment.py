"""What of the settings nobody may read, on Django's pages with traces and in `diffsettings`."""

import re

from django.views.debug import SafeExceptionReporterFilter


class Concealing(SafeExceptionReporterFilter):
    """Addresses that hold a password, besides what Django takes for a secret by its name."""

    hidden_settings = re.compile(
        f"{SafeExceptionReporterFilter.hidden_settings.pattern}|MONGODB_URI|EMAIL_URL",
        re.IGNORECASE,
    )
