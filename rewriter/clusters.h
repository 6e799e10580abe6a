// Things at fixed distances from each other, in clusters that are joined when a
// distance becomes known: union-find (Tarjan, "Efficiency of a good but not
// linear set union algorithm", 1975) with a distance at each link.

#ifndef IREKO_REWRITER_CLUSTERS_H
#define IREKO_REWRITER_CLUSTERS_H

#include <cstddef>
#include <cstdint>
#include <vector>

namespace ireko {

class Clusters {
public:
  using Node = uint32_t;

  // A node's cluster is known by one of its nodes, the root.
  struct Place {
    Node root;
    int64_t offset; // of the node from the root
  };

  // A node in a cluster of its own.
  Node add() {
    links.push_back({Node(links.size()), 0});
    return links.size() - 1;
  }
  size_t size() const { return links.size(); }

  Place find(Node node) {
    Place found{node, 0};
    while (links[found.root].root != found.root) {
      found.offset += links[found.root].offset;
      found.root = links[found.root].root;
    }
    // The next search is short.
    for (int64_t offset = found.offset; node != found.root;) {
      Place link = links[node];
      links[node] = {found.root, offset};
      offset -= link.offset;
      node = link.root;
    }
    return found;
  }

  // Puts `node` this far behind `other`. If they are in one cluster, they have
  // to be that far from each other.
  void tie(Node node, Node other, int64_t distance) {
    Place a = find(node), b = find(other);
    if (a.root != b.root)
      links[a.root] = {b.root, b.offset + distance - a.offset};
  }

private:
  std::vector<Place> links;
};

} // namespace ireko

#endif // IREKO_REWRITER_CLUSTERS_H
