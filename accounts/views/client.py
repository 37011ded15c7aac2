"""What clients do."""

from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from .. import users
from ..access import client_required
from . import contacts


@client_required
def home(request):
    technician = users.technician_of(request.user)
    return render(request, "accounts/home_client.html", {"technician": technician})


@client_required
@require_safe
def me(request):
    technician = users.technician_of(request.user)
    return render(request, "accounts/me.html", {"technician": technician})


@client_required
def contact_create(request):
    return contacts.create(request, request.user, back=reverse("me"))


@client_required
def contact_edit(request, place):
    return contacts.edit(request, request.user, place, back=reverse("me"))


@client_required
def contact_delete(request, place):
    return contacts.delete(request, request.user, place, back=reverse("me"))
