// Attention with an online softmax. Part of impl.h.
//
// Queries lie in the lanes: a block of scores is Sᵀ = K·Qᵀ [keys, queries], so that the softmax over keys
// runs down the rows without a reduction across lanes, and the output block Oᵀ += Vᵀ·Pᵀ takes its
// left factor from the rows of V as they are. Scores are kept as multiples of log 2.
//
// With `narrow` the factors of both products are cells of bf16 (CELL_DEPTH, tile.h): neighbours along the head in
// the first, neighbouring keys in the second. Sums, maxima and exponentials are floats all the same.

/// The most keys of a block.
enum { KEY_BLOCK = 128 };

/// The state of one block of queries; arrays hold one part for each tile of TILE_COLUMNS queries.
typedef struct {
  size_t width;     // of a query or key, in cells
  size_t padded_value_width;
  float *queries;   // [tiles, width, TILE_COLUMNS], scaled
  float *outputs;   // [tiles, padded_value_width, TILE_COLUMNS]
  float *maxima;    // [tiles, TILE_COLUMNS]
  float *sums;      // [tiles, TILE_COLUMNS]
  float *scores;    // [KEY_BLOCK, TILE_COLUMNS], of the tile at work
  float *keys;      // [KEY_BLOCK, width]
  float *values;    // [cells of KEY_BLOCK, padded_value_width]
} attention_state;

static const float log2_of_e = 1.44269504f;

/// scores [keys, tile] += keys · queries of one tile, where `scores` holds the bias or nothing yet.
INLINE void score_tile(
  int vectors, bool narrow, const attention_state *state, const float *queries, size_t keys, bool biased) {
  size_t width = state->width;
  for (size_t r = 0; r < keys; r += CK_ROWS) {
    vf sums[CK_ROWS][CK_VECTORS];
    float *scores = state->scores + r * TILE_COLUMNS;
    UNROLLED
    for (int i = 0; i < CK_ROWS; i++)
      UNROLLED
      for (int c = 0; c < vectors; c++)
        sums[i][c] = biased ? load(scores + i * TILE_COLUMNS + c * CK_WIDTH) : splat(0.0f);
    accumulate(
      vectors, narrow, width, state->keys + r * width, width, 1, queries, TILE_COLUMNS, NULL, sums);
    UNROLLED
    for (int i = 0; i < CK_ROWS; i++)
      UNROLLED
      for (int c = 0; c < vectors; c++)
        store(scores + i * TILE_COLUMNS + c * CK_WIDTH, sums[i][c]);
  }
}

/// Turns scores into weights relative to the new maxima, as cells if `narrow`. Writes the factor that brings what
/// was summed before to the new maxima to `decay`.
INLINE void weigh_tile(
  int vectors, bool narrow, float *scores, size_t keys, float *maxima, float *sums, vf decay[CK_VECTORS]) {
  vf base[CK_VECTORS], total[CK_VECTORS];
  UNROLLED
  for (int c = 0; c < vectors; c++) {
    vf before = load(maxima + c * CK_WIDTH), most = before;
    for (size_t r = 0; r < keys; r++)
      most = larger(load(scores + r * TILE_COLUMNS + c * CK_WIDTH), most);
    store(maxima + c * CK_WIDTH, most);
    base[c] = pick(most == -__builtin_inff(), splat(0.0f), most);
    decay[c] = exp2_of_negative(false, before - base[c]);
    total[c] = load(sums + c * CK_WIDTH) * decay[c];
  }
  size_t step = narrow ? CELL_DEPTH : 1;
  for (size_t r = 0; r < keys; r += step) {
    UNROLLED
    for (int c = 0; c < vectors; c++) {
      const float *from = scores + r * TILE_COLUMNS + c * CK_WIDTH;
      vf weight = exp2_of_negative(narrow, load(from) - base[c]), cell = weight;
      total[c] += weight;
      if (step > 1) {
        vf next = splat(0.0f);
        if (r + 1 < keys) next = exp2_of_negative(narrow, load(from + TILE_COLUMNS) - base[c]);
        total[c] += next;
        cell = cells_of(weight, next);
      }
      store(scores + r / step * TILE_COLUMNS + c * CK_WIDTH, cell);
    }
  }
  UNROLLED
  for (int c = 0; c < vectors; c++) store(sums + c * CK_WIDTH, total[c]);
}

