import CLibAV
import Tensors

/// The command line after the command: `--name number` pairs.
struct Options {
  private let values: [String: Double]

  init(_ arguments: ArraySlice<String>) throws(Diagnostic) {
    var values: [String: Double] = [:]
    var rest = arguments
    while let name = rest.popFirst() {
      guard name.hasPrefix("--"), let text = rest.popFirst(), let value = Double(text), value.isFinite
      else { throw .notAPair(name) }
      values[String(name.dropFirst(2))] = value
    }
    self.values = values
  }

  /// The number after `--name`. Throws iff there is none and no `fallback`, or it is not in `range`.
  private func number(_ name: String, _ fallback: Double? = nil, in range: ClosedRange<Double>)
    throws(Diagnostic) -> Double
  {
    guard let value = values[name] ?? fallback, range.contains(value) else {
      throw .outside(name, values[name], range)
    }
    return value
  }

  func sandboxLimits() throws(Diagnostic) -> sandbox_limits {
    sandbox_limits(
      memory_bytes: UInt64(try number("memory", 2 * 1_073_741_824, in: 1e6...1e15)),
      cpu_seconds: UInt64(try number("cpu", 600, in: 1...1e9)),
      file_bytes: UInt64(try number("file", 4e9, in: 0...1e15)))
  }

  func sourceLimits() throws(Diagnostic) -> source_limits {
    source_limits(
      max_pixels: Int64(try number("pixels", 8192 * 4320, in: 1...1e9)),
      deadline_seconds: try number("deadline", 20, in: 0.01...1e6))
  }

  func sampling() throws(Diagnostic) -> FrameSampler.Request {
    FrameSampler.Request(
      rate: Int128(try number("rate", 16, in: 1...1000)),
      start: Int128((try number("start", 0, in: 0...1e9) * 1e6).rounded()),
      count: Int128(try number("count", 1e12, in: 0...1e12)))
  }

  func listening() throws(Diagnostic) -> sound_request {
    sound_request(
      rate: Int32(try number("sample-rate", 44_100, in: 1...1_000_000)),
      channels: Int32(try number("channels", 2, in: 1...64)), start: try number("start", 0, in: 0...1e9),
      count: Int64(try number("count", 1e12, in: 1...1e12)))
  }

  func muxing() throws(Diagnostic) -> mux_request {
    mux_request(
      video: 0, audio: 5, output: 3, start: try number("start", 0, in: 0...1e9),
      duration: try number("duration", -1, in: -1...1e9),
      channels: Int32(try number("channels", 2, in: 1...8)),
      sample_rate: Int32(try number("sample-rate", 44_100, in: 8000...192_000)),
      bit_rate: Int64(try number("bit-rate", 192_000, in: 8000...1e6)))
  }
}

extension Diagnostic {
  fileprivate static func notAPair(_ name: String) -> Diagnostic {
    Diagnostic("\(name) is not followed by a number; expected pairs of --name and number", kind: .usage)
  }
  fileprivate static func outside(_ name: String, _ value: Double?, _ range: ClosedRange<Double>)
    -> Diagnostic
  {
    let given = value.map { "\($0)" } ?? "missing"
    return Diagnostic(
      "--\(name) is \(given); expected \(range.lowerBound) to \(range.upperBound)", kind: .usage)
  }
}
