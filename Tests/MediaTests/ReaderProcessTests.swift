import Glibc
import Media
import ReaderPipe
import TemporaryFolders
import Tensors
import Testing

/// Whatever becomes of the child, the parent gets words.
@Suite struct ReaderProcessTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// The diagnostic of reading a clip with a shell script for a reader.
  ///
  /// A process of its own writes the script: as long as a file is open for writing, also in a child that another
  /// test is just forking off, it cannot be started.
  private func failure(_ script: String, silence: Double = 60) throws -> Diagnostic? {
    let path = folder("reader")
    let writer = try #require(popen("cat > '\(path)' && chmod 700 '\(path)'", "w"))
    fputs("#!/bin/sh\n" + script + "\n", writer)
    #expect(pclose(writer) == 0)
    let limits = ReaderLimits(silence: silence)
    return Clip.failure(Clip.path("odd_size.mp4"), with: VideoReader(executable: path, limits: limits))
  }

  @Test(arguments: [
    ("kill -SEGV $$", "the decoder crashed (Segmentation fault, signal 11)"),
    ("kill -KILL $$", "the decoder was killed (signal 9)"),
    ("kill -XCPU $$", "the decoder used up its 600 s of processor time"),
    ("kill -INT $$", "interrupted"),
    ("exit 3", "foley-reader failed with exit status 3 and no message"),
    ("exit 0", "foley-reader sent something that is no video message"),
    ("printf 0123456789", "foley-reader ended in the middle of its output"),
    ("head -c 100 /dev/zero", "foley-reader sent something that is no video message"),
    ("printf 'error: own words\\n  help: do this\\n' >&2; exit 65", "own words"),
  ])
  func end(script: String, message: String) throws {
    let failure = try failure(script)
    #expect(failure?.message.text == message)
  }

  @Test func itsOwnWordsComeWhole() throws {
    let words = "error: a\\n  at b\\n  note: c\\nd\\n  help: e\\n"
    #expect(
      try failure("printf '\(words)' >&2; exit 73")
        == Diagnostic("a", at: "b", note: "c\nd", help: "e", kind: .cannotCreate))
  }

  @Test func aHangEnds() throws {
    #expect(try failure("sleep 30", silence: 0.2)?.message == "the decoder made no progress for 0.2 s")
  }

  @Test func aFloodOfWordsIsNoHang() throws {
    let failure = try failure("head -c 3000000 /dev/zero | tr '\\0' x >&2; printf '\\nerror: y' >&2; exit 65")
    #expect(failure?.message == "foley-reader failed with exit status 65 and no message")
  }

  @Test func aMissingReaderIsNamed() {
    let failure = Clip.failure(Clip.path("odd_size.mp4"), with: VideoReader(executable: "/none/foley-reader"))
    #expect(failure?.message == "cannot run /none/foley-reader: No such file or directory")
    #expect(failure?.kind == .unavailable)
  }

  @Test func limitsHold() throws {
    let clip = Clip.path("ball.mp4")
    let small = VideoReader(limits: ReaderLimits(pixels: 1000))
    #expect(
      Clip.failure(clip, with: small)?.message == "the pictures have more pixels than the limit of 1000")
    let poor = VideoReader(limits: ReaderLimits(memoryBytes: 2 << 20))
    let failure = Clip.failure(clip, with: poor)
    #expect(failure != nil && failure?.kind != .unavailable, "\(String(describing: failure))")
  }

  @Test(arguments: [
    (["listen"], "foley-reader takes probe, frames, sound, mux, hdf5-list, hdf5-read or hdf5-create"),
    (["probe", "--rate"], "--rate is not followed by a number; expected pairs of --name and number"),
    (["frames", "--rate", "0"], "--rate is 0.0; expected 1.0 to 1000.0"),
  ])
  func wrongCommandLines(arguments: [String], message: String) throws {
    var reader = try ReaderProcess(arguments: arguments, files: [])
    do throws(Diagnostic) {
      let bytes = try reader.readToEnd(limit: 10)
      Issue.record("it wrote \(bytes)")
    } catch {
      #expect(error.message.text == message)
      #expect(error.kind == .usage)
    }
  }

  @Test func messagesPrintAndParse() throws {
    let message = try #require(ReaderMessage(.frame, width: 3, height: 2, payload: 18))
    #expect(message.bytes == [0x46, 0x52, 0x4D, 0x31, 3, 0, 0, 0, 2, 0, 0, 0, 18, 0, 0, 0])
    #expect(ReaderMessage(parsing: message.bytes) == message)
    #expect(ReaderMessage(.end, payload: 1 << 40) == nil)
    for (place, value) in [(0, UInt8(0)), (4, 4), (12, 17), (4, 0)] {
      var bytes = message.bytes
      bytes[place] = value
      #expect(ReaderMessage(parsing: bytes) == nil)
    }
  }
}