/// outputs = outputs·decay + valuesᵀ · weights of one tile.
INLINE void mix_tile(
  int vectors, bool narrow, const attention_state *state, float *outputs, size_t keys,
  const vf decay[CK_VECTORS]) {
  size_t cells = narrow ? ck_chunks(keys, CELL_DEPTH) : keys;
  for (size_t d = 0; d < state->padded_value_width; d += CK_ROWS) {
    vf sums[CK_ROWS][CK_VECTORS];
    float *out = outputs + d * TILE_COLUMNS;
    UNROLLED
    for (int i = 0; i < CK_ROWS; i++)
      UNROLLED
      for (int c = 0; c < vectors; c++)
        sums[i][c] = load(out + i * TILE_COLUMNS + c * CK_WIDTH) * decay[c];
    accumulate(
      vectors, narrow, cells, state->values + d, 1, state->padded_value_width, state->scores,
      TILE_COLUMNS, NULL, sums);
    UNROLLED
    for (int i = 0; i < CK_ROWS; i++)
      UNROLLED
      for (int c = 0; c < vectors; c++) store(out + i * TILE_COLUMNS + c * CK_WIDTH, sums[i][c]);
  }
}

/// One block of keys against one tile of queries.
INLINE void attend_tile(
  int vectors, bool narrow, const attention_state *state, size_t tile, size_t keys, bool biased) {
  vf decay[CK_VECTORS];
  score_tile(
    vectors, narrow, state, state->queries + tile * state->width * TILE_COLUMNS, keys, biased);
  weigh_tile(
    vectors, narrow, state->scores, keys, state->maxima + tile * TILE_COLUMNS,
    state->sums + tile * TILE_COLUMNS, decay);
  mix_tile(
    vectors, narrow, state, state->outputs + tile * state->padded_value_width * TILE_COLUMNS, keys, decay);
}

/// Writes the bias of queries 0..<count against keys 0..<keys to the scores, transposed.
static void place_bias(
  float *scores, const float *bias, ptrdiff_t bias_query, size_t count, size_t keys) {
  for (size_t r = 0; r < keys; r++)
    for (size_t c = 0; c < TILE_COLUMNS; c++)
      scores[r * TILE_COLUMNS + c] =
        c < count ? bias[(ptrdiff_t)c * bias_query + (ptrdiff_t)r] * log2_of_e : 0.0f;
}

static attention_state make_state(bool narrow, const ck_attention_shape *shape, size_t tiles) {
  size_t width = narrow ? cell_count(shape->width) : shape->width;
  size_t padded_value_width = ck_chunks(shape->value_width, CK_ROWS) * CK_ROWS;
  size_t columns = tiles * TILE_COLUMNS;
  size_t sizes[] = {
    width * columns,          padded_value_width * columns, columns, columns,
    KEY_BLOCK * TILE_COLUMNS, KEY_BLOCK * width,            KEY_BLOCK * padded_value_width,
  };
  size_t total = 0;
  for (int i = 0; i < 7; i++) total += sizes[i] = ck_chunks(sizes[i], 16) * 16;
  float *p = ck_scratch(CK_SCRATCH_A, total * sizeof(float));
  float *parts[7];
  for (int i = 0; i < 7; p += sizes[i++]) parts[i] = p;
  return (attention_state){
    width, padded_value_width, parts[0], parts[1], parts[2], parts[3], parts[4], parts[5], parts[6],
  };
}

/// Transposes and scales queries first..<first+count.
static void place_queries(
  bool narrow, const attention_state *state, const ck_attention_shape *shape, size_t first,
  size_t count, size_t tiles, const float *q) {
  float scale = shape->scale * log2_of_e;
  for (size_t n = 0; n < tiles * TILE_COLUMNS; n += CK_WIDTH) {
    float *to = state->queries + n / TILE_COLUMNS * state->width * TILE_COLUMNS + n % TILE_COLUMNS;
    const float *from = q + (ptrdiff_t)(first + n) * shape->q.row;
    size_t rows = n < count ? ck_min(count - n, CK_WIDTH) : 0;
    if (narrow)
      turn_cells(rows, shape->width, state->width, to, from, shape->q.row, scale);
    else
      turn_rows(rows, shape->width, to, TILE_COLUMNS, from, shape->q.row, scale);
    store(state->maxima + n, splat(-__builtin_inff()));
    store(state->sums + n, splat(0.0f));
  }
  memset(
    state->outputs, 0, tiles * state->padded_value_width * TILE_COLUMNS * sizeof *state->outputs);
}

