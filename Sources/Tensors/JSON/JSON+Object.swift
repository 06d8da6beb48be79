extension JSON {
  /// The members of a JSON object in their order; keys differ iff their bytes do, and none comes twice.
  package struct Object: Sendable {
    package private(set) var keys: [Name] = []
    /// The value of each key, in the order of `keys`.
    package private(set) var values: [JSON] = []
    private var places: [Name: Int] = [:]

    package init() {}

    package var count: Int { keys.count }
    package var isEmpty: Bool { keys.isEmpty }

    /// Keys with their values, in order.
    package var members: Zip2Sequence<[Name], [JSON]> { zip(keys, values) }

    /// The value of `key`, or `nil` iff there is none. A new key goes to the end; setting `nil` removes the
    /// key.
    package subscript(key: Name) -> JSON? {
      get { places[key].map { values[$0] } }
      set {
        switch (newValue, places[key]) {
        case (let value?, let place?): values[place] = value
        case (let value?, nil): insert(value, for: key)
        case (nil, let place?): remove(at: place)
        case (nil, nil): break
        }
      }
    }

    /// Appends a member and returns `true`, or returns `false` iff the key is there already.
    @discardableResult
    package mutating func insert(_ value: JSON, for key: Name) -> Bool {
      guard places.updateValue(count, forKey: key) == nil else {
        places[key] = keys.firstIndex(of: key)
        return false
      }
      keys.append(key)
      values.append(value)
      return true
    }

    private mutating func remove(at place: Int) {
      keys.remove(at: place)
      values.remove(at: place)
      places = [:]
      for (place, key) in keys.enumerated() { places[key] = place }
    }
  }
}

extension JSON.Object: ExpressibleByDictionaryLiteral {
  /// A key that comes twice keeps its last value.
  package init(dictionaryLiteral members: (Name, JSON)...) {
    for (key, value) in members { self[key] = value }
  }
}

extension JSON.Object: Hashable {
  package static func == (a: Self, b: Self) -> Bool { a.keys == b.keys && a.values == b.values }
  package func hash(into hasher: inout Hasher) {
    hasher.combine(keys)
    hasher.combine(values)
  }
}
