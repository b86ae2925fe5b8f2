// ReplyLanguage: replies that must be in a language are checked, and made again once if they are
// not.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "bantam/result.h"
#include "bantam/shape.h"
#include "server/api/fields.h"
#include "server/api/messages.h"
#include "server/api/reply.h"

namespace bantam::server {

// This server's own field `reply_language`: a code ("zh"), or "any". Null: any; `otherwise` where
// the field is not given.
Result<const Language*> ReadReplyLanguage(const Fields& fields, const Language* otherwise);

// The chat with a line for the model that asks for the language: of the system, after what that
// says.
Messages AskForLanguage(Messages messages, const Language& language);

// Runs a choice once more for that sink, whose only choice is 0. False if it cannot be run.
using Again = std::function<bool(int choice, std::shared_ptr<ReplySink> sink)>;

// Says in ReplyEnd::language what language the reply is in. Without `again` what comes is passed on
// at once. With it nothing of a choice is passed on before it has ended; one that is in another
// language is run again, and the second reply is passed on, whatever it is in: but the first one
// where the second fails or says nothing, as when the request's time is over. Replies that call
// tools are not run again, nor are those that end with an error.
// Of a reply that is JSON the strings count (keys do not).
std::shared_ptr<ReplySink> CheckLanguage(const Language& asked, bool json, int choices, Again again,
                                         std::shared_ptr<ReplySink> sink);

}  // namespace bantam::server
