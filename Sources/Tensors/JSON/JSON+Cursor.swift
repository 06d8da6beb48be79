extension JSON {
  /// A value of a JSON file together with the file and the path that leads to it, so that whoever asks it
  /// for more can be told where the answer was missing.
  ///
  ///     let config = try JSON.load(path: "config.json")
  ///     let depth = try config.integer("model", "diffusion", "config", "depth", in: 1...1024)
  ///
  /// An accessor without keys reads the value itself. A key whose value is `null` counts as missing.
  package struct Cursor: Hashable, Sendable {
    package let value: JSON
    /// The name of the file, for messages.
    package let file: String
    /// `model.diffusion.config.depth`, `strides[2]`; empty for the whole file.
    package let path: String

    package init(_ value: JSON, file: String, path: String = "") {
      (self.value, self.file, self.path) = (value, file, path)
    }

    /// Where errors about this value happen: `model.diffusion.depth of dir/config.json`.
    package var site: String { path.isEmpty ? file : "\(path) of \(file)" }

    /// The value at the end of `keys`, or `nil` iff one is missing. Throws iff one leads through a value that
    /// is no object.
    package func find(_ keys: [Name]) throws(Diagnostic) -> Cursor? {
      var cursor = self
      for key in keys {
        guard case .object(let members) = cursor.value else { throw cursor.wrong("an object") }
        guard let value = members[key] else { return nil }
        cursor = Cursor(value, file: file, path: cursor.path(to: key))
      }
      return cursor.value == .null ? nil : cursor
    }

    /// Throws iff one of `keys` is missing or leads through a value that is no object.
    package func get(_ keys: [Name], _ expected: String) throws(Diagnostic) -> Cursor {
      if let cursor = try find(keys) { return cursor }
      let path = keys.reduce(self) { Cursor(.null, file: file, path: $0.path(to: $1)) }
      throw path.missing(expected)
    }

    /// An error about this value: what it is and what was `expected`.
    package func wrong(_ expected: String) -> Diagnostic {
      Diagnostic("\(path.isEmpty ? "the value" : path) is \(value.summary); expected \(expected)", at: site)
    }

    private func missing(_ expected: String) -> Diagnostic {
      Diagnostic("\(path.isEmpty ? "the value" : path) is missing; expected \(expected)", at: site)
    }

    private func path(to key: Name) -> String { path.isEmpty ? key.text : path + "." + key.text }
  }
}
