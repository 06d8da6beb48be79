import Tensors

/// What a pipeline of diffusers says of its parts.
enum DiffusersPipeline {
  /// `model_index.json` of a Stable Audio pipeline. Its parts that are of no layout here, the scheduler and the
  /// tokenizer, are named nevertheless: whoever loads the pipeline puts them beside or passes them.
  static let index: JSON =
    [
      "_class_name": "StableAudioPipeline",
      "projection_model": ["stable_audio", "StableAudioProjectionModel"],
      "scheduler": ["diffusers", "CosineDPMSolverMultistepScheduler"],
      "text_encoder": ["transformers", "T5EncoderModel"], "tokenizer": ["transformers", "T5TokenizerFast"],
      "transformer": ["diffusers", "StableAudioDiTModel"], "vae": ["diffusers", "AutoencoderOobleck"],
    ]
}
