// One-dimensional convolutions as matrix products over a window of the input.
//
// A transposed convolution of stride s is s plain ones: output o belongs to the phase
// (o + pad_left) mod s, and phase r meets the taps t with t·dilation ≡ r mod s. A plain one has a single phase that meets every tap.
// Column q of phase r is output q·s + r - pad_left (transposed) or output q (plain).
//
// Packed weights: [group][phase][panel of CK_PANEL outputs][input][tap of the phase][CK_PANEL].
// A narrow one has pairs of inputs, in cells of bf16 (impl/tile.h), for inputs, in its weights and windows.
//
// A task computes some panels of one group over a range of columns. It walks the inputs in parts:
// copies a window of them, zeros where there is padding, and adds the product of the packed weights with
// it to its sums.
// A plain convolution with a stride keeps the window as `stride` interleaved rows, so that every tap reads
// neighbouring floats for neighbouring columns.

#include <string.h>

#include "table.h"

enum {
  MOST_COLUMNS = 384,          // of a task
  MOST_SUMS = 96 * 1024,       // floats of a task's sums
  MOST_WINDOW = 64 * 1024,     // floats of a window
  MOST_DEPTH = 1024,           // inputs times taps of a part
};

typedef struct {
  const ck_table *table;
  const ck_conv1d_shape *shape;
  const ck_conv1d_extras *extras;
  const float *x, *packed;
  float *out;
  size_t length, out_length;
  size_t group_inputs, group_outputs, panels;  // of a group
  size_t phases, steps;                        // of the output; of the input
  ptrdiff_t first_column;
  size_t columns;                              // of each phase, over the whole output
  size_t block_columns, column_blocks, block_panels, panel_blocks;
  size_t pitch, before;                        // of a window row: floats, columns before the block
  size_t pair;                                 // inputs of a cell
  size_t part_inputs;                          // inputs of a window
  size_t group_weights;                        // floats of a packed group
} conv_job;

static size_t phase_count(const ck_conv1d_shape *s) { return s->transposed ? s->stride : 1; }

/// True iff tap t belongs to `phase`.
static bool in_phase(const ck_conv1d_shape *s, size_t phase, size_t t) {
  return !s->transposed || t * s->dilation % s->stride == phase;
}

static size_t taps_in_phase(const ck_conv1d_shape *s, size_t phase) {
  size_t count = 0;
  for (size_t t = 0; t < s->taps; t++) count += in_phase(s, phase, t);
  return count;
}

size_t ck_conv1d_length(const ck_conv1d_shape *s, size_t length) {
  size_t span = s->dilation * (s->taps - 1), pads = s->pad_left + s->pad_right;
  if (s->transposed) {
    size_t whole = length == 0 ? 0 : (length - 1) * s->stride + span + s->output_padding + 1;
    return whole > pads ? whole - pads : 0;
  }
  return length + pads > span ? (length + pads - span - 1) / s->stride + 1 : 0;
}

/// Inputs of a cell.
static size_t cell_inputs(const ck_conv1d_shape *s) {
  return s->narrow ? ck_current_table()->cell_depth : 1;
}

size_t ck_conv1d_packed_count(const ck_conv1d_shape *s) {
  size_t panels = ck_chunks(s->outputs / s->groups, CK_PANEL);
  size_t cells = s->groups * ck_chunks(s->inputs / s->groups, cell_inputs(s));
  return panels * CK_PANEL * cells * s->taps;
}

/// The weight of an output of a group for an input of it at tap t; 0 for those that are missing.
static float weight_at(
  const ck_conv1d_shape *s, const float *weights, size_t group, size_t output, size_t input, size_t t) {
  size_t inputs = s->inputs / s->groups, outputs = s->outputs / s->groups;
  if (output >= outputs || input >= inputs) return 0;
  size_t row = s->transposed ? (group * inputs + input) * outputs + output
                             : (group * outputs + output) * inputs + input;
  return weights[row * s->taps + t];
}

