import CSndFile
import Tensors

/// A file in memory that libsndfile writes.
final class SoundMemory {
  private var bytes: [UInt8] = []
  private var place = 0

  /// `sound` as a WAV file. Samples beyond ±1 are cut in the integer encodings.
  static func encode(_ sound: Sound, as encoding: SoundFile.Encoding) throws(Diagnostic) -> [UInt8] {
    let memory = SoundMemory()
    memory.bytes.reserveCapacity(sound.count * sound.channels.count * encoding.width + 128)
    var info = SF_INFO()
    info.samplerate = Int32(sound.sampleRate)
    info.channels = Int32(sound.channels.count)
    info.format = Int32(SF_FORMAT_WAV) | encoding.subtype
    var calls = SF_VIRTUAL_IO(
      get_filelen: { SoundMemory.at($0).count }, seek: { SoundMemory.at($2).seek($0, $1) },
      read: { SoundMemory.at($2).read($0, $1) }, write: { SoundMemory.at($2).write($0, $1) },
      tell: { sf_count_t(SoundMemory.at($0).place) })
    let context = Unmanaged.passUnretained(memory).toOpaque()
    let samples = sound.interleaved
    return try withExtendedLifetime(memory) { () throws(Diagnostic) in
      guard let file = sf_open_virtual(&calls, Int32(SFM_WRITE), &info, context) else {
        throw .refused(nil)
      }
      // The peak chunk holds the time of writing.
      sf_command(file, Int32(SFC_SET_ADD_PEAK_CHUNK), nil, Int32(SF_FALSE))
      let written =
        encoding == .float
        ? sf_writef_float(file, samples, sf_count_t(sound.count))
        : sf_writef_int(file, samples.map { encoding.integer($0) }, sf_count_t(sound.count))
      let words = written == sf_count_t(sound.count) ? nil : String(cString: sf_strerror(file))
      guard sf_close(file) == 0, words == nil else { throw .refused(words) }
      return memory.bytes
    }
  }

  private static func at(_ context: UnsafeMutableRawPointer?) -> SoundMemory {
    context.map { Unmanaged<SoundMemory>.fromOpaque($0).takeUnretainedValue() } ?? SoundMemory()
  }

  private var count: sf_count_t { sf_count_t(bytes.count) }

  private func seek(_ offset: sf_count_t, _ whence: Int32) -> sf_count_t {
    let base = whence == SF_SEEK_SET ? 0 : whence == SF_SEEK_CUR ? place : bytes.count
    place = max(0, base + Int(offset))
    return sf_count_t(place)
  }

  private func read(_ target: UnsafeMutableRawPointer?, _ wanted: sf_count_t) -> sf_count_t {
    let range = min(place, bytes.count)..<min(place + Int(wanted), bytes.count)
    bytes.withUnsafeBytes { all in
      guard let base = all.baseAddress else { return }
      target?.copyMemory(from: base + range.lowerBound, byteCount: range.count)
    }
    place = range.upperBound
    return sf_count_t(range.count)
  }

  private func write(_ source: UnsafeRawPointer?, _ wanted: sf_count_t) -> sf_count_t {
    let new = UnsafeRawBufferPointer(start: source, count: Int(wanted))
    if bytes.count < place { bytes += [UInt8](repeating: 0, count: place - bytes.count) }
    let end = min(place + new.count, bytes.count)
    bytes.replaceSubrange(place..<end, with: new)
    place += new.count
    return wanted
  }
}

extension SoundFile.Encoding {
  /// `sample` rounded to the nearest step, cut to what the encoding holds, in the upper bits of a word.
  fileprivate func integer(_ sample: Float) -> Int32 {
    let bits = width * 8
    let scale = Double(1 << (bits - 1))
    let step = min(max((Double(sample) * scale).rounded(.toNearestOrEven), -scale), scale - 1)
    return Int32(step) << Int32(32 - bits)
  }

  fileprivate var subtype: Int32 {
    switch self {
    case .pcm16: Int32(SF_FORMAT_PCM_16)
    case .pcm24: Int32(SF_FORMAT_PCM_24)
    case .float: Int32(SF_FORMAT_FLOAT)
    }
  }
}

extension Diagnostic {
  fileprivate static func refused(_ words: String?) -> Diagnostic {
    Diagnostic("libsndfile cannot write the sound: \(words ?? String(cString: sf_strerror(nil)))")
  }
}
