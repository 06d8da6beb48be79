import Tensors

/// What a Stable Audio pipeline of diffusers says of its parts, beside what each says of itself.
enum DiffusersPipeline {
  /// `model_index.json`. It names the text encoder and the tokenizer too, which other layouts do not hold:
  /// whoever loads the pipeline puts them beside or passes them.
  static let index: JSON = [
    "_class_name": "StableAudioPipeline",
    "projection_model": ["stable_audio", "StableAudioProjectionModel"],
    "scheduler": ["diffusers", "CosineDPMSolverMultistepScheduler"],
    "text_encoder": ["transformers", "T5EncoderModel"], "tokenizer": ["transformers", "T5TokenizerFast"],
    "transformer": ["diffusers", "StableAudioDiTModel"], "vae": ["diffusers", "AutoencoderOobleck"],
  ]

  /// `scheduler/scheduler_config.json` of the published pipeline, whose noise levels are those that
  /// stable-audio-tools samples at.
  static let scheduler: JSON = [
    "_class_name": "CosineDPMSolverMultistepScheduler", "num_train_timesteps": 1000,
    "prediction_type": "v_prediction", "sigma_data": 1.0, "sigma_max": 500, "sigma_min": 0.3,
    "sigma_schedule": "exponential", "solver_order": 2, "solver_type": "midpoint",
  ]
}