typedef struct {
  const ck_table *table;
  const ck_conv1d_shape *shape;
  const float *weights;
  float *packed;
} packing;

/// Packs one panel of every group and phase.
static void pack_panel(void *context, size_t panel) {
  const packing *p = context;
  const ck_conv1d_shape *s = p->shape;
  size_t inputs = s->inputs / s->groups, pair = cell_inputs(s), cells = ck_chunks(inputs, pair);
  size_t panels = ck_chunks(s->outputs / s->groups, CK_PANEL);
  float *phase_start = p->packed, next[CK_PANEL];
  for (size_t group = 0; group < s->groups; group++)
    for (size_t phase = 0; phase < phase_count(s); phase++) {
      size_t size = cells * taps_in_phase(s, phase) * CK_PANEL;
      float *to = phase_start + panel * size;
      phase_start += panels * size;
      for (size_t input = 0; input < inputs; input += pair)
        for (size_t t = 0; t < s->taps; t++) {
          if (!in_phase(s, phase, t)) continue;
          for (size_t i = 0; i < CK_PANEL; i++) {
            to[i] = weight_at(s, p->weights, group, panel * CK_PANEL + i, input, t);
            next[i] = weight_at(s, p->weights, group, panel * CK_PANEL + i, input + 1, t);
          }
          if (pair > 1) p->table->pair_rows(CK_PANEL, to, to, next);
          to += CK_PANEL;
        }
    }
}

void ck_conv1d_pack(const ck_conv1d_shape *s, const float *weights, float *packed) {
  packing p = {ck_current_table(), s, weights, packed};
  ck_parallel_for(ck_chunks(s->outputs / s->groups, CK_PANEL), pack_panel, &p);
}

// ---- the window --------------------------------------------------------------------------------

/// Where the taps of a phase start in a window, for `inputs` rows of it; returns their number.
static size_t place_taps(const conv_job *job, size_t phase, size_t inputs, int32_t *offsets) {
  const ck_conv1d_shape *s = job->shape;
  size_t depth = 0;
  for (size_t input = 0; input < inputs; input++)
    for (size_t t = 0; t < s->taps; t++) {
      if (!in_phase(s, phase, t)) continue;
      size_t reach = t * s->dilation;
      size_t at = s->transposed
                    ? input * job->pitch + job->before - (reach - phase) / s->stride
                    : (input * job->steps + reach % job->steps) * job->pitch + reach / job->steps;
      offsets[depth++] = (int32_t)at;
    }
  return depth;
}

/// out[i] = x[start + i·step] for i < n, zero where that is outside 0..<length.
static void copy_steps(
  float *out, size_t n, const float *x, size_t length, ptrdiff_t start, size_t step) {
  size_t skipped = start < 0 ? ck_min(ck_chunks((size_t)-start, step), n) : 0;
  ptrdiff_t first = start + (ptrdiff_t)(skipped * step);
  size_t inside = first < (ptrdiff_t)length ? ck_chunks(length - (size_t)first, step) : 0;
  inside = ck_min(inside, n - skipped);
  for (size_t i = 0; i < skipped; i++) out[i] = 0;
  if (step == 1)
    for (size_t i = 0; i < inside; i++) out[skipped + i] = x[first + (ptrdiff_t)i];
  else
    for (size_t i = 0; i < inside; i++) out[skipped + i] = x[first + (ptrdiff_t)(i * step)];
  for (size_t i = skipped + inside; i < n; i++) out[i] = 0;
}

