package import Tensors

extension WeightDiffTable {
  /// Every tensor, whatever the verdict.
  package var json: JSON {
    var counts = JSON.Object()
    for (words, count) in self.counts { counts[Name(words)] = JSON(count) }
    return ["same": JSON(isSame), "counts": .object(counts), "tensors": JSON(rows.map(\.json))]
  }
}

extension WeightDiffTable.Row {
  fileprivate var json: JSON {
    var object = JSON.Object()
    object["verdict"] = JSON(verdict.rawValue)
    if !remarks.isEmpty { object["remarks"] = JSON(remarks.map { JSON($0.rawValue) }) }
    if let a { object["a"] = a.json }
    if let b { object["b"] = b.json }
    if !order.isEmpty { object["order"] = JSON(order.map { JSON($0) }) }
    if let measures {
      object["max_difference"] = JSON(measures.greatest)
      object["relative"] = measures.relative.isFinite ? JSON(measures.relative) : nil
      object["cosine"] = JSON(measures.cosine)
      object["differing"] = JSON(measures.count)
      object["elements"] = JSON(measures.total)
      object["not_finite"] = JSON(measures.strays)
      object["nan_in_both"] = JSON(measures.sharedNaNs)
    }
    return .object(object)
  }
}

extension WeightDiffTable.Part {
  fileprivate var json: JSON {
    var object = JSON.Object()
    object["name"] = JSON(name)
    if let rows { object["rows"] = [JSON(rows.lowerBound), JSON(rows.upperBound)] }
    object["dtype"] = JSON("\(type.element)")
    object["shape"] = JSON((type.shape ?? []).map { JSON($0) })
    return .object(object)
  }
}
