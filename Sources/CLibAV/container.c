#include "source.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <libavutil/avstring.h>
#include <libavutil/time.h>

enum { IO_BUFFER = 1 << 16 };

int fault_set(struct fault *fault, enum fault_kind kind, const char *text) {
  fault->kind = kind;
  av_strlcpy(fault->text, text ? text : "", sizeof fault->text);
  return -1;
}

int fault_from(struct fault *fault, const struct source *source, int code, enum fault_kind otherwise) {
  char words[AV_ERROR_MAX_STRING_SIZE] = "";
  av_strerror(code, words, sizeof words);
  if (code == AVERROR(ENOMEM)) return fault_set(fault, FAULT_MEMORY, "");
  if (source && source->deadline && av_gettime_relative() > source->deadline)
    return fault_set(fault, FAULT_DEADLINE, "");
  return fault_set(fault, otherwise, words);
}

int fault_too_large(struct fault *fault, const struct source *source) {
  char limit[32];
  snprintf(limit, sizeof limit, "%lld", (long long)source->limits.max_pixels);
  return fault_set(fault, FAULT_TOO_LARGE, limit);
}

static int read_bytes(void *opaque, uint8_t *buffer, int size) {
  ssize_t count;
  do count = read(*(int *)opaque, buffer, (size_t)size);
  while (count < 0 && errno == EINTR);
  return count > 0 ? (int)count : count == 0 ? AVERROR_EOF : AVERROR(errno);
}

static int write_bytes(void *opaque, uint8_t *buffer, int size) {
  for (int done = 0; done < size;) {
    ssize_t count = write(*(int *)opaque, buffer + done, (size_t)(size - done));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return AVERROR(count < 0 ? errno : ENOSPC);
    done += (int)count;
  }
  return size;
}

static int64_t seek_bytes(void *opaque, int64_t offset, int whence) {
  int descriptor = *(int *)opaque;
  if (whence & AVSEEK_SIZE) {
    off_t here = lseek(descriptor, 0, SEEK_CUR), end = lseek(descriptor, 0, SEEK_END);
    lseek(descriptor, here, SEEK_SET);
    return end < 0 ? AVERROR(errno) : end;
  }
  off_t place = lseek(descriptor, offset, whence & ~AVSEEK_FORCE);
  return place < 0 ? AVERROR(errno) : place;
}

AVIOContext *descriptor_io(int *descriptor, bool writable) {
  uint8_t *buffer = av_malloc(IO_BUFFER);
  if (!buffer) return NULL;
  AVIOContext *io =
      avio_alloc_context(buffer, IO_BUFFER, writable, descriptor, read_bytes, write_bytes, seek_bytes);
  if (!io) av_free(buffer);
  return io;
}

void descriptor_io_free(AVIOContext **io) {
  if (!*io) return;
  av_freep(&(*io)->buffer);
  avio_context_free(io);
}

static int is_late(void *opaque) {
  const struct source *source = opaque;
  return source->deadline && av_gettime_relative() > source->deadline;
}

/// A container may not open another file.
static int refuse_open(
    AVFormatContext *format, AVIOContext **io, const char *url, int flags, AVDictionary **options) {
  return AVERROR(EPERM);
}

static int open_format(struct source *source, enum AVMediaType type, struct fault *fault) {
  bool is_sound = type == AVMEDIA_TYPE_AUDIO;
  const char *formats = is_sound ? ALLOWED_FORMATS "," ALLOWED_SOUND_FORMATS : ALLOWED_FORMATS;
  const char *codecs = is_sound ? ALLOWED_CODECS "," ALLOWED_SOUND_CODECS : ALLOWED_CODECS;
  const AVInputFormat *kind = NULL;
  int code = av_probe_input_buffer2(source->io, &kind, "", NULL, 0, 1 << 20);
  if (code < 0 && code != AVERROR_INVALIDDATA) return fault_from(fault, source, code, FAULT_NOT_MEDIA);
  if (!kind) return fault_set(fault, FAULT_NOT_MEDIA, "");
  if (!av_match_list(kind->name, formats, ','))
    return fault_set(fault, FAULT_FORMAT_REFUSED, kind->name);

  AVFormatContext *format = avformat_alloc_context();
  if (!format) return fault_set(fault, FAULT_MEMORY, "");
  format->pb = source->io;
  format->flags |= AVFMT_FLAG_CUSTOM_IO;
  format->io_open = refuse_open;
  format->interrupt_callback = (AVIOInterruptCB){is_late, source};
  format->max_streams = 64;
  format->format_whitelist = av_strdup(formats);
  format->codec_whitelist = av_strdup(codecs);
  format->protocol_whitelist = av_strdup("none");
  code = avformat_open_input(&format, "", kind, NULL);
  if (code < 0) return fault_from(fault, source, code, FAULT_DAMAGED);
  source->format = format;
  code = avformat_find_stream_info(format, NULL);
  return code < 0 ? fault_from(fault, source, code, FAULT_DAMAGED) : 0;
}

