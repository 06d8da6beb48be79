import Checkpoints
import Conversion
import Families
import Reports
import Tensors

extension ConversionTable {
  /// What `conversion` would write.
  init(planned conversion: Conversion) {
    self.init()
    notes = conversion.notes
    files = conversion.files.map { file in
      let rows = file.drafts.map { draft in
        Row(draft.name, draft.type, from: draft.pieces.first?.entry.type.element ?? draft.type.element)
      }
      return File(file.path, rows)
    }
  }

  /// What `conversion` wrote.
  init(written conversion: Conversion, _ result: Conversion.Result) {
    self.init(planned: conversion)
    (isWritten, digests) = (true, result.digests)
    let touched = result.losses.filter { lost in
      lost.draft.pieces.contains { $0.entry.type.element != lost.draft.type.element }
    }
    (cast, changed) = (touched.count, touched.count { !$0.loss.isExact })
    losses = touched.filter { !$0.loss.isRounding }.sorted { $0.loss.isWorse(than: $1.loss) }.map {
      Loss(
        $0.draft.name, count: $0.loss.count,
        overflowed: ($0.loss.overflowed, $0.loss.largestOverflow),
        vanished: ($0.loss.vanished, $0.loss.largestVanished), subnormal: $0.loss.subnormal)
    }
  }

  func text(_ format: Machinery.Format) -> String {
    switch format {
    case .text: text
    case .json: json.printed(pretty: true) + "\n"
    }
  }
}

/// The layouts that `--layout` takes.
enum LayoutTable {
  static func text(_ format: Machinery.Format) -> String {
    switch format {
    case .text:
      var table = TextTable([("family", .left), ("layouts", .left)])
      for family in Family.all {
        table.append(family.name, family.layouts.map(\.name).joined(separator: ", "))
      }
      return table.text
    case .json:
      let families = Family.all.map { family -> JSON in
        ["family": JSON(family.name), "layouts": JSON(family.layouts.map { JSON($0.name) })]
      }
      return JSON(families).printed(pretty: true) + "\n"
    }
  }
}
