"""Adding, editing and removing a contact, for the views that say whose contacts they are."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from .. import consequences, contacts
from ..forms.contacts import ContactForm, RemoveContactForm
from ..requests import actor


def create(request, client, *, back: str, crumbs=(), owner=None):
    full = _("There is no room for more than %(n)d contacts. Remove one first.") % {
        "n": contacts.MOST
    }
    if request.method != "POST" and len(client.contactos) >= contacts.MOST:
        messages.error(request, full)
        return redirect(back)
    form = ContactForm(request.POST or None)
    if form.is_valid():
        try:
            form_id = form.cleaned_data["id"]
            contacts.add(client.pk, form.contact(), actor(request), owner, _id=form_id)
        except contacts.TooManyContacts:
            form.add_error(None, full)
        else:
            messages.success(request, _("The contact has been added."))
            return redirect(back)
    context = {"form": form, "title": _("Add a contact"), "back": back, "crumbs": crumbs}
    return render(request, "form.html", context)


def edit(request, client, place: int, *, back: str, crumbs=(), owner=None):
    form = ContactForm(request.POST or None, contact=_contact(request, client, place))
    if form.is_valid():
        seen = form.cleaned_data["version"] or form.seen
        try:
            contacts.edit(client.pk, place, form.contact(), actor(request), seen, owner)
        except contacts.ChangedMeanwhile as changed:
            form.show_both(changed.user.contactos, place)
        else:
            messages.success(request, _("The contact is saved."))
            return redirect(back)
    context = {"form": form, "title": _("Edit the contact"), "back": back, "crumbs": crumbs}
    return render(request, "form.html", context)


def delete(request, client, place: int, *, back: str, crumbs=(), owner=None):
    contact = _contact(request, client, place) or {}
    shown = contacts.version(contact)
    is_sent = request.method == "POST"
    form = RemoveContactForm(request.POST if is_sent else None, initial={"version": shown})
    if form.is_valid():
        form_id, seen = form.cleaned_data["id"], form.cleaned_data["version"] or shown
        try:
            contacts.remove(client.pk, place, actor(request), seen, owner, _id=form_id)
        except contacts.ChangedMeanwhile:
            words = _("This contact was changed meanwhile, so nothing was removed.")
            messages.error(request, words)
        else:
            messages.success(request, _("The contact has been removed."))
        return redirect(back)
    context = {
        "title": _("Remove %(name)s from the contacts?") % {"name": contact.get("nombre", "")},
        "consequences": consequences.of_removing(contact),
        "submit": _("Remove"),
        "form": form,
        "back": back,
        "crumbs": crumbs,
    }
    return render(request, "confirm.html", context)


def _contact(request, client, place: int) -> dict | None:
    """The contact at `place`. One that was shown may be gone by now: what was typed is not."""
    if place < len(client.contactos):
        return client.contactos[place]
    if request.POST.get("version"):
        return None
    raise Http404("No such contact")
