package import Tensors

extension StageTable {
  package var json: JSON {
    var object = JSON.Object()
    object["source"] = JSON(title)
    object["machine"] = machine.json
    object["stages"] = JSON(stages.map(\.json))
    if let clip { object["clip"] = clip.json }
    return .object(object)
  }
}

extension StageTable.Machine {
  fileprivate var json: JSON {
    var object = JSON.Object()
    (object["threads"], object["isa"], object["precision"]) = (JSON(threads), JSON(isa), JSON(precision))
    object["flops_per_second"] = JSON(flops)
    object["narrow_flops_per_second"] = narrowFlops.map { JSON($0) } ?? .null
    object["read_bytes_per_second"] = readBytes.map { JSON($0) } ?? .null
    return .object(object)
  }
}

extension StageTable.Stage {
  fileprivate var json: JSON {
    var object = JSON.Object()
    (object["name"], object["count"]) = (JSON(name), JSON(count))
    (object["seconds"], object["least_seconds"]) = (JSON(seconds.median), JSON(seconds.least))
    object["most_seconds"] = JSON(seconds.most)
    if let first { object["first_seconds"] = JSON(first) }
    work.put(in: &object, seconds: seconds.median)
    object["peak_rss"] = peakMemory.map { JSON($0) } ?? .null
    if !runs.isEmpty { object["runs"] = JSON(runs.map { JSON($0) }) }
    if !nodes.isEmpty { object["nodes"] = JSON(nodes.map { $0.json(of: seconds.median) }) }
    return .object(object)
  }
}

extension StageTable.Node {
  fileprivate func json(of whole: Double) -> JSON {
    var object = JSON.Object()
    (object["node"], object["type"], object["count"]) = (JSON(line), JSON(type), JSON(count))
    (object["seconds"], object["share"]) = (JSON(seconds), JSON(ratio: seconds, whole))
    work.put(in: &object, seconds: seconds)
    return .object(object)
  }
}

extension StageTable.Work {
  fileprivate func put(in object: inout JSON.Object, seconds: Double) {
    (object["flops"], object["narrow_flops"]) = (JSON(flops), JSON(narrowFlops))
    object["flops_per_second"] = JSON(ratio: flops, seconds)
    object["ceiling_share"] = JSON(ratio: leastSeconds, seconds)
    object["bytes"] = JSON(bytes)
  }
}

extension JSON {
  /// `null` iff nothing was measured.
  fileprivate init(ratio value: Double, _ whole: Double) { self = whole > 0 ? JSON(value / whole) : .null }
}
