import Glibc
import TemporaryFolders
import Tensors
import Testing

@testable import Pipelines

@Suite struct EmbeddedPipelineTests {
  /// Puts a file and the folders above it.
  private func put(_ path: String, in folder: TemporaryFolder) throws {
    let parts = path.split(separator: "/")
    for count in 1..<parts.count { mkdir(folder(parts.prefix(count).joined(separator: "/")), 0o777) }
    try folder.put(path, "{}")
  }

  @Test(arguments: [
    ("usr/bin", "usr/share/foley/miniature"), ("work/.build/x86_64/release", "work/graphs/miniature"),
    ("work/.build-here/debug", "work/graphs/miniature"),
  ])
  func isFoundBesideTheExecutable(_ bin: String, _ place: String) throws {
    let folder = try TemporaryFolder()
    try put("\(place)/pipeline.json", in: folder)
    #expect(try EmbeddedPipeline.directory(beside: folder(bin)) == folder(place))
  }

  @Test func isMissedWithWords() throws {
    let folder = try TemporaryFolder()
    try put("graphs/miniature/pipeline.json", in: folder)
    do throws(Diagnostic) {
      _ = try EmbeddedPipeline.directory(beside: folder("bin"))
      Issue.record("it was found")
    } catch {
      #expect(error.message.text.hasSuffix("expected it at \(folder.path)/share/foley/miniature"))
      #expect(error.kind == .noInput && error.help?.contains("tools/install") == true)
    }
  }

  @Test func otherPathsStayAsTheyAre() throws {
    #expect(try EmbeddedPipeline.place(of: "mine/miniature") == "mine/miniature")
  }
}
