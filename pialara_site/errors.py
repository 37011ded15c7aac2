"""The pages for errors. They hold no user and no session: they have to work when those don't."""

from django.shortcuts import render

from . import display, logs

RETRY_SECONDS = 5  # of a page that may be there again then


def page(request, status: int, name: str = "", **context):
    """The page of the error `name`, or of its status."""
    context |= {"device": display.of_device(request), "request_id": logs.request_id.get()}
    return render(request, f"errors/{name or status}.html", context, status=status)
