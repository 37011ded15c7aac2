"""Serving the images of comments, which everybody may see."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from .. import attachments

# Under its address an image never changes.
FOR_A_YEAR = "public, max-age=31536000, immutable"


@login_not_required
@require_safe
def show(request, attachment_id):
    image = attachments.opened(attachment_id)
    if image is None:
        raise Http404("No such image")
    response = StreamingHttpResponse(
        iter(image.readchunk, b""),
        content_type=image.metadata["contentType"],
        headers={"Content-Length": image.length},
    )
    return _cached(request, response, f'"{attachment_id}"')


@login_not_required
@require_safe
def thumbnail(request, attachment_id):
    data = attachments.thumbnail(attachment_id)
    if data is None:
        raise Http404("No such image")
    response = HttpResponse(data, content_type=attachments.THUMBNAIL_TYPE)
    return _cached(request, response, f'"{attachment_id}-thumb"')


def _cached(request, response, etag: str):
    """The response, or 304 when the browser has it already."""
    response["Cache-Control"] = FOR_A_YEAR
    response["ETag"] = etag
    return get_conditional_response(request, etag=etag, response=response)
