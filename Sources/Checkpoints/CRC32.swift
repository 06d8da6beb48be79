/// A checksum of 32 bits, the bits of its polynomial reversed.
package struct CRC32 {
  private var state: UInt32 = .max
  private let table: [UInt32]

  package enum Polynomial: UInt32 {
    /// That of zip archives.
    case zip = 0xEDB8_8320
    /// CRC-32C, that of TFRecord files.
    case castagnoli = 0x82F6_3B78
  }

  package init(_ polynomial: Polynomial = .zip) {
    table =
      switch polynomial {
      case .zip: CRC32.zip
      case .castagnoli: CRC32.castagnoli
      }
  }

  package mutating func add(_ bytes: UnsafeRawBufferPointer) {
    state = table.withUnsafeBufferPointer { table in
      bytes.reduce(state) { table[Int(UInt8(truncatingIfNeeded: $0) ^ $1)] ^ $0 >> 8 }
    }
  }

  package var value: UInt32 { ~state }

  package static func of(_ bytes: UnsafeRawBufferPointer, _ polynomial: Polynomial = .zip) -> UInt32 {
    var checksum = CRC32(polynomial)
    checksum.add(bytes)
    return checksum.value
  }

  private static let zip = table(.zip)
  private static let castagnoli = table(.castagnoli)

  private static func table(_ polynomial: Polynomial) -> [UInt32] {
    (0..<256).map { byte in
      (0..<8).reduce(UInt32(byte)) { value, _ in
        value & 1 == 1 ? value >> 1 ^ polynomial.rawValue : value >> 1
      }
    }
  }
}
