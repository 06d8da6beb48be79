#ifndef CSENTENCEPIECE_H
#define CSENTENCEPIECE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A loaded SentencePiece model. Its functions that take it as const may run in several threads.
struct piece_model;

/// The model that `bytes` spell, or NULL with up to `capacity` bytes of words in `error`.
struct piece_model *sentencepiece_load(
    const void *bytes, size_t count, char *error, size_t capacity);
void sentencepiece_free(struct piece_model *model);

int32_t sentencepiece_count(const struct piece_model *model);
/// The id of the piece or, where there is none, that of the unknown piece.
int32_t sentencepiece_id(const struct piece_model *model, const char *piece, size_t count);
int32_t sentencepiece_unknown(const struct piece_model *model);

/// Calls `take` with the ids of `text` and their number; returns 0, or -1 iff the library failed.
int sentencepiece_encode(
    const struct piece_model *model, const char *text, size_t count, void *context,
    void (*take)(void *context, const int32_t *ids, size_t count));

#ifdef __cplusplus
}
#endif

#endif
