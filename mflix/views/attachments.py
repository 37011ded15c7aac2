"""Serving the images of comments, which everybody may see."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from pialara_site.streams import Stream

from .. import attachments
from ..pictures import THUMBNAIL_TYPE

# Under its address an image never changes.
FOR_A_YEAR = "public, max-age=31536000, immutable"


@login_not_required
@require_safe
def show(request, attachment_id):
    image = attachments.opened(attachment_id)
    if image is None:
        raise Http404("No such image")

    def make() -> StreamingHttpResponse:
        return StreamingHttpResponse(
            Stream(iter(image.readchunk, b"")),
            content_type=image.metadata["contentType"],
            headers={"Content-Length": image.length},
        )

    return _cached(request, f'"{attachment_id}"', make)


@login_not_required
@require_safe
def thumbnail(request, attachment_id):
    data = attachments.thumbnail(attachment_id)
    if data is None:
        raise Http404("No such image")

    def make() -> HttpResponse:
        return HttpResponse(data, content_type=THUMBNAIL_TYPE)

    return _cached(request, f'"{attachment_id}-thumb"', make)


def _cached(request, etag: str, make: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """What `make()` returns, or 304 when the browser has it already."""
    response = get_conditional_response(request, etag=etag) or make()
    if response.status_code == HTTPStatus.PRECONDITION_FAILED:
        return response
    response["Cache-Control"] = FOR_A_YEAR
    response["ETag"] = etag
    return response
