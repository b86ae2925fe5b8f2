// FindExclusive: alternatives of oneOf of which no value satisfies two.
#pragma once

#include "grammar/schema/schema.h"

namespace bantam::grammar {

// Makes anyOf of each oneOf whose alternatives are proven to exclude each other: by the types of
// values, by texts, numbers and literals, or by a member that both require. That is what most are
// (a tag tells them apart), and a choice of any is far simpler to look ahead in. Types of which two
// alternatives accept every value, as where none of them says "type", are no longer allowed then.
// What cannot be proven within a limit of work stays. May add nodes.
void FindExclusive(Schema& schema);

}  // namespace bantam::grammar
