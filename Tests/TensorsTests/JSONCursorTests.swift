import TemporaryFolders
import Tensors
import Testing

@Suite struct JSONCursorTests {
  private enum Sampler: String, CaseIterable { case ddim, euler }

  private let config = JSON.Cursor(
    [
      "depth": 24, "eps": 1e-5, "whole": 2, "act": "gelu", "use": true, "none": nil,
      "strides": [2, 4, 8], "model": ["diffusion": ["config": ["depth": "x"]]],
      "parts": [["id": 1], ["id": -1]],
      "names": ["a", "b"], "sampler": "euler",
    ], file: "config.json")

  @Test func reads() throws {
    #expect(try config.integer("depth") == 24)
    #expect(try config.integer("depth", in: 1...24) == 24)
    #expect(try config.integer("gone", default: 3) == 3)
    #expect(try config.integer("none", default: 3) == 3)
    #expect(try config.integerIfPresent("none") == nil)
    #expect(try config.integer("gone", "deeper", default: 3) == 3)
    #expect(try config.real("eps") == 1e-5)
    #expect(try config.real("whole") == 2)
    #expect(try config.string("act") == "gelu")
    #expect(try config.bool("use"))
    #expect(try config.integers("strides") == [2, 4, 8])
    #expect(try config.reals("strides") == [2, 4, 8])
    #expect(try config.strings("names") == ["a", "b"])
    #expect(try config.array("parts")[0].integer("id") == 1)
    #expect(try config.object("model").object("diffusion").keys == ["config"])
    #expect(try config.objectIfPresent("gone") == nil)
    #expect(try config.choice("sampler", of: Sampler.self) == .euler)
    #expect(try config.choice("gone", default: Sampler.ddim) == .ddim)
  }

  private func trouble<Value>(_ body: () throws(Diagnostic) -> Value) -> Diagnostic? {
    do throws(Diagnostic) {
      _ = try body()
      return nil
    } catch { return error }
  }

  @Test func saysWhatIsAndWhatWasExpected() {
    let path = trouble { () throws(Diagnostic) in try config.integer("model", "diffusion", "config", "depth")
    }
    #expect(path?.message.text == "model.diffusion.config.depth is the string \"x\"; expected an integer")
    #expect(path?.site == "model.diffusion.config.depth of config.json")
    let through = trouble { () throws(Diagnostic) in try config.integer("act", "x") }
    #expect(through?.message.text == "act is the string \"gelu\"; expected an object")
    let gone = trouble { () throws(Diagnostic) in try config.real("model", "eps") }
    #expect(gone?.message.text == "model.eps is missing; expected a number")
    let element = trouble { () throws(Diagnostic) in
      try config.array("parts")[1].integer("id", in: 0 ... .max)
    }
    #expect(element?.message.text == "parts[1].id is the integer -1; expected an integer of at least 0")
    let range = trouble { () throws(Diagnostic) in try config.integers("strides", in: 1...4) }
    #expect(range?.message.text == "strides[2] is the integer 8; expected an integer from 1 to 4")
    let choice = trouble { () throws(Diagnostic) in try config.choice("act", of: Sampler.self) }
    #expect(choice?.message.text == "act is the string \"gelu\"; expected one of \"ddim\", \"euler\"")
    let fraction = trouble { () throws(Diagnostic) in try config.integer("eps", default: 1) }
    #expect(fraction?.message.text == "eps is the number 1e-05; expected an integer")
    let bool = trouble { () throws(Diagnostic) in try config.bool("depth") }
    #expect(bool?.message.text == "depth is the integer 24; expected true or false")
    let list = trouble { () throws(Diagnostic) in try config.strings("strides") }
    #expect(list?.message.text == "strides[0] is the integer 2; expected a string")
    let whole = trouble { () throws(Diagnostic) in try JSON.Cursor(nil, file: "f").array() }
    #expect(whole?.description == "error: the value is missing; expected an array\n  at f")
  }

  @Test func loadsFiles() throws {
    let folder = try TemporaryFolder()
    let path = try folder.put("config.json", "{\"a\": [1, 2]}")
    #expect(try JSON.load(path: path).integers("a") == [1, 2])
    let large = trouble { () throws(Diagnostic) in try JSON.load(path: path, sizeLimit: 12) }
    #expect(large?.message.text == "JSON file has 13 bytes; at most 12 are read")
    #expect(trouble { () throws(Diagnostic) in try JSON.load(path: folder.path) }?.kind == .noInput)
    #expect(trouble { () throws(Diagnostic) in try JSON.load(path: folder("none")) }?.kind == .noInput)
    let broken = try folder.put("broken.json", "{\n  \"a\": tru\n}")
    let site = trouble { () throws(Diagnostic) in try JSON.load(path: broken) }?.site
    #expect(site == "\(broken):2:8 (byte 9)")
  }
}
