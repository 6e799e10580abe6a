#include "rewriter/host_features.h"

#include <algorithm>

#include "rewriter/error.h"
#include "rewriter/lowered.h"
#include "rewriter/program.h"
#include "rewriter/reader.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"

using namespace wasm;

namespace ireko {

namespace {

struct NamedFeature {
  llvm::StringRef name;
  llvm::StringRef aliases;
  FeatureSet bits;
};

const NamedFeature kFeatures[] = {
#define IREKO_FEATURE(NAME, ALIASES, BITS)                                     \
  {NAME, ALIASES, FeatureSet(FeatureSet::BITS)},
#include "rewriter/host_features.def"
};

bool isCalled(const NamedFeature &feature, llvm::StringRef name) {
  llvm::SmallVector<llvm::StringRef, 4> aliases;
  feature.aliases.split(aliases, ' ', -1, /*KeepEmpty=*/false);
  return feature.name == name || llvm::is_contained(aliases, name);
}

class Checker {
public:
  Checker(const Program &program, const SourceModule &source,
          const HostFeatures &features)
      : program(program), source(source), features(features),
        used(source.info.features) {}

  llvm::Error run() const;

private:
  llvm::Error refuse(llvm::StringRef feature, Place place, std::string what,
                     llvm::StringRef advice = "build the program without "
                                              "it") const {
    return inputError(source.path, std::move(place),
                      what + " needs " + feature.str() +
                          ", which is not among the --host-features",
                      "add " + feature.str() + ", or " + advice.str());
  }
  llvm::Error refuseUse(llvm::StringRef feature, const FeatureUse &use,
                        std::string what) const {
    return refuse(feature, placeOf(*use.offset), std::move(what));
  }
  Place placeOf(uint64_t offset) const;
  Place placeOf(uint32_t function) const;
  llvm::Error checkResults() const;
  llvm::Error checkTables() const;
  llvm::Error checkPlaces() const;
  llvm::Error checkConstants() const;
  // Whether the bundle has it.
  bool isReal(const ElementSegment &segment) const {
    return segment.isActive() ? !program.staticTable(segment.table)
                              : features.allow(FeatureSet::BulkMemory);
  }

