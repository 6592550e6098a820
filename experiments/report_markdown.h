// SPDX-License-Identifier: Apache-2.0
//
// RenderMarkdown: the little Markdown that transcripts use, as markup: headings, paragraphs, lists,
// tables, fenced blocks, **bold**, `code`, and <details> with a <summary> on lines of their own.
// Everything else, other HTML above all, stays text; nothing a model writes becomes a link, an
// image or a script, because HtmlWriter makes no such thing. Not CommonMark.
//
//   html.Add(RenderMarkdown(transcript));
#pragma once

#include <string_view>

#include "experiments/html.h"

namespace rectune::experiments {

/// Headings are put at least at `heading_level` (1 to 6), so that a page's outline stays in order.
Markup RenderMarkdown(std::string_view text, int heading_level = 3);

}  // namespace rectune::experiments
