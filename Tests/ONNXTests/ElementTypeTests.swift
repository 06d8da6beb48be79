import ONNX
import Tensors
import Testing

@Test("every element type is an ONNX type and back")
func elementTypes() {
  for dtype in DType.allCases { #expect(ElementType(dtype).dtype == dtype) }
}
