"""What the pages say when somebody was added."""

from django.contrib import messages
from django.utils.translation import gettext as _

from .. import mail


def say_added(request, user, invited: bool):
    """Tell that a user was added, having mailed the invitation if they were `invited`."""
    messages.success(request, _("%(name)s is added.") % {"name": user})
    if not invited:
        return
    if mail.send_link(request, user, "invitation"):
        messages.success(request, _("An invitation is on its way by email."))
    else:
        messages.error(request, _("The invitation could not be sent. Please try again later."))
