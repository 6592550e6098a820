// SPDX-License-Identifier: Apache-2.0
//
// Replies as XML, the paper's format: tags instead of JSON, the same content. A reply is read into
// the JSON value that its schema describes, so that everything after it is the same; the schema
// decides what a number, a list or a text is. Only elements, attributes, text, CDATA, comments and
// the five named entities are read: no DTD, no external entity, no namespace.
//
//   <proposals><item><hypothesis>...</hypothesis>
//     <config><item param="ctr_weight">1.4</item></config></item></proposals>
//
// An attribute counts as a child; an element's bare text fills its "value" or "reason" property;
// any name serves for a list's items.
//
//   ParsedReply reply = ParseXmlReply(text, ActorSchema().json(), {});
//   std::string again = ToXml(*reply.value);
#pragma once

#include <string>
#include <string_view>

#include "agents/reply_parser.h"
#include "core/json.h"

namespace rectune::agents {

/// Finds the first property of the schema as an element among whatever is written around it.
/// Bounded in size and depth like ParseReply; a bad reply is an error in words. The value's types
/// follow the schema where the text allows; what does not fit stays text, for the schema check to
/// name.
ParsedReply ParseXmlReply(std::string_view text, const Json& schema, const ReplyLimits& limits);

/// A reply's JSON as XML that reads back as itself.
std::string ToXml(const Json& reply);

/// What a prompt shows: the schema's form with a placeholder for each value.
std::string XmlForm(const Json& schema);

}  // namespace rectune::agents
