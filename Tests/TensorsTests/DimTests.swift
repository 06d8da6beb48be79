import Tensors
import Testing

@Suite struct DimTests {
  @Test(arguments: [
    "0", "64", "-1", "L", "L+1", "2048*L", "2*T-1", "-1*n+4", "B*N", "L//2", "(L+1)//2", "2*(L//2)",
    "2*B*N-3*L+1", "B*(L//2)", "(B*N+1)//3", "L//6",
  ])
  func printsWhatItParses(text: String) {
    #expect(Dim(parsing: text)?.description == text)
  }

  @Test(arguments: [
    "", "+", "L+", "*L", "2*", "a b", "1.5", "L/2", "L//0", "L//M", "(L", "L)", "inf", "2*nan", "Infinity",
  ])
  func refuses(text: String) { #expect(Dim(parsing: text) == nil) }

  @Test func arithmetic() {
    let length: Dim = "L"
    #expect((length + 1)?.description == "L+1")
    #expect((length * 2048)?.binding(["L": 259])?.fixed == 530_432)
    #expect((length + "M")?.description == "L+M")
    #expect((length * "M")?.dividedExactly(by: length) == "M")
    #expect(("L" + 1).flatMap { $0 * $0 }?.description == "2*L+L*L+1")
    #expect(length.dividedDown(by: 2)?.dividedDown(by: 3)?.description == "L//6")
    #expect(length.dividedDown(by: 2)?.binding(["L": 7])?.fixed == 3)
    #expect((length + 5)?.dividedDown(by: 2)?.description == "(L+1)//2+2")
    #expect((length + 1)?.isPositive == true && !length.isPositive && (length - 1)?.isPositive == false)
    #expect(Dim(parsing: "16*((s21//2))")?.description == "16*(s21//2)")
    #expect(Dim(parsing: "((((s0-1)//2))+1)*((((s53-1)//2))+1)")?.binding(["s0": 5, "s53": 8])?.fixed == 12)
    #expect((length - length)?.fixed == 0)
    #expect((length * 2048)?.dividedDown(by: 2048) == length)
    #expect(length.dividedExactly(by: 2) == nil)
    #expect(Dim(-3).dividedDown(by: 2)?.fixed == -2)
    #expect((Dim(.max) + 1) == nil)
    #expect((length + 1)?.solving(for: 260)?.length == 259)
    #expect(Dim(parsing: "2*((L+1)//2)+(L//3+M)//2")?.divisors == ["L": 6, "M": 2])
    #expect(length.divisors.isEmpty)
  }

  @Test func typesPrintAndParse() {
    for text in ["f32[]", "bf16[B, 2*T, 64]", "i64[3]"] {
      #expect(TensorType(parsing: text)?.description == text)
    }
    #expect(TensorType(parsing: "f33[3]") == nil)
    #expect(TensorType(.f32, shape: [0, 1 << 62, 4]).count == nil)
    #expect(TensorType(.f32, ["B", "L"]).replacing(["L": "M"]) == TensorType(.f32, ["B", "M"]))
    #expect(TensorType(.f32, ["B", "B"]).replacing(["B": Dim(.max)])?.dims == [Dim(.max), Dim(.max)])
    #expect(Dim(parsing: "2*B").map { TensorType(.f32, [$0]) }?.replacing(["B": Dim(.max)]) == nil)
  }
}
