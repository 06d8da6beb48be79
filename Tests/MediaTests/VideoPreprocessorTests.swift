import Checkpoints
import Media
import Tensors
import Testing

@Suite struct VideoPreprocessorTests {
  @Test(arguments: [("landscape", 32), ("odd", 32), ("portrait", 20), ("enlarged", 56)])
  func equalsUpstreamToTheBit(name: String, crop: Int) throws {
    let pictures = try Clip.reference("preprocessing.safetensors", name + ".frames")
    let expected = try Clip.reference("preprocessing.safetensors", name + ".pixel_values_videos")
    let (height, width) = (pictures.shape[1], pictures.shape[2])
    let bytes = pictures.withBytes { Array($0) }
    let frames = stride(from: 0, to: bytes.count, by: 3 * height * width).compactMap {
      VideoFrame(width: width, height: height, rgb: Array(bytes[$0..<$0 + 3 * height * width]))
    }
    let tensor = try VideoPreprocessor(crop: crop).tensor(of: frames)
    #expect(tensor.shape == [frames.count, 3, crop, crop])
    #expect(try tensor.floats() == expected.floats())
  }

  @Test func theConfigurationOfTheTinySet() throws {
    let config = try Clip.config("tiny/video_encoder/video_preprocessor_config.json")
    #expect(try VideoPreprocessor(config) == VideoPreprocessor(crop: 32))
  }

  @Test func configurationsTurnStepsOff() throws {
    let off = try VideoPreprocessor(
      JSON.Cursor(
        [
          "crop_size": 64, "do_resize": false, "do_center_crop": false, "do_rescale": false,
          "do_normalize": false,
        ],
        file: "video_preprocessor_config.json"))
    let frame = try #require(VideoFrame(width: 2, height: 1, rgb: [1, 2, 3, 4, 5, 6]))
    #expect(off.outputSize(of: frame) == VideoPreprocessor.Size(height: 1, width: 2))
    #expect(try off.planes(of: frame) == [1, 4, 2, 5, 3, 6])
  }

  @Test func aCropLargerThanThePictureIsZeroOutside() throws {
    var padded = VideoPreprocessor(crop: 4)
    (padded.shortestEdge, padded.rescaleFactor, padded.normalization) = (nil, nil, nil)
    let frame = try #require(VideoFrame(width: 5, height: 1, rgb: (1...15).map { $0 }))
    let red = try padded.planes(of: frame).prefix(16)
    #expect(Array(red) == [0, 0, 0, 0, 1, 4, 7, 10, 0, 0, 0, 0, 0, 0, 0, 0])
  }

  @Test func refusals() throws {
    func refusal(_ config: JSON) -> String? {
      do throws(Diagnostic) {
        _ = try VideoPreprocessor(JSON.Cursor(config, file: "c.json"))
        return nil
      } catch { return error.message.text }
    }
    #expect(refusal(["resample": 3]) == "resample is 3; expected 2 (bilinear), the only one V-JEPA 2 uses")
    #expect(refusal(["image_mean": [0.5]]) == "image_mean has 1 numbers; expected 3, for red, green and blue")
    let divisor = "rescale_factor or a number of image_std is 0; expected a divisor"
    #expect(refusal(["image_std": [0.5, 0, 0.5]]) == divisor)
    #expect(refusal(["rescale_factor": 0.0]) == divisor)
    #expect(refusal(["crop_size": 0]) != nil)
    #expect(throws: Diagnostic("there is no frame; expected at least one")) {
      _ = try VideoPreprocessor().tensor(of: [])
    }
    var whole = VideoPreprocessor()
    whole.crop = nil
    let thin = try #require(VideoFrame(width: 90_000, height: 1, rgb: [UInt8](repeating: 0, count: 270_000)))
    #expect(throws: Diagnostic.self) { _ = try whole.planes(of: thin) }
  }
}
