package import Tensors

/// Where a bridge goes, and how many numbers it learns there.
package struct BridgeTable: Sendable {
  /// A place: the sum behind a text attention, what flows there, and the numbers that the bridge learns.
  package struct Site: Sendable {
    let after: String
    let tokens: String
    let width: Int
    let parameters: Int

    package init(after: String, tokens: String, width: Int, parameters: Int) {
      (self.after, self.tokens, self.width, self.parameters) = (after, tokens, width, parameters)
    }
  }

  package let sites: [Site]
  package let total: Int

  package init(sites: [Site], total: Int) { (self.sites, self.total) = (sites, total) }

  package var text: String {
    var table = TextTable([("after", .left), ("tokens", .right), ("width", .right), ("parameters", .right)])
    for site in sites {
      table.append(site.after, site.tokens, site.width.grouped, site.parameters.grouped)
    }
    return table.text + "\(sites.count) sites, \(total.grouped) parameters\n"
  }

  package var json: JSON {
    [
      "sites": JSON(
        sites.map { site -> JSON in
          [
            "after": JSON(site.after), "tokens": JSON(site.tokens), "width": JSON(site.width),
            "parameters": JSON(site.parameters),
          ]
        }),
      "parameters": JSON(total),
    ]
  }
}
