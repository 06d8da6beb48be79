"""The sizes of the miniature's models."""

AUTOENCODER = dict(
    encoder_hidden_size=12,
    downsampling_ratios=[4, 4, 4, 8],
    channel_multiples=[1, 2, 4, 8],
    decoder_channels=16,
    decoder_input_channels=6,
    audio_channels=1,
    sampling_rate=16000,
)
RATIO, LATENTS = 512, 6
# Latent frames of a clip of 4 s.
FRAMES = 125

VIDEO = dict(
    patch_size=8,
    crop_size=64,
    frames_per_clip=64,
    tubelet_size=2,
    hidden_size=64,
    num_attention_heads=2,
    num_hidden_layers=3,
    mlp_ratio=4,
    pred_hidden_size=32,
    pred_num_attention_heads=1,
    pred_num_hidden_layers=1,
    pred_num_mask_tokens=1,
    pred_zero_init_mask_tokens=False,
    num_pooler_layers=1,
)

TOKENS, SENTINELS = 24, 100
TEXT = dict(
    d_model=64,
    d_kv=16,
    d_ff=128,
    num_layers=2,
    num_heads=4,
    relative_attention_num_buckets=32,
    relative_attention_max_distance=128,
    feed_forward_proj="relu",
    dropout_rate=0.0,
)
PROJECTION = dict(text_encoder_dim=64, conditioning_dim=64, min_value=0, max_value=512)
TRANSFORMER = dict(
    sample_size=128,
    in_channels=LATENTS,
    out_channels=LATENTS,
    num_layers=4,
    attention_head_dim=64,
    num_attention_heads=2,
    num_key_value_attention_heads=1,
    cross_attention_dim=64,
    cross_attention_input_dim=64,
    global_states_input_dim=128,
    time_proj_dim=128,
)
SCHEDULER = dict(sigma_min=0.3, sigma_max=500, solver_order=2, prediction_type="v_prediction", sigma_data=1.0)
