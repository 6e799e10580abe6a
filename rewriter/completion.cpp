// Completion scripts for shells. Each is generated whole from the shape of the
// command line, so that it asks the tool for nothing while one types.

#include "rewriter/cli_shape.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace ireko {

namespace {

// In single quotes, for all three shells.
std::string quoted(std::string text) {
  size_t at = 0;
  while ((at = text.find('\'', at)) != std::string::npos) {
    text.replace(at, 1, "'\\''");
    at += 4;
  }
  return "'" + text + "'";
}

std::vector<std::string> namesOf(const CommandShape &tool) {
  std::vector<std::string> names;
  for (const CommandShape &command : tool.commands)
    names.push_back(command.name);
  return names;
}

std::vector<std::string> optionNames(const CommandShape &command) {
  std::vector<std::string> names;
  for (const OptionShape &option : command.options)
    llvm::append_range(names, option.names);
  return names;
}

// What to offer for the argument of an option, in bash.
std::string bashOffer(const OptionShape &option) {
  if (!option.words.empty())
    return "words " + quoted(llvm::join(option.words, " "));
  if (option.takesFile())
    return "files -f";
  if (option.takesFolder())
    return "files -d";
  return ":";
}

std::string bashScript(const CommandShape &tool) {
  std::string script =
      R"(# Completion of ireko's command lines in bash. Load it by
#   source <(ireko completion bash)
_ireko() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
  local command= i
  # Bash makes three words of --layout=single.
  if [[ $word == = ]]; then
    word=
  elif [[ $before == = ]]; then
    before=${COMP_WORDS[COMP_CWORD - 2]}
  fi
  words() { mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word"); }
  files() {
    mapfile -t COMPREPLY < <(compgen "$1" -- "$word")
    compopt -o filenames 2>/dev/null
  }
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; ++i)); do
    if [[ ${COMP_WORDS[i]} == -- ]]; then
      files -f
      return
    fi
    [[ $command || ${COMP_WORDS[i]} == -* ]] || command=${COMP_WORDS[i]}
  done
  case $command:$before in
)";
  // Of all options with an argument, by what they offer.
  std::map<std::string, std::vector<std::string>> offers;
  for (const CommandShape &command : tool.commands)
    for (const OptionShape &option : command.options)
      if (!option.argument.empty())
        for (const std::string &name : option.names)
          offers[bashOffer(option)].push_back(command.name + ":" + name);
  for (const auto &[offer, patterns] : offers)
    script += "  " + llvm::join(patterns, " | ") + ")\n    " + offer +
              "\n    return\n    ;;\n";
  script += "  esac\n  case $command:$word in\n";
  auto add = [&](const CommandShape &command, llvm::StringRef name) {
    script += ("  " + name + ":-*) words ").str() +
              quoted(llvm::join(optionNames(command), " ")) + " ;;\n";
  };
  add(tool, "");
  for (const CommandShape &command : tool.commands)
    add(command, command.name);
  script += "  :*) words " + quoted(llvm::join(namesOf(tool), " ")) + " ;;\n";
  for (const CommandShape &command : tool.commands)
    for (const OptionShape &positional : command.positionals)
      if (positional.takesFile() || !positional.words.empty())
        script +=
            "  " + command.name + ":*) " + bashOffer(positional) + " ;;\n";
  return script + "  esac\n}\ncomplete -F _ireko ireko\n";
}

// A description within brackets, in zsh's _arguments.
std::string zshText(llvm::StringRef text) {
  std::string result;
  for (char c : text) {
    if (llvm::StringRef("[]:\\").contains(c))
      result += '\\';
    result += c;
  }
  return result;
}

std::string zshOffer(const OptionShape &option) {
  std::string offer = ":" + zshText(option.argument) + ":";
  if (!option.words.empty())
    return offer + "(" + llvm::join(option.words, " ") + ")";
  if (option.takesFile())
    return offer + "_files";
  return option.takesFolder() ? offer + "_files -/" : offer;
}

