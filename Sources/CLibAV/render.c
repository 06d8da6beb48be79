#include "source.h"

#include <string.h>

#include <libavutil/imgutils.h>
#include <libavutil/pixdesc.h>

/// Bytes that the scaler's vector code may write beyond a row.
enum { ROW_SLACK = 64 };

/// The formats that say "full range" by their name, as the plain format they equal.
static enum AVPixelFormat plain_format(enum AVPixelFormat format, bool *full) {
  switch (format) {
    case AV_PIX_FMT_YUVJ420P: *full = true; return AV_PIX_FMT_YUV420P;
    case AV_PIX_FMT_YUVJ422P: *full = true; return AV_PIX_FMT_YUV422P;
    case AV_PIX_FMT_YUVJ444P: *full = true; return AV_PIX_FMT_YUV444P;
    case AV_PIX_FMT_YUVJ440P: *full = true; return AV_PIX_FMT_YUV440P;
    case AV_PIX_FMT_YUVJ411P: *full = true; return AV_PIX_FMT_YUV411P;
    default: return format;
  }
}

/// The stream's own matrix; BT.601 where it states none, as the ffmpeg tools take it.
static const int *coefficients(const AVFrame *frame) {
  switch (frame->colorspace) {
    case AVCOL_SPC_BT709: return sws_getCoefficients(SWS_CS_ITU709);
    case AVCOL_SPC_FCC: return sws_getCoefficients(SWS_CS_FCC);
    case AVCOL_SPC_SMPTE240M: return sws_getCoefficients(SWS_CS_SMPTE240M);
    case AVCOL_SPC_BT2020_NCL:
    case AVCOL_SPC_BT2020_CL: return sws_getCoefficients(SWS_CS_BT2020);
    default: return sws_getCoefficients(SWS_CS_ITU601);
  }
}

bool source_reserve(uint8_t **buffer, size_t *capacity, size_t size) {
  if (size <= *capacity) return true;
  av_free(*buffer);
  *buffer = av_malloc(size);
  *capacity = *buffer ? size : 0;
  return *buffer != NULL;
}

static int convert(struct source *source, const AVFrame *frame, int stride, struct fault *fault) {
  bool full = frame->color_range == AVCOL_RANGE_JPEG;
  enum AVPixelFormat format = plain_format(frame->format, &full);
  source->scaler = sws_getCachedContext(
      source->scaler, frame->width, frame->height, format, frame->width, frame->height, AV_PIX_FMT_RGB24,
      SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INT | SWS_FULL_CHR_H_INP | SWS_BITEXACT, NULL, NULL,
      NULL);
  if (!source->scaler) return fault_set(fault, FAULT_MEMORY, "");
  // A format without a matrix, such as RGB, refuses the details; it needs none.
  sws_setColorspaceDetails(
      source->scaler, coefficients(frame), full, sws_getCoefficients(SWS_CS_DEFAULT), 1, 0, 1 << 16, 1 << 16);
  uint8_t *planes[4] = {source->plane};
  int strides[4] = {stride};
  int code = sws_scale(
      source->scaler, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height, planes,
      strides);
  return code < 0 ? fault_from(fault, source, code, FAULT_DAMAGED) : 0;
}

/// Copies the rows into `upright`, turned.
static void turn(const struct source *source, int width, int height, int stride) {
  struct orientation turn = source->orientation;
  uint8_t *out = source->upright;
  if (!turn.transposed && !turn.reversed_x) {
    for (int y = 0; y < height; y++)
      memcpy(
          out + (size_t)y * width * 3,
          source->plane + (size_t)(turn.reversed_y ? height - 1 - y : y) * stride, (size_t)width * 3);
    return;
  }
  int columns = turn.transposed ? height : width, rows = turn.transposed ? width : height;
  for (int row = 0; row < rows; row++) {
    int v = turn.reversed_y ? rows - 1 - row : row;
    for (int column = 0; column < columns; column++, out += 3) {
      int u = turn.reversed_x ? columns - 1 - column : column;
      int x = turn.transposed ? v : u, y = turn.transposed ? u : v;
      memcpy(out, source->plane + (size_t)y * stride + (size_t)x * 3, 3);
    }
  }
}

const uint8_t *source_render(
    struct source *source, bool previous, int *width, int *height, struct fault *fault) {
  const AVFrame *frame = previous ? source->previous : source->current;
  int w = frame->width, h = frame->height;
  if (!frame->buf[0] || w <= 0 || h <= 0) {
    fault_set(fault, FAULT_NO_FRAMES, "");
    return NULL;
  }
  if ((int64_t)w * h > source->limits.max_pixels) {
    fault_too_large(fault, source);
    return NULL;
  }
  int stride = FFALIGN(w * 3 + ROW_SLACK, 64);
  if (!source_reserve(&source->plane, &source->plane_size, (size_t)stride * h + ROW_SLACK) ||
      !source_reserve(&source->upright, &source->upright_size, (size_t)w * h * 3)) {
    fault_set(fault, FAULT_MEMORY, "");
    return NULL;
  }
  if (convert(source, frame, stride, fault) < 0) return NULL;
  turn(source, w, h, stride);
  *width = source->orientation.transposed ? h : w;
  *height = source->orientation.transposed ? w : h;
  return source->upright;
}