/// Fills the window with `inputs` inputs for the columns from `column` on; returns how many rows, a step, it has.
static size_t fill_window(
  const conv_job *job, float *window, const float *x, size_t channel, size_t inputs,
  ptrdiff_t column) {
  const ck_conv1d_extras *e = job->extras;
  ptrdiff_t start = job->shape->transposed
                      ? column - (ptrdiff_t)job->before
                      : column * (ptrdiff_t)job->steps - (ptrdiff_t)job->shape->pad_left;
  for (size_t input = 0; input < inputs; input++)
    for (size_t step = 0; step < job->steps; step++) {
      float *row = window + (input * job->steps + step) * job->pitch;
      copy_steps(
        row, job->pitch, x + input * job->length, job->length, start + (ptrdiff_t)step,
        job->steps);
      if (e && e->snake_alpha)
        job->table->snake_row(
          job->pitch, row, row, e->snake_alpha[channel + input],
          e->snake_inv_beta[channel + input]);
    }
  if (job->pair == 1) return inputs;
  size_t row = job->steps * job->pitch;
  if (inputs % 2 == 1) memset(window + inputs * row, 0, row * sizeof *window);
  for (size_t cell = 0; cell < ck_chunks(inputs, 2); cell++)
    job->table->pair_rows(
      row, window + cell * row, window + 2 * cell * row, window + (2 * cell + 1) * row);
  return ck_chunks(inputs, 2);
}

// ---- a task ------------------------------------------------------------------------------------

/// Writes one output row from the sums of its phases, `block_columns` wide each and `phase_stride` apart.
static void write_row(
  const conv_job *job, size_t row, const float *sums, size_t phase_stride, ptrdiff_t column,
  size_t columns, size_t channel) {
  const ck_conv1d_extras *e = job->extras;
  float bias = e && e->bias ? e->bias[channel] : 0;
  float *out = job->out + row * job->out_length;
  const float *residual = e && e->residual ? e->residual + row * job->out_length : NULL;
  ptrdiff_t start = column * (ptrdiff_t)job->phases;
  if (job->shape->transposed) start -= (ptrdiff_t)job->shape->pad_left;
  if (job->phases == 1) {
    if (residual)
      for (size_t i = 0; i < columns; i++)
        out[start + (ptrdiff_t)i] = sums[i] + bias + residual[start + (ptrdiff_t)i];
    else
      for (size_t i = 0; i < columns; i++) out[start + (ptrdiff_t)i] = sums[i] + bias;
    return;
  }
  for (size_t phase = 0; phase < job->phases; phase++)
    for (size_t i = 0; i < columns; i++) {
      ptrdiff_t o = start + (ptrdiff_t)(i * job->phases + phase);
      if (o < 0 || o >= (ptrdiff_t)job->out_length) continue;
      out[o] = sums[phase * phase_stride + i] + bias + (residual ? residual[o] : 0);
    }
}

static void run_task(void *context, size_t chunk) {
  const conv_job *job = context;
  const ck_conv1d_shape *s = job->shape;
  size_t block = chunk % job->column_blocks, rest = chunk / job->column_blocks;
  size_t first_panel = rest % job->panel_blocks * job->block_panels;
  rest /= job->panel_blocks;
  size_t group = rest % s->groups, batch = rest / s->groups;
  size_t panels = ck_min(job->panels - first_panel, job->block_panels);
  ptrdiff_t column = job->first_column + (ptrdiff_t)(block * job->block_columns);
  size_t columns = ck_min(job->columns - block * job->block_columns, job->block_columns);

  size_t phase_stride = panels * CK_PANEL * job->block_columns;
  float *sums = ck_scratch(CK_SCRATCH_A, job->phases * phase_stride * sizeof(float));
  float *window = ck_scratch(
    CK_SCRATCH_B, ((job->part_inputs + 1) * job->steps * job->pitch + CK_COLUMNS) * sizeof(float));
  int32_t *offsets = ck_scratch(CK_SCRATCH_C, job->part_inputs * s->taps * sizeof(int32_t));
  const float *x =
    job->x + (batch * s->inputs + group * job->group_inputs) * job->length;

  for (size_t input = 0; input < job->group_inputs; input += job->part_inputs) {
    size_t inputs = ck_min(job->group_inputs - input, job->part_inputs);
    size_t window_rows = fill_window(
      job, window, x + input * job->length, group * job->group_inputs + input, inputs, column);
    const float *weights = job->packed + group * job->group_weights;
    for (size_t phase = 0; phase < job->phases; phase++) {
      size_t taps = taps_in_phase(s, phase), panel_stride = ck_chunks(job->group_inputs, job->pair) * taps * CK_PANEL;
      ck_conv_block part = {
        .depth = place_taps(job, phase, window_rows, offsets),
        .offsets = offsets,
        .window = window,
        .weights = weights + first_panel * panel_stride + input / job->pair * taps * CK_PANEL,
        .panel_stride = panel_stride,
        .panels = panels,
        .columns = job->block_columns,
        .sums = sums + phase * phase_stride,
        .add = input > 0,
        .narrow = job->pair > 1,
      };
      job->table->conv_block(&part);
      weights += job->panels * panel_stride;
    }
  }

  size_t first_row = first_panel * CK_PANEL;
  size_t rows = ck_min(job->group_outputs - first_row, panels * CK_PANEL);
  for (size_t r = 0; r < rows; r++) {
    size_t channel = group * job->group_outputs + first_row + r;
    write_row(
      job, batch * s->outputs + channel, sums + r * job->block_columns, phase_stride, column,
      columns, channel);
  }
}

