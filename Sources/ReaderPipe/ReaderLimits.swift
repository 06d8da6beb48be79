/// What `foley-reader` may use up before it is stopped.
package struct ReaderLimits: Hashable, Sendable {
  /// Private memory in bytes.
  package var memoryBytes: Int
  package var cpuSeconds: Int
  /// Seconds without a byte of output after which it counts as hung.
  package var silence: Double
  /// Wall seconds until the first frame is decoded.
  package var openSeconds: Double
  /// Pixels of one picture.
  package var pixels: Int

  package init(
    memoryBytes: Int = 2 << 30, cpuSeconds: Int = 600, silence: Double = 60, openSeconds: Double = 20,
    pixels: Int = 8192 * 4320
  ) {
    (self.memoryBytes, self.cpuSeconds, self.silence) = (memoryBytes, cpuSeconds, silence)
    (self.openSeconds, self.pixels) = (openSeconds, pixels)
  }

  var arguments: [String] {
    [
      "--memory", String(memoryBytes), "--cpu", String(cpuSeconds), "--deadline", String(openSeconds),
      "--pixels", String(pixels),
    ]
  }
}
