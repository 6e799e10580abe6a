#include "rewriter/inspect_command.h"

#include "rewriter/catalogue.h"
#include "rewriter/disassemble.h"
#include "rewriter/error.h"
#include "rewriter/function_filter.h"
#include "rewriter/inspect_json.h"
#include "rewriter/inspect_limits.h"
#include "rewriter/inspect_module.h"
#include "rewriter/output.h"
#include "rewriter/report.h"
#include "rewriter/verify.h"

namespace ireko {

llvm::Expected<InspectedFile> loadInspected(llvm::StringRef path,
                                            Phases &phases,
                                            const InspectOptions *what) {
  phases.begin("read");
  llvm::Expected<std::vector<uint8_t>> bytes = loadFile(path);
  if (!bytes)
    return bytes.takeError();
  llvm::StringRef name = path == "-" ? "standard input" : path;
  InspectedFile loaded;
  if (isProgramFile(*bytes)) {
    llvm::Expected<std::unique_ptr<Catalogue>> catalogue = Catalogue::builtIn();
    if (!catalogue)
      return catalogue.takeError();
    llvm::Expected<ImageFile> image =
        readProgramImage(*bytes, name, **catalogue);
    if (!image)
      return image.takeError();
    loaded.image = std::move(*image);
    return loaded;
  }
  bool isText = !what || what->format == InspectFormat::Text;
  std::optional<llvm::StringRef> located;
  if (what && !what->function.empty())
    located = what->function;
  else if (!isText)
    located = "";
  loaded.isLocated = located.has_value();
  llvm::Expected<SourceModule> module =
      readModuleFromBytes(std::move(*bytes), name, located);
  if (!module)
    return module.takeError();
  if (!module->info.isBundle) {
    loaded.module = std::move(*module);
    return loaded;
  }
  llvm::Expected<ImageFile> image = readBundleImage(*module);
  if (!image)
    return image.takeError();
  loaded.image = std::move(*image);
  if (what)
    loaded.image->code =
        findHandlerCode(*module, loaded.image->table.handlers.size());
  return loaded;
}

namespace {

// `listing`: of the functions, of a module.
llvm::Error printText(const Inspected &inspected, const InspectOptions &what,
                      llvm::StringRef listing, llvm::raw_ostream &out) {
  if (what.handler)
    return printHandler(inspected, *what.handler, out);
  bool hasSummary =
      what.view == InspectView::Summary ||
      (what.view == InspectView::Default && what.function.empty());
  switch (what.view) {
  case InspectView::Regions:
    return printRegions(inspected, what.function, out);
  case InspectView::Handlers:
    printHandlers(inspected, what.order, out);
    return llvm::Error::success();
  case InspectView::Default:
  case InspectView::Summary:
  case InspectView::Functions:
    break;
  }
  if (hasSummary)
    printSummary(inspected, out);
  if (what.view == InspectView::Summary)
    return llvm::Error::success();
  if (hasSummary)
    out << "\n";
  if (!inspected.facts)
    return disassemble(inspected.file, what.function, out);
  out << listing;
  return llvm::Error::success();
}

// `facts` may be null.
llvm::Error printImage(const ImageFile &file, const ModuleFacts *facts,
                       llvm::StringRef listing, const InspectOptions &what,
                       llvm::raw_ostream &out, Phases &phases) {
  phases.begin("verify");
  llvm::Expected<VerifyStats> stats = verifyImage(file);
  if (!stats)
    return stats.takeError();
  phases.begin("print");
  InspectCounts counts = countInstructions(file, facts);
  Inspected inspected{file, facts, counts};
  if (what.format == InspectFormat::Text)
    return printText(inspected, what, listing, out);
  FunctionFilter filter(what.function);
  auto nameOf = [&](uint32_t f) { return file.name(f); };
  if (auto error = filter.check(file.header().functionCount, nameOf, file.path))
    return error;
  auto listed = [&](uint32_t f) { return filter.has(f, file.name(f)); };
  if (what.format == InspectFormat::Html) {
    printReport(inspected, listed, out);
  } else {
    printJson(inspected, JsonParts::All, listed, out);
    out << "\n";
  }
  return llvm::Error::success();
}

// What other options would make of a module that is quickly packed.
void tryOptions(ModuleFacts &facts, const InspectCounts &counts) {
  constexpr uint32_t kQuick = 128 << 10; // bytes of code
  if (facts.sizes.codeSection > kQuick)
    return;
  for (const Advice &advice : adviceFor(counts, facts)) {
    PackOptions options = facts.options;
    if (!setOption(options, advice.option))
      continue;
    auto module = readModuleFromBytes(facts.source.bytes, facts.source.path);
    if (!module)
      return llvm::consumeError(module.takeError()); // it could be read before
    auto packed = packInspected(std::move(*module), options, {}, nullptr);
    if (!packed) { // it does not fit with these
      llvm::consumeError(packed.takeError());
      continue;
    }
    InspectCounts with = countInstructions(packed->image, &packed->facts);
    if (with.weight)
      facts.tried[advice.option] = with.operatorWeight / with.weight;
  }
}

llvm::Error print(InspectedFile &&file, const PackOptions &options,
                  const InspectOptions &what, llvm::raw_ostream &out,
                  Phases &phases) {
  if (file.image) {
    if (!what.afterPass.empty() || !what.diffPass.empty())
      return inputError(file.image->path,
                        "passes have run when a bundle is made",
                        "inspect the program that it was made from");
    return printImage(*file.image, nullptr, "", what, out, phases);
  }
  if (!what.afterPass.empty() || !what.diffPass.empty())
    return inspectModule(std::move(*file.module), options, what, out, &phases);
  InspectWishes wishes;
  wishes.listing = what.listsFunctions();
  wishes.generated = !wishes.listing || !what.function.empty() ||
                     what.view == InspectView::Default;
  wishes.located = file.isLocated;
  wishes.function = what.function;
  auto packed =
      packInspected(std::move(*file.module), options, wishes, &phases);
  if (!packed)
    return packed.takeError();
  bool hasSummary = what.format != InspectFormat::Text ||
                    what.view == InspectView::Summary || what.isPlain();
  if (hasSummary)
    tryOptions(packed->facts, countInstructions(packed->image, &packed->facts));
  return printImage(packed->image, &packed->facts, packed->listing, what, out,
                    phases);
}

} // namespace

llvm::Expected<DiffSide> diffSide(InspectedFile &&file,
                                  const PackOptions &options, Phases &phases) {
  DiffSide side;
  if (file.image) {
    side.image = std::move(*file.image);
  } else {
    auto packed = packInspected(std::move(*file.module), options, {}, &phases);
    if (!packed)
      return packed.takeError();
    side.image = std::move(packed->image);
    side.facts = std::move(packed->facts);
  }
  phases.begin("verify");
  llvm::Expected<VerifyStats> stats = verifyImage(side.image);
  phases.end();
  if (!stats)
    return stats.takeError();
  return side;
}

llvm::Error inspectFile(InspectedFile &&file, const PackOptions &options,
                        const InspectOptions &what, llvm::StringRef output,
                        Phases &phases) {
  // The listing is built first, so that an error leaves no half of it.
  std::string listing;
  llvm::raw_string_ostream out(listing);
  llvm::Error error = print(std::move(file), options, what, out, phases);
  phases.end();
  if (error)
    return error;
  return writeOutput(output, listing);
}

llvm::Error writeMap(llvm::StringRef path, const std::vector<uint8_t> &bundle,
                     const MapFacts &facts) {
  llvm::Expected<SourceModule> module =
      readModuleFromBytes(bundle, "the bundle");
  if (!module)
    return module.takeError();
  llvm::Expected<ImageFile> image = readBundleImage(*module, false);
  if (!image)
    return image.takeError();
  return writeOutput(path, makeMap(*image, facts));
}

llvm::Error symbolizeTexts(llvm::StringRef path,
                           llvm::ArrayRef<std::string> texts) {
  llvm::Expected<std::vector<uint8_t>> bytes = loadFile(path);
  if (!bytes)
    return bytes.takeError();
  auto asText = [](const std::vector<uint8_t> &from) {
    return llvm::StringRef(reinterpret_cast<const char *>(from.data()),
                           from.size());
  };
  llvm::Expected<SymbolMap> map = SymbolMap::parse(asText(*bytes), path);
  if (!map)
    return map.takeError();
  std::string result;
  for (const std::string &text : texts)
    result += map->symbolize(text) + "\n";
  if (!texts.empty())
    return writeOutput("-", result);
  llvm::Expected<std::vector<uint8_t>> input = loadFile("-");
  if (!input)
    return input.takeError();
  llvm::StringRef rest = asText(*input);
  while (!rest.empty()) {
    auto [line, behind] = rest.split('\n');
    result += map->symbolize(line) + "\n";
    rest = behind;
  }
  return writeOutput("-", result);
}

llvm::Error verifyFile(llvm::StringRef path, bool quiet, Phases &phases) {
  llvm::Expected<InspectedFile> loaded = loadInspected(path, phases);
  phases.end();
  if (!loaded)
    return loaded.takeError();
  if (loaded->module)
    return inputError(loaded->module->path,
                      "this is no bundle and no program file",
                      "give what ireko pack or ireko lower made");
  phases.begin("verify");
  llvm::Expected<VerifyStats> stats = verifyImage(*loaded->image);
  phases.end();
  if (!stats)
    return stats.takeError();
  if (quiet)
    return llvm::Error::success();
  std::string line;
  llvm::raw_string_ostream(line)
      << loaded->image->path << ": " << stats->functions << " functions, "
      << stats->instructions << " instructions and " << stats->handlers
      << " handlers are in order\n";
  return writeOutput("-", line);
}

} // namespace ireko
