package import Tensors

/// One line of what `foley-reader hdf5-list` writes: a JSON object about one thing in the file.
package enum HDF5Line: Hashable, Sendable {
  case dataset(HDF5Dataset)
  /// A group by its path; the root has the empty one.
  case group(String)
  case strings(HDF5Strings)
  /// A soft link that leads nowhere.
  case dangling(String)
  /// A group that is listed under another path already.
  case seen(String)
  /// Comes last: where the file's own bytes begin and end.
  case end(start: Int, end: Int)
}

/// A dataset as its headers describe it.
package struct HDF5Dataset: Hashable, Sendable {
  /// Names of links with slashes between.
  package var path: String
  /// `f32`, `bool` and so on; `opaque1`, `opaque2`: so many bytes without a meaning; `nil`: no tensor.
  package var element: String?
  /// In words what it holds where that is no tensor.
  package var holds: String?
  /// Its attribute `dtype`.
  package var mark: String?
  package var shape: [Int]
  /// Bytes that the elements take in the file.
  package var stored: Int
  /// Where they lie in one piece as they are used; `nil` iff they have to be unpacked.
  package var offset: Int?

  package init(
    path: String, element: String?, holds: String? = nil, mark: String? = nil, shape: [Int], stored: Int = 0,
    offset: Int? = nil
  ) {
    (self.path, self.element, self.holds, self.mark) = (path, element, holds, mark)
    (self.shape, self.stored, self.offset) = (shape, stored, offset)
  }
}

/// A string attribute of a group.
package struct HDF5Strings: Hashable, Sendable {
  package var group: String
  package var name: String
  /// Whether it is an array, and not one string.
  package var isList: Bool
  package var values: [String]

  package init(group: String, name: String, isList: Bool, values: [String]) {
    (self.group, self.name, self.isList, self.values) = (group, name, isList, values)
  }
}

extension HDF5Line {
  package var json: JSON {
    switch self {
    case .dataset(let dataset): ["dataset": dataset.json]
    case .group(let path): ["group": JSON(path)]
    case .strings(let strings):
      [
        "strings": [
          "group": JSON(strings.group), "name": JSON(strings.name), "list": JSON(strings.isList),
          "values": JSON(strings.values.map { JSON($0) }),
        ]
      ]
    case .dangling(let path): ["dangling": JSON(path)]
    case .seen(let path): ["seen": JSON(path)]
    case .end(let start, let end): ["end": ["start": JSON(start), "end": JSON(end)]]
    }
  }

  /// Throws iff `json` is not what `json` of a line prints.
  package init(_ json: JSON) throws(Diagnostic) {
    let line = JSON.Cursor(json, file: "the listing of foley-reader")
    if let dataset = try line.objectIfPresent("dataset") {
      self = .dataset(try HDF5Dataset(dataset))
    } else if let strings = try line.objectIfPresent("strings") {
      self = .strings(
        HDF5Strings(
          group: try strings.string("group"), name: try strings.string("name"),
          isList: try strings.bool("list"), values: try strings.strings("values")))
    } else if let path = try line.stringIfPresent("group") {
      self = .group(path)
    } else if let path = try line.stringIfPresent("dangling") {
      self = .dangling(path)
    } else if let path = try line.stringIfPresent("seen") {
      self = .seen(path)
    } else {
      let place = 0...Int.max
      self = .end(
        start: try line.integer("end", "start", in: place), end: try line.integer("end", "end", in: place))
    }
  }
}

extension HDF5Dataset {
  var json: JSON {
    [
      "path": JSON(path), "element": element.map { JSON($0) } ?? nil, "holds": holds.map { JSON($0) } ?? nil,
      "mark": mark.map { JSON($0) } ?? nil, "shape": JSON(shape.map { JSON($0) }), "stored": JSON(stored),
      "offset": offset.map { JSON($0) } ?? nil,
    ]
  }

  init(_ json: JSON.Cursor) throws(Diagnostic) {
    let size = 0...Int.max
    self.init(
      path: try json.string("path"), element: try json.stringIfPresent("element"),
      holds: try json.stringIfPresent("holds"), mark: try json.stringIfPresent("mark"),
      shape: try json.integers("shape", in: size), stored: try json.integer("stored", in: size),
      offset: try json.integerIfPresent("offset", in: size))
  }
}