/// Writes the finished outputs of queries first..<first+count.
static void place_outputs(
  const attention_state *state, const ck_attention_shape *shape, size_t first, size_t count,
  float *out) {
  for (size_t n = 0; n < count; n += CK_WIDTH) {
    float *from =
      state->outputs + n / TILE_COLUMNS * state->padded_value_width * TILE_COLUMNS + n % TILE_COLUMNS;
    float *to = out + (ptrdiff_t)(first + n) * shape->out.row;
    size_t rows = ck_min(count - n, CK_WIDTH);
    vf sum = load(state->sums + n);
    vf factor = pick(sum == 0.0f, splat(0.0f), 1.0f / sum);
    for (size_t d = 0; d < shape->value_width; d += CK_WIDTH) {
      size_t lanes = ck_min(shape->value_width - d, CK_WIDTH);
      vf square[CK_WIDTH];
      UNROLLED
      for (int i = 0; i < CK_WIDTH; i++)
        square[i] =
          (size_t)i < lanes ? load(from + (d + (size_t)i) * TILE_COLUMNS) * factor : splat(0.0f);
      transpose_rows(square);
      for (size_t i = 0; i < rows; i++) {
        float *place = to + (ptrdiff_t)i * shape->out.row + (ptrdiff_t)d;
        if (lanes == CK_WIDTH)
          store(place, square[i]);
        else
          store_part(place, lanes, square[i]);
      }
    }
  }
}

/// Brings `count` keys into rows of `state->width`, zeros behind them.
static void place_keys(
  bool narrow, const attention_state *state, const ck_attention_shape *shape, size_t count,
  const float *k) {
  size_t padded = ck_chunks(count, CK_ROWS) * CK_ROWS;
  if (!narrow) {
    copy_rows(state->keys, shape->width, padded, k, shape->k.row, shape->width, count);
    return;
  }
  for (size_t r = 0; r < count; r++)
    cells_of_row(
      shape->width, state->keys + r * state->width, k + (ptrdiff_t)r * shape->k.row, CK_F32);
  memset(
    state->keys + count * state->width, 0, (padded - count) * state->width * sizeof *state->keys);
}

/// Brings `count` values into rows of `padded_value_width`; with `narrow` a row of cells is of two keys.
static void place_values(
  bool narrow, const attention_state *state, const ck_attention_shape *shape, size_t count,
  const float *v) {
  size_t width = shape->value_width, padded = state->padded_value_width;
  if (!narrow) {
    copy_rows(state->values, padded, count, v, shape->v.row, width, count);
    return;
  }
  for (size_t r = 0; r < count; r += CELL_DEPTH) {
    const float *row = v + (ptrdiff_t)r * shape->v.row, *next = row + shape->v.row;
    float *cells = state->values + r / CELL_DEPTH * padded;
    for (size_t d = 0; d < padded; d += CK_WIDTH) {
      bool is_there = d < width, has_next = is_there && r + 1 < count;
      vf x = cells_of(
        is_there ? operand(row, d, width) : splat(0.0f),
        has_next ? operand(next, d, width) : splat(0.0f));
      size_t lanes = ck_min(padded - d, CK_WIDTH);
      if (lanes == CK_WIDTH)
        store(cells + d, x);
      else
        store_part(cells + d, lanes, x);
    }
  }
}

INLINE void attend(
  bool narrow, const ck_attention_shape *shape, size_t first, size_t count, const float *q,
  const float *k, const float *v, const float *bias, float *out) {
  size_t tiles = ck_chunks(count, TILE_COLUMNS);
  attention_state state = make_state(narrow, shape, tiles);
  place_queries(narrow, &state, shape, first, count, tiles, q);
  size_t blocks = ck_max(ck_chunks(shape->keys, KEY_BLOCK), 1);
  size_t block = ck_chunks(ck_chunks(shape->keys, blocks), CK_ROWS) * CK_ROWS;
  for (size_t key = 0; key < shape->keys; key += block) {
    size_t keys = ck_min(shape->keys - key, block);
    place_keys(narrow, &state, shape, keys, k + (ptrdiff_t)key * shape->k.row);
    place_values(narrow, &state, shape, keys, v + (ptrdiff_t)key * shape->v.row);
    for (size_t tile = 0; tile < tiles; tile++) {
      size_t start = tile * TILE_COLUMNS, queries = ck_min(count - start, TILE_COLUMNS);
      if (bias)
        place_bias(
          state.scores, bias + (ptrdiff_t)(first + start) * shape->bias_query + (ptrdiff_t)key,
          shape->bias_query, queries, keys);
      switch (ck_chunks(queries, CK_WIDTH)) {
        case 1: attend_tile(1, narrow, &state, tile, keys, bias != NULL); break;
        case 2: attend_tile(2, narrow, &state, tile, keys, bias != NULL); break;
        default: attend_tile(CK_VECTORS, narrow, &state, tile, keys, bias != NULL); break;
      }
    }
  }
  place_outputs(&state, shape, first, count, out);
}

static void attention_block(
  const ck_attention_shape *shape, size_t first, size_t count, const float *q, const float *k,
  const float *v, const float *bias, float *out) {
  if (CK_PAIRS && shape->narrow)
    attend(true, shape, first, count, q, k, v, bias, out);
  else
    attend(false, shape, first, count, q, k, v, bias, out);
}
