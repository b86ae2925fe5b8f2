// Rendering a program with what transformers gives a template.
#pragma once

#include <string>

#include "bantam/result.h"
#include "text/chat_template.h"
#include "text/jinja/limits.h"
#include "text/jinja/program.h"

namespace bantam::jinja {

// As ChatTemplate::Render, with other limits if need be.
Result<std::string> Render(const Program& program, const TemplateInput& input,
                           const Limits& limits = {});

}  // namespace bantam::jinja
