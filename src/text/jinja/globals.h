// The functions every template can call: range, namespace, raise_exception, …
#pragma once

#include "text/jinja/interpreter.h"

namespace bantam::jinja {

// Makes them variables of the interpreter; a request's own variables may hide them.
void AddGlobals(Interpreter* in);

}  // namespace bantam::jinja
