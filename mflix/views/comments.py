"""Comments on films: reading, writing and moderating them."""

from functools import wraps
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts import users
from accounts.access import any_role_required, to_login
from accounts.requests import actor
from pialara_site import news
from pialara_site.changes import Topic
from pialara_site.navigation import below

from .. import comments
from ..comments import Comment, NoSuchComment, NoSuchMovie
from ..details import title
from ..forms.comments import CommentForm, EditForm

# Where on their pages what was done to comments is told.
PLACE = "comments"


def existing(view):
    """Answer 404 for a film or a comment that is not there, or not the caller's."""

    @wraps(view)
    def wrapper(request, *args, **kwargs):
        try:
            return view(request, *args, **kwargs)
        except (NoSuchComment, NoSuchMovie) as gone:
            raise Http404("No such film or comment") from gone

    return wrapper


@login_not_required
@never_cache
@existing
def of_movie(request, movie_id):
    """A film's comments, for everybody; POST adds one."""
    if request.method == "POST":
        is_known = request.user.is_authenticated
        return create(request, movie_id) if is_known else to_login(request)
    return _page(request, movie_id, CommentForm())


def _page(request, movie_id, form, status=200):
    seen = news.token(Topic.of(comments.comments, movie_id))
    movie, shown = comments.page(movie_id, request.GET)
    context = {
        "movie": movie,
        "comments": shown,
        "news": seen,
        "comment_form": form,
        "crumbs": [(reverse("movie", args=[movie_id]), title(movie))],
    }
    return render(request, "mflix/movie_comments.html", context, status=status)


@any_role_required
def create(request, movie_id):
    form = CommentForm(request.POST, request.FILES)
    if form.is_valid() and form.create(request.user, movie_id):
        messages.success(request, _("Your comment is published."), PLACE)
        return redirect(_place(movie_id))
    if not form.retry_after:
        return _page(request, movie_id, form)
    response = _page(request, movie_id, form, status=429)
    response["Retry-After"] = str(form.retry_after)
    return response


@any_role_required
@existing
def edit(request, comment_id):
    comment = comments.find(comment_id, request.user.email)
    name, back = _back(request, comment)
    form = EditForm(request.POST or None, initial={"text": comment.text})
    if form.is_valid():
        comments.edit(comment_id, request.user.email, form.cleaned_data["text"])
        messages.success(request, _("Your comment is saved."), urlsplit(back).fragment)
        return redirect(back)
    context = {"form": form, "title": _("Edit my comment"), **below(name, back)}
    return render(request, "form.html", context)


@any_role_required
@existing
def delete(request, comment_id):
    """Remove one's own comment; administrators remove any."""
    owner = None if request.user.is_administrator else request.user.email
    comment = comments.find(comment_id, owner)
    name, back = _back(request, comment)
    is_own = comment.is_by(request.user.email)
    if request.method == "POST":
        author = None if is_own else users.by_email(comment.email)
        comments.delete(comment_id, actor(request), owner, author)
        messages.success(request, _("The comment has been deleted."), urlsplit(back).fragment)
        return redirect(back)
    context = {
        "title": _delete_which(comment, is_own),
        "consequences": [_gone(comment)],
        "quote": comment.text,
        "submit": _("Delete"),
        **below(name, back),
    }
    return render(request, "confirm.html", context)


def _delete_which(comment: Comment, is_own: bool) -> str:
    if is_own:
        return _("Delete your comment?")
    return _("Delete the comment of %(name)s?") % {"name": comment.author}


def _gone(comment: Comment) -> str:
    if comment.image:
        return _("The comment and its image will be deleted for good.")
    return _("The comment will be deleted for good.")


def _place(movie_id) -> str:
    return f"{reverse('movie', args=[movie_id])}#{PLACE}"


def _back(request, comment: Comment) -> tuple[str, str]:
    """The page that the caller came from: their own comments, as `mine` says, or the film."""
    if "mine" in request.GET or not comment.movie:
        return _("My comments"), reverse("my_comments")
    return title(comment.movie), _place(comment.movie_id)


@any_role_required
@require_safe
def mine(request):
    """My comments on all films, the newest first."""
    context = {"comments": comments.written_by(request.user.email, request.GET)}
    return render(request, "mflix/my_comments.html", context)
