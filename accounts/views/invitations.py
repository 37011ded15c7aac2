"""What happens when somebody was added."""

from django.contrib import messages
from django.utils.translation import gettext as _

from .. import mail


def welcome(request, user, invited: bool):
    """Mail the invitation, if they are `invited`, and tell the person at the screen."""
    messages.success(request, _("%(name)s has been added.") % {"name": user})
    if not invited:
        return
    if mail.send_link(request, user, "invitation"):
        messages.success(request, _("An invitation is on its way by email."))
    else:
        messages.error(request, _("The invitation could not be sent. Please try again later."))
