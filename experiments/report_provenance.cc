// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <utility>
#include <vector>

#include "experiments/report_format.h"
#include "experiments/report_sections.h"

namespace rectune::experiments {
namespace {

/// The text at a path of keys, or "" when something on the way is missing: a manifest of an older
/// program must not keep a page from being written.
std::string TextAt(const Json& json, const std::vector<std::string>& keys) {
  const Json* at = &json;
  for (const std::string& key : keys) {
    if (!at->is_object() || !at->contains(key)) return "";
    at = &at->at(key);
  }
  return at->is_string() ? at->get<std::string>() : at->dump();
}

std::string CommandText(const Json& session) {
  if (!session.contains("command") || !session.at("command").is_array()) return "";
  std::string text;
  for (const Json& word : session.at("command")) {
    if (!word.is_string()) continue;
    std::string quoted = word.get<std::string>();
    // Safe to paste into a shell.
    if (quoted.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                                 "_-./:=,+@%") != std::string::npos ||
        quoted.empty()) {
      std::string escaped = "'";
      for (const char c : quoted) escaped += c == '\'' ? "'\\''" : std::string(1, c);
      quoted = escaped + "'";
    }
    text += (text.empty() ? "" : " ") + quoted;
  }
  return text;
}

}  // namespace

Markup ProvenanceSection(const ReportContext& context) {
  const Json& manifest = context.run.manifest;
  HtmlWriter html;
  html.Open("footer", {{"id", "provenance"}}).Element("h2", "Where this page comes from");
  html.Open("dl", {{"class", "facts"}});
  const auto fact = [&](const std::string& term, const std::string& text) {
    if (text.empty()) return;
    html.Open("div").Element("dt", term).Open("dd").Element("code", text).Close().Close();
  };
  fact("Spec hash", TextAt(manifest, {"spec_hash"}));
  const Json sessions = manifest.is_object() && manifest.contains("sessions")
                            ? manifest.at("sessions")
                            : Json::array();
  if (!sessions.empty()) {
    const Json& session = sessions.front();
    std::string commit = TextAt(session, {"program", "commit"});
    if (TextAt(session, {"program", "dirty"}) == "true") commit += " with local changes";
    fact("Program", TextAt(session, {"program", "version"}));
    fact("Commit", commit);
    fact("Compiler", TextAt(session, {"program", "compiler"}) + ", " +
                         TextAt(session, {"program", "build_type"}));
    fact("Flags", TextAt(session, {"program", "flags"}));
    fact("CPU", TextAt(session, {"host", "cpu"}) + ", " + TextAt(session, {"host", "threads"}) +
                    " threads");
    fact("System", TextAt(session, {"host", "system"}));
  }
  html.Close();
  if (!sessions.empty()) {
    html.Element(
        "h3", sessions.size() == 1
                  ? "Run again"
                  : "Run again (it was resumed: " + std::to_string(sessions.size()) + " sessions)");
    html.Element("pre", CommandText(sessions.front()), {{"class", "command"}});
  }
  html.Element("p",
               "Results are a function of the spec alone: the same spec gives the same bytes in "
               "every journal, whatever the machine's thread count. Only suggest times differ.",
               {{"class", "caption"}});
  html.Close().NewLine();
  return html.Take();
}

}  // namespace rectune::experiments
