#include "source.h"

#include <math.h>
#include <string.h>

#include <libavutil/channel_layout.h>
#include <libavutil/opt.h>

/// Packets held back because they are shown after the end but may be needed by one shown before it.
enum { HELD = 64 };

struct muxer {
  struct mux_request request;
  struct source *source;
  AVIOContext *io;
  AVFormatContext *format;
  AVCodecContext *encoder;
  AVStream *picture, *sound;
  AVPacket *held[HELD];
  int held_count;
  AVPacket *packet;
  AVFrame *frame;
  int64_t origin, end;  // ticks of the source: time 0 of the result, and its end
  int64_t last_end;     // ticks after `origin` at which the last packet shown ends
  int64_t seen, first_time, last_order;  // packets so far; pts of the first and dts of the last, in ticks
  int64_t samples, sample_limit;
};

static int write_packet(struct muxer *mux, AVPacket *packet, struct fault *fault) {
  int code = av_interleaved_write_frame(mux->format, packet);
  return code < 0 ? fault_from(fault, NULL, code, FAULT_WRITE) : 0;
}

static int send_picture(struct muxer *mux, AVPacket *packet, struct fault *fault) {
  const AVRational base = mux->source->stream->time_base;
  int64_t finish = packet->pts + FFMAX(packet->duration, 1) - mux->origin;
  if (packet->pts < mux->end) mux->last_end = FFMAX(mux->last_end, finish);
  packet->pts -= mux->origin;
  packet->dts -= mux->origin;
  packet->stream_index = mux->picture->index;
  packet->pos = -1;
  av_packet_rescale_ts(packet, base, mux->picture->time_base);
  return write_packet(mux, packet, fault);
}

/// Gives `packet` the decoding time that containers such as Matroska do not store for the first ones: as many
/// frames before the first picture as the decoder holds back.
static void complete_times(struct muxer *mux, AVPacket *packet) {
  if (packet->pts == AV_NOPTS_VALUE) packet->pts = packet->dts;
  if (packet->pts == AV_NOPTS_VALUE) return;
  if (mux->seen == 0) mux->first_time = packet->pts;
  int64_t ahead = mux->source->stream->codecpar->video_delay - mux->seen;
  if (packet->dts == AV_NOPTS_VALUE && ahead > 0)
    packet->dts = mux->first_time - ahead * FFMAX(packet->duration, 1);
  if (packet->dts == AV_NOPTS_VALUE) packet->dts = mux->seen ? mux->last_order + 1 : packet->pts;
  if (mux->seen) packet->dts = FFMAX(packet->dts, mux->last_order + 1);
  mux->last_order = packet->dts;
  mux->seen++;
}

/// Writes packets in decoding order up to the last one that is shown before the end.
static int copy_picture(struct muxer *mux, struct fault *fault) {
  struct source *source = mux->source;
  for (;;) {
    int code = av_read_frame(source->format, mux->packet);
    if (code == AVERROR(ENOMEM)) return fault_set(fault, FAULT_MEMORY, "");
    if (code < 0) return 0;
    AVPacket *packet = mux->packet;
    bool is_ours = packet->stream_index == source->stream->index;
    if (is_ours) complete_times(mux, packet);
    if (!is_ours || packet->pts == AV_NOPTS_VALUE) {
      av_packet_unref(packet);
      continue;
    }
    if (packet->dts >= mux->end || mux->held_count == HELD) return 0;
    if (packet->pts >= mux->end) {
      mux->held[mux->held_count++] = av_packet_clone(packet);
      av_packet_unref(packet);
      if (!mux->held[mux->held_count - 1]) return fault_set(fault, FAULT_MEMORY, "");
      continue;
    }
    for (int index = 0; index < mux->held_count; index++) {
      if (send_picture(mux, mux->held[index], fault) < 0) return -1;
      av_packet_free(&mux->held[index]);
    }
    mux->held_count = 0;
    if (send_picture(mux, packet, fault) < 0) return -1;
  }
}

static int drain_encoder(struct muxer *mux, struct fault *fault) {
  for (;;) {
    int code = avcodec_receive_packet(mux->encoder, mux->packet);
    if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return 0;
    if (code < 0) return fault_from(fault, NULL, code, FAULT_ENCODER);
    mux->packet->stream_index = mux->sound->index;
    av_packet_rescale_ts(mux->packet, mux->encoder->time_base, mux->sound->time_base);
    if (write_packet(mux, mux->packet, fault) < 0) return -1;
  }
}

