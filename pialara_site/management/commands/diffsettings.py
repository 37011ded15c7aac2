from django.core.management.commands import diffsettings

from pialara_site.concealment import Concealing


class Command(diffsettings.Command):
    """Django's own, which would print every secret."""

    def output_hash(self, user_settings, default_settings, **options):
        shown = concealed(user_settings, default_settings)
        return super().output_hash(shown, default_settings, **options)

    def output_unified(self, user_settings, default_settings, **options):
        shown = concealed(user_settings, default_settings)
        return super().output_unified(shown, default_settings, **options)


def concealed(settings: dict[str, str], defaults: dict[str, str]) -> dict[str, str]:
    hide = Concealing().cleanse_setting
    return {
        name: value if value == defaults.get(name) else hide(name, value)
        for name, value in settings.items()
    }
