#include "source.h"

#include <string.h>

#include <libavutil/parseutils.h>

enum { MAX_FAILURES = 1000 };

/// The default, remembering that memory ran out: decoders report that as damage.
static int take_buffer(AVCodecContext *decoder, AVFrame *frame, int flags) {
  int code = avcodec_default_get_buffer2(decoder, frame, flags);
  struct source *source = decoder->opaque;
  if (code == AVERROR(ENOMEM)) source->starved = true;
  return code;
}

static int open_decoder(struct source *source, struct fault *fault) {
  const AVCodecParameters *parameters = source->stream->codecpar;
  if (source_make_decoder(source, ALLOWED_CODECS, fault) < 0) return -1;
  if (parameters->width <= 0 || parameters->height <= 0)
    return fault_set(fault, FAULT_DAMAGED, "it states no picture size");
  if ((int64_t)parameters->width * parameters->height > source->limits.max_pixels)
    return fault_too_large(fault, source);
  source->decoder->max_pixels = source->limits.max_pixels;
  source->decoder->opaque = source;
  source->decoder->get_buffer2 = take_buffer;
  return source_open_decoder(source, fault);
}

struct source *source_open(int descriptor, struct source_limits limits, struct fault *fault) {
  struct source *source = source_open_container(descriptor, AVMEDIA_TYPE_VIDEO, limits, fault);
  if (!source) return NULL;
  source->orientation = orientation_of(source->stream);
  if (open_decoder(source, fault) == 0) return source;
  source_close(source);
  return NULL;
}

/// The display matrix takes column x, row y to column `m0 x + m3 y`, row `m1 x + m4 y`; the nearest of the
/// eight orientations counts.
struct orientation orientation_of(const AVStream *stream) {
  size_t size = 0;
  const int32_t *m = (const int32_t *)av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (!m || size < 9 * sizeof(int32_t)) return (struct orientation){0};
  int64_t straight = llabs((int64_t)m[0]) + llabs((int64_t)m[4]);
  int64_t crossed = llabs((int64_t)m[1]) + llabs((int64_t)m[3]);
  if (straight >= crossed) return (struct orientation){false, m[0] < 0, m[4] < 0};
  return (struct orientation){true, m[3] < 0, m[1] < 0};
}

/// Whether the container states how long the video itself lasts, not only the longest of its streams.
static bool states_video_duration(const struct source *source) {
  const char *container = source->format->iformat->name;
  return strstr(container, "mp4") || !strcmp(container, "avi") ||
         av_dict_get(source->stream->metadata, "DURATION", NULL, 0);
}

static double stated_duration(const struct source *source) {
  const AVStream *stream = source->stream;
  const AVDictionaryEntry *tag = av_dict_get(stream->metadata, "DURATION", NULL, 0);
  int64_t microseconds = 0;
  if (tag && av_parse_time(&microseconds, tag->value, 1) == 0 && microseconds > 0) return microseconds / 1e6;
  const AVRational rate = stream->avg_frame_rate;
  // Of an .avi that was cut off libav shortens the duration, but not the number of frames.
  if (!strcmp(source->format->iformat->name, "avi") && stream->nb_frames > 0 && rate.num > 0 && rate.den > 0)
    return stream->nb_frames / av_q2d(rate);
  if (stream->duration > 0 && stream->duration != AV_NOPTS_VALUE)
    return stream->duration * av_q2d(stream->time_base);
  if (source->format->duration > 0 && source->format->duration != AV_NOPTS_VALUE)
    return source->format->duration / (double)AV_TIME_BASE;
  return -1;
}

struct source_facts source_describe(const struct source *source) {
  const AVStream *stream = source->stream;
  struct orientation turn = source->orientation;
  int width = stream->codecpar->width, height = stream->codecpar->height;
  // An odd number of reflections mirrors; what remains is a rotation.
  bool mirrored = turn.transposed ^ turn.reversed_x ^ turn.reversed_y;
  int rotation = turn.transposed ? (turn.reversed_x ? 90 : 270) : (turn.reversed_y ? 180 : 0);
  struct source_facts facts = {
      .coded_width = width,
      .coded_height = height,
      .width = turn.transposed ? height : width,
      .height = turn.transposed ? width : height,
      .rotation = rotation,
      .mirrored = mirrored,
      .frame_count = stream->nb_frames > 0 ? stream->nb_frames : 0,
      .duration = stated_duration(source),
      .duration_is_of_video = states_video_duration(source),
      .average_rate = {stream->avg_frame_rate.num, stream->avg_frame_rate.den},
      .time_base = {stream->time_base.num, stream->time_base.den},
      .codec = avcodec_get_name(stream->codecpar->codec_id),
      .container = source->format->iformat->name,
  };
  for (unsigned index = 0; index < source->format->nb_streams; index++)
    if (source->format->streams[index]->codecpar->codec_type == AVMEDIA_TYPE_AUDIO) facts.has_audio = true;
  return facts;
}