/// Reads up to a frame of interleaved samples into the encoder's planes; how many, or -1.
static int read_samples(struct muxer *mux, AVIOContext *input, float *interleaved, struct fault *fault) {
  int channels = mux->request.channels;
  int64_t wanted = FFMIN(mux->encoder->frame_size, mux->sample_limit - mux->samples);
  int bytes = wanted > 0 ? avio_read(input, (uint8_t *)interleaved, (int)(wanted * channels * 4)) : 0;
  if (bytes < 0 && bytes != AVERROR_EOF) return fault_from(fault, NULL, bytes, FAULT_READ);
  int count = bytes < 0 ? 0 : bytes / 4 / channels;
  for (int channel = 0; channel < channels; channel++)
    for (int index = 0; index < count; index++)
      ((float *)mux->frame->extended_data[channel])[index] = interleaved[index * channels + channel];
  return count;
}

static int encode_sound(struct muxer *mux, struct fault *fault) {
  AVIOContext *input = descriptor_io(&mux->request.audio, false);
  float *interleaved = av_malloc_array((size_t)mux->encoder->frame_size * mux->request.channels, 4);
  int outcome = input && interleaved ? 0 : fault_set(fault, FAULT_MEMORY, "");
  while (outcome == 0) {
    if (av_frame_make_writable(mux->frame) < 0) outcome = fault_set(fault, FAULT_MEMORY, "");
    int count = outcome == 0 ? read_samples(mux, input, interleaved, fault) : -1;
    if (count < 0) outcome = -1;
    if (count <= 0) break;
    mux->frame->nb_samples = count;
    mux->frame->pts = mux->samples;
    mux->samples += count;
    int code = avcodec_send_frame(mux->encoder, mux->frame);
    outcome = code < 0 ? fault_from(fault, NULL, code, FAULT_ENCODER) : drain_encoder(mux, fault);
  }
  av_free(interleaved);
  descriptor_io_free(&input);
  if (outcome < 0) return -1;
  avcodec_send_frame(mux->encoder, NULL);
  return drain_encoder(mux, fault);
}

static int open_encoder(struct muxer *mux, struct fault *fault) {
  const AVCodec *codec = avcodec_find_encoder_by_name("aac");
  if (!codec) return fault_set(fault, FAULT_ENCODER, "libav has no AAC encoder");
  AVCodecContext *encoder = mux->encoder = avcodec_alloc_context3(codec);
  if (!encoder) return fault_set(fault, FAULT_MEMORY, "");
  encoder->sample_fmt = AV_SAMPLE_FMT_FLTP;
  encoder->sample_rate = mux->request.sample_rate;
  encoder->bit_rate = mux->request.bit_rate;
  encoder->time_base = (AVRational){1, mux->request.sample_rate};
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_BITEXACT | AV_CODEC_FLAG_GLOBAL_HEADER;
  av_channel_layout_default(&encoder->ch_layout, mux->request.channels);
  int code = avcodec_open2(encoder, codec, NULL);
  if (code < 0) return fault_from(fault, NULL, code, FAULT_ENCODER);
  mux->frame->format = encoder->sample_fmt;
  mux->frame->nb_samples = encoder->frame_size;
  mux->frame->sample_rate = encoder->sample_rate;
  av_channel_layout_copy(&mux->frame->ch_layout, &encoder->ch_layout);
  return av_frame_get_buffer(mux->frame, 0) < 0 ? fault_set(fault, FAULT_MEMORY, "") : 0;
}

static int add_picture(struct muxer *mux, struct fault *fault) {
  const AVStream *from = mux->source->stream;
  AVStream *to = mux->picture = avformat_new_stream(mux->format, NULL);
  if (!to || avcodec_parameters_copy(to->codecpar, from->codecpar) < 0)
    return fault_set(fault, FAULT_MEMORY, "");
  const char *name = avcodec_get_name(from->codecpar->codec_id);
  if (avformat_query_codec(mux->format->oformat, from->codecpar->codec_id, FF_COMPLIANCE_NORMAL) != 1)
    return fault_set(fault, FAULT_CANNOT_HOLD, name);
  if (!strstr(mux->source->format->iformat->name, "mp4")) to->codecpar->codec_tag = 0;
  to->time_base = from->time_base;
  to->avg_frame_rate = from->avg_frame_rate;
  to->sample_aspect_ratio = from->sample_aspect_ratio;
  size_t size = 0;
  const uint8_t *matrix = av_stream_get_side_data(from, AV_PKT_DATA_DISPLAYMATRIX, &size);
  if (!matrix) return 0;
  uint8_t *copy = av_stream_new_side_data(to, AV_PKT_DATA_DISPLAYMATRIX, size);
  if (!copy) return fault_set(fault, FAULT_MEMORY, "");
  memcpy(copy, matrix, size);
  return 0;
}