  const Program &program;
  const SourceModule &source;
  const HostFeatures &features;
  const UsedFeatures &used;
};

Place Checker::placeOf(uint32_t function) const {
  Place place;
  place.function = function;
  place.functionName = source.info.functionNames[function];
  return place;
}

Place Checker::placeOf(uint64_t offset) const {
  const auto &bodies = source.info.bodies;
  auto next =
      llvm::upper_bound(bodies, offset, [](uint64_t at, const BodyInfo &body) {
        return at < body.offset;
      });
  Place place;
  if (next != bodies.begin() &&
      offset < std::prev(next)->offset + std::prev(next)->size)
    place = placeOf(
        uint32_t(source.info.importedFunctions + (next - bodies.begin()) - 1));
  // For a module made from text, offsets mean nothing to the user.
  if (!source.fromText)
    place.offset = offset;
  return place;
}

// Functions of several results are functions of the bundle only where they can
// be seen: imports, exports, and elements of tables that are real ones.
llvm::Error Checker::checkResults() const {
  auto refuseResults = [&](uint32_t function, std::string what) {
    return refuse("multi-value", placeOf(function), std::move(what),
                  "give it at most one result");
  };
  auto hasSeveral = [&](uint32_t function) {
    return program.functions[function].source->getResults().size() > 1;
  };
  for (uint32_t i = 0; i < source.info.importedFunctions; ++i)
    if (hasSeveral(i))
      return refuseResults(i, "an import of several results");
  for (auto &item : program.module.exports) {
    if (item->kind != ExternalKind::Function)
      continue;
    uint32_t function = program.functionIndex.at(*item->getInternalName());
    if (hasSeveral(function))
      return refuseResults(function, "the export " +
                                         printableName(item->name.toString()) +
                                         " of several results");
  }
  for (auto &segment : program.module.elementSegments) {
    if (!isReal(*segment))
      continue;
    for (Expression *item : segment->data) {
      auto *ref = item->dynCast<RefFunc>();
      if (ref && hasSeveral(program.functionIndex.at(ref->func)))
        return refuseResults(program.functionIndex.at(ref->func),
                             "a function of several results in a table that "
                             "is imported, exported or changed");
    }
  }
  for (uint32_t i = 0; i < program.functions.size(); ++i)
    for (const Block &block : program.functions[i].blocks) {
      if (block.end.kind != Terminator::Kind::Cold)
        continue;
      auto *call =
          program.coldOperators[block.end.callee].tree->dynCast<CallIndirect>();
      if (call && call->heapType.getSignature().results.size() > 1)
        return refuseResults(i, "a call of several results through a table "
                                "that is imported, exported or changed");
    }
  return llvm::Error::success();
}

llvm::Error Checker::checkTables() const {
  uint32_t tables = 0;
  for (auto &table : program.module.tables)
    tables += !program.staticTable(table->name);
  if (tables > 1)
    return refuse("reference-types", {},
                  "having " + std::to_string(tables) +
                      " tables that are imported, exported or changed",
                  "export one table at most");
  for (auto &segment : program.module.elementSegments)
    if (isReal(*segment))
      for (Expression *item : segment->data)
        if (!item->is<RefFunc>())
          return refuse("reference-types", {},
                        "an element that is not a function, in a table that "
                        "is imported, exported or changed");
  return llvm::Error::success();
}

// Elements that may not fit into an imported table are written by the start
// function (bundle_tables.cpp).
llvm::Error Checker::checkPlaces() const {
  bool anyImported = false;
  for (auto &table : program.module.tables)
    anyImported |= table->imported();
  for (auto &segment : program.module.elementSegments) {
    if (!anyImported || !segment->isActive() || !isReal(*segment))
      continue;
    auto offset = constantValue(program, segment->offset);
    if (!offset || offset->getUnsigned() + uint64_t(segment->data.size()) >
                       program.module.getTable(segment->table)->initial)
      return refuse("bulk-memory", {},
                    "elements that may not fit into an imported table",
                    "give them a place that does");
  }
  return llvm::Error::success();
}

llvm::Error Checker::checkConstants() const {
  auto isSimple = [&](Expression *expr) {
    return !expr || expr->is<Const>() || expr->is<GlobalGet>() ||
           expr->is<RefFunc>() || expr->is<RefNull>() ||
           constantValue(program, expr);
  };
  for (auto &global : program.module.globals)
    if (!global->imported() && !isSimple(global->init))
      return refuse("extended-const", {},
                    "the initial value of global " +
                        printableName(global->name.toString()),
                    "compute it in the start function");
  for (auto &segment : program.module.elementSegments)
    if (isReal(*segment) && !isSimple(segment->offset))
      return refuse("extended-const", {}, "the place of an element segment");
  return llvm::Error::success();
}

llvm::Error Checker::run() const {
  if (features.programs)
    return llvm::Error::success();
  FeatureSet named = features.named;
  if (used.simd && !named.hasSIMD())
    return refuseUse("simd", used.simd, "SIMD");
  if (used.relaxedSimd && !named.hasRelaxedSIMD())
    return refuseUse("relaxed-simd", used.relaxedSimd, "relaxed SIMD");
  if (used.references && !named.hasReferenceTypes())
    return refuseUse("reference-types", used.references, "a reference");
  if (used.bulkTables && !named.hasBulkMemory())
    return refuseUse("bulk-memory", used.bulkTables,
                     "an instruction on whole tables");
  if (used.mutableGlobals && !named.hasMutableGlobals())
    return refuse("mutable-globals", placeOf(*used.mutableGlobals.offset),
                  "an imported or exported mutable global",
                  "leave it out of the program's imports and exports");
  if (!named.hasMultivalue())
    if (llvm::Error error = checkResults())
      return error;
  if (!named.hasBulkMemory())
    if (llvm::Error error = checkPlaces())
      return error;
  if (!named.hasReferenceTypes())
    if (llvm::Error error = checkTables())
      return error;
  if (!named.hasExtendedConst())
    if (llvm::Error error = checkConstants())
      return error;
  return llvm::Error::success();
}

} // namespace

llvm::Expected<HostFeatures> parseHostFeatures(llvm::StringRef text) {
  HostFeatures features;
  features.programs = false;
  llvm::SmallVector<llvm::StringRef, 8> names;
  text.split(names, ',');
  for (llvm::StringRef name : names) {
    name = name.trim();
    if (name == "mvp")
      continue;
    if (name == "default") {
      features.programs = true;
      continue;
    }
    bool known = false;
    for (const NamedFeature &feature : kFeatures) {
      if (name != "all" && !isCalled(feature, name))
        continue;
      features.named.enable(feature.bits);
      known = true;
    }
    if (!known)
      return usageError("there is no host feature '" + name.str() + "'",
                        "see ireko pack --help");
  }
  return features;
}

std::string hostFeaturesHelp() {
  std::string help;
  std::string line = "LIST: mvp, default, all, or names with commas:";
  for (const NamedFeature &feature : kFeatures) {
    bool isLast = &feature == std::end(kFeatures) - 1;
    std::string word = feature.name.str() + (isLast ? "." : ",");
    if (line.size() + 1 + word.size() > 79) {
      help += line + '\n';
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return help + line + '\n';
}

llvm::Error checkHostFeatures(const Program &program,
                              const SourceModule &source,
                              const HostFeatures &features) {
  return Checker(program, source, features).run();
}

} // namespace ireko
