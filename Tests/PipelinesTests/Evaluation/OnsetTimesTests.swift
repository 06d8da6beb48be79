import Media
import Pipelines
import TemporaryFolders
import Tensors
import Testing

@Suite struct OnsetTimesTests {
  @Test func areReadAsTextAndFile() throws {
    #expect(try OnsetTimes(textOrPath: "1.25, 0.5,3").seconds == [0.5, 1.25, 3])
    let folder = try TemporaryFolder()
    let path = try folder.put("a.onsets", "# strikes\n0.5\r\n1.25 # strong\n\n3e0\n")
    #expect(try OnsetTimes(textOrPath: path).seconds == [0.5, 1.25, 3])
  }

  @Test(arguments: ["-1", "0.5,inf", "nan", "1e9"]) func wrongOnesAreNamed(_ text: String) {
    do throws(Diagnostic) {
      _ = try OnsetTimes(textOrPath: text)
      Issue.record("\(text) was taken")
    } catch {
      #expect(error.message.text.contains("is no time in seconds"))
    }
  }

  @Test func aFileOfWordsIsNone() throws {
    let folder = try TemporaryFolder()
    let path = try folder.put("a.onsets", "0.5\nsoon\n")
    let error = #expect(throws: Diagnostic.self) { try OnsetTimes(textOrPath: path) }
    #expect(error?.message.text.hasPrefix("\"soon\" is no time") == true && error?.site == path)
  }

  @Test func aPartHasItsOwn() throws {
    let times = try OnsetTimes(textOrPath: "0.5,1.25,3")
    #expect(times.inside(start: 0.5, duration: 2.5) == [0, 0.75])
  }

  @Test func aListNamesAFileOfThem() throws {
    let folder = try TemporaryFolder()
    try folder.put("a.onsets", "0.5\n2")
    let path = try folder.put("list.jsonl", #"{"sound": "a.wav", "onsets": "a.onsets"}"#)
    #expect(try EvaluationList(path: path).clips.first?.onsets == [0.5, 2])
  }

  @Test func hearingTellsWhatWasMet() throws {
    let sound = try EvaluationTests.strikes([0.3, 0.75, 1.2], pitch: 900)
    let hearing = Hearing(sound, seen: [0.3, 1.2, 1.6])
    #expect(hearing.heard.count == 3 && hearing.score?.hits == 2 && hearing.score?.truth == 3)
    #expect(Hearing(sound).score == nil)
  }
}