std::string zshScript(const CommandShape &tool) {
  std::string script = R"(#compdef ireko
# Completion of ireko's command lines in zsh. Load it by
#   source <(ireko completion zsh)
# or save it as _ireko in a folder of $fpath.
_ireko() {
  local -a line
  local state
)";
  auto arguments = [&](const CommandShape &command, llvm::StringRef indent,
                       llvm::StringRef flags) {
    script += (indent + "_arguments" + flags).str();
    for (const OptionShape &option : command.options)
      for (const std::string &name : option.names)
        script += (" \\\n" + indent + "  ").str() +
                  quoted(name + "[" + zshText(option.description) + "]" +
                         (option.argument.empty() ? "" : zshOffer(option)));
    for (const OptionShape &positional : command.positionals)
      script += (" \\\n" + indent + "  ").str() +
                quoted((positional.argument == "TEXT" ? "*" : "") +
                       zshOffer(positional));
  };
  arguments(tool, "  ", " -C");
  script += " \\\n    '1:command:->command' \\\n    '*::argument:->argument'\n"
            "  case $state in\n  command)\n    local -a commands=(\n";
  for (const CommandShape &command : tool.commands)
    script += "      " +
              quoted(command.name + ":" + zshText(command.description)) + "\n";
  script += "    )\n    _describe command commands\n    ;;\n"
            "  argument)\n    case $line[1] in\n";
  for (const CommandShape &command : tool.commands) {
    script += "    " + command.name + ")\n";
    arguments(command, "      ", "");
    script += "\n      ;;\n";
  }
  return script + "    esac\n    ;;\n  esac\n}\n"
                  "if [[ ${funcstack[1]} == _ireko ]]; then\n  _ireko \"$@\"\n"
                  "else\n  compdef _ireko ireko\nfi\n";
}

std::string fishScript(const CommandShape &tool) {
  std::string script = "# Completion of ireko's command lines in fish. Load it "
                       "by\n#   ireko completion fish | source\n"
                       "complete -c ireko -f\n";
  auto add = [&](const CommandShape &command, const std::string &condition) {
    for (const OptionShape &option : command.options) {
      script += "complete -c ireko -n " + quoted(condition);
      for (llvm::StringRef name : option.names) {
        bool isLong = name.consume_front("--");
        if (!isLong)
          name.consume_front("-");
        script += (isLong ? " -l " : " -s ") + name.str();
      }
      if (!option.words.empty())
        script += " -x -a " + quoted(llvm::join(option.words, " "));
      else if (option.takesFile())
        script += " -r -F";
      else if (option.takesFolder())
        script += " -x -a '(__fish_complete_directories)'";
      else if (!option.argument.empty())
        script += " -x";
      script += " -d " + quoted(option.description) + "\n";
    }
    for (const OptionShape &positional : command.positionals)
      if (!positional.words.empty())
        script += "complete -c ireko -n " + quoted(condition) + " -a " +
                  quoted(llvm::join(positional.words, " ")) + "\n";
      else if (positional.takesFile())
        script += "complete -c ireko -n " + quoted(condition) + " -F\n";
  };
  add(tool, "__fish_use_subcommand");
  for (const CommandShape &command : tool.commands)
    script += "complete -c ireko -n '__fish_use_subcommand' -a " +
              command.name + " -d " + quoted(command.description) + "\n";
  for (const CommandShape &command : tool.commands)
    add(command, "__fish_seen_subcommand_from " + command.name);
  return script;
}

} // namespace

std::optional<std::string> completionScript(const CommandShape &tool,
                                            llvm::StringRef shell) {
  if (shell == "bash")
    return bashScript(tool);
  if (shell == "zsh")
    return zshScript(tool);
  if (shell == "fish")
    return fishScript(tool);
  return std::nullopt;
}

} // namespace ireko
