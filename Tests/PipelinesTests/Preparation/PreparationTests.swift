import Checkpoints
import Foundation
import Media
@testable import Pipelines
import Runtime
import TemporaryFolders
import Tensors
import Testing

/// Clips made into a dataset by the tiny pipeline.
@Suite struct PreparationTests {
  private let tiny: TinyPipeline

  init() throws { tiny = try TinyPipeline() }

  private var ball: String { "\(TinyPipeline.fixtures)/clips/ball.mp4" }

  private func clip(_ id: String, _ change: (inout SourceClip) -> Void = { _ in }) -> SourceClip {
    var clip = SourceClip(id: id, video: ball)
    clip.prompt = "a ball bounces"
    change(&clip)
    return clip
  }

  private func settings(_ change: (inout PreparationSettings) -> Void = { _ in }) -> PreparationSettings {
    var settings = PreparationSettings()
    settings.filter.leastSeconds = 0.4
    change(&settings)
    return settings
  }

  /// Prepares `clips` into the folder `name`; gives the manifest.
  @discardableResult
  private func prepare(_ clips: [SourceClip], _ name: String, _ settings: PreparationSettings) throws
    -> DatasetManifest
  {
    var preparation = try Preparation(
      tiny.pipeline, settings, writing: tiny.folder(name), options: SessionOptions())
    for clip in settings.share.clips(of: clips) { try preparation.add(clip) }
    try preparation.save()
    return preparation.manifest
  }

  private func values(_ example: Dataset.Example) throws -> [[Float]] {
    try example.parts.map { try $0.tensor.floats() }
  }

  /// What is decoded ahead, the right clip, another or one that cannot be, changes nothing.
  @Test func readingAhead() throws {
    let clips = [
      clip("one"), clip("gone") { $0.video = "/no/such.mp4" },
      clip("two") { ($0.start, $0.duration) = (1, 2) },
      clip("cut") { $0.duration = 3.5 },
    ]
    let settings = settings { $0.window = 1.5 }
    let plain = try prepare(clips, "plain", settings)
    #expect(plain.clips.count > 3 && plain.skipped.map(\.id) == ["gone"])
    for (name, step) in [("ahead", 1), ("amiss", 2)] {
      var preparation = try Preparation(
        tiny.pipeline, settings, writing: tiny.folder(name), options: SessionOptions())
      for (index, clip) in clips.enumerated() {
        try preparation.add(clip, next: clips.dropFirst(index + step).first)
      }
      try preparation.save()
      #expect(preparation.manifest == plain)
      for shard in Set(plain.clips.map(\.shard)) {
        #expect(try tiny.folder.bytes("\(name)/\(shard)") == tiny.folder.bytes("plain/\(shard)"))
      }
    }
  }

