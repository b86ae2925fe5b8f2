"""Templates rendered by jinja2 as transformers configures it."""

import datetime

import jinja2


def environment(now_s):
    """transformers' own environment, with its clock stopped."""
    from transformers.utils import chat_template_utils
    template = chat_template_utils._cached_compile_jinja_template("")
    env = template.environment
    now = datetime.datetime.fromtimestamp(now_s, datetime.timezone.utc).replace(tzinfo=None)
    env.globals["strftime_now"] = now.strftime
    return env


def render(env, source, conversation):
    """{"text"} or {"error", "raised"}: `raised` is the text of raise_exception, if it was that."""
    try:
        template = env.from_string(source)
    except Exception as error:  # jinja2 and Python raise many kinds
        return {"error": f"{type(error).__name__}: {error}", "compile": True}
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
