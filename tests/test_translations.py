"""Every text is marked, exists in Spanish, keeps its placeholders, and says "tú"."""

import gettext
import re
from io import BytesIO
from pathlib import Path
from string import Formatter

import django
import pytest
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.pofile import read_po
from django.conf import settings
from django.contrib.auth.password_validation import (
    password_validators_help_texts,
    validate_password,
)
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.utils import translation
from jinja2.ext import babel_extract

from accounts.models import User
from pialara_site import (
    django_texts,
    urls,  # noqa: F401, which brings all forms
)

from .unmarked import in_python, in_template, translated_early

FOLDER = settings.BASE_DIR / "locale" / "es" / "LC_MESSAGES"
PERCENT = re.compile(r"%\(\w+\)[a-z]|%[sd%]")
KEYWORDS = {**DEFAULT_KEYWORDS, "gettext_lazy": None, "gettext_noop": None, "ngettext_lazy": (1, 2)}

# People and films that do not exist, and the page that shows developers every part of a page.
NOT_FOR_PEOPLE = {"demo.py", "styleguide.py", "styleguide.html"}
ALLOWED = {
    "Not an ObjectId.",  # always caught
    "Unterminated string",  # what Python says of broken JSON
    "PG",  # what a rating of films begins with
}


def python_files():
    yield settings.BASE_DIR / "manage.py"
    for app in ("pialara_site", "accounts", "mflix"):
        for path in sorted((settings.BASE_DIR / app).rglob("*.py")):
            if "tests" not in path.parts:
                yield path


def templates():
    return sorted((settings.BASE_DIR / "templates").rglob("*.*"))


def unmarked(paths, find) -> list[str]:
    return [
        f"{path.relative_to(settings.BASE_DIR)}:{text}"
        for path in paths
        if path.name not in NOT_FOR_PEOPLE
        for text in find(path.read_text())
        if text.partition(": ")[2] not in ALLOWED
    ]


def forms(value) -> tuple:
    """The singular and the plural of a message, or the one text that it has."""
    return tuple(value) if isinstance(value, tuple | list) else (value,)


@pytest.fixture(scope="module")
def catalogue():
    with open(FOLDER / "django.po", "rb") as source:
        return {forms(message.id): message for message in read_po(source) if message.id}


@pytest.fixture(scope="module")
def spanish(catalogue):
    """[(message, translation)], each plural form by itself."""
    return [(key, text) for key, found in catalogue.items() for text in forms(found.string)]


def messages_in(text: str, method="python") -> set[tuple]:
    return {forms(found[1]) for found in extract(method, BytesIO(text.encode()), KEYWORDS)}


def messages_of_the_code() -> set[tuple]:
    found = set()
    for path in python_files():
        found |= messages_in(path.read_text())
    for path in templates():
        found |= messages_in(path.read_text(), babel_extract)
    return found


# Every text is marked


def test_every_text_of_a_template_is_marked():
    assert unmarked(templates(), in_template) == []


def test_every_text_of_the_code_is_marked():
    assert unmarked(python_files(), in_python) == []


@pytest.mark.parametrize(
    "source",
    [
        "<p>\n  Hello\n</p>",
        "\n{% if x %}Hello{% endif %}",
        "\n<b>{{ name }} Hello</b>",
        '<b></b>\n<a href="/" title="Hello">{{ x }}</a>',
        '\n<img alt="Hello">',
        '\n<button aria-label="Hello {{ name }}"></button>',
        '\n<input placeholder="Hello">',
        '\n<input type="submit" value="Hello">',
        '\n<meta name="description" content="Hello">',
        '\n{% with title = "Hello" %}{% include "x.html" %}{% endwith %}',
        '\n{{ name or "Hello" }}',
        '{{ _("Good\nday") }}Hello',
        "{# Good #}\n<title>Hello</title>",
    ],
)
def test_unmarked_text_of_a_template_is_found_with_its_line(source):
    (found,) = in_template(source)
    assert found.startswith("2: ")
    assert "Hello" in found


@pytest.mark.parametrize(
    "source",
    [
        '{{ _("Hello") }}',
        '{{ ngettext("Hello %(name)s", "Hello all", n, name=(name or _("You"))) }}',
        '<a class="Hello" href="/hello" title="{{ _("Hello") }}">{{ hello }} — 1.</a>',
        '<input type="hidden" value="Hello"><meta name="viewport" content="width">',
        '{% with title = _("Hello"), icon = "user" %}{% include "hello.html" %}{% endwith %}',
        '{{ day|date("DATE_FORMAT") }} {{ name or _("Hello") }} {{ name or "—" }}',
        "<style>p { color: red }</style>{# Hello #}",
        "<title>PIA Lara</title> IMDb {{ n }} km",
    ],
)
def test_marked_text_of_a_template_is_no_finding(source):
    assert in_template(source) == []


