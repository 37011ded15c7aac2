"""Finds texts for people that gettext misses, in templates and in Python: "line: text" each."""

import ast
import re
from collections.abc import Iterator
from html.parser import HTMLParser

from jinja2 import Environment

LETTER = re.compile(r"[^\W\d_]")
# Names, and signs that are the same in every language.
NAMES = re.compile(r"PIA Lara|MFlix|IMDb|OpenStreetMap|Metacritic|Rotten Tomatoes|\bkm\b|\bMB\b")


def has_words(text: str) -> bool:
    return bool(LETTER.search(NAMES.sub("", text)))


# In templates

SHOWN = {"title", "alt", "placeholder", "aria-label", "aria-description", "data-label"}
# What an expression may show, such as `name or "None"`.
LABEL = re.compile(r"^[A-ZÁÉÍÓÚÑ¿¡][^A-Z]|[^\W\d_] [^\W\d_]")


def in_template(source: str) -> list[str]:
    """The page without its tags and variables is looked through as HTML, these by themselves."""
    found, html, name = [], [], ""
    calls = []  # those that the token is in: of gettext or not
    for line, kind, text in Environment().lex(source):
        html.append(text if kind == "data" else "\n" * text.count("\n"))
        if (kind, text) == ("operator", "("):
            calls.append(name in GETTEXT)
        elif (kind, text) == ("operator", ")"):
            calls.pop()
        elif kind == "string" and not any(calls) and LABEL.search(text[1:-1]):
            found.append((line, text[1:-1]))
        name = text if kind == "name" else ""
    page = _Page()
    page.feed("".join(html))
    page.close()
    found += page.found
    return [f"{line}: {' '.join(text.split())}" for line, text in sorted(found) if has_words(text)]


class _Page(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found = []
        self.inside = ""

    def handle_starttag(self, tag, attrs):
        self.inside = tag
        given = dict(attrs)
        shown = SHOWN & given.keys()
        if tag == "input" and given.get("type") in ("submit", "button", "reset"):
            shown |= {"value"}
        if tag == "meta" and given.get("name") == "description":
            shown |= {"content"}
        self.found += [(self.getpos()[0], given.get(name) or "") for name in shown]

    def handle_endtag(self, tag):
        self.inside = ""

    def handle_data(self, data):
        if self.inside not in ("style", "script"):
            blank = len(data) - len(data.lstrip())
            self.found.append((self.getpos()[0] + data.count("\n", 0, blank), data))


# In Python

GETTEXT = {"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
# Exceptions whose texts are for programmers: no page and no command shows them.
UNSEEN = {"Http404", "InvalidBSON", "NotImplementedError", "OSError", "TypeError", "ValueError"}
# Two words, or one beside a value that is filled in, are said to somebody.
SENTENCE = re.compile(r"[^\W\d_]{2,} +([^\W\d_]{2,}|\{)|\} +[^\W\d_]{2,}")
TAG = re.compile(r"<[^>]*>")
# One word is, where people look.
LABELS = {
    *("label", "title", "heading", "legend", "help", "help_text", "about", "placeholder"),
    *("submit", "warning", "verbose_name", "empty_label", "metavar", "choices", "error_messages"),
}
SAYING = {
    *("add_error", "ValidationError", "CommandError", "write", "input", "getpass", "print", "exit"),
    *("success", "error", "warning", "info"),
}


def in_python(source: str) -> list[str]:
    return [f"{line}: {text}" for line, text in _texts(ast.parse(source))]


def _texts(node: ast.AST, is_label: bool = False) -> Iterator[tuple[int, str]]:
    """The unmarked texts below a node, where `is_label` says that people look at it."""
    match node:
        case ast.Constant(value=str(text)):
            if _is_said(text) or (is_label and has_words(text) and not text.startswith("$")):
                yield node.lineno, text
        case ast.JoinedStr():
            yield from _in_fstring(node)
        case ast.Call(func=called) if _name(called) in GETTEXT:
            # gettext reads the source, so what is put together when it runs is never found.
            if any(isinstance(each, ast.JoinedStr | ast.BinOp) for each in node.args):
                yield node.lineno, ast.unparse(node)
        case _:
            for child, looked_at in _parts(node, is_label):
                yield from _texts(child, looked_at)


def _parts(node: ast.AST, is_label: bool) -> list[tuple[ast.AST, bool]]:
    """What a node consists of, each with whether people look at it."""
    match node:
        case ast.Expr(value=ast.Constant()):  # a docstring
            return []
        case ast.Raise(exc=ast.Call(func=called)) if _name(called) in UNSEEN:
            return []
        case ast.ClassDef() if _is_a("Enum", node):  # its values are the code's own words
            return []
        case ast.ClassDef() if _is_a("Choices", node):
            values = [each.value if isinstance(each, ast.Assign) else each for each in node.body]
            return [(value, isinstance(value, ast.Tuple)) for value in values]
        case ast.Call(func=ast.Attribute(value=owner)) if _name(owner) == "logger":
            return []
        case ast.Call(func=called, args=given, keywords=named):
            if _name(called) == "add_error":  # the first is a field
                given = given[1:]
            parts = [(each, _name(called) in SAYING) for each in given]
            return [(called, False), *parts, *((each.value, each.arg in LABELS) for each in named)]
        case ast.Dict():
            keys = [getattr(key, "value", None) for key in node.keys]
            pairs = zip(keys, node.values, strict=True)
            return [(value, is_label or key in LABELS) for key, value in pairs]
        case ast.Tuple() if is_label:  # a choice: its value is no text
            return [(label, True) for label in node.elts[1:]]
        case ast.Assign(targets=[ast.Name(id=name)]):
            return [(node.value, name in LABELS)]
        case ast.BinOp(op=ast.Mod()):
            return [(node.left, is_label), (node.right, False)]
        case ast.Subscript():
            return [(node.value, is_label), (node.slice, False)]
    return [(child, is_label) for child in ast.iter_child_nodes(node)]


def _is_a(kind: str, node: ast.ClassDef) -> bool:
    return any(_name(base).endswith(kind) for base in node.bases)


def _in_fstring(node: ast.JoinedStr) -> Iterator[tuple[int, str]]:
    text = "".join(each.value if isinstance(each, ast.Constant) else "{}" for each in node.values)
    if _is_said(text):
        yield node.lineno, text
    for each in ast.walk(node):
        if isinstance(each, ast.Call) and _name(each.func) in GETTEXT:
            yield node.lineno, ast.unparse(node)  # gettext does not look in there


def _is_said(text: str) -> bool:
    words = NAMES.sub("", TAG.sub("", text))
    return not text.startswith("manage.py ") and bool(SENTENCE.search(words))


def _name(node: ast.AST) -> str:
    return getattr(node, "id", getattr(node, "attr", ""))


def translated_early(source: str) -> list[str]:
    """Calls of gettext where a module is read: their language stays, whoever asks for the page."""
    tree = ast.parse(source)
    eager = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for alias in node.names
        if alias.name in ("gettext", "ngettext")
    }
    return [
        f"{node.lineno}: {ast.unparse(node)}"
        for node in _outside_functions(tree)
        if isinstance(node, ast.Call) and _name(node.func) in eager
    ]


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    if not isinstance(node, ast.FunctionDef | ast.Lambda):
        for child in ast.iter_child_nodes(node):
            yield from _outside_functions(child)
