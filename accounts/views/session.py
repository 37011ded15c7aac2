"""Coming in and going out."""

from django.conf import settings
from django.contrib import auth, messages
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import PasswordResetConfirmView
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils.http import urlsafe_base64_decode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from pialara_site import display

from .. import attempts, mail, sessions, users
from ..access import throttled
from ..forms.session import LinkPasswordForm, LoginForm, RegisterForm, ResetRequestForm
from ..models import User, normal
from ..requests import client_ip, household, is_own_page
from ..tokens import invitation_tokens, reset_tokens


@login_not_required
@never_cache
@sensitive_post_parameters("password")
@throttled
def login(request):
    wanted = request.POST.get("next", request.GET.get("next", ""))
    # Only ever a page of this site.
    target = wanted if is_own_page(request, wanted) else resolve_url(settings.LOGIN_REDIRECT_URL)
    if request.user.is_authenticated and request.method != "POST":
        return HttpResponseRedirect(target)
    form = LoginForm(request, request.POST or None)
    if form.is_valid():
        response = HttpResponseRedirect(target)
        _log_in(request, response, form.user, remember=form.cleaned_data["remember"])
        return response
    context = {
        "form": form,
        "next": wanted,
        "open_registration": settings.OPEN_REGISTRATION,
    }
    return render(request, "accounts/login.html", context)


def _log_in(request, response, user: User, remember: bool = False):
    # Emptied, or the key of somebody who was logged in before would live on.
    request.session.flush()
    auth.login(request, user)
    request.session[sessions.USER_AGENT] = request.headers.get("User-Agent", "")[:300]
    request.session[sessions.IP] = client_ip(request)
    if remember:
        request.session.set_expiry(settings.SESSION_COOKIE_AGE)
    users.record_login(user)
    if "language" in user.preferences:
        remember_language(response, mail.language_of(user))
    display.remember(response, display.of_user(request, user))


def remember_language(response, language: str):
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,
    )


@login_not_required
@require_POST
def logout(request):
    """For everybody: also who has lost their role may leave."""
    auth.logout(request)
    return redirect("home")


@login_not_required
@sensitive_post_parameters("password")
@throttled
def register(request):
    """Only with OPEN_REGISTRATION: become a client who has no technician yet."""
    if not settings.OPEN_REGISTRATION:
        raise Http404
    form = RegisterForm(request.POST or None)
    if form.is_valid() and (user := form.save(request)):
        response = redirect("home")
        _log_in(request, response, user)
        return response
    return render(request, "accounts/register.html", {"form": form})


@login_not_required
@throttled
def password_reset(request):
    """Ask for a link; the answer is the same whether or not there is such a user."""
    form = ResetRequestForm(request.POST or None)
    if form.is_valid():
        attempts.LINKS_PER_ADDRESS.enter(household(request))
        email = normal(form.cleaned_data["email"])
        # Counted also for emails that nobody has.
        if _may_ask(email):
            mail.send_reset_later(request, email)
        return redirect("password_reset_sent")
    return render(request, "accounts/password_reset.html", {"form": form})


def _may_ask(email: str) -> bool:
    try:
        attempts.RESET_MAILS.enter(email)
    except attempts.TooManyAttempts:
        return False
    return True


@login_not_required
@require_safe
def password_reset_sent(request):
    return render(request, "accounts/password_reset_sent.html")


class ResetView(PasswordResetConfirmView):
    """Set a new password by a reset link. Django keeps the token out of the address it shows."""

    form_class = LinkPasswordForm
    token_generator = reset_tokens
    template_name = "accounts/password_link.html"
    success_url = reverse_lazy("login")

    def get_user(self, uidb64):
        try:
            user_id = User._meta.pk.to_python(urlsafe_base64_decode(uidb64).decode())
        except (ValueError, ValidationError):
            return None
        user = users.by_id(user_id)
        return user if user and user.is_active else None

    def form_valid(self, form):
        try:
            form.save(client_ip(self.request))
        except users.NoSuchUser:  # or the link was used in another window just now
            self.validlink = False
            return self.render_to_response(self.get_context_data())
        mail.send_password_changed_later(self.request, form.user)
        # Whoever guessed at the old one no longer keeps its owner out.
        attempts.PER_EMAIL.forget(normal(form.user.email))
        # All sessions of the user are over, and this may have been one; the token goes with it.
        self.request.session.flush()
        messages.success(self.request, _("Your new password is set. You can log in with it now."))
        return HttpResponseRedirect(self.get_success_url())


class InvitationView(ResetView):
    """Set the first password by an invitation link."""

    token_generator = invitation_tokens