@pytest.mark.parametrize(
    "source",
    [
        'text = "You are late"',
        'text = f"{n} users"',
        'messages.success(request, "Saved.")',
        'form.add_error("email", "Taken")',
        'raise ValidationError("Wrong")',
        'raise CommandError(f"There is no {name}.")',
        'raise EmailTaken("The email is taken")',
        'forms.CharField(label="Name", max_length=9)',
        'forms.CharField(help_text="Optional")',
        'forms.CharField(error_messages={"required": "Missing"})',
        'forms.ChoiceField(choices=[("", "None")])',
        'class Kind(TextChoices):\n    FIRST = "first", "First"',
        'models.TextField(verbose_name="name")',
        'parser.add_argument("--port", help="where")',
        'self.stdout.write("Done")',
        'print("Done")',
        'console.print("Done")',
        'sys.exit("Broken")',
        'input("Name?")',
        'context = {"form": form, "title": "Users"}',
        'title = "Users"',
        'text = _(f"Hello {name}")',
        'text = _("Hello " + name)',
        "text = f\"{_('Hello')} {name}\"",
        'format_html("<p>You are {}</p>", name)',
    ],
)
def test_unmarked_text_of_the_code_is_found(source):
    assert len(in_python(source)) == 1


@pytest.mark.parametrize(
    "source",
    [
        '"""You are late."""',
        'def greet():\n    """You are late."""',
        'text = _("You are late")',
        'text = ngettext("%(n)d user came", "%(n)d users came", n) % {"n": n}',
        'logger.warning("A mail could not be sent: %s", reason)',
        'raise Http404("No such user")',
        'raise NotImplementedError("Users are stored elsewhere.")',
        'form.add_error("email", _("Taken"))',
        'raise CommandError(_("--%(option)s is missing.") % {"option": "email"})',
        'class Kind(TextChoices):\n    FIRST = "first", _("First")',
        'projection = {"title": "$title", "year": 1}',
        'users.find({"rol": "Cliente"}, sort=[("nombre", 1)])',
        'path = f"/users/{pk}/edit/"',
        'response["Cache-Control"] = "public, max-age=60"',
        'title = "PIA Lara"',
        'class Refusal(StrEnum):\n    STATE = "same state"',
        'forms.CharField(label=LABELS["type"])',
        'command = "manage.py create_user --rol Cliente"',
        'format_html(\'<img src="{}" width="200" alt="{}">\', image, _("Poster"))',
    ],
)
def test_marked_text_of_the_code_is_no_finding(source):
    assert in_python(source) == []


# Every text is translated when it is shown


def test_no_text_is_translated_when_the_code_is_read():
    assert unmarked(python_files(), translated_early) == []


LAZY = "from django.utils.translation import gettext_lazy as _\n"
EAGER = "from django.utils.translation import gettext as _\n"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (EAGER + 'TITLE = _("Users")', ["2: _('Users')"]),
        (EAGER + 'class UserForm(Form):\n    name = CharField(label=_("Name"))', ["3: _('Name')"]),
        (EAGER + 'def title():\n    return _("Users")', []),
        (EAGER + 'title = property(lambda self: _("Users"))', []),
        (LAZY + 'TITLE = _("Users")', []),
    ],
)
def test_text_that_would_stay_in_one_language_is_found(source, found):
    assert translated_early(source) == found


# Every message is translated


def test_every_message_of_the_code_is_in_the_catalogue(catalogue):
    assert messages_of_the_code() - catalogue.keys() == set()


def test_the_catalogue_holds_nothing_that_is_gone(catalogue):
    assert catalogue.keys() - messages_of_the_code() == set()


def test_every_message_is_translated_in_all_its_forms(catalogue):
    lacking = [
        key
        for key, found in catalogue.items()
        if not all(forms(found.string)) or len(forms(found.string)) != len(key)
    ]
    assert lacking == []


def test_no_translation_is_a_guess(catalogue):
    assert [key for key, found in catalogue.items() if found.fuzzy] == []


def placeholders(text: str) -> set[str]:
    """Those of both styles: "%(name)s" and "{name}"."""
    braces = {f"{{{name}}}" for _text, name, *_rest in Formatter().parse(text) if name is not None}
    return {*PERCENT.findall(text), *braces}


def test_every_translation_keeps_the_placeholders(spanish):
    lost = [(key, text) for key, text in spanish if placeholders(text) != placeholders(key[-1])]
    assert lost == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("%(n)d of %s", {"%(n)d", "%s"}),
        ("{n} of {}", {"{n}", "{}"}),
        ("100 %", set()),
    ],
)
def test_placeholders_of_both_styles_are_seen(text, found):
    assert placeholders(text) == found