static int open_output(struct muxer *mux, struct fault *fault) {
  if (avformat_alloc_output_context2(&mux->format, NULL, "mp4", NULL) < 0)
    return fault_set(fault, FAULT_MEMORY, "");
  mux->io = descriptor_io(&mux->request.output, true);
  mux->packet = av_packet_alloc();
  mux->frame = av_frame_alloc();
  if (!mux->io || !mux->packet || !mux->frame) return fault_set(fault, FAULT_MEMORY, "");
  mux->format->pb = mux->io;
  mux->format->flags |= AVFMT_FLAG_BITEXACT | AVFMT_FLAG_CUSTOM_IO;
  mux->format->max_interleave_delta = 0;
  if (add_picture(mux, fault) < 0 || open_encoder(mux, fault) < 0) return -1;
  mux->sound = avformat_new_stream(mux->format, NULL);
  if (!mux->sound || avcodec_parameters_from_context(mux->sound->codecpar, mux->encoder) < 0)
    return fault_set(fault, FAULT_MEMORY, "");
  mux->sound->time_base = mux->encoder->time_base;
  int code = avformat_write_header(mux->format, NULL);
  if (code == AVERROR(EINVAL))
    return fault_set(fault, FAULT_CANNOT_HOLD, avcodec_get_name(mux->picture->codecpar->codec_id));
  return code < 0 ? fault_from(fault, NULL, code, FAULT_WRITE) : 0;
}

/// Finds the first packet's presentation time and the ticks to copy, and goes to the key frame before them.
static int choose_range(struct muxer *mux, struct fault *fault) {
  struct source *source = mux->source;
  const AVRational base = source->stream->time_base;
  if (source_advance(source, fault) < 1) return -1;
  int64_t first = source_time(source);
  mux->origin = first + llrint(mux->request.start / av_q2d(base));
  bool is_bounded = mux->request.duration >= 0;
  mux->end = is_bounded ? mux->origin + llrint(mux->request.duration / av_q2d(base)) : INT64_MAX / 4;
  source_seek(source, mux->request.start > 0 ? mux->origin : INT64_MIN);
  return 0;
}

static int run(struct muxer *mux, struct fault *fault) {
  if (choose_range(mux, fault) < 0 || open_output(mux, fault) < 0) return -1;
  if (copy_picture(mux, fault) < 0) return -1;
  if (mux->last_end <= 0) return fault_set(fault, FAULT_NO_FRAMES, "");
  double seconds = mux->last_end * av_q2d(mux->source->stream->time_base);
  if (mux->request.duration >= 0) seconds = fmin(seconds, mux->request.duration);
  mux->sample_limit = llrint(seconds * mux->request.sample_rate);
  if (encode_sound(mux, fault) < 0) return -1;
  int code = av_write_trailer(mux->format);
  if (code >= 0) avio_flush(mux->io);
  if (code >= 0) code = mux->io->error;
  if (code >= 0) code = trim_first_track(mux->request.output, seconds);
  return code < 0 ? fault_from(fault, NULL, code, FAULT_WRITE) : 0;
}

bool mux_write(struct mux_request request, struct source_limits limits, struct fault *fault) {
  struct muxer mux = {.request = request};
  mux.source = source_open(request.video, limits, fault);
  int outcome = mux.source ? run(&mux, fault) : -1;
  for (int index = 0; index < mux.held_count; index++) av_packet_free(&mux.held[index]);
  av_packet_free(&mux.packet);
  av_frame_free(&mux.frame);
  avcodec_free_context(&mux.encoder);
  avformat_free_context(mux.format);
  descriptor_io_free(&mux.io);
  source_close(mux.source);
  return outcome == 0;
}
