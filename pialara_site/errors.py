"""The pages for errors. They hold no user and no session: they have to work when those don't."""

from django.shortcuts import render

from . import display, logs

RETRY_SECONDS = 5  # after which what answers 503 may work again


def page(request, status: int, name: str = "", **context):
    """The page of the error `name`, or of its status."""
    context |= {"device": display.of_device(request), "request_id": logs.request_id.get()}
    context |= {"seconds": RETRY_SECONDS}
    response = render(request, f"errors/{name or status}.html", context, status=status)
    if status == 503:
        response["Retry-After"] = str(RETRY_SECONDS)
    return response
