// What the command line consists of, as the definitions in cli.cpp have it: the
// one source of `ireko completion` and `ireko man`.

#ifndef IREKO_REWRITER_CLI_SHAPE_H
#define IREKO_REWRITER_CLI_SHAPE_H

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "llvm/ADT/StringRef.h"

namespace CLI {
class App;
class Option;
} // namespace CLI

namespace ireko {

// The words that an option takes, where they are few.
using OptionWords = std::map<const CLI::Option *, std::vector<std::string>>;

struct OptionShape {
  // "-o", "--output"; of a positional one, none.
  std::vector<std::string> names;
  // "OUT"; empty: it takes none.
  std::string argument;
  std::string description;
  std::vector<std::string> words;

  bool takesFile() const;
  bool takesFolder() const;
};

struct CommandShape {
  std::string name;
  std::string description;
  std::string usage; // on a line; of the tool itself, none
  std::string footer;
  std::vector<OptionShape> options;
  std::vector<OptionShape> positionals;
  std::vector<CommandShape> commands;
};

CommandShape shapeOf(const CLI::App &app, const OptionWords &words);

// A script that has a shell complete the tool's command lines; none if the
// shell is not known.
std::optional<std::string> completionScript(const CommandShape &tool,
                                            llvm::StringRef shell);
inline constexpr const char *kShells[] = {"bash", "zsh", "fish"};

// A manual page, for section 1.
std::string manPage(const CommandShape &tool, llvm::StringRef version);

} // namespace ireko

#endif // IREKO_REWRITER_CLI_SHAPE_H
