import ArgumentParser

/// An amount of bytes as the ecosystem writes it: `5GB`, `500MB`, `1.5GiB`, `4096`.
struct Size: ExpressibleByArgument {
  let bytes: Int

  init?(argument: String) {
    let units: [(String, Double)] = [
      ("KiB", 0x1p10), ("MiB", 0x1p20), ("GiB", 0x1p30), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9), ("B", 1),
      ("", 1),
    ]
    guard let (suffix, unit) = units.first(where: { argument.hasSuffix($0.0) }),
      let number = Double(argument.dropLast(suffix.count)), number * unit >= 1, number * unit < 0x1p62
    else { return nil }
    bytes = Int(number * unit)
  }
}
