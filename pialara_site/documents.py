"""Jinja's environment for pages that show hundreds of values, most of them fields of documents.

Templates mean what they mean to Jinja; reading a field, showing a value and calling a function take
less of the processor (docs/performance.md).
"""

from types import FunctionType

from django.utils.functional import SimpleLazyObject, empty
from django.utils.safestring import SafeString
from jinja2 import Environment, nodes
from jinja2.compiler import CodeGenerator
from jinja2.runtime import Context, Macro
from markupsafe import Markup, _escape_inner


def shown(value) -> str:
    """What `{{ value }}` puts on a page: as escape(), which makes a Markup of it, in a tenth of its
    time.
    """
    kind = type(value)
    if kind is str:
        return _escape_inner(value)
    if kind is Markup or kind is SafeString:
        return value
    return value.__html__() if hasattr(value, "__html__") else _escape_inner(str(value))


def takes_context(function):
    """As Jinja's pass_context, for a function to which what a loop sets does not matter."""
    function.takes_context = True
    return function


class Generator(CodeGenerator):
    """Compiles templates that show values by shown(), and loops that give out one piece each."""

    def visit_For(self, node, frame):  # noqa: N802, as Jinja names it
        """As Jinja's, but what the outermost loop shows is handed out at once.

        Jinja hands each piece of each row out through all templates around it.
        """
        # What is included without context goes out at once in any case, past the buffer.
        goes_past = any(not each.with_context for each in node.find_all(nodes.Include))
        if frame.buffer is not None or goes_past:
            super().visit_For(node, frame)
            return
        self.buffer(frame)
        super().visit_For(node, frame)
        in_one, frame.buffer = f"concat({frame.buffer})", None
        self.simple_write(in_one, frame)

    def _output_child_pre(self, node, frame, finalize):
        if frame.eval_ctx.autoescape and not frame.eval_ctx.volatile:
            self.write(f"environment.{shown.__name__}(")
        else:
            super()._output_child_pre(node, frame, finalize)


class Calls(Context):
    """Calls plain functions and macros without asking first what kind they are of."""

    def call(self, called, /, *args, _loop_vars=None, _block_vars=None, **kwargs):
        if type(called) is FunctionType:
            if not called.__dict__:  # where Jinja marks its own kinds
                return called(*args, **kwargs)
            if "takes_context" in called.__dict__:
                return called(self, *args, **kwargs)
        if type(called) is Macro:
            return called(self.eval_ctx, *args, **kwargs)
        return super().call(called, *args, _loop_vars=_loop_vars, _block_vars=_block_vars, **kwargs)


def behind(lazy: SimpleLazyObject):
    """What a lazy object stands for. Read by way of itself, each attribute takes three calls."""
    found = object.__getattribute__(lazy, "_wrapped")
    if found is empty:
        lazy._setup()
        found = lazy._wrapped
    return found


class Documents(Environment):
    """An environment in which `movie.title` of a document is its field, before any method.

    Jinja itself looks for a method first, and an error tells it that there is none: half of what
    reading a field takes. So no method is called of a dict whose keys are others' words.
    """

    code_generator_class = Generator
    context_class = Calls
    shown = staticmethod(shown)

    def getattr(self, obj, attribute: str):
        if type(obj) is SimpleLazyObject:
            obj = behind(obj)
        if type(obj) is dict:
            if attribute in obj:
                return obj[attribute]
            if not hasattr(dict, attribute):
                return self.undefined(obj=obj, name=attribute)
        try:
            return getattr(obj, attribute)
        except AttributeError:
            return super().getattr(obj, attribute)

    def make_globals(self, d):
        """As a plain dictionary: Jinja's chain of them takes long to compare at each import."""
        return {**self.globals, **(d or {})}
