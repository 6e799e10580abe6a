// Embeds rewriter/report and, from the cache, the chart library.

#include "rewriter/report_assets.h"

namespace ireko {

static_assert(sizeof(__TIME__)); // see runtime_blob.cpp

static const char kPage[] = {
#embed "page.html" suffix(, 0)
};
static const char kStyle[] = {
#embed "style.css" suffix(, 0)
};
static const char kCharts[] = {
#embed "chart.js" suffix(, 0)
};
static const char kTreemap[] = {
#embed "treemap.js" suffix(, 0)
};
static const char kData[] = {
#embed "data.js" suffix(, 0)
};
static const char kElements[] = {
#embed "elements.js" suffix(, 0)
};
static const char kDrawings[] = {
#embed "drawings.js" suffix(, 0)
};
static const char kOverview[] = {
#embed "overview.js" suffix(, 0)
};
static const char kCode[] = {
#embed "code.js" suffix(, 0)
};
static const char kViews[] = {
#embed "views.js" suffix(, 0)
};
static const char kMain[] = {
#embed "main.js" suffix(, 0)
};

llvm::StringRef reportPage() { return kPage; }

llvm::StringRef reportStyle() { return kStyle; }

llvm::ArrayRef<llvm::StringRef> reportLibraries() {
  static const llvm::StringRef kAll[] = {kCharts, kTreemap};
  return kAll;
}

llvm::ArrayRef<llvm::StringRef> reportScripts() {
  static const llvm::StringRef kAll[] = {
      kData, kElements, kDrawings, kOverview, kViews, kCode, kMain};
  return kAll;
}

} // namespace ireko
