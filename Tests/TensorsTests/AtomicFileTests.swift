import Glibc
import TemporaryFolders
import Tensors
import Testing

@Suite struct AtomicFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func trouble(_ path: String) -> Diagnostic? {
    do throws(Diagnostic) {
      try AtomicFile.write("new", to: path)
      return nil
    } catch { return error }
  }

  @Test func appearsAtCommit() throws {
    try folder.put("out", "old")
    var file = try AtomicFile(replacing: folder("out"), expecting: 1000)
    try file.write(Array("....".utf8))
    try file.write(Array(" body".utf8))
    try Array("head".utf8).withUnsafeBytes { try file.write($0, at: 0) }
    #expect(file.count == 9)
    #expect(try folder.bytes("out") == Array("old".utf8))
    #expect(folder.names.count == 2)
    try file.commit()
    #expect(try folder.bytes("out") == Array("head body".utf8))
    #expect(folder.names == ["out"])
  }

  @Test func leavesNothingWhenDropped() throws {
    try folder.put("out", "old")
    do {
      var file = try AtomicFile(replacing: folder("out"))
      try file.write(Array("new".utf8))
    }
    #expect(folder.names == ["out"])
    #expect(try folder.bytes("out") == Array("old".utf8))
  }

  @Test func keepsPermissionsAndFollowsLinks() throws {
    try folder.put("private", "old")
    chmod(folder("private"), 0o640)
    symlink("private", folder("link"))
    try AtomicFile.write("new", to: folder("link"))
    var status = stat()
    #expect(lstat(folder("link"), &status) == 0 && status.st_mode & S_IFMT == S_IFLNK)
    #expect(stat(folder("private"), &status) == 0 && status.st_mode & 0o777 == 0o640)
    #expect(try folder.bytes("private") == Array("new".utf8))
  }

  @Test func keepsMappings() throws {
    let path = try folder.put("mapped", "old")
    let mapped = try MappedFile(path: path)
    try AtomicFile.write("new", to: path)
    #expect(mapped.withBytes(in: 0..<3) { Array($0) } == Array("old".utf8))
  }

  @Test func refusesWhatIsNoFile() throws {
    #expect(trouble(folder.path)?.message.text.contains("is there and is not a regular file") == true)
    #expect(trouble("/dev/null")?.kind == .cannotCreate)
    mkfifo(folder("pipe"), 0o600)
    #expect(trouble(folder("pipe"))?.kind == .cannotCreate)
    symlink("nowhere", folder("dangling"))
    #expect(trouble(folder("dangling"))?.message.text.hasPrefix("cannot follow") == true)
    #expect(trouble(folder("none/out"))?.kind == .cannotCreate)
    #expect(trouble("")?.kind == .cannotCreate)
    #expect(trouble(folder("new/"))?.kind == .cannotCreate)
    #expect(trouble(folder(String(repeating: "n", count: 300)))?.kind == .cannotCreate)
    #expect(folder.names == ["dangling", "pipe"])
  }

  @Test func takesTheLongestNames() throws {
    let name = String(repeating: "n", count: 255)
    try AtomicFile.write("new", to: folder(name))
    #expect(folder.names == [name])
  }

  @Test func keepsTheOldFileWhenThereIsNoRoom() async {
    await #expect(processExitsWith: .success) {
      signal(SIGXFSZ, SIG_IGN)
      let folder = try TemporaryFolder()
      try folder.put("out", "old")
      var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
      setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit)
      func words(expecting size: Int) -> String {
        do throws(Diagnostic) {
          var file = try AtomicFile(replacing: folder("out"), expecting: size)
          try file.write([UInt8](repeating: 1, count: 5000))
          try file.commit()
          return "committed"
        } catch { return error.description }
      }
      #expect(
        words(expecting: 0).contains("cannot write 904 more bytes for \(folder("out")): File too large"))
      #expect(words(expecting: 5000).contains("cannot write 5000 more bytes"))
      #expect(folder.names == ["out"])
      #expect(try folder.bytes("out") == Array("old".utf8))
    }
  }

  @Test func removesWhatIsUnfinished() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      try AtomicFile.write("kept", to: folder("done"))
      var file = try AtomicFile(replacing: folder("out"))
      try file.write([1])
      AtomicFile.removeUnfinished()
      #expect(folder.names == ["done"])
      do throws(Diagnostic) {
        try file.commit()
        Issue.record("a removed file was committed")
      } catch {
        #expect(error.message.text.hasPrefix("cannot replace"))
      }
      #expect(folder.names == ["done"])
    }
  }
}
