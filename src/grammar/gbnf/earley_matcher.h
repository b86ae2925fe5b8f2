// EarleyMatcher: reads documents of a context-free grammar, all readings at once.
//
// Earley, "An Efficient Context-Free Parsing Algorithm" (1970); Leo, "A general context-free
// parsing algorithm running in linear time on every LR(k) grammar" (1991); empty texts as Aycock
// and Horspool, "Practical Earley Parsing" (2002).
#pragma once

#include <memory>

#include "grammar/gbnf/earley_grammar.h"
#include "grammar/matcher.h"

namespace bantam::grammar {

// A Matcher over UTF-8: documents are whole characters (Unicode scalar values), a byte is legal if
// some character that begins with it is.
//
// FinishBytes() and Completion() are exact: no document that goes on from here is shorter, given
// the readings that are open. A character takes time in proportion to those: constant for grammars
// that can be read with limited look-ahead, right recursion included. In ambiguous grammars their
// number grows with the document; once a character has taken steps_per_character(), or has 1,000
// readings (4,000 that were open before it), further ones are left aside, never the shortest to
// finish. So a document that is begun can always be finished, but one that only readings left aside
// allow is refused. So are documents that take more than 4 MiB to finish. Completion() takes as
// long as pushing it.
std::unique_ptr<Matcher> NewEarleyMatcher(std::shared_ptr<EarleyGrammar> grammar);

}  // namespace bantam::grammar
