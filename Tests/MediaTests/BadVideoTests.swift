import Glibc
import Media
import TemporaryFolders
import Tensors
import Testing

/// What is no video, or no whole one, gets its own message and leaves no process behind.
@Suite struct BadVideoTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test(arguments: [
    ("text.mp4", "this is no video: its bytes are of no format that libav knows"),
    ("playlist.mp4", "this is no video but a playlist (concat) that names other files"),
    ("audio_only.mp4", "there is no video stream"),
    ("cut_index.mp4", "the container is damaged or cut off: End of file"),
    ("no_frames.mp4", "the video stream holds no frame that decodes"),
    ("truncated.mp4", "the pictures end after 0.2"),
  ])
  func clip(name: String, message: String) {
    let failure = Clip.failure(Clip.path(name))
    #expect(failure?.message.text.hasPrefix(message) == true)
    #expect(failure?.site == Clip.path(name))
    #expect(failure?.help != nil)
  }

  @Test(arguments: [
    ("#EXTM3U\n#EXT-X-TARGETDURATION:4\n#EXTINF:4,\nball.mp4\n#EXT-X-ENDLIST\n", "a playlist (hls"),
    (
      "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 96\n",
      "a playlist (sdp"
    ),
    (
      "1\n00:00:00,000 --> 00:00:02,000\nhello\n\n2\n00:00:02,000 --> 00:00:03,000\nx\n",
      "foley reads but srt"
    ),
    ("<!DOCTYPE html><html><body>Not found</body></html>\n", "no format that libav knows"),
  ])
  func textNamedMP4(text: String, message: String) throws {
    let path = try folder.put("clip.mp4", text)
    #expect(
      Clip.failure(path)?.message.text.contains(message) == true, "\(String(describing: Clip.failure(path)))")
  }

  @Test func whatIsNoFile() throws {
    let fifo = folder("pipe.mp4")
    #expect(mkfifo(fifo, 0o600) == 0)
    #expect(Clip.failure(fifo)?.message == "\(fifo) is a pipe; expected a video file")
    #expect(Clip.failure("/dev/zero")?.message == "/dev/zero is a device; expected a video file")
    #expect(Clip.failure(folder.path)?.message == "\(folder.path) is a directory; expected a video file")
    let empty = try folder.put("empty.mp4", "")
    #expect(Clip.failure(empty)?.message == "\(empty) is empty (0 bytes); expected a video")
    let missing = folder("missing.mp4")
    #expect(Clip.failure(missing)?.message == "cannot open \(missing): No such file or directory")
    #expect(Clip.failure(missing)?.kind == .noInput)
    for address in [
      "http://localhost/clip.mp4", "concat:a.mp4|b.mp4", "tcp://localhost:1", "data:video/mp4,x", "pipe:0",
    ] {
      #expect(
        Clip.failure(address)?.message
          == "\(address) is no file but an address; expected the path of a video file")
    }
  }

  @Test func aFileNamedLikeAnAddressIsRead() throws {
    let path = try folder.put("file:clip.mp4", try Bytes.of(Clip.path("odd_size.mp4")))
    #expect(try Clip.frames(path).count == 16)
  }

  @Test func tooLong() throws {
    var bytes = try Bytes.of(Clip.path("ball.mp4"))
    // 100 frames, 432 s apart.
    let scale = bytes.word(at: bytes.place(of: "mdhd") + 16)
    bytes.set(scale * 43_200, at: bytes.place(of: "mdhd") + 20)
    bytes.set(scale * 432, at: bytes.place(of: "stts") + 16)
    let movie = bytes.word(at: bytes.place(of: "mvhd") + 16)
    bytes.set(movie * 43_200, at: bytes.place(of: "elst") + 12)
    let path = try folder.put("long.mp4", bytes)
    let failure = Clip.failure(path)
    #expect(failure?.message == "the video has 43200.0 s from its start; the limit is 12.0 s")
    #expect(failure?.help == "take a part of it with --start SECONDS --duration SECONDS")
    #expect(try Clip.frames(path, start: 4320, duration: 2).count == 32)
    #expect(throws: Diagnostic.self) {
      try VideoReader().frames(path: path, duration: 13, limit: 12) { (_) throws(Diagnostic) in }
    }
  }

  @Test func aStartAfterTheEnd() {
    #expect(
      throws: Diagnostic(
        "the start at 9.0 s is not before the end of the video at 4.0 s", at: Clip.path("ball.mp4"),
        help: "pass a smaller --start", kind: .usage)
    ) { _ = try Clip.frames(Clip.path("ball.mp4"), start: 9) }
  }

  @Test func flippedBytesGiveFramesOrWords() throws {
    let whole = try Bytes.of(Clip.path("odd_size.mp4"))
    for round in 0..<40 {
      var bytes = whole
      let place = round * 7919 % bytes.count
      bytes[place] ^= 1 << UInt8(round % 8)
      let path = try folder.put("flip.mp4", bytes)
      guard let failure = Clip.failure(path) else { continue }
      #expect(failure.kind != .software, "byte \(place): \(failure)")
    }
  }
}
