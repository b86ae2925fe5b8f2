// Formats of which a schema also asks that texts are not of them.
#pragma once

#include "grammar/schema/schema.h"

namespace bantam::grammar {

// Fills Schema::negated_formats: the formats that are known only in part (UndecidedTexts of
// formats.h) and stand somewhere within `not`, `if`, `oneOf`, or `contains` with `maxContains`. A
// text of which it is not known whether it has such a format is legal nowhere in a document, so
// that within what is left every question about it has the one right answer. Fails with
// kUnsupported and the keyword's path for idn-hostname and idn-email, where telling these texts
// apart takes too long. Call after FindExclusive, which makes oneOf anyOf where it can. Time linear
// in the schema.
Result<void> FindNegatedFormats(Schema& schema);

}  // namespace bantam::grammar
