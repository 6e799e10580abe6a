//===- clusters_test.cpp - Things at fixed distances ----------------------===//

#include "rewriter/clusters.h"

#include <gtest/gtest.h>

#include <random>

using namespace ireko;

namespace {

TEST(Clusters, BeginAlone) {
  Clusters clusters;
  auto a = clusters.add(), b = clusters.add();
  EXPECT_EQ(clusters.size(), 2u);
  EXPECT_EQ(clusters.find(a).root, a);
  EXPECT_EQ(clusters.find(a).offset, 0);
  EXPECT_NE(clusters.find(b).root, clusters.find(a).root);
}

TEST(Clusters, KeepDistances) {
  Clusters clusters;
  auto a = clusters.add(), b = clusters.add(), c = clusters.add();
  clusters.tie(b, a, 5);
  clusters.tie(c, b, -2);
  EXPECT_EQ(clusters.find(a).root, clusters.find(c).root);
  EXPECT_EQ(clusters.find(b).offset - clusters.find(a).offset, 5);
  EXPECT_EQ(clusters.find(c).offset - clusters.find(a).offset, 3);
  clusters.tie(c, a, 3); // known
  EXPECT_EQ(clusters.find(c).offset - clusters.find(a).offset, 3);
}

// Whatever is tied in whichever order, what is in one cluster is as far from
// each other as it was placed.
TEST(Clusters, AgreeWithPlacesInAnyOrder) {
  std::minstd_rand random(1);
  for (int round = 0; round < 100; ++round) {
    Clusters clusters;
    std::vector<int64_t> places;
    for (int i = 0; i < 40; ++i) {
      clusters.add();
      places.push_back(int64_t(random() % 1000) - 500);
    }
    for (int i = 0; i < 60; ++i) {
      uint32_t a = random() % places.size(), b = random() % places.size();
      clusters.tie(a, b, places[a] - places[b]);
      EXPECT_EQ(clusters.find(a).root, clusters.find(b).root);
    }
    for (uint32_t a = 0; a < places.size(); ++a)
      for (uint32_t b = 0; b < places.size(); ++b) {
        auto first = clusters.find(a), second = clusters.find(b);
        if (first.root == second.root)
          EXPECT_EQ(first.offset - second.offset, places[a] - places[b]);
      }
  }
}

} // namespace
