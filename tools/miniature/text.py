"""The tokenizer and the text encoder of the miniature."""

import sentencepiece
import torch

import configs
import world
from upstream import T5Config, T5EncoderModel  # it also lets the modules of tools/fixtures be found
import make_tokenizer

PIECES = 120


def write_tokenizer(folder):
    """A SentencePiece unigram model with T5's ids, made from the world's prompts."""
    prompts = (prompt for prompt, _ in world.all_prompts())
    characters = "abcdefghijklmnopqrstuvwxyz0123456789.,:-'ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    make_tokenizer.train(folder, prompts, PIECES, required_chars=characters)
    make_tokenizer.describe(folder, configs.SENTINELS, configs.TOKENS)


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
