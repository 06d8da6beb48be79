package import Tensors

/// Named tensors of a file or of several: their types, and their bytes where they lie.
///
/// Names are compared by bytes. Opening reads headers only. Most formats' tensors are mapped, so that a page is
/// read when somebody first looks at it; those that a file packs are unpacked whenever they are asked for.
package struct Checkpoint: Sendable {
  /// What was opened, for messages.
  package let path: String
  /// In the order of the storage: file by file, by offset. No name comes twice.
  package let entries: [Entry]
  /// Free text that the files carry. No key comes twice.
  package let metadata: [(key: Name, value: String)]
  /// What is odd about the files but no error, a sentence each.
  package let notes: [String]
  /// What stands before every name in the files; see `strippingPrefix`.
  package let prefix: Name
  private let places: [Name: Int]

  /// A tensor under its name.
  package struct Entry: Sendable {
    package let name: Name
    /// Every dim is fixed.
    package let type: TensorType
    private let place: Place

    private enum Place: Sendable {
      case known(Tensor)
      case packed(@Sendable () throws(Diagnostic) -> Tensor)
    }

    package init(_ name: Name, _ tensor: Tensor) {
      (self.name, type, place) = (name, tensor.type, .known(tensor))
    }

    /// A tensor that `unpack` makes anew each time it is asked for; it has to be of `type`.
    package init(
      _ name: Name, _ type: TensorType, unpack: @escaping @Sendable () throws(Diagnostic) -> Tensor
    ) {
      (self.name, self.type, place) = (name, type, .packed(unpack))
    }

    private init(_ name: Name, _ entry: Entry) {
      (self.name, type, place) = (name, entry.type, entry.place)
    }

    /// The tensor: without copying where it is mapped or in memory, else unpacked, which throws iff the file
    /// does not hold what it says.
    package var tensor: Tensor {
      get throws(Diagnostic) {
        switch place {
        case .known(let tensor): tensor
        case .packed(let unpack): try unpack()
        }
      }
    }

    package var byteCount: Int { type.byteCount ?? 0 }
    /// The file that holds the bytes as they are, or `nil` iff there is none.
    package var file: MappedFile? { mapping?.file }
    /// The bytes' place in `file`.
    package var range: Range<Int>? { mapping?.range }

    private var mapping: (file: MappedFile, range: Range<Int>)? {
      guard case .known(let tensor) = place else { return nil }
      return tensor.mapping
    }

    fileprivate func reading(as element: DType) throws(Diagnostic) -> Entry {
      switch place {
      case .known(let tensor): Entry(name, try tensor.reading(as: element))
      case .packed(let unpack):
        Entry(name, TensorType(element, type.dims)) { () throws(Diagnostic) in
          try unpack().reading(as: element)
        }
      }
    }

    /// The same tensor under another name.
    package func named(_ name: Name) -> Entry { Entry(name, self) }
  }

  /// Throws iff two entries have the same name.
  package init(
    _ entries: [Entry], metadata: [(key: Name, value: String)] = [], path: String, notes: [String] = []
  ) throws(Diagnostic) {
    try self.init(entries, metadata: metadata, path: path, notes: notes, prefix: "")
  }

  private init(
    _ entries: [Entry], metadata: [(key: Name, value: String)], path: String, notes: [String], prefix: Name
  ) throws(Diagnostic) {
    var places: [Name: Int] = [:]
    places.reserveCapacity(entries.count)
    for (place, entry) in entries.enumerated() {
      guard places.updateValue(place, forKey: entry.name) == nil else { throw .duplicate(entry.name, path) }
    }
    (self.entries, self.places) = (entries, places)
    (self.metadata, self.path, self.notes, self.prefix) = (metadata, path, notes, prefix)
  }

  /// The entry called `name`, or `nil` iff there is none.
  package subscript(name: Name) -> Entry? { places[name].map { entries[$0] } }

  /// The tensor called `name`; see `Entry.tensor`. Throws iff there is none or it cannot be unpacked.
  package func tensor(_ name: Name) throws(Diagnostic) -> Tensor {
    guard let entry = self[name] else { throw .missing(Name(prefix.text + name.text), path) }
    return try entry.tensor
  }

  /// The metadata value of `key`, or `nil` iff there is none.
  package func metadata(_ key: Name) -> String? { metadata.first { $0.key == key }?.value }

  /// Bytes of all tensors together.
  package var byteCount: Int { entries.reduce(0) { $0 + $1.byteCount } }

  /// The tensors whose names begin with `prefix`, seen without it: a part of a larger model.
  ///
  /// The prefix is put back in messages. Empty iff no name begins so.
  package func strippingPrefix(_ prefix: Name) -> Checkpoint {
    var kept: [Entry] = []
    for entry in entries {
      guard let rest = entry.name.dropping(prefix: prefix) else { continue }
      kept.append(entry.named(rest))
    }
    return Checkpoint(distinct: kept, of: self, prefix: Name(self.prefix.text + prefix.text))
  }

  /// The tensors that `isIncluded` says.
  package func filtered(_ isIncluded: (Entry) -> Bool) -> Checkpoint {
    Checkpoint(distinct: entries.filter(isIncluded), of: self, prefix: prefix)
  }

  /// The same with every tensor of `stored` elements read as `element`, which takes as many bits: for files that
  /// keep a type they lack as another, such as bf16 as u16, without a word about it. Throws iff the bits differ.
  package func reading(_ stored: DType, as element: DType) throws(Diagnostic) -> Checkpoint {
    guard stored.bits == element.bits else { throw .otherBits(stored, element, path) }
    var changed: [Entry] = []
    for entry in entries {
      changed.append(entry.type.element == stored ? try entry.reading(as: element) : entry)
    }
    return Checkpoint(distinct: changed, of: self, prefix: prefix)
  }

  private init(distinct entries: [Entry], of whole: Checkpoint, prefix: Name) {
    (self.entries, self.prefix) = (entries, prefix)
    places = Dictionary(
      entries.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    (metadata, path, notes) = (whole.metadata, whole.path, whole.notes)
  }
}

extension Name {
  /// What follows `prefix`, or `nil` iff the name does not begin with its bytes.
  fileprivate func dropping(prefix: Name) -> Name? {
    guard text.utf8.starts(with: prefix.text.utf8) else { return nil }
    return Name(String(decoding: text.utf8.dropFirst(prefix.text.utf8.count), as: UTF8.self))
  }
}

extension Diagnostic {
  fileprivate static func missing(_ name: Name, _ path: String) -> Diagnostic {
    Diagnostic("checkpoint holds no tensor \(name.quoted)", at: path)
  }
  fileprivate static func otherBits(_ stored: DType, _ element: DType, _ path: String) -> Diagnostic {
    Diagnostic(
      "\(stored) has \(stored.bits) bits and \(element) \(element.bits); one cannot be read as the other",
      at: path, kind: .usage)
  }
  fileprivate static func duplicate(_ name: Name, _ path: String) -> Diagnostic {
    Diagnostic("tensor \(name.quoted) comes twice", at: path)
  }
}
