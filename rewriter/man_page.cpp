// The manual page, in the macros of man(7).

#include "rewriter/cli_shape.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

namespace ireko {

namespace {

// As text that no line of which is taken for a request.
std::string escaped(llvm::StringRef text) {
  std::string result;
  bool atStart = true;
  for (char c : text) {
    if (atStart && (c == '.' || c == '\''))
      result += "\\&";
    if (c == '\\')
      result += "\\e";
    else if (c == '-')
      result += "\\-";
    else
      result += c;
    atStart = c == '\n';
  }
  return result;
}

std::string oneLine(std::string text) {
  llvm::replace(text, '\n', ' ');
  return text;
}

void addOptions(std::string &page, const std::vector<OptionShape> &options) {
  for (const OptionShape &option : options) {
    std::vector<std::string> names;
    for (const std::string &name : option.names)
      names.push_back("\\fB" + escaped(name) + "\\fR");
    std::string head = llvm::join(names, ", ");
    if (!option.argument.empty())
      head += (head.empty() ? "" : " ") + ("\\fI" + escaped(option.argument)) +
              "\\fR";
    page += ".TP\n" + head + "\n" + escaped(oneLine(option.description)) + "\n";
  }
}

} // namespace

std::string manPage(const CommandShape &tool, llvm::StringRef version) {
  std::string page = ".TH IREKO 1 \"\" \"ireko " + version.str() + "\"\n";
  page += ".SH NAME\nireko \\- pack WebAssembly programs into bundles\n"
          ".SH SYNOPSIS\n.nf\n";
  for (const CommandShape &command : tool.commands)
    page += escaped(command.usage) + "\n";
  page += ".fi\n.SH DESCRIPTION\n" + escaped(oneLine(tool.description)) + "\n";
  page += ".SH OPTIONS\n";
  addOptions(page, tool.options);
  page += ".SH COMMANDS\n";
  for (const CommandShape &command : tool.commands) {
    page += ".SS " + command.name + "\n" +
            escaped(oneLine(command.description)) + ".\n";
    addOptions(page, command.positionals);
    addOptions(page, command.options);
    if (!command.footer.empty())
      page += ".PP\n.nf\n" +
              escaped(llvm::StringRef(command.footer).trim('\n')) + "\n.fi\n";
  }
  return page + ".SH EXIT STATUS\n0 on success, 1 if a file is at fault, 2 if "
                "the command line is. \\fBireko run\\fR ends as the program "
                "does.\n";
}

} // namespace ireko
