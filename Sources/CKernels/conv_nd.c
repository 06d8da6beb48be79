// Convolution over one to three axes by gathering the inputs of some outputs into rows and multiplying.

#include <cblas.h>
#include <string.h>

#include "table.h"

/// Floats of gathered inputs a task holds, and the most outputs it takes.
enum { MOST_GATHERED = 256 * 1024, MOST_PLACES = 256 };

typedef struct {
  const ck_table *table;
  ck_conv_shape shape;
  size_t size[3], out_size[3];  // of the three axes; absent ones come first with size 1
  size_t group_inputs, group_outputs, taps, depth;
  size_t places, volume;  // of an output channel, of an input channel
  size_t block, blocks;   // places of a task
  const float *x, *weights, *bias;
  float *out;
} nd_job;

/// Writes the inputs that output `place` of a group meets: [inputs of the group, taps].
static void gather_place(const nd_job *job, const float *x, size_t place, float *row) {
  const ck_conv_shape *s = &job->shape;
  size_t position[3];
  for (int axis = 2; axis >= 0; axis--) {
    position[axis] = place % job->out_size[axis];
    place /= job->out_size[axis];
  }
  ptrdiff_t start[3];
  for (int axis = 0; axis < 3; axis++)
    start[axis] = (ptrdiff_t)(position[axis] * s->stride[axis]) - (ptrdiff_t)s->pad_before[axis];
  bool whole_row = s->dilation[2] == 1 && start[2] >= 0
                   && (size_t)start[2] + s->kernel[2] <= job->size[2];
  for (size_t input = 0; input < job->group_inputs; input++)
    for (size_t a = 0; a < s->kernel[0]; a++)
      for (size_t b = 0; b < s->kernel[1]; b++, row += s->kernel[2]) {
        ptrdiff_t y = start[0] + (ptrdiff_t)(a * s->dilation[0]);
        ptrdiff_t z = start[1] + (ptrdiff_t)(b * s->dilation[1]);
        bool inside = y >= 0 && (size_t)y < job->size[0] && z >= 0 && (size_t)z < job->size[1];
        const float *from =
          x + input * job->volume + (y * (ptrdiff_t)job->size[1] + z) * (ptrdiff_t)job->size[2];
        if (inside && whole_row) {
          memcpy(row, from + start[2], s->kernel[2] * sizeof(float));
          continue;
        }
        for (size_t c = 0; c < s->kernel[2]; c++) {
          ptrdiff_t u = start[2] + (ptrdiff_t)(c * s->dilation[2]);
          row[c] = inside && u >= 0 && (size_t)u < job->size[2] ? from[u] : 0;
        }
      }
}

static void run_task(void *context, size_t chunk) {
  const nd_job *job = context;
  const ck_conv_shape *s = &job->shape;
  size_t first = chunk % job->blocks * job->block, rest = chunk / job->blocks;
  size_t group = rest % s->groups, batch = rest / s->groups;
  size_t places = ck_min(job->places - first, job->block);
  float *rows = ck_scratch(CK_SCRATCH_A, places * job->depth * sizeof(float));
  const float *x = job->x + (batch * s->inputs + group * job->group_inputs) * job->volume;
  for (size_t i = 0; i < places; i++)
    gather_place(job, x, first + i, rows + i * job->depth);
  size_t channel = group * job->group_outputs;
  float *out = job->out + (batch * s->outputs + channel) * job->places + first;
  for (size_t o = 0; o < job->group_outputs; o++)
    for (size_t i = 0; i < places; i++)
      out[o * job->places + i] = job->bias ? job->bias[channel + o] : 0;
  cblas_sgemm(
    CblasRowMajor, CblasNoTrans, CblasTrans, (int)job->group_outputs, (int)places,
    (int)job->depth, 1, job->weights + channel * job->depth, (int)job->depth, rows,
    (int)job->depth, 1, out, (int)job->places);
}

void ck_conv_nd(
  const ck_conv_shape *shape, size_t batch, const size_t *size, const float *x,
  const float *weights, const float *bias, float *out) {
  nd_job job = {
    .table = ck_current_table(), .shape = *shape, .x = x, .weights = weights, .bias = bias,
    .out = out, .taps = 1, .places = 1, .volume = 1,
  };
  ck_conv_shape *s = &job.shape;
  size_t absent = 3 - shape->rank;
  for (size_t axis = 0; axis < 3; axis++) {
    bool present = axis >= absent;
    size_t from = present ? axis - absent : 0;
    job.size[axis] = present ? size[from] : 1;
    s->kernel[axis] = present ? shape->kernel[from] : 1;
    s->stride[axis] = present ? shape->stride[from] : 1;
    s->dilation[axis] = present ? shape->dilation[from] : 1;
    s->pad_before[axis] = present ? shape->pad_before[from] : 0;
    s->pad_after[axis] = present ? shape->pad_after[from] : 0;
    size_t padded = job.size[axis] + s->pad_before[axis] + s->pad_after[axis];
    size_t span = s->dilation[axis] * (s->kernel[axis] - 1);
    job.out_size[axis] = padded > span ? (padded - span - 1) / s->stride[axis] + 1 : 0;
    job.places *= job.out_size[axis];
    job.volume *= job.size[axis];
    job.taps *= s->kernel[axis];
  }
  if (job.places == 0 || batch == 0 || s->outputs == 0 || s->inputs == 0) return;
  job.group_inputs = s->inputs / s->groups;
  job.group_outputs = s->outputs / s->groups;
  job.depth = job.group_inputs * job.taps;
  size_t most = ck_max(ck_min(MOST_GATHERED / job.depth, MOST_PLACES), 1);
  job.block = ck_chunks(job.places, ck_chunks(job.places, most));
  job.blocks = ck_chunks(job.places, job.block);
  ck_blas_begin();
  ck_parallel_for(batch * s->groups * job.blocks, run_task, &job);
  ck_blas_end();
}