/// Chooses the blocks: sums and window of a task stay within their limits.
static void cut(conv_job *job) {
  const ck_conv1d_shape *s = job->shape;
  size_t reach = s->dilation * (s->taps - 1);
  if (s->transposed) {
    // Output o of phase r lies in column (o + pad_left - r) / stride.
    job->first_column = ((ptrdiff_t)s->pad_left - (ptrdiff_t)s->stride + 1) / (ptrdiff_t)s->stride;
    size_t end = (job->out_length - 1 + s->pad_left) / s->stride + 1;
    job->columns = (size_t)((ptrdiff_t)end - job->first_column);
    job->before = reach / s->stride;
  } else {
    job->columns = job->out_length;
  }
  size_t most = ck_max(MOST_SUMS / (job->phases * CK_PANEL * 8), CK_COLUMNS);
  most = ck_min(most, MOST_COLUMNS) / CK_COLUMNS * CK_COLUMNS;
  size_t parts = ck_chunks(job->columns, most);
  job->block_columns = ck_chunks(ck_chunks(job->columns, parts), CK_COLUMNS) * CK_COLUMNS;
  job->column_blocks = ck_chunks(job->columns, job->block_columns);
  size_t panels = ck_max(MOST_SUMS / (job->phases * job->block_columns * CK_PANEL), 1);
  job->block_panels = ck_chunks(job->panels, ck_chunks(job->panels, panels));
  job->panel_blocks = ck_chunks(job->panels, job->block_panels);
  job->pitch = job->block_columns + (s->transposed ? job->before : reach / job->steps);
  size_t inputs = ck_min(MOST_WINDOW / (job->steps * job->pitch), MOST_DEPTH / s->taps);
  inputs = ck_chunks(job->group_inputs, ck_chunks(job->group_inputs, ck_max(inputs, 1)));
  job->part_inputs = ck_chunks(inputs, job->pair) * job->pair;
}

void ck_conv1d(
  const ck_conv1d_shape *s, size_t batch, size_t length, const float *x, const float *packed,
  const ck_conv1d_extras *extras, float *out) {
  conv_job job = {
    .table = ck_current_table(),
    .shape = s,
    .extras = extras,
    .x = x,
    .packed = packed,
    .out = out,
    .length = length,
    .out_length = ck_conv1d_length(s, length),
    .group_inputs = s->inputs / s->groups,
    .group_outputs = s->outputs / s->groups,
    .pair = cell_inputs(s),
    .phases = phase_count(s),
    .steps = s->transposed ? 1 : s->stride,
  };
  if (job.out_length == 0 || batch == 0 || s->outputs == 0 || s->inputs == 0) return;
  job.panels = ck_chunks(job.group_outputs, CK_PANEL);
  job.group_weights = job.panels * CK_PANEL * ck_chunks(job.group_inputs, job.pair) * s->taps;
  cut(&job);
  ck_parallel_for(
    batch * s->groups * job.panel_blocks * job.column_blocks, run_task, &job);
}
