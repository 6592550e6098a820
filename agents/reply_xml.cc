// SPDX-License-Identifier: Apache-2.0
#include "agents/reply_xml.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "agents/text.h"
#include "core/config_error.h"

namespace rectune::agents {
namespace {

constexpr std::array<std::pair<const char*, char>, 5> kEntities = {
    {{"lt", '<'}, {"gt", '>'}, {"amp", '&'}, {"quot", '"'}, {"apos", '\''}}};

struct Element {
  std::string name;
  std::vector<std::pair<std::string, std::string>> attributes;
  std::vector<Element> children;
  std::string text;  // its own, around the children
};

bool IsNameCharacter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.';
}

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

std::string Trimmed(std::string_view text) {
  while (!text.empty() && IsSpace(text.front())) text.remove_prefix(1);
  while (!text.empty() && IsSpace(text.back())) text.remove_suffix(1);
  return std::string(text);
}

/// Reads one element; an error in words ends it.
class XmlReader {
 public:
  XmlReader(std::string_view text, int max_depth) : text_(text), max_depth_(max_depth) {}

  std::optional<Element> Read(std::size_t at) {
    at_ = at;
    Element element;
    if (!ReadElement(1, &element)) return std::nullopt;
    return element;
  }
  const std::string& error() const { return error_; }

 private:
  bool Fail(const std::string& error) {
    if (error_.empty()) error_ = error;
    return false;
  }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void SkipSpace() {
    while (IsSpace(Peek())) ++at_;
  }
  bool Skip(std::string_view expected) {
    if (text_.substr(at_, expected.size()) != expected) return false;
    at_ += expected.size();
    return true;
  }

  std::string ReadName() {
    const std::size_t start = at_;
    while (IsNameCharacter(Peek())) ++at_;
    return std::string(text_.substr(start, at_ - start));
  }

  /// Text with the named entities decoded; any other "&" stands for itself, as models write it.
  static std::string Decode(std::string_view raw) {
    std::string text;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      bool decoded = false;
      for (const auto& [name, character] : kEntities) {
        const std::string entity = "&" + std::string(name) + ";";
        if (raw.substr(i, entity.size()) != entity) continue;
        text += character;
        i += entity.size() - 1;
        decoded = true;
        break;
      }
      if (!decoded) text += raw[i];
    }
    return text;
  }

  bool ReadAttributes(Element* element) {
    for (SkipSpace(); IsNameCharacter(Peek()); SkipSpace()) {
      std::string name = ReadName();
      SkipSpace();
      if (!Skip("=")) return Fail("the attribute " + name + " has no value");
      SkipSpace();
      const char quote = Peek();
      if (quote != '"' && quote != '\'') return Fail("the value of " + name + " is not quoted");
      const std::size_t end = text_.find(quote, at_ + 1);
      if (end == std::string_view::npos) return Fail("the value of " + name + " never ends");
      element->attributes.emplace_back(std::move(name),
                                       Decode(text_.substr(at_ + 1, end - at_ - 1)));
      at_ = end + 1;
    }
    return true;
  }

  bool ReadElement(int depth, Element* element) {
    if (depth > max_depth_) {
      return Fail("the XML is nested deeper than " + std::to_string(max_depth_) + " levels");
    }
    if (!Skip("<")) return Fail("an element was expected");
    element->name = ReadName();
    if (element->name.empty()) return Fail("a tag without a name");
    if (!ReadAttributes(element)) return false;
    if (Skip("/>")) return true;
    if (!Skip(">")) return Fail("the tag <" + element->name + " is broken");
    while (true) {
      const std::size_t next = text_.find('<', at_);
      if (next == std::string_view::npos) {
        return Fail("<" + element->name + "> is never closed; was the reply cut off?");
      }
      element->text += Decode(text_.substr(at_, next - at_));
      at_ = next;
      if (Skip("<!--")) {
        const std::size_t end = text_.find("-->", at_);
        if (end == std::string_view::npos) return Fail("a comment never ends");
        at_ = end + 3;
      } else if (Skip("<![CDATA[")) {
        const std::size_t end = text_.find("]]>", at_);
        if (end == std::string_view::npos) return Fail("a CDATA section never ends");
        element->text += text_.substr(at_, end - at_);
        at_ = end + 3;
      } else if (Skip("</")) {
        const std::string name = ReadName();
        SkipSpace();
        if (name != element->name || !Skip(">")) {
          return Fail("<" + element->name + "> is closed by </" + name + ">");
        }
        return true;
      } else {
        Element child;
        if (!ReadElement(depth + 1, &child)) return false;
        element->children.push_back(std::move(child));
      }
    }
  }

  std::string_view text_;
  int max_depth_;
  std::size_t at_ = 0;
  std::string error_;
};

std::optional<double> Number(const std::string& text) {
  double number = 0.0;
  const char* start = text.c_str() + (text.rfind('+', 0) == 0 ? 1 : 0);
  const char* finish = text.c_str() + text.size();
  const auto [end, error] = std::from_chars(start, finish, number);
  // "nan" and "inf" parse, but no reply means them.
  if (text.empty() || error != std::errc{} || end != finish || !(number - number == 0.0)) {
    return std::nullopt;
  }
  return number;
}

bool Allows(const Json& schema, const char* type) {
  if (schema.contains("type") && schema["type"] == type) return true;
  if (!schema.contains("anyOf")) return false;
  for (const Json& choice : schema["anyOf"]) {
    if (Allows(choice, type)) return true;
  }
  return false;
}

