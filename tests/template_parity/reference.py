"""Templates rendered by jinja2 as transformers configures it."""

import datetime
import functools
import json
import warnings

import jinja2
import jinja2.ext
import jinja2.sandbox
import jinja2.utils


class Generation(jinja2.ext.Extension):
    """{% generation %}: transformers' mark around the assistant's text; prints its body."""

    tags = {"generation"}

    def parse(self, parser):
        line = next(parser.stream).lineno
        body = parser.parse_statements(["name:endgeneration"], drop_needle=True)
        return jinja2.nodes.CallBlock(self.call_method("_body"), [], [], body).set_lineno(line)

    @jinja2.pass_eval_context
    def _body(self, context, caller):
        return caller()


class Namespace(jinja2.utils.Namespace):
    """A namespace without attributes that begin with an underscore."""

    def __init__(*args, **kwargs):
        self, args = args[0], args[1:]
        values = dict(*args, **kwargs)
        for name in values:
            Namespace.check(name)
        jinja2.utils.Namespace.__init__(self, values)

    def __setitem__(self, name, value):
        Namespace.check(name)
        jinja2.utils.Namespace.__setitem__(self, name, value)

    @staticmethod
    def check(name):
        if isinstance(name, str) and name.startswith("_"):
            raise jinja2.exceptions.SecurityError(f"underscore-prefixed attribute {name!r}")


class Dict:
    """dict(…) and dict.fromkeys(…), and nothing else of Python's dict."""

    def __call__(self, *args, **kwargs):
        return dict(*args, **kwargs)

    def fromkeys(self, *args, **kwargs):
        return dict.fromkeys(*args, **kwargs)


def raise_exception(message):
    raise jinja2.exceptions.TemplateError(message)


def tojson(x, ensure_ascii=False, indent=None, separators=None, sort_keys=False):
    return json.dumps(x, ensure_ascii=ensure_ascii, indent=indent, separators=separators,
                      sort_keys=sort_keys)


def rebuilt():
    """The environment of transformers 5.23, for where that is not installed."""
    env = jinja2.sandbox.ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=[Generation, jinja2.ext.loopcontrols])
    env.filters["tojson"] = tojson
    env.globals.update(raise_exception=raise_exception, dict=Dict(), namespace=Namespace)
    return env


def environment(now_s):
    """transformers' own environment where it is installed, with its clock stopped."""
    try:
        from transformers.utils import chat_template_utils
        env = chat_template_utils._cached_compile_jinja_template("").environment
    except ImportError:
        env = rebuilt()
    now = datetime.datetime.fromtimestamp(now_s, datetime.timezone.utc).replace(tzinfo=None)
    env.globals["strftime_now"] = now.strftime
    return env


@functools.lru_cache(maxsize=4)
def compiled(env, source):
    """The template, or what compiling it raised."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return env.from_string(source)
    except Exception as error:  # jinja2 and Python raise many kinds
        return error


def render(env, source, conversation):
    """{"text"} or {"error", "raised"}: `raised` is the text of raise_exception, if it was that."""
    template = compiled(env, source)
    if isinstance(template, Exception):
        return {"error": f"{type(template).__name__}: {template}"}
    variables = dict(documents=None, bos_token=conversation["bos_token"],
                     eos_token=conversation["eos_token"])
    variables.update(conversation["extra"] or {})
    variables.update(messages=conversation["messages"], tools=conversation["tools"],
                     add_generation_prompt=conversation["add_generation_prompt"])
    try:
        text = template.render(**variables)
        text.encode()
        return {"text": text}
    except jinja2.exceptions.TemplateError as error:
        result = {"error": f"{type(error).__name__}: {error}"}
        if type(error) is jinja2.exceptions.TemplateError:
            result["raised"] = str(error.message)
        return result
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
