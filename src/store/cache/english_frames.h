// How questions are put in English: what a phrase asks for. See WordRules for the patterns.
#pragma once

#include <array>

#include "store/cache/phrase_rules.h"

namespace bantam::store {

// Phrases that say no more than others do; applied before kEnglishFrames.
inline constexpr auto kEnglishPhrases = std::to_array<PhraseRule>({
    {"", "two|2 factor|step|steps authentication|verification|login|auth?", "twofactor"},
    {"", "2fa|mfa", "twofactor"},
    {"", "turn|turned|turning|switch|switched|switching|power on", "enable"},
    {"", "turn|turned|turning|switch|switched|switching|power|shut off", "disable"},
    {"", "turn|switch|power * on $", "enable *"},
    {"", "turn|switch|power|shut * off $", "disable *"},
    {"", "set up|setting up", "setup"},
    {"", "get|getting rid of", "remove"},
    {"", "log|sign in|into|on", "login"},
    {"", "logging|signing in|into|on", "login"},
    {"", "log|sign out|off", "logout"},
    {"", "logging|signing out|off", "logout"},
    {"", "sign up", "register"},
    {"", "signing up", "register"},
    {"", "sign =up", "register"},
    {"", "check in", "checkin"},
    {"", "check out", "checkout"},
    {"", "pick|picked|picking up", "collect"},
    {"", "give|bring|send|take|giving|bringing|sending|taking back", "return"},
    {"", "hand|turn|handing in", "submit"},
    {"", "on hold", "pause"},
    {"", "run|runs|running out", "expire"},
    {"", "e mail|mails", "email"},
    {"", "wi fi", "wifi"},
    {"", "wlan|wireless network|internet|lan?", "wifi"},
    {"", "wifi network", "wifi"},
    {"", "free of charge", "free"},
    {"", "for free", "free"},
    {"", "at no|without extra|additional? cost|charge|costs|charges", "free"},
    {"", "at most|maximum", "maximum"},
    {"", "at least", "minimum"},
    {"", "lunch box", "lunchbox"},
    {"", "mobile|cell phone|phones|telephone", "phone"},
    {"", "cell|smart phone|phones", "phone"},
    {"", "center", "centre"},
    {"", "city|town centre", "centre"},
    {"", "downtown", "centre"},
    {"", "rented|hire car", "rental car"},
    {"", "car hire", "car rental"},
    {"", "air conditioner|conditioning|con", "aircon"},
    {"", "ac unit", "aircon"},
    {"", "washing machine|machines", "washer"},
    {"", "credit|debit card =number|payment", "card"},
    {"", "keep on =driving", "keep"},
    {"", "more than|above|over one|1", "several"},
    {"", "each|every|a|per =day|week|month|year|hour|night", "per"},
    {"", "for ever|good", "permanently"},
    {"", "due date", "deadline"},
    {"", "hard disk|disc|drive", "harddrive"},
    {"", "home office", "homeoffice"},
    {"", "work|working|do|doing my? work? from|at home", "homeoffice"},
    {"", "public transport|transportation|transit", "transit"},
    {"", "opening|business|office hours|times", "opening hours"},
    {"", "discount|promo|promotion|promotional|voucher|coupon code|codes", "coupon"},
    {"", "sim card|cards", "sim"},
    {"", "id|identity card", "idcard"},
    {"", "internet connection|access", "internet"},
    {"", "user|customer account|accounts", "account"},
    {"", "application form|forms", "application"},
    {"", "tax declaration", "tax return"},
    {"", "csv file|format|files", "csv"},
    {"", "pdf file|format|files", "pdf"},
    {"", "step by step", ""},
    {"", "no longer", "not"},
    {"", "not =any", "not"},
    {"", "any more|longer", ""},
    {"", "anymore", ""},
    {"", "u s a?", "usa"},
    {"", "united states of|america?", "usa"},
    {"", "united kingdom", "uk"},
});

// What is asked for; the first column names it. "": the phrase says nothing.
inline constexpr auto kEnglishFrames = std::to_array<PhraseRule>({
    // Leads.
    {"",
     "^ could|can|would|will you|someone|somebody|anyone please? tell|explain|show|help me|us? to?",
     ""},
    {"", "^ please? tell|show|explain|help me|us? to? about?", ""},
    {"", "^ do|does you|anyone|anybody|someone know", ""},
    {"", "^ i|we would like|love|want to know", ""},
    {"", "^ i|we want|need|wish to know", ""},
    {"", "^ i|we am|are|was wondering", ""},
    {"", "^ i|we wonder", ""},
    {"", "^ i|we do|don't not? know|understand", ""},
    {"", "^ i|we have a question about?", ""},
    {"", "^ question about", ""},
    {"wish", "^ i|we would like|love|want to", ""},
    {"wish", "^ i|we want|need|wish|have|try|am|are trying|going|planning? to", ""},
    {"wish", "^ i|we am|are trying|going|planning to", ""},
    {"wish", "^ need|want|trying|would like? to", ""},
    // Where something is shown or found out is not asked for beside the thing itself.
    {"",
     "how|where can|do|could|should i|we|you|one find|see|check|know|tell out? "
     "=what|when|where|who|"
     "which|why|whether|if|how",
     ""},
    // How.
    {"how",
     "what is|are|would|be? the a? best|right|correct|proper|easiest|quickest|simplest? "
     "way|procedure|process|method|steps|step|instructions|command|formula to|for|of|in",
     ""},
    {"how",
     "what is|are|would the a? best|right|correct|proper|easiest? way|procedure|process|steps $",
     ""},
    {"how",
     "what|which steps do|must|should|are|can i|we|you? take|follow|needed|required|necessary? "
     "to|for",
     ""},
    {"how",
     "what do|does|can|must|should|would|will i|we|you|one have|need|press|click? to? do to|for",
     ""},
    {"how", "what do|does|can|must|should i|we|you|one press|click to|for", ""},
    {"how", "where|what and how", ""},
    {"how", "^ the? a? best|right|easiest? ways|way|steps|instructions|procedure to|for", ""},
    {"how", "how does|do|would|is|are that|it|this|these|those work|go|done $", ""},
    {"how", "how is|are that|it|this|these|those done", ""},
    {"how", "how do|can|should|could|would|must i|we|you|one do it|that|this $", ""},
    {"how", "how do|can|should|could|would i|we|you|one go about it|that|this $", ""},
    {"how", "how do|can|should|could|would i|we|you|one go about", ""},
    {"do",
     "how do|can|should|could|would i|we|you|one fix|solve|resolve|handle|remedy|clear "
     "it|this|that $",
     ""},
    {"do", "how do|can|should i|we|you|one proceed|react", ""},
    {"how", "how can|could|do|does|should|would|must|may|might i|we|you|one be able to", ""},
    {"how", "how can|could|do|does|should|would|must|may|might i|we|you|one", ""},
    {"how", "^ how to", ""},
    {"how", "how to $", ""},
    {"how", "how $", ""},
    {"how", "^ is|are there a|an|any|some easy|simple|quick? way|ways|method|procedure to|for|of",
     ""},
    {"how", "step by step", ""},
    // Why.
    {"why", "how come", ""},
    {"why",
     "what is|are|was|were|could|may|might|can be? the|a possible|likely? "
     "reason|reasons|cause|causes why|that|for|"
     "of|behind?",
     ""},
    {"why", "for what|which reason", ""},
    {"why", "what makes|made|causes|caused", ""},
    {"why", "why", ""},
    {"why", "the? reason|cause|causes $", ""},
    {"why", "^ the? reason|cause|causes why|that|for|of?", ""},
    // How often.
    {"often", "how often|frequently|regularly exactly?", ""},
    {"often", "how many times", ""},
    {"often", "at|in what|which interval|intervals", ""},
    {"often", "every how many|long|often", ""},
    {"often", "what is the frequency of|for", ""},
    // How long.
    {"many", "how many =minutes|hours|days|weeks|months|years|seconds|nights of", ""},
    {"soon", "how soon|quickly", ""},
    {"long",
     "within|for|in|after? how many|much "
     "=minutes|hours|days|weeks|months|years|seconds|nights|time",
     ""},
    {"long", "for? how long", ""},
    {"long", "what is|was the duration of|for * $", "* last"},
    {"long", "what is the validity period? of|for * $", "* valid"},
    {"long",
     "what is|are the|your =cooking|boiling|baking|waiting|charging|delivery|shipping|processing|"
     "travel|playing|running|wait|drying|flight|journey time|times|period",
     ""},
    {"long", "what is|are the|your average|expected? * life|lifetime|lifespan", "* life"},
    {"long", "^ minutes|hours|days to", ""},
    // How much money.
    {"price", "how much money? do|does|did|will|would * cost|costs", "*"},
    {"price", "what do|does|did|will|would * cost|costs", "*"},
    {"price",
     "what is|are|was|were|will the|your * price|cost|costs|fee|fees|charge|charges|prices "
     "of|for|to|be?",
     "*"},
    {"price",
     "how much|high is|are|was|were|will|would the|a|an|it|this|that|your|my "
     "cost|costs|price|fee|charge? "
     "of|for|to?",
     ""},
    {"price", "how expensive|costly is|are?", ""},
    {"price", "how much do you charge|take|ask|want for?", ""},
    {"price", "what do you charge|take|ask for", ""},
    {"price", "is|are how much $", ""},
    // How many and how much.
    {"what", "how much is|are", ""},
    {"many", "what is|are|was the total|maximum? number|count|amount of", "*"},
    {"many", "what|which number|amount of", ""},
    {"many", "how many", ""},
    {"much", "how much", ""},
    // Other measures.
    {"age", "at|from|until|by? what|which age", ""},
    {"age", "how old do|does|must|should|can|may|have * be", "*"},
    {"old", "how old", ""},
    {"hot", "at|to|from|on? what|which temperature|temp|temperatures is|do?", ""},
    {"hot", "what is the =boiling|freezing|melting", ""},
    {"hot", "how hot|cold|warm", ""},
    {"far", "how far away|off|apart?", ""},
    {"far", "how many =kilometers|kilometres|miles|metres|meters away", ""},
    {"big", "how big|large", ""},
    {"high", "how high|tall", ""},
    {"deep", "how deep|deeply", ""},
    {"wide", "how wide|broad", ""},
    {"heavy", "how heavy", ""},
    {"fast", "how fast|quick", ""},
    {"late", "how late", ""},
    {"early", "how early", ""},
    {"close", "how close", ""},
    {"good", "how good|well", ""},
    {"thick", "how thick", ""},
    {"strong", "how strong", ""},
    {"safe", "how safe", ""},
    {"loud", "how loud", ""},
    // When.
    {"by", "until|till when|what|which exactly? time|date|day?", ""},
    {"by", "by when|what|which time|date|day?", ""},
    {"by", "when|what is the deadline|closing date? of|for|to", ""},
    {"by", "when is|are * due $", "*"},
    {"by", "when is the last|latest day|date|time for|to", ""},
    {"since", "since when|what|which", ""},
    {"from when", "as of|from when|what|which date|day|time?", ""},
    {"from when", "from when", ""},
    {"when:hour", "what are|is the|your opening hours", "open"},
    {"when:hour", "what are|is the|your closing time|times|hours", "close"},
    {"when:hour", "when are|is the|your opening hours", "open"},
    {"when:hour",
     "what is|are the|your =closing|opening|departure|arrival|start|starting|end time|times", ""},
    {"when:hour", "opening hours", "open"},
    {"when:month", "at|on? what|which time|part of =the? year", ""},
    {"when:month", "in|during? what|which month|season", ""},
    {"when:year", "in? what|which year", ""},
    {"when:hour", "at|from? what|which exact? time|hour|hours", ""},
    {"when:day",
     "on|for? what|which exact? day|date|days of|in? the|a|week? =do|does|did|is|are|was|were|will|"
     "can|must|should|may",
     ""},
    {"when:day", "on what|which exact? day|date|days", ""},
    {"when:day", "what is|was the exact? date of|for", ""},
    {"when:hour", "what is the exact? time of|for", ""},
    {"when",
     "when exactly|usually|normally|typically? "
     "=do|does|did|is|are|was|were|will|can|could|may|might|must|"
     "should|would|has|have|had|am|shall",
     ""},
    {"when", "when exactly? $", ""},
    {"when", "when is it|that|this? $", ""},
    {"when", "know|tell|say|remember when", ""},
    {"when", "^ when to", ""},
    // Where.
    {"where", "which|what way is it to", ""},
    {"place",
     "where can|do|could|should|would i|we|you|one "
     "=change|switch|enable|disable|set|setup|edit|update|"
     "modify|adjust|configure|unsubscribe|deactivate|activate|export|reset|rename|cancel|delete|"
     "remove",
     ""},
    {"where from", "from where|whence", ""},
    {"where", "in|at|on|to what|which place|location|office|part of?", ""},
    {"where", "what is the exact? location|place|whereabouts of|for|to", ""},
    {"where", "whereabouts", ""},
    {"where", "^ where exactly?", ""},
    {"where",
     "where exactly? "
     "=do|does|did|is|are|was|were|will|can|could|may|might|must|should|would|has|have|had",
     ""},
    {"where", "where $", ""},
    {"where", "know|tell|see|out|remember where", ""},
    // Who.
    {"", "person|man|woman|people|one|someone|anyone|somebody|those|guy|customers|users who|that",
     "*"},
    {"who for", "for whom|who", ""},
    {"who from", "from whom|who", ""},
    {"who with", "with whom|who", ""},
    {"who", "by whom|who", ""},
    {"who", "which|what person|people|persons", ""},
    {"who", "what is the name of the =author|composer|inventor|founder|president|owner|director",
     ""},
    {"who", "what is the name of the person|man|woman|guy that|who", ""},
    {"who", "who|whom is the person|one|guy that|who", ""},
    {"who", "who|whom", ""},
    {"whose", "^ whose", ""},
    // What to do.
    {"do", "what now", ""},
    {"do",
     "what should|can|could|must|do|does|shall|would|will i|we|you|one have? to? now|then? do|try "
     "now|then|"
     "next? if|when|about|with|against?",
     ""},
    {"do", "what is the right|best? thing to do if|when|about|with|after|against?", ""},
    {"do", "what to do now|next? if|when|about|with|against?", ""},
    {"do", "what is|are my|the next? options|steps|fix|remedy|solution $", ""},
    {"do", "what helps|works against|for|if|when|with", ""},
    {"do", "how do|can|should|could i|we|you|one deal|cope with", ""},
    {"do", "any remedy|help|advice|solution|ideas|idea|tips $", ""},
    {"do", "please? help $", ""},
    // What happens.
    {"happens", "what happens|will|would happen? if|when|to|with|after", ""},
    {"happens", "what are the consequences of|if", ""},
    // What for.
    {"what from", "from what|which", ""},
    {"what for", "for what|which purpose?", ""},
    {"what with", "with what|which", ""},
    {"what about", "about what|which", ""},
    {"what without", "without what|which", ""},
    {"what in", "what is|are in|inside|within", ""},
    {"what on", "what is|are on", ""},
    {"what", "what|which kind|kinds|type|types|sort|sorts of", ""},
    {"what", "what is|are the name|names of", ""},
    {"what", "^ name the", ""},
    {"what", "^ a? list of|the", ""},
    {"what", "what does|do|did * mean|means|stand|indicate for?", "*"},
    {"what", "what is|are|was the meaning of", ""},
    {"what", "what|which", ""},
    // Whether.
    {"whether", "whether", ""},
    {"whether", "or not $", ""},
    {"whether", "yes or? no $", ""},
    {"whether", "any chance", ""},
});

// Nouns that tell what is asked for where nothing else does.
inline constexpr auto kEnglishNouns = std::to_array<PhraseRule>({
    {"long", "^ the? duration of|for * $", "* last"},
    {"long", "validity $", "valid"},
    {"time", "time|times $", ""},
    {"when", "date $", ""},
    {"when", "^ the? date of|for", ""},
    {"long", "duration $", "last"},
    {"long",
     "=cooking|boiling|baking|waiting|charging|delivery|shipping|processing|travel|drying|flight "
     "time",
     ""},
    {"when:hour", "=closing|opening|departure|arrival|start|starting time|times", ""},
    {"price", "^ the|your? price|cost|costs|fee|prices of|for", ""},
    {"price", "price|cost|costs|prices|fee $", ""},
    {"many", "^ the? number|count of", ""},
    {"many", "count $", ""},
    {"by", "deadline $", ""},
    {"where", "^ the? location of", ""},
    {"where", "location $", ""},
    {"what", "^ the? meaning of", ""},
    {"what", "meaning $", ""},
});

// Nouns that tell the same, in "what is the depth of" and, where nothing else does, in
// "depth of the lake" and "lake depth".
struct Dimension {
  std::string_view name;
  std::string_view nouns;  // of an element of WordRules
};
inline constexpr auto kEnglishDimensions = std::to_array<Dimension>({
    {"far", "distance"},
    {"high", "height|altitude"},
    {"deep", "depth"},
    {"wide", "width"},
    {"heavy", "weight"},
    {"old", "age"},
    {"big", "size"},
    {"fast", "speed"},
    {"hot", "temperature"},
    {"long", "length"},
    {"often", "frequency|interval"},
});

// Words at the end of a text without other frame that make it a question of "may one" or "must
// one".
inline constexpr std::string_view kWhetherWords =
    "possible allowed permitted ok okay available included required necessary needed compulsory "
    "mandatory supported covered";

inline constexpr std::string_view kAuxiliaries =
    "do does did is are was were can could may might must should shall will would has have had am";
// Words that say that something may be done, must be, should be.
inline constexpr std::string_view kMayWords =
    "can could may might able possible allowed permitted ok okay allow permit";
inline constexpr std::string_view kMustWords =
    "must need needs needed required require requires necessary mandatory compulsory obligatory "
    "obliged";
inline constexpr std::string_view kShouldWords = "should shall ought supposed recommended";

}  // namespace bantam::store