def test_the_compiled_catalogue_is_current(catalogue):
    with open(FOLDER / "django.mo", "rb") as compiled:
        texts = gettext.GNUTranslations(compiled)
    for original, found in catalogue.items():
        plural = len(original) == 2
        for count, translated in enumerate(forms(found.string), start=1):
            text = texts.ngettext(*original, count) if plural else texts.gettext(*original)
            assert text == translated


# Every language is itself

SPANISH = re.compile(r"[áéíóúñ¿¡]|\b(el|la|los|las|un|una|de|del|para|con|que|su|tu)\b", re.I)
# How "usted" speaks; "su" may be somebody else's, but for what is the reader's own.
USTED = re.compile(
    r"\b(usted|ustedes|por favor|introduzca|ingrese|escriba|escoja|seleccione|elija|asegúrese|"
    r"compruebe|corrija|envíe|intente|inténtelo|haga|vaya|pulse|revise|póngase|espere|vuelva|"
    r"inicie|cierre|añada|confirme|rellene|utilice|consulte|contacte|"
    r"sus? (contraseña|clave|cuenta|sesión|perfil|navegador|dispositivo|datos|centro))\b",
    re.I,
)


def test_messages_are_english(catalogue):
    assert [key for key in catalogue if SPANISH.search(" ".join(key))] == []


def test_spanish_says_tu(spanish):
    assert [text for _key, text in spanish if USTED.search(text)] == []


@pytest.mark.parametrize(
    "text",
    ["Introduzca un correo.", "Sus datos", "Por favor, espera", "Inténtelo más tarde", "Usted"],
)
def test_usted_is_heard(text):
    assert USTED.search(text)


@pytest.mark.parametrize(
    "text", ["Escribe tu correo.", "Tus datos", "Espera", "Inténtalo más tarde", "según su correo"]
)
def test_tu_is_not_taken_for_usted(text):
    assert not USTED.search(text)


def test_catalogue_has_the_words_of_the_glossary(catalogue):
    lines = (settings.BASE_DIR / "docs" / "glossary.md").read_text().splitlines()
    words = [re.split(r" *\| *", line)[1:3] for line in lines if re.match(r"\| (?!Spanish)", line)]
    said = {
        english: catalogue[english,].string for _word, english in words if (english,) in catalogue
    }
    assert len(said) > 20
    assert said == {english: word for word, english in words if english in said}


# Django's own texts

VALUES = {"limit_value": 5, "show_value": 9, "value": "x", "max": 5, "length": 9, "min": 5}


def form_errors() -> list[str]:
    """All that the fields of our forms can complain about or help with, in the language of now."""
    ours = [
        form for form in kinds_of(BaseForm) if form.__module__.startswith(("accounts", "mflix"))
    ]
    fields = [field for form in ours for field in form.base_fields.values()]
    told = [message for field in fields for message in field.error_messages.values()]
    told += [check.message for field in fields for check in field.validators if has_message(check)]
    told += [field.help_text for field in fields if field.help_text]
    return [text for message in told for text in ValidationError(message, params=VALUES).messages]


def kinds_of(kind: type) -> list[type]:
    return [each for below in kind.__subclasses__() for each in (below, *kinds_of(below))]


def has_message(check) -> bool:
    return hasattr(check, "message")


def password_errors() -> list[str]:
    """What is wrong with bad passwords, and how good ones are."""
    told = password_validators_help_texts()
    for password in ("ana@example.org", "short", "password", "12345678901"):
        try:
            validate_password(password, User(nombre="Ana", email="ana@example.org"))
        except ValidationError as error:
            told += error.messages
    return told


ERRORS = pytest.mark.parametrize("errors", [form_errors, password_errors])


@ERRORS
def test_errors_are_spanish_and_say_tu(errors):
    with translation.override("en"):
        english = errors()
    with translation.override("es"):
        told = errors()
    assert len(told) > 8
    assert [text for text in told if text in english or USTED.search(text)] == []


@ERRORS
def test_errors_are_english_in_english(errors):
    with translation.override("en"):
        assert [text for text in errors() if SPANISH.search(text)] == []


def test_only_texts_that_django_has_are_said_anew():
    known = [
        gettext.translation("django", Path(django.__file__).parent / folder / "locale", ["es"])
        for folder in ("conf", "contrib/auth")
    ]
    listed = messages_in(Path(django_texts.__file__).read_text())
    unknown = [
        text
        for text, *_plural in listed
        if not any(text in each._catalog or (text, 0) in each._catalog for each in known)
    ]
    assert unknown == []


# The pages


def test_pages_are_spanish_when_the_browser_says_nothing(anonymous):
    response = anonymous.get("/login/")
    assert response.headers["Content-Language"] == "es"
    assert "He olvidado mi contraseña" in response.content.decode()


def test_pages_are_english_for_an_english_browser(anonymous):
    response = anonymous.get("/login/", headers={"accept-language": "en-GB,en;q=0.8"})
    assert "I forgot my password" in response.content.decode()
