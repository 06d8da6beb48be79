package import Tensors

/// What a checkpoint holds, tensor by tensor.
package struct WeightTable: Sendable {
  package struct Row: Sendable {
    package let name: Name
    package let type: TensorType
    package let file: String
    /// How many elements are NaN and how many infinite; `nil` iff nobody looked.
    package let strays: (nan: Int, infinite: Int)?

    package init(_ name: Name, _ type: TensorType, file: String, strays: (nan: Int, infinite: Int)? = nil) {
      (self.name, self.type, self.file, self.strays) = (name, type, file, strays)
    }

    fileprivate var fileName: String {
      String(file[(file.lastIndex(of: "/").map(file.index(after:)) ?? file.startIndex)...])
    }
  }

  package var rows: [Row] = []
  package var metadata: [(key: Name, value: String)] = []
  /// What is odd about the files but no error.
  package var notes: [String] = []

  package init() {}

  var totals: [(element: DType, count: Int, bytes: Int)] {
    rows.reduce(into: []) { $0.add($1.type) }
  }

  /// A line a tensor, then the sum.
  package var text: String {
    let isScanned = rows.contains { $0.strays != nil }
    let files = Set(rows.map(\.file))
    var table = TextTable([
      ("name", .left), ("dtype", .left), ("shape", .left), ("bytes", .right),
      (isScanned ? "NaN" : "", .right),
      (isScanned ? "Inf" : "", .right), (files.count > 1 ? "file" : "", .left),
    ])
    for row in rows {
      table.append(
        row.name.text, "\(row.type.element)", "[\(row.type.dims.map(\.description).joined(separator: ", "))]",
        (row.type.byteCount ?? 0).grouped, row.strays.map { $0.nan.grouped } ?? "",
        row.strays.map { $0.infinite.grouped } ?? "", files.count > 1 ? row.fileName : "")
    }
    let source =
      files.count == 1 ? files.first.map { " in \($0.escapingControls)" } ?? "" : " in \(files.count) files"
    let noun = rows.count == 1 ? "tensor" : "tensors"
    let lines = notes.map { "note: \($0.escapingControls)\n" }
    return table.text + "\(rows.count.grouped) \(noun)\(source): \(totals.text)\n" + lines.joined()
  }

  package var json: JSON {
    let tensors = rows.map { row -> JSON in
      var object = JSON.Object()
      object["name"] = JSON(row.name)
      object["dtype"] = JSON("\(row.type.element)")
      object["shape"] = JSON((row.type.shape ?? []).map { JSON($0) })
      object["bytes"] = JSON(row.type.byteCount ?? 0)
      object["file"] = JSON(row.file)
      if let strays = row.strays {
        object["nan"] = JSON(strays.nan)
        object["infinite"] = JSON(strays.infinite)
      }
      return .object(object)
    }
    let metadata = metadata.reduce(into: JSON.Object()) { $0[$1.key] = JSON($1.value) }
    return ["metadata": .object(metadata), "notes": JSON(notes.map { JSON($0) }), "tensors": JSON(tensors)]
  }
}
