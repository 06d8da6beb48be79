extension SafetensorsCase {
  static let shapes: [SafetensorsCase] = [
    .init(61, "2.0", single(#""F32""#, "[2.0,2]"), .reject("has 2.0 where a non-negative integer")),
    .init(62, "2e0", single(#""F32""#, "[2e0,2]"), .reject("has 2e0 where a non-negative integer")),
    .init(63, "02", single(#""F32""#, "[02,2]"), .reject("leading zero")),
    .init(64, "-2", single(#""F32""#, "[-2,-2]"), .reject("has -2 where a non-negative integer")),
    .init(65, "-0", single(#""F32""#, "[-0]", "[0,0]", data: 0), .reject("has -0 where a non-negative")),
    .init(66, "string", single(#""F32""#, #"["2",2]"#), .reject("has a string where a non-negative integer")),
    .init(
      67, "boolean", single(#""F32""#, "[true,4]"), .reject("has a boolean where a non-negative integer")),
    .init(68, "null", single(#""F32""#, "null"), .reject("shape of tensor \"a\" is no list")),
    .init(69, "no list", single(#""F32""#, "4"), .reject("shape of tensor \"a\" is no list")),
    .init(70, "nested", single(#""F32""#, "[[2,2]]"), .reject("has an array where a non-negative integer")),
    .init(71, "2^64", single(#""F32""#, "[4294967296,4294967296]"), .reject("overflows 63 bits")),
    .init(
      72, "wraps to 4", single(#""F32""#, "[4194305,4194305,211106198978564]"), .reject("overflows 63 bits")),
    .init(73, "bits overflow", single(#""F32""#, "[2147483648,2147483648]"), .reject("overflows 63 bits")),
    .init(
      74, "axis of 2^64", single(#""F32""#, "[18446744073709551616]"), .reject("below 2^63 was expected")),
    .init(
      75, "zero hides overflow", single(#""F32""#, "[0,9223372036854775808,4]", "[0,0]", data: 0),
      .reject("below 2^63 was expected")),
    .init(
      75, "zero hides a product", single(#""F32""#, "[0,281474976710656,281474976710656]", "[0,0]", data: 0),
      .reject("overflows 63 bits")),
    .init(
      76, "overflow, then zero", single(#""F32""#, "[4611686018427387904,4,0]", "[0,0]", data: 0),
      .reject("at most 281474976710656 are allowed")),
    .init(
      77, "rank 10000",
      single(#""F32""#, "[" + String(repeating: "1,", count: 9999) + "1]", "[0,4]", data: 4),
      .reject("more than the 64 axes allowed")),
    .init(78, "rank 0", single(#""F32""#, "[]", "[0,4]", data: 4), .accept(1)),
    .init(79, "no elements", single(#""F32""#, "[2,0]", "[0,0]", data: 0), .accept(1)),
  ]

  static let offsets: [SafetensorsCase] = [
    .init(
      80, "no elements in the middle",
      several([("a", "[2]", "[0,8]"), ("z", "[0]", "[8,8]"), ("b", "[2]", "[8,16]")], data: 16), .accept(3)),
    .init(
      81, "no elements inside another", several([("a", "[2]", "[0,8]"), ("z", "[0]", "[4,4]")], data: 8),
      .reject("tensor \"z\" overlaps: it begins at 4 of the data, but tensor \"a\" ends at 8")),
    .init(82, "reversed", single(#""F32""#, "[2,2]", "[16,0]"), .reject("run backwards, from 16 to 0")),
    .init(
      83, "past end", single(#""F32""#, "[4,2]", "[0,32]"), .reject("file is cut off: tensor \"a\" ends 32")),
    .init(
      84, "2^64", single(#""F32""#, "[2,2]", "[18446744073709551600,18446744073709551616]"),
      .reject("below 2^63 was expected")),
    .init(
      85, "2^64-1", single(#""F32""#, "[2,2]", "[18446744073709551600,18446744073709551615]"),
      .reject("below 2^63 was expected")),
    .init(
      85, "2^63-1", single(#""F32""#, "[2,2]", "[9223372036854775791,9223372036854775807]"),
      .reject("tensor \"a\" leaves a hole")),
    .init(86, "negative", single(#""F32""#, "[2,2]", "[-16,0]"), .reject("has -16 where a non-negative")),
    .init(87, "fraction", single(#""F32""#, "[2,2]", "[0.0,16.0]"), .reject("has 0.0 where a non-negative")),
    .init(88, "one", single(#""F32""#, "[2,2]", "[0]"), .reject("data_offsets of tensor \"a\" are not two")),
    .init(
      89, "three", single(#""F32""#, "[2,2]", "[0,16,32]"),
      .reject("data_offsets of tensor \"a\" are not two")),
    .init(
      90, "hole at the start", single(#""F32""#, "[2,2]", "[4,20]", data: 20),
      .reject("tensor \"a\" leaves a hole: it begins at 4 of the data, but the data begins at 0")),
    .init(
      91, "hole in the middle", several([("a", "[2]", "[0,8]"), ("b", "[2]", "[12,20]")], data: 20),
      .reject("tensor \"b\" leaves a hole: it begins at 12 of the data, but tensor \"a\" ends at 8")),
    .init(92, "bytes behind", single(data: 20), .reject("has 85 bytes, but its tensors end at byte 81")),
    .init(93, "data without tensors", file("{}", 16), .reject("expected nothing behind them")),
    .init(
      94, "full overlap", several([("a", "[4]", "[0,16]"), ("b", "[4]", "[0,16]")], data: 16),
      .reject("tensor \"b\" overlaps")),
    .init(
      95, "partial overlap", several([("a", "[4]", "[0,16]"), ("b", "[4]", "[8,24]")], data: 24),
      .reject("tensor \"b\" overlaps")),
    .init(
      96, "wrong size", single(#""F32""#, "[2,2]", "[0,4]", data: 4),
      .reject("tensor \"a\", f32[2, 2], takes 16 bytes, but its data_offsets span 4")),
    .init(97, "cut by one byte", single(data: 15), .reject("file is cut off")),
    .init(
      98, "wide at an odd place",
      file(
        "{\"a\":\(described(#""U8""#, "[1]", "[0,1]")),\"b\":\(described(#""F64""#, "[1]", "[1,9]"))}", 9),
      .accept(2, note: "tensor \"b\" does not begin at a multiple")),
    .init(
      99, "header of odd length", file(plain + " ", 16),
      .accept(1, note: "tensor \"a\" does not begin at a multiple")),
    .init(
      100, "order of names", several([("b", "[2]", "[8,16]"), ("a", "[2]", "[0,8]")], data: 16), .accept(2)),
  ]

  static let oddities: [SafetensorsCase] = [
    .init(101, "no name", named(""), .accept(1, note: "tensor name \"\" is empty")),
    .init(102, "NUL in a name", named("a\\u0000b"), .accept(1, note: "tensor name \"a\\u{0}b\"")),
    .init(103, "path as a name", named("../../etc/passwd"), .accept(1)),
    .init(
      104, "long name", named(String(repeating: "n", count: 1_000_000)), .reject("the 65536 bytes allowed")),
    .init(
      105, "escape codes in a name", named("\\u001b[31m"), .accept(1, note: "tensor name \"\\u{1b}[31m\"")),
    .init(
      110, "NaN and infinity",
      file("{\"a\":\(described(#""F32""#, "[2]", "[0,8]"))}") + [0, 0, 0xC0, 0x7F, 0, 0, 0x80, 0x7F],
      .accept(1)),
  ]

  static let strangers: [SafetensorsCase] = [
    .init(
      111, "Git LFS pointer",
      Array("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 4911206624\n".utf8),
      .reject("is a Git LFS pointer, not a safetensors file")),
    .init(
      112, "page", Array("<!DOCTYPE html><html><body>401 Unauthorized</body></html>".utf8),
      .reject("an HTML page")),
    .init(
      113, "gzip", [0x1F, 0x8B, 8, 0, 0, 0, 0, 0] + Array(repeating: 7, count: 18), .reject("a gzip archive")),
    .init(
      114, "zip", [0x50, 0x4B, 3, 4] + Array(repeating: 0, count: 16), .reject("a zip archive, as PyTorch")),
    .init(114, "pickle", [0x80, 2] + Array(repeating: 0x71, count: 18), .reject("pickles can run code")),
    .init(
      114, "HDF5", [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A] + Array(repeating: 0, count: 8),
      .reject("an HDF5 file")),
  ]

  private static func named(_ name: String) -> [UInt8] { several([(name, "[4]", "[0,16]")], data: 16) }
}
