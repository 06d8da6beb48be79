import Checkpoints
import Glibc
import HostileFiles
import TemporaryFolders
import Tensors
import Testing

/// No file makes this process crash, hang, read another file or take memory without bound.
@Suite struct HDF5HostileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func trouble(_ path: String) -> Diagnostic? {
    #expect(throws: Diagnostic.self) { try Checkpoint.open(path: path) }
  }

  @Test(arguments: HostileCase.hdf5) func comesToItsVerdict(of file: HostileCase) throws {
    let path = try file.put(into: folder)
    guard file.verdict != .read else {
      let trouble = trouble(path)
      #expect(trouble?.message.text.contains(file.words) == true, "\(String(describing: trouble))")
      #expect(trouble?.site == path)
      return
    }
    let checkpoint = try Checkpoint.open(path: path)
    let notes = checkpoint.notes
    guard file.verdict == .run else {
      #expect(file.words.isEmpty ? notes.isEmpty : notes.contains { $0.contains(file.words) }, "\(notes)")
      for entry in checkpoint.entries { #expect(try entry.tensor.type == entry.type) }
      return
    }
    let entry = try #require(checkpoint.entries.first)
    let trouble = #expect(throws: Diagnostic.self) { try entry.tensor }
    #expect(trouble?.kind == .data && trouble?.site == path, "\(String(describing: trouble))")
  }

  @Test func everyCaseIsThere() throws {
    #expect(HostileCase.hdf5.count == 43)
    #expect(Set(HostileCase.hdf5.map(\.name)).count == 43)
  }

  @Test func whatIsNoHDF5IsNamed() throws {
    let page = try folder.put("page.h5", "<!DOCTYPE html>")
    #expect(trouble(page)?.message.text == "\(page) is an HTML page, not a HDF5 file")
    let text = try folder.put("text.h5", "nothing of the kind")
    #expect(trouble(text)?.message.text == "this is no HDF5 file: it does not begin as one")
    #expect(trouble(try folder.put("empty.h5", ""))?.kind == .data)
    mkfifo(folder("pipe.h5"), 0o600)
    #expect(trouble(folder("pipe.h5"))?.message.text.contains("is not a regular file") == true)
    #expect(trouble(folder("none.h5"))?.kind == .noInput)
    let hidden = try folder.put("model.safetensors", HDF5Fixture.bytes("keras.h5"))
    #expect(trouble(hidden)?.help == "give it a name that ends in .h5")
  }

  @Test func anUnknownVersionIsRefused() throws {
    var bytes = try HDF5Fixture.bytes("nested.h5")
    bytes[8] = 9
    #expect(trouble(try folder.put("nine.h5", bytes))?.message.text.contains("superblock") == true)
  }

  @Test func trailingBytesAreNoted() throws {
    let bytes = try HDF5Fixture.bytes("nested.h5") + Array("PK and more".utf8)
    let checkpoint = try Checkpoint.open(path: try folder.put("tail.h5", bytes))
    #expect(checkpoint.notes.last == "the file ends with 11 bytes that are none of the format's")
  }

  @Test func aBombTakesWhatItSaysAndNoMore() throws {
    let zeros = try #require(try Checkpoint.open(path: HDF5Fixture.path("hostile/bomb.h5"))["zeros"])
    #expect(zeros.type == TensorType(.u8, shape: [16 << 20]))
    #expect(try zeros.tensor.withBytes { $0.allSatisfy { $0 == 0 } })
  }

  @Test func damagedChunksAreToldWhenTheyAreUnpacked() throws {
    var bytes = try HDF5Fixture.bytes("packed.h5")
    // Behind the headers lie the chunks; deflate streams begin with 0x78 0x5E.
    let place = try #require(bytes.indices.first { $0 > 4096 && bytes[$0...].starts(with: [0x78, 0x5E]) })
    for index in place + 4..<place + 12 { bytes[index] ^= 0xFF }
    let path = try folder.put("damaged.h5", bytes)
    let checkpoint = try Checkpoint.open(path: path)
    var failures = 0
    for entry in checkpoint.entries {
      do throws(Diagnostic) { _ = try entry.tensor } catch {
        failures += 1
        #expect(error.site == path)
        #expect(error.message.text.hasPrefix("\"\(entry.name)\" cannot be read"))
      }
    }
    #expect(failures == 1)
    // The reader that failed is replaced.
    #expect(try checkpoint.tensor("big_f4").floats() == [-3, -2, -1, 0, 1, 2])
  }

  @Test func truncatedFilesAreRefused() throws {
    let bytes = try HDF5Fixture.bytes("nested.h5")
    for part in stride(from: 0, to: 64, by: 4) {
      let path = try folder.put("cut.h5", Array(bytes[..<(bytes.count * part / 64)]))
      #expect(throws: Diagnostic.self) { try Checkpoint.open(path: path) }
    }
  }

  /// Every byte of the headers of small files, a few at a time, in few processes: whatever comes of it, it is
  /// tensors of the size they say or words.
  @Test(arguments: ["nested", "packed", "latest", "keras"])
  func flippedBytesGiveTensorsOrWords(_ name: String) throws {
    let whole = try HDF5Fixture.bytes("\(name).h5")
    var random = UInt64(name.utf8.count)
    for round in 0..<30 {
      var bytes = whole
      for _ in 0...round % 6 {
        random = random &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        bytes[Int(random >> 33) % bytes.count] ^= UInt8(truncatingIfNeeded: random >> 24) | 1
      }
      let path = try folder.put("\(name).h5", bytes)
      do throws(Diagnostic) {
        let checkpoint = try Checkpoint.open(path: path)
        for entry in checkpoint.entries.prefix(3) {
          let tensor = try entry.tensor
          #expect(tensor.type == entry.type && tensor.withBytes { $0.count } == entry.byteCount)
        }
      } catch {
        #expect(error.kind != .software, "\(error)")
      }
    }
  }
}