  @Test func whatTrainReads() throws {
    let manifest = try prepare([clip("ball")], "data", settings { $0.latents = .mean })
    #expect(manifest.skipped.isEmpty && manifest.clips.map(\.seconds) == [4])
    let dataset = try Dataset(path: tiny.folder("data"))
    try dataset.check(tiny.pipeline, try #require(try tiny.pipeline.bridge()).configuration)
    let example = try dataset.example(0)
    let audio = tiny.pipeline.manifest.audio
    let frames = (4 * audio.sampleRate + audio.samplesPerLatent - 1) / audio.samplesPerLatent
    #expect(example.latents.shape == [audio.latentChannels, frames])

    let videos = try Checkpoint.open(path: "\(TinyPipeline.fixtures)/references/generate/video.safetensors")
    let tokens = try videos.tensor("ball.video_tokens")
    #expect([1] + example.video.shape == tokens.shape)
    #expect(largestError(try example.video.floats(), try tokens.floats()) <= 2e-5)

    var text = try TextConditioner(tiny.pipeline, options: SessionOptions())
    let prompt = try text.condition("a ball bounces", seconds: 4)
    #expect([1] + example.cross.shape == prompt.cross.shape)
    #expect(try example.cross.floats() == prompt.cross.floats())
    #expect(try example.global.floats() == prompt.global.floats())

    let sound = try SoundReader().sound(path: ball, rate: audio.sampleRate, channels: audio.channels)
    var latents = try LatentEncoder(tiny.pipeline, options: SessionOptions())
    let found = try latents.encode(sound, count: 4 * audio.sampleRate)
    #expect(try example.latents.floats() == found.mean)
  }

  @Test func latentsAreDrawnUnlessTheMeanIsAskedFor() throws {
    try prepare([clip("a"), clip("b")], "drawn", settings())
    try prepare([clip("a"), clip("b")], "mean", settings { $0.latents = .mean })
    let (drawn, mean) = (try Dataset(path: tiny.folder("drawn")), try Dataset(path: tiny.folder("mean")))
    let latents = try [drawn, mean].map { dataset in
      try (0..<2).map { try dataset.example($0).latents.floats() }
    }
    #expect(latents[1][0] == latents[1][1])
    #expect(latents[0][0] != latents[0][1] && latents[0][0] != latents[1][0])
  }

  @Test func sharesMakeTheWhole() throws {
    let clips = (0..<5).map { index in clip("clip\(index)") { $0.start = Double(index) / 2 } }
    try prepare(clips, "whole", settings { $0.clipsPerShard = 2 })
    for index in 1...2 {
      try prepare(clips, "parts", settings { $0.share = DatasetShare(index: index, of: 2) ?? .whole })
    }
    let (whole, parts) = (try Dataset(path: tiny.folder("whole")), try Dataset(path: tiny.folder("parts")))
    #expect(Set(whole.clips.map(\.shard)).count == 3 && parts.manifests.count == 2)
    #expect(whole.clips.map(\.id) == parts.clips.map(\.id))
    for index in whole.clips.indices {
      #expect(try values(whole.example(index)) == values(parts.example(index)))
    }
    #expect(throws: Diagnostic.self) { try prepare(clips, "parts", settings()) }
  }

  @Test func aCutPreparationGoesOn() throws {
    let clips = (0..<5).map { index in clip("clip\(index)") { $0.start = Double(index) / 2 } }
    let few = settings { $0.clipsPerShard = 2 }
    try prepare(clips, "whole", few)
    do {
      // Three are made, two of them written; then the process is lost.
      var lost = try Preparation(tiny.pipeline, few, writing: tiny.folder("cut"), options: SessionOptions())
      for clip in clips.prefix(3) { try lost.add(clip) }
    }
    #expect(try DatasetManifest(path: tiny.folder("cut/manifest.json")).clips.count == 2)
    try prepare(clips, "cut", few)
    let names = try FileManager.default.contentsOfDirectory(atPath: tiny.folder("whole"))
    #expect(Set(names).isSuperset(of: ["clips-000000.safetensors", "manifest.json"]))
    for name in names { #expect(try tiny.folder.bytes("whole/\(name)") == tiny.folder.bytes("cut/\(name)")) }

    let before = try tiny.folder.bytes("cut/clips-000000.safetensors")
    #expect(try prepare(clips + [clip("more")], "cut", few).clips.count == 6)
    #expect(try tiny.folder.bytes("cut/clips-000000.safetensors") == before)
    #expect(throws: Diagnostic.self) { try prepare(clips, "cut", settings { $0.latents = .mean }) }
    #expect(throws: Diagnostic.self) { try prepare(clips, "cut", settings { $0.window = 2 }) }
  }

  @Test func longClipsAreCut() throws {
    let cutting = settings { ($0.window, $0.latents) = (1.5, .mean) }
    let manifest = try prepare([clip("ball"), clip("part") { $0.duration = 1 }], "data", cutting)
    #expect(manifest.clips.map(\.id) == ["ball@0", "ball@1.5", "ball@3", "part"])
    #expect(manifest.clips.map(\.seconds) == [1.5, 1.5, 1, 1] && manifest.cut == ["ball"])
    let alone = try prepare(
      [clip("late") { ($0.start, $0.duration) = (1.5, 1.5) }], "alone", settings { $0.latents = .mean })
    #expect(alone.clips.map(\.seconds) == [1.5])
    let (cut, late) = (try Dataset(path: tiny.folder("data")), try Dataset(path: tiny.folder("alone")))
    let (a, b) = (try values(cut.example(1)), try values(late.example(0)))
    #expect(a == b)
    #expect(try prepare([clip("ball")], "data", cutting).clips.count == 4)

    // A window that is left out is tried again.
    var most = cutting
    most.filter.leastBandwidth = 2000
    #expect(try prepare([clip("ball")], "again", most).skipped.map(\.id) == ["ball@0", "ball@1.5", "ball@3"])
    let again = try prepare([clip("ball")], "again", cutting)
    #expect(again.clips.map(\.id) == ["ball@0", "ball@1.5", "ball@3"] && again.skipped.isEmpty)
  }

  @Test func everyKindOfBadClip() throws {
    let folder = tiny.folder
    let silence = try Sound(channels: [Array(repeating: 0, count: 64_000)], sampleRate: 16_000)
    try SoundFile.write(silence, to: folder("silence.wav"))
    try folder.put("empty.txt", " \n")
    try FileManager.default.copyItem(atPath: ball, toPath: folder("empty.mp4"))
    try FileManager.default.copyItem(atPath: ball, toPath: folder("alone.mp4"))
    try folder.put(
      "scores.jsonl", "{\"id\": \"good\", \"clap\": 0.4, \"by\": \"x\"}\n{\"id\": \"poor\", \"clap\": 0.1}\n")
    var strict = settings {
      $0.filter.mostSilence = 0.5
      $0.filter.leastBandwidth = 200
      $0.filter.leastSeconds = 0.5
    }
    let fixtures = "\(TinyPipeline.fixtures)/clips"
    let bad: [(SourceClip, String)] = [
      (clip("text") { $0.video = "\(fixtures)/text.mp4" }, "this is no video"),
      (clip("mute") { $0.video = "\(fixtures)/rotated.mp4" }, "there is no sound"),
      (clip("missing") { $0.video = "\(fixtures)/nowhere.mp4" }, "cannot open"),
      (clip("late") { $0.start = 9 }, "start"),
      (clip("alone") { ($0.prompt, $0.video) = (nil, folder("alone.mp4")) }, "there is no prompt"),
      (clip("empty") { ($0.prompt, $0.video) = (nil, folder("empty.mp4")) }, "is empty"),
      (clip("blank") { $0.prompt = " " }, "is empty"),
      (clip("short") { $0.duration = 0.25 }, "too short: 0.25 s, expected at least 0.5 s"),
      (
        clip("silent") { $0.audio = folder("silence.wav") },
        "too silent: 1 of the frames, expected at most 0.5"
      ),
      (clip("sidecar") { $0.audio = folder("nowhere.wav") }, "cannot open"),
    ]
    let manifest = try prepare(bad.map(\.0) + [clip("good")], "data", strict)
    #expect(manifest.clips.map(\.id) == ["good"])
    #expect(manifest.skipped.map(\.id) == bad.map(\.0.id))
    for (skipped, (_, words)) in zip(manifest.skipped, bad) {
      #expect(skipped.reason.contains(words), "\(skipped)")
    }

    var rules = settings()
    rules.filter.rules = [try #require(ScoreRule("clap >= 0.3"))]
    rules.filter.scores = try ClipScores(path: folder("scores.jsonl"))
    let judged = try prepare([clip("good"), clip("poor"), clip("unknown")], "judged", rules)
    #expect(judged.clips.map(\.id) == ["good"])
    #expect(
      judged.skipped.map(\.reason) == [
        "the score \"clap\" is 0.1, expected clap>=0.3", "there is no score \"clap\", expected clap>=0.3",
      ])
    let narrow = try prepare([clip("ball")], "narrow", settings { $0.filter.leastBandwidth = 2000 })
    #expect(narrow.skipped.first?.reason.hasPrefix("too narrow: 99 % of the energy lies below 3") == true)

    strict.isStrict = true
    #expect(throws: Diagnostic.self) { try prepare([bad[0].0], "strict", strict) }
  }

  @Test func whatWasLeftOutIsTriedAgain() throws {
    let path = tiny.folder("later.mp4")
    let later = clip("later") { $0.video = path }
    #expect(try prepare([later], "data", settings()).skipped.map(\.id) == ["later"])
    try FileManager.default.copyItem(atPath: ball, toPath: path)
    let manifest = try prepare([later], "data", settings())
    #expect(manifest.clips.map(\.id) == ["later"] && manifest.skipped.isEmpty)
  }

  @Test func oneWriterAtATime() throws {
    let first = try Preparation(
      tiny.pipeline, settings(), writing: tiny.folder("data"), options: SessionOptions())
    #expect(throws: Diagnostic.self) { try prepare([clip("ball")], "data", settings()) }
    #expect(first.manifest.clips.isEmpty)
  }

  @Test(arguments: [
    ("clap>=0.3", 0.3, true), ("clap>0.3", 0.3, false), ("a b <= -1", -1, true), ("x<2e3", 2000, false),
  ])
  func rules(text: String, score: Double, isAllowed: Bool) throws {
    #expect(try #require(ScoreRule(text)).allows(score) == isAllowed)
  }

  @Test(arguments: ["clap", "clap=0.3", ">=0.3", "clap>=", "clap>=nan", "clap>=x"])
  func noRules(text: String) { #expect(ScoreRule(text) == nil) }
}