/// Hands the decoder one packet of the stream, or its end.
static int feed(struct source *source, struct fault *fault) {
  for (;;) {
    int code = av_read_frame(source->format, source->packet);
    if (code == AVERROR(ENOMEM)) return fault_set(fault, FAULT_MEMORY, "");
    if (code < 0) {
      if (code != AVERROR_EOF) source->damaged++;
      if (source->deadline && fault_from(fault, source, code, FAULT_NONE), fault->kind == FAULT_DEADLINE)
        return -1;
      fault->kind = FAULT_NONE;
      source->draining = true;
      avcodec_send_packet(source->decoder, NULL);
      return 0;
    }
    if (source->packet->stream_index != source->stream->index) {
      av_packet_unref(source->packet);
      continue;
    }
    if (source->packet->flags & AV_PKT_FLAG_CORRUPT) source->damaged++;
    code = avcodec_send_packet(source->decoder, source->packet);
    av_packet_unref(source->packet);
    if (code == AVERROR(ENOMEM)) return fault_set(fault, FAULT_MEMORY, "");
    if (code < 0) {
      source->damaged++;
      if (++source->failures > MAX_FAILURES) return fault_set(fault, FAULT_NO_FRAMES, "");
    }
    return 0;
  }
}

/// Sets time and length from the frame just received; false iff its time does not advance.
static bool place(struct source *source) {
  AVFrame *frame = source->current;
  int64_t time = frame->best_effort_timestamp;
  bool is_first = !source->previous->buf[0];
  if (time == AV_NOPTS_VALUE) time = is_first ? 0 : source->time + (source->length > 0 ? source->length : 1);
  if (llabs(time) > INT64_MAX / 4 || (!is_first && time <= source->time)) return false;
  source->time = time;
  source->length = frame->pkt_duration > 0 && frame->pkt_duration < INT64_MAX / 4 ? frame->pkt_duration : 0;
  if (frame->decode_error_flags || (frame->flags & AV_FRAME_FLAG_CORRUPT)) source->damaged++;
  return true;
}

int source_receive(struct source *source, struct fault *fault) {
  for (;;) {
    int code = avcodec_receive_frame(source->decoder, source->current);
    if (source->starved) return fault_set(fault, FAULT_MEMORY, "");
    if (code == 0) {
      source->deadline = 0;
      source->failures = 0;
      source->decoded = true;
      return 1;
    } else if (code == AVERROR(ENOMEM)) {
      return fault_set(fault, FAULT_MEMORY, "");
    } else if (code == AVERROR_EOF) {
      return source->decoded ? 0 : fault_set(fault, FAULT_NO_FRAMES, "");
    } else if (code != AVERROR(EAGAIN)) {
      source->damaged++;
      if (source->draining) return source->decoded ? 0 : fault_set(fault, FAULT_NO_FRAMES, "");
      if (++source->failures > MAX_FAILURES) return fault_set(fault, FAULT_NO_FRAMES, "");
    } else if (feed(source, fault) < 0) {
      return -1;
    }
  }
}

int source_advance(struct source *source, struct fault *fault) {
  if (source->current->buf[0]) {
    av_frame_unref(source->previous);
    av_frame_move_ref(source->previous, source->current);
  }
  for (;;) {
    int outcome = source_receive(source, fault);
    if (outcome <= 0 || place(source)) return outcome;
    source->damaged++;
    av_frame_unref(source->current);
  }
}

/// Goes to the first key frame. Streams without an index are searched by time and may land behind it, but
/// their first byte is a beginning.
static void rewind_container(struct source *source) {
  const AVInputFormat *kind = source->format->iformat;
  int index = source->stream->index;
  if (kind->read_timestamp && !(kind->flags & AVFMT_NO_BYTE_SEEK))
    av_seek_frame(source->format, -1, 0, AVSEEK_FLAG_BYTE);
  else if (av_seek_frame(source->format, index, INT64_MIN / 2, AVSEEK_FLAG_BACKWARD) < 0)
    av_seek_frame(source->format, index, INT64_MIN / 2, 0);
}

void source_seek(struct source *source, int64_t ticks) {
  int index = source->stream->index;
  if (ticks == INT64_MIN || av_seek_frame(source->format, index, ticks, AVSEEK_FLAG_BACKWARD) < 0)
    rewind_container(source);
  avcodec_flush_buffers(source->decoder);
  av_frame_unref(source->previous);
  av_frame_unref(source->current);
  source->draining = false;
  source->time = source->length = 0;
}

int64_t source_time(const struct source *source) { return source->time; }
int64_t source_length(const struct source *source) { return source->length; }
int64_t source_damaged(const struct source *source) { return source->damaged; }
