#include "rewriter/cli_shape.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <CLI/CLI.hpp>

namespace ireko {

bool OptionShape::takesFile() const {
  return llvm::is_contained({"FILE", "IN", "OUT", "MAP"}, argument);
}

bool OptionShape::takesFolder() const { return argument == "HOST[::GUEST]"; }

CommandShape shapeOf(const CLI::App &app, const OptionWords &words) {
  CommandShape shape;
  shape.name = app.get_name();
  shape.description = app.get_description();
  shape.footer = app.get_footer();
  if (const CLI::App *parent = app.get_parent()) {
    // What the formatter says of it stands in the help.
    std::string help = app.help(parent->get_name());
    llvm::StringRef usage = llvm::StringRef(help).split("Usage: ").second;
    shape.usage = usage.take_until([](char c) { return c == '\n'; }).str();
  }
  for (const CLI::Option *option : app.get_options()) {
    OptionShape &found =
        (option->get_positional() ? shape.positionals : shape.options)
            .emplace_back();
    for (const std::string &name : option->get_snames())
      found.names.push_back("-" + name);
    for (const std::string &name : option->get_lnames())
      found.names.push_back("--" + name);
    if (option->get_positional())
      found.argument = option->get_name();
    else if (option->get_items_expected_max() > 0)
      found.argument = option->get_option_text();
    found.description = option->get_description();
    if (auto it = words.find(option); it != words.end())
      found.words = it->second;
  }
  for (const CLI::App *command :
       app.get_subcommands([](const CLI::App *) { return true; }))
    shape.commands.push_back(shapeOf(*command, words));
  return shape;
}

} // namespace ireko
