import Tensors
import Testing

@Suite struct DimTests {
  @Test(arguments: ["0", "64", "-1", "L", "L+1", "2048*L", "2*T-1", "-1*n+4"])
  func printsWhatItParses(text: String) {
    #expect(Dim(parsing: text)?.description == text)
  }

  @Test(arguments: ["", "+", "L+", "*L", "0*L", "2*", "L*2", "a b", "1.5", "L+M", "inf", "2*nan", "Infinity"])
  func refuses(text: String) { #expect(Dim(parsing: text) == nil) }

  @Test func arithmeticKeepsOneName() {
    let length: Dim = "L"
    #expect((length + 1)?.description == "L+1")
    #expect((length * 2048)?.binding(["L": 259])?.fixed == 530_432)
    #expect((length + "M") == nil)
    #expect((length - length)?.fixed == 0)
    #expect((length * 2048)?.dividedDown(by: 2048) == length)
    #expect(length.dividedDown(by: 2) == nil)
    #expect(Dim(-3).dividedDown(by: 2)?.fixed == -2)
    #expect((Dim(.max) + 1) == nil)
    #expect((length + 1)?.solving(for: 260)?.length == 259)
  }

  @Test func typesPrintAndParse() {
    for text in ["f32[]", "bf16[B, 2*T, 64]", "i64[3]"] {
      #expect(TensorType(parsing: text)?.description == text)
    }
    #expect(TensorType(parsing: "f33[3]") == nil)
    #expect(TensorType(.f32, shape: [0, 1 << 62, 4]).count == nil)
  }
}