/// A text as the schema wants it; as text when it cannot be that.
Json Scalar(const std::string& text, const Json& schema) {
  if (Allows(schema, "array") && !text.empty() && text.front() == '[') {
    try {
      Json list = ParseJson(text);
      if (list.is_array()) return list;
    } catch (const ConfigError&) {
      return text;  // the schema check will say what is wrong with it
    }
  }
  if (Allows(schema, "boolean") && (text == "true" || text == "false")) return text == "true";
  const std::optional<double> number = Number(text);
  if (number && (Allows(schema, "integer") || Allows(schema, "number"))) {
    const bool is_whole =
        *number ==
        static_cast<double>(static_cast<std::int64_t>(std::min(std::max(*number, -9e15), 9e15)));
    if (is_whole) return static_cast<std::int64_t>(*number);
    return *number;
  }
  return text;
}

Json ToValue(const Element& element, const Json& schema);

Json ToList(const Element& element, const Json& schema) {
  const std::string text = Trimmed(element.text);
  if (element.children.empty() && !text.empty()) return Scalar(text, schema);
  Json list = Json::array();
  for (const Element& child : element.children) list.push_back(ToValue(child, schema["items"]));
  return list;
}

Json ToObject(const Element& element, const Json& schema) {
  const Json& properties = schema["properties"];
  const auto of = [&](const std::string& name) {
    return properties.contains(name) ? properties[name] : Json::object();
  };
  Json object = Json::object();
  for (const auto& [name, value] : element.attributes) object[name] = Scalar(value, of(name));
  for (const Element& child : element.children) object[child.name] = ToValue(child, of(child.name));
  const std::string text = Trimmed(element.text);
  for (const char* name : {"value", "reason"}) {
    if (text.empty() || !properties.contains(name) || object.contains(name)) continue;
    object[name] = Scalar(text, properties[name]);
    break;
  }
  return object;
}

Json ToValue(const Element& element, const Json& schema) {
  if (schema.contains("properties")) return ToObject(element, schema);
  if (schema.contains("items")) return ToList(element, schema);
  if (!element.children.empty() && Allows(schema, "array")) {
    for (const Json& choice : schema["anyOf"]) {
      if (choice.contains("items")) return ToList(element, choice);
    }
  }
  return Scalar(Trimmed(element.text), schema);
}

std::string Encode(const std::string& text) {
  std::string encoded;
  for (const char c : text) {
    bool is_special = false;
    for (const auto& [name, character] : kEntities) {
      if (c != character || c == '"' || c == '\'') continue;
      encoded += "&" + std::string(name) + ";";
      is_special = true;
    }
    if (!is_special) encoded += c;
  }
  return encoded;
}

void WriteXml(const std::string& name, const Json& value, std::string* out) {
  *out += "<" + name + ">";
  if (value.is_object()) {
    for (const auto& [key, child] : value.items()) WriteXml(key, child, out);
  } else if (value.is_array() && !(!value.empty() && value.front().is_number())) {
    for (const Json& child : value) WriteXml("item", child, out);
  } else {
    *out += value.is_string() ? Encode(value.get<std::string>()) : value.dump();
  }
  *out += "</" + name + ">";
}

void WriteForm(const std::string& name, const Json& schema, int indent, std::string* out) {
  const std::string margin(static_cast<std::size_t>(indent), ' ');
  *out += margin + "<" + name + ">";
  if (schema.contains("properties")) {
    *out += "\n";
    for (const auto& [key, child] : schema["properties"].items()) {
      WriteForm(key, child, indent + 2, out);
    }
    *out += margin;
  } else if (schema.contains("items") && schema["items"].contains("properties")) {
    *out += "\n";
    WriteForm("item", schema["items"], indent + 2, out);
    *out += margin + "  ... one item each ...\n" + margin;
  } else if (schema.contains("items")) {
    *out += "[3, 7]";
  } else if (schema.contains("enum")) {
    std::string choices;
    for (const Json& choice : schema["enum"]) {
      choices += (choices.empty() ? "" : " | ") + choice.get<std::string>();
    }
    *out += choices;
  } else if (schema.contains("anyOf")) {
    *out += "number, level, true | false, or [0, 0.5, 1]";
  } else {
    *out += Allows(schema, "boolean")  ? "true | false"
            : Allows(schema, "string") ? "text"
                                       : "number";
  }
  *out += "</" + name + ">\n";
}

}  // namespace

ParsedReply ParseXmlReply(std::string_view text, const Json& schema, const ReplyLimits& limits) {
  if (text.size() > limits.max_bytes) {
    return {std::nullopt, "the reply has " + std::to_string(text.size()) + " bytes; at most " +
                              std::to_string(limits.max_bytes) + " are read"};
  }
  const std::string clean = SanitizeText(text, limits.max_bytes);
  const std::string wanted = schema["properties"].begin().key();
  const std::size_t open = clean.find("<" + wanted);
  if (open == std::string::npos) {
    return {std::nullopt, "the reply holds no <" + wanted + "> element"};
  }
  XmlReader reader(clean, limits.max_depth);
  const std::optional<Element> element = reader.Read(open);
  if (!element) return {std::nullopt, "the XML does not parse: " + reader.error()};
  if (element->name != wanted) {
    return {std::nullopt, "the reply holds no <" + wanted + "> element"};
  }
  Json value;
  value[wanted] = ToValue(*element, schema["properties"][wanted]);
  return {std::move(value), ""};
}

std::string ToXml(const Json& reply) {
  std::string out;
  for (const auto& [key, value] : reply.items()) WriteXml(key, value, &out);
  return out;
}

std::string XmlForm(const Json& schema) {
  std::string out;
  for (const auto& [key, child] : schema["properties"].items()) WriteForm(key, child, 0, &out);
  out.pop_back();
  return out;
}

}  // namespace rectune::agents