static int choose_stream(struct source *source, enum AVMediaType type, struct fault *fault) {
  for (unsigned index = 0; index < source->format->nb_streams; index++) {
    AVStream *stream = source->format->streams[index];
    bool is_wanted = stream->codecpar->codec_type == type;
    bool is_picture = stream->disposition & AV_DISPOSITION_ATTACHED_PIC;
    if (is_wanted && !is_picture && !source->stream) source->stream = stream;
    else stream->discard = AVDISCARD_ALL;
  }
  if (!source->stream)
    return fault_set(fault, type == AVMEDIA_TYPE_AUDIO ? FAULT_NO_SOUND : FAULT_NO_VIDEO, "");
  const AVRational base = source->stream->time_base;
  if (base.num <= 0 || base.den <= 0) return fault_set(fault, FAULT_DAMAGED, "no time base");
  return 0;
}

struct source *source_open_container(
    int descriptor, enum AVMediaType type, struct source_limits limits, struct fault *fault) {
  av_log_set_level(AV_LOG_QUIET);
  struct source *source = av_mallocz(sizeof *source);
  if (!source) {
    fault_set(fault, FAULT_MEMORY, "");
    return NULL;
  }
  *source = (struct source){.descriptor = descriptor, .limits = limits};
  source->deadline = av_gettime_relative() + (int64_t)(limits.deadline_seconds * 1e6);
  source->io = descriptor_io(&source->descriptor, false);
  source->packet = av_packet_alloc();
  source->previous = av_frame_alloc();
  source->current = av_frame_alloc();
  if (!source->io || !source->packet || !source->previous || !source->current)
    fault_set(fault, FAULT_MEMORY, "");
  else if (open_format(source, type, fault) == 0 && choose_stream(source, type, fault) == 0)
    return source;
  source_close(source);
  return NULL;
}

int source_make_decoder(struct source *source, const char *codecs, struct fault *fault) {
  const AVCodecParameters *parameters = source->stream->codecpar;
  const AVCodec *codec = avcodec_find_decoder(parameters->codec_id);
  if (!codec) return fault_set(fault, FAULT_CODEC_REFUSED, avcodec_get_name(parameters->codec_id));
  source->decoder = avcodec_alloc_context3(codec);
  if (!source->decoder || avcodec_parameters_to_context(source->decoder, parameters) < 0)
    return fault_set(fault, FAULT_MEMORY, "");
  source->decoder->codec_whitelist = av_strdup(codecs);
  source->decoder->thread_count = 1;
  source->decoder->pkt_timebase = source->stream->time_base;
  source->decoder->flags |= AV_CODEC_FLAG_BITEXACT;
  return 0;
}

int source_open_decoder(struct source *source, struct fault *fault) {
  int code = avcodec_open2(source->decoder, NULL, NULL);
  if (code == AVERROR(EINVAL))
    return fault_set(fault, FAULT_CODEC_REFUSED, avcodec_get_name(source->stream->codecpar->codec_id));
  return code < 0 ? fault_from(fault, source, code, FAULT_DAMAGED) : 0;
}

void source_close(struct source *source) {
  if (!source) return;
  sws_freeContext(source->scaler);
  av_free(source->plane);
  av_free(source->upright);
  av_frame_free(&source->previous);
  av_frame_free(&source->current);
  av_packet_free(&source->packet);
  avcodec_free_context(&source->decoder);
  avformat_close_input(&source->format);
  descriptor_io_free(&source->io);
  av_free(source);
}
