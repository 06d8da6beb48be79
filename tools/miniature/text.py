"""The tokenizer and the text encoder of the miniature."""

import io
import json

import sentencepiece
import torch

import configs
import world
from upstream import T5Config, T5EncoderModel, T5Tokenizer

PIECES = 120


def make_tokenizer(folder):
    """A SentencePiece unigram model with T5's ids, made from the world's prompts."""
    folder.mkdir(parents=True, exist_ok=True)
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(prompt for prompt, _ in world.all_prompts()),
        model_writer=model,
        model_type="unigram",
        vocab_size=PIECES,
        pad_id=0,
        eos_id=1,
        unk_id=2,
        bos_id=-1,
        normalization_rule_name="nmt_nfkc",
        character_coverage=1.0,
        required_chars="abcdefghijklmnopqrstuvwxyz0123456789.,:-'ABCDEFGHIJKLMNOPQRSTUVWXYZ",
        num_threads=1,
        minloglevel=2,
    )
    (folder / "spiece.model").write_bytes(model.getvalue())
    specials = {"eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
    extra = [f"<extra_id_{i}>" for i in range(configs.SENTINELS)]
    write(folder / "special_tokens_map.json", {"additional_special_tokens": extra, **specials})
    write(
        folder / "tokenizer_config.json",
        {
            "additional_special_tokens": extra,
            **specials,
            "extra_ids": configs.SENTINELS,
            "model_max_length": configs.TOKENS,
            "tokenizer_class": "T5Tokenizer",
        },
    )


def write(path, value):
    path.write_text(json.dumps(value, indent=2) + "\n")


class Tokenizer:
    """Prompts to ids and mask `[n, TOKENS]`: pieces, then the end, then padding."""

    def __init__(self, folder):
        self.pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model"))

    def __call__(self, prompts):
        rows = [self.pieces.encode(prompt)[: configs.TOKENS - 1] + [1] for prompt in prompts]
        ids = torch.tensor([row + [0] * (configs.TOKENS - len(row)) for row in rows])
        mask = torch.tensor([[1] * len(row) + [0] * (configs.TOKENS - len(row)) for row in rows])
        return ids, mask


def make_encoder(folder):
    pieces = sentencepiece.SentencePieceProcessor(model_file=str(folder / "spiece.model")).vocab_size()
    return T5EncoderModel(T5Config(vocab_size=pieces + configs.SENTINELS, **configs.TEXT))
