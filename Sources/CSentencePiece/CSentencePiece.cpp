#include "CSentencePiece.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <vector>

// In the library, but in none of its installed headers.
namespace sentencepiece::logging {
void SetMinLogLevel(int level);
}

struct piece_model {
  sentencepiece::SentencePieceProcessor processor;
};

static void explain(const std::string &words, char *error, size_t capacity) {
  if (capacity == 0) return;
  size_t count = std::min(words.size(), capacity - 1);
  std::memcpy(error, words.data(), count);
  error[count] = 0;
}

struct piece_model *sentencepiece_load(const void *bytes, size_t count, char *error, size_t capacity) {
  try {
    sentencepiece::logging::SetMinLogLevel(4);
    auto model = std::make_unique<piece_model>();
    auto status =
        model->processor.LoadFromSerializedProto({static_cast<const char *>(bytes), count});
    if (status.ok()) return model.release();
    explain(status.ToString(), error, capacity);
  } catch (const std::exception &exception) {
    explain(exception.what(), error, capacity);
  } catch (...) {
    explain("unknown exception", error, capacity);
  }
  return nullptr;
}

void sentencepiece_free(struct piece_model *model) { delete model; }

int32_t sentencepiece_count(const struct piece_model *model) { return model->processor.GetPieceSize(); }

int32_t sentencepiece_id(const struct piece_model *model, const char *piece, size_t count) {
  return model->processor.PieceToId({piece, count});
}

int32_t sentencepiece_unknown(const struct piece_model *model) { return model->processor.unk_id(); }

int sentencepiece_encode(
    const struct piece_model *model, const char *text, size_t count, void *context,
    void (*take)(void *context, const int32_t *ids, size_t count)) {
  try {
    std::vector<int> ids;
    if (!model->processor.Encode({text, count}, &ids).ok()) return -1;
    take(context, ids.data(), ids.size());
    return 0;
  } catch (...) {
    return -1;
  }
}
