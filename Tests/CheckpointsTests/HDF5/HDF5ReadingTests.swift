import Checkpoints
import Tensors
import Testing

/// What h5py and Keras wrote is read as they meant it.
@Suite struct HDF5ReadingTests {
  /// The files of Keras hold the same, each in another way.
  @Test(arguments: [
    "flat", "nested", "packed", "bfloat16", "latest", "keras", "keras_split", "keras_model",
  ])
  func readsTheSameAsSafetensors(_ name: String) throws {
    let found = try Checkpoint.open(path: HDF5Fixture.path("\(name).h5"))
    let expected = try Checkpoint.open(path: HDF5Fixture.path("\(name.prefix { $0 != "_" }).safetensors"))
    #expect(found.entries.map(\.name).sorted() == expected.entries.map(\.name).sorted())
    for entry in expected.entries {
      let tensor = try found.tensor(entry.name)
      #expect(tensor.type == entry.type, "\(entry.name)")
      #expect(try tensor.allBytes == entry.tensor.allBytes, "\(entry.name)")
      #expect(found[entry.name]?.type == entry.type)
    }
  }

  @Test func mapsWhatLiesAsItIsUsed() throws {
    let flat = try Checkpoint.open(path: HDF5Fixture.path("flat.h5"))
    #expect(flat.entries.filter { $0.file == nil }.map(\.name) == ["none"])
    let places = flat.entries.compactMap(\.range?.lowerBound)
    #expect(places == places.sorted())
    let packed = try Checkpoint.open(path: HDF5Fixture.path("packed.h5"))
    #expect(packed.entries.allSatisfy { $0.file == nil })
  }

  /// The reader goes on to the next tensor; it is started anew when its time is used up, and when the thread
  /// that started it has ended.
  @Test func unpacksAsOftenAsAsked() throws {
    let checkpoint = try Checkpoint.open(path: HDF5Fixture.path("packed.h5"))
    let first = try checkpoint.entries.map { try $0.tensor.allBytes }
    let second = try checkpoint.entries.map { try $0.tensor.allBytes }
    #expect(first == second)
    let other = try Checkpoint.open(path: HDF5Fixture.path("packed.h5"))
    try EndingThread.run { _ = try? other.tensor("gzip") }
    #expect(try other.entries.map { try $0.tensor.allBytes } == first)
  }

  @Test func stringsOfTheRootAreMetadata() throws {
    let flat = try Checkpoint.open(path: HDF5Fixture.path("flat.h5"))
    #expect(flat.metadata.map(\.key) == ["fixed", "format", "list", "\u{E9}t\u{E9}"])
    #expect(flat.metadata("format") == "pt")
    #expect(flat.metadata("fixed") == "bytes")
    #expect(flat.metadata("list") == #"["a","b"]"#)
    #expect(flat.metadata("\u{E9}t\u{E9}") == String(repeating: "\u{FC}", count: 33000))
    let keras = try Checkpoint.open(path: HDF5Fixture.path("keras.h5"))
    #expect(keras.metadata.map(\.key) == ["backend", "keras_version"])
  }

  @Test func whatIsNoTensorIsNoted() throws {
    for (name, notes) in [
      (
        "flat",
        [
          "dataset \"nothing\" holds nothing and is left out",
          "dataset \"words\" holds strings and is left out",
        ]
      ),
      (
        "nested",
        [
          "\"encoder/block/root\" leads to a group that is listed already",
          "\"loop\" is a link that leads nowhere", "\"nowhere\" is a link that leads nowhere",
        ]
      ),
      (
        "bfloat16",
        [
          "dataset \"untold\" holds bytes without a type and is left out",
          "2 datasets, \"opaque\" the first, are two-byte elements without a type, as h5py writes bfloat16; "
            + "they are read as such",
        ]
      ),
      ("keras_model", ["dataset \"optimizer_weights/iterations:0\" is no weight and is left out"]),
      (
        "hostile/records",
        [
          "dataset \"lists\" holds lists of varying length and is left out",
          "dataset \"records\" holds records and is left out",
          "dataset \"reference\" holds references and is left out",
        ]
      ),
      ("hostile/user_block", ["the file begins with 512 bytes that are none of the format's"]),
      ("packed", []),
    ] {
      #expect(try Checkpoint.open(path: HDF5Fixture.path("\(name).h5")).notes == notes)
    }
  }

  @Test func integersAreReadAsFloatsWhereTheCallerSaysSo() throws {
    let stored = try Checkpoint.open(path: HDF5Fixture.path("bfloat16.h5"))
    let read = try stored.reading(.u16, as: .bf16)
    #expect(try read.tensor("raw").floats() == [-3, -2, -1, 0, 1])
    #expect(read["raw"]?.range == stored["raw"]?.range)
    #expect(read["eight"]?.type.element == .f8e4m3)
    let error = #expect(throws: Diagnostic.self) { try stored.reading(.u16, as: .f32) }
    #expect(error?.message == "u16 has 16 bits and f32 32; one cannot be read as the other")
  }
}
