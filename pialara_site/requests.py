"""Requests as Django makes them, but for what their senders say of themselves."""

from django.core.handlers.wsgi import WSGIRequest
from django.utils.http import parse_header_parameters


class Request(WSGIRequest):
    """One whose address and form are UTF-8, as all that our pages send, whatever it says.

    Django would read the address, too, in the charset of the Content-Type. So an address would mean
    several things, and a kept page of one of them be shown to all; and "hex", which is none of a
    text, would be an error where no middleware hears of it.
    """

    def _set_content_type_params(self, meta):
        try:
            told = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
        except (ValueError, LookupError):
            told = "", {}
        self.content_type, self.content_params = told
