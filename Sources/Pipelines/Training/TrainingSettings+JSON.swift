import Passes
import Runtime
package import Tensors

extension TrainingSettings {
  package var json: JSON {
    [
      "seed": .integer(Int64(bitPattern: seed)), "steps": JSON(steps), "batch": JSON(batch),
      "accumulation": JSON(accumulation), "precision": JSON(precision.rawValue),
      "learning_rate": [
        "base": JSON(learningRate.base), "warmup": JSON(learningRate.warmup),
        "course": JSON(learningRate.course.rawValue), "last": JSON(learningRate.last),
        "inverse_gamma": JSON(learningRate.inverseGamma), "inverse_power": JSON(learningRate.inversePower),
      ],
      "optimizer": [
        "beta1": JSON(optimizer.beta1), "beta2": JSON(optimizer.beta2), "epsilon": JSON(optimizer.epsilon),
        "weight_decay": JSON(optimizer.decay),
      ],
      "largest_norm": largestNorm.map { JSON($0) } ?? .null, "timesteps": JSON(timesteps.rawValue),
      "loss_weighting": JSON(lossWeighting.rawValue), "snr_gamma": JSON(snrGamma),
      "token_drop": JSON(tokenDrop), "video_drop": JSON(videoDrop), "text_drop": JSON(textDrop),
      "hold_out": JSON(holdOut), "average": average.map { JSON($0) } ?? .null,
    ]
  }

  /// Throws iff a field is missing or makes no sense.
  package init(_ json: JSON.Cursor) throws(Diagnostic) {
    self.init()
    seed = UInt64(bitPattern: Int64(try json.integer("seed")))
    steps = try json.integer("steps")
    batch = try json.integer("batch")
    accumulation = try json.integer("accumulation")
    precision = try json.choice("precision")
    let rate = try json.object("learning_rate")
    learningRate.base = try rate.real("base")
    learningRate.warmup = try rate.integer("warmup")
    learningRate.course = try rate.choice("course", of: LearningRate.Course.self)
    learningRate.last = try rate.real("last")
    learningRate.inverseGamma = try rate.real("inverse_gamma")
    learningRate.inversePower = try rate.real("inverse_power")
    let adam = try json.object("optimizer")
    optimizer.beta1 = try adam.real("beta1")
    optimizer.beta2 = try adam.real("beta2")
    optimizer.epsilon = try adam.real("epsilon")
    optimizer.decay = try adam.real("weight_decay")
    largestNorm = try json.realIfPresent("largest_norm")
    timesteps = try json.choice("timesteps", of: TimestepSampler.self)
    lossWeighting = try json.choice("loss_weighting", of: LossWeighting.self)
    snrGamma = try json.real("snr_gamma")
    tokenDrop = try json.real("token_drop")
    videoDrop = try json.real("video_drop")
    textDrop = try json.real("text_drop")
    holdOut = try json.real("hold_out")
    average = try json.realIfPresent("average")
    try check()
  }
}
