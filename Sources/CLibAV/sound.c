#include "source.h"

#include <string.h>

#include <libavutil/avstring.h>
#include <libavutil/mathematics.h>
#include <libavutil/opt.h>
#include <libavutil/samplefmt.h>
#include <libswresample/swresample.h>

enum {
  MAX_CHANNELS = 64,
  MAX_FRAME = 1 << 18,  // samples of one decoded frame
  SILENCE = 4096,       // samples of silence converted at a time
  MARGIN = 2,           // seconds decoded before the start, for codecs that overlap their frames
};

struct sound {
  struct source *source;
  struct sound_request request;
  SwrContext *resampler;
  AVFrame *silence;
  int rate;            // of the decoded samples
  int produced;        // channels that the resampler gives
  int64_t origin;      // time 0, in decoded samples
  int64_t expected;    // decoded samples from the start to where the next frame belongs
  int64_t gap;         // samples of silence to convert before the current frame
  int skip;            // samples of the current frame to leave out
  int64_t drop;        // resampled samples before the start
  int64_t remaining;   // resampled samples still wanted
  bool waiting, ended, sought;
  float *samples;
  size_t samples_size;
};

static int open_decoder(struct source *source, struct fault *fault) {
  if (source_make_decoder(source, ALLOWED_CODECS "," ALLOWED_SOUND_CODECS, fault) < 0) return -1;
  source->decoder->max_samples = MAX_FRAME;
  return source_open_decoder(source, fault);
}

/// The time of the first picture in samples, so that sound and pictures begin together; that of the first
/// sound where there are no pictures. `first` is the time of the first frame.
static int64_t origin(const struct sound *sound, int64_t first) {
  const AVFormatContext *format = sound->source->format;
  const AVRational unit = {1, sound->rate};
  for (unsigned index = 0; index < format->nb_streams; index++) {
    const AVStream *stream = format->streams[index];
    bool is_video = stream->codecpar->codec_type == AVMEDIA_TYPE_VIDEO &&
                    !(stream->disposition & AV_DISPOSITION_ATTACHED_PIC);
    if (is_video && stream->start_time != AV_NOPTS_VALUE && stream->time_base.den > 0)
      return av_rescale_q(stream->start_time, stream->time_base, unit);
  }
  const AVStream *own = sound->source->stream;
  if (own->start_time != AV_NOPTS_VALUE) return av_rescale_q(own->start_time, own->time_base, unit);
  return sound->sought ? 0 : first;
}

/// Goes to a little before the start where the container finds its way by an index.
static void seek(struct sound *sound) {
  struct source *source = sound->source;
  static const char *const indexed = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,wav,w64,flac,ogg";
  double target = sound->request.start - MARGIN;
  if (target <= MARGIN || !av_match_list(source->format->iformat->name, indexed, ',')) return;
  AVRational base = source->stream->time_base;
  int64_t begin = source->stream->start_time == AV_NOPTS_VALUE ? 0 : source->stream->start_time;
  source_seek(source, begin + (int64_t)(target * base.den / base.num));
  sound->sought = true;
}

struct sound *sound_open(
    int descriptor, struct source_limits limits, struct sound_request request, struct fault *fault) {
  struct sound *sound = av_mallocz(sizeof *sound);
  if (!sound) {
    fault_set(fault, FAULT_MEMORY, "");
    return NULL;
  }
  *sound = (struct sound){.request = request, .remaining = request.count};
  sound->source = source_open_container(descriptor, AVMEDIA_TYPE_AUDIO, limits, fault);
  if (sound->source && open_decoder(sound->source, fault) == 0) {
    seek(sound);
    return sound;
  }
  sound_close(sound);
  return NULL;
}

void sound_close(struct sound *sound) {
  if (!sound) return;
  swr_free(&sound->resampler);
  av_frame_free(&sound->silence);
  av_free(sound->samples);
  source_close(sound->source);
  av_free(sound);
}

int64_t sound_damaged(const struct sound *sound) { return source_damaged(sound->source); }

/// Makes the resampler for frames like `frame`.
static int prepare(struct sound *sound, const AVFrame *frame, struct fault *fault) {
  AVChannelLayout in = {0}, out = {0};
  int count = frame->ch_layout.nb_channels;
  if (frame->sample_rate <= 0 || frame->sample_rate > 1000000 || count <= 0 || count > MAX_CHANNELS)
    return fault_set(fault, FAULT_DAMAGED, "it states no sample rate or channels");
  if (frame->ch_layout.order == AV_CHANNEL_ORDER_UNSPEC) av_channel_layout_default(&in, count);
  else if (av_channel_layout_copy(&in, &frame->ch_layout) < 0) return fault_set(fault, FAULT_MEMORY, "");
  // One channel goes to all of them as it is.
  sound->produced = count == 1 ? 1 : sound->request.channels;
  if (count == 1) in = (AVChannelLayout)AV_CHANNEL_LAYOUT_MONO;
  av_channel_layout_default(&out, sound->produced);
  sound->rate = frame->sample_rate;
  int code = swr_alloc_set_opts2(
      &sound->resampler, &out, AV_SAMPLE_FMT_FLT, sound->request.rate, &in, frame->format,
      frame->sample_rate, 0, NULL);
  // A mix stays within the full scale.
  if (code >= 0) code = av_opt_set_double(sound->resampler, "rematrix_maxval", 1, 0);
  if (code >= 0) code = swr_init(sound->resampler);
  av_channel_layout_uninit(&in);
  av_channel_layout_uninit(&out);
  if (code == AVERROR(ENOMEM)) return fault_set(fault, FAULT_MEMORY, "");
  if (code < 0) return fault_set(fault, FAULT_CHANNELS, "");

  sound->silence = av_frame_alloc();
  if (!sound->silence) return fault_set(fault, FAULT_MEMORY, "");
  sound->silence->format = frame->format;
  sound->silence->sample_rate = frame->sample_rate;
  sound->silence->nb_samples = SILENCE;
  if (av_channel_layout_copy(&sound->silence->ch_layout, &frame->ch_layout) < 0 ||
      av_frame_get_buffer(sound->silence, 0) < 0)
    return fault_set(fault, FAULT_MEMORY, "");
  av_samples_set_silence(sound->silence->extended_data, 0, SILENCE, count, frame->format);
  return 0;
}

/// Where the current frame belongs, in its samples from the start; where it states no time, behind the last.
static int64_t position(struct sound *sound, bool is_first) {
  const AVFrame *frame = sound->source->current;
  int64_t ticks = frame->best_effort_timestamp;
  bool is_known = ticks != AV_NOPTS_VALUE && llabs(ticks) < INT64_MAX / 4;
  AVRational unit = {1, sound->rate};
  int64_t time = is_known ? av_rescale_q(ticks, sound->source->stream->time_base, unit) : INT64_MIN;
  int64_t start = (int64_t)(sound->request.start * sound->rate + 0.5);
  if (time == INT64_MIN) return is_first ? -start : sound->expected;
  if (is_first) sound->origin = origin(sound, time);
  int64_t most = INT64_C(1) << 52;
  bool is_sane = time > -most && time < most && sound->origin > -most && sound->origin < most;
  return is_sane ? time - sound->origin - start : is_first ? -start : sound->expected;
}

/// Receives the next frame and finds its place: silence before it, or what of it comes too early.
static int receive(struct sound *sound, struct fault *fault) {
  for (;;) {
    int outcome = source_receive(sound->source, fault);
    if (outcome <= 0) return outcome;
    AVFrame *frame = sound->source->current;
    bool is_first = !sound->resampler;
    if (frame->nb_samples <= 0) continue;
    if (is_first && prepare(sound, frame, fault) < 0) return -1;
    const AVFrame *like = sound->silence;
    if (frame->sample_rate != like->sample_rate || frame->format != like->format ||
        av_channel_layout_compare(&frame->ch_layout, &like->ch_layout) != 0)
      return fault_set(fault, FAULT_DAMAGED, "its sound changes rate or channels");
    int64_t place = position(sound, is_first);
    if (is_first && sound->sought && place > 0) {
      // It landed behind the start: from the beginning, then.
      source_seek(sound->source, INT64_MIN);
      sound->sought = false;
      swr_free(&sound->resampler);
      av_frame_free(&sound->silence);
      continue;
    }
    if (is_first && place < 0) {
      // Resampled from a whole number of periods before the start, a part is the same as in the whole.
      int64_t early = -place % (sound->rate / av_gcd(sound->rate, sound->request.rate));
      sound->skip = early < frame->nb_samples ? (int)early : 0;
      sound->expected = place;
      sound->drop = av_rescale(-place - sound->skip, sound->request.rate, sound->rate);
    }
    // Time stamps are rounded: only a gap that can be heard is one.
    int64_t slack = sound->rate / 20;
    if (place + frame->nb_samples < sound->expected - slack) {
      sound->source->damaged++;
      continue;
    }
    sound->gap = is_first || place > sound->expected + slack ? place - sound->expected : 0;
    if (sound->gap < 0) sound->gap = 0;
    sound->waiting = true;
    return 1;
  }
}

/// Resamples `count` samples of `frame` behind the first `skip`, or what is left inside where it is NULL.
static int convert(
    struct sound *sound, const AVFrame *frame, int skip, int count, int *made, struct fault *fault) {
  int most = swr_get_out_samples(sound->resampler, count);
  size_t size = most < 0 ? 0 : ((size_t)most + 64) * sound->request.channels * sizeof(float);
  if (most < 0 || !source_reserve((uint8_t **)&sound->samples, &sound->samples_size, size))
    return fault_set(fault, FAULT_MEMORY, "");
  uint8_t *planes[1] = {(uint8_t *)sound->samples};
  const uint8_t *data[MAX_CHANNELS];
  if (frame) {
    int channels = frame->ch_layout.nb_channels;
    bool is_planar = av_sample_fmt_is_planar(frame->format);
    size_t first = (size_t)skip * av_get_bytes_per_sample(frame->format) * (is_planar ? 1 : channels);
    for (int plane = 0; plane < (is_planar ? channels : 1); plane++)
      data[plane] = frame->extended_data[plane] + first;
  }
  *made = swr_convert(sound->resampler, planes, most, frame ? data : NULL, count);
  return *made < 0 ? fault_from(fault, sound->source, *made, FAULT_DAMAGED) : 0;
}

/// Repeats the one channel of `count` samples in all that are wanted.
static void spread(struct sound *sound, int count) {
  int channels = sound->request.channels;
  if (sound->produced == channels) return;
  for (int index = count - 1; index >= 0; index--)
    for (int channel = channels - 1; channel >= 0; channel--)
      sound->samples[(size_t)index * channels + channel] = sound->samples[index];
}

int sound_advance(struct sound *sound, const float **samples, int *count, struct fault *fault) {
  while (sound->remaining > 0 && !sound->ended) {
    int made = 0;
    if (!sound->waiting) {
      int outcome = receive(sound, fault);
      if (outcome < 0) return -1;
      if (outcome == 0) {
        sound->ended = true;
        if (sound->resampler && convert(sound, NULL, 0, 0, &made, fault) < 0) return -1;
      }
    }
    if (sound->waiting && sound->gap > 0) {
      int part = sound->gap < SILENCE ? (int)sound->gap : SILENCE;
      if (convert(sound, sound->silence, 0, part, &made, fault) < 0) return -1;
      sound->gap -= part;
      sound->expected += part;
    } else if (sound->waiting) {
      const AVFrame *frame = sound->source->current;
      if (convert(sound, frame, sound->skip, frame->nb_samples - sound->skip, &made, fault) < 0) return -1;
      sound->expected += frame->nb_samples;
      sound->skip = 0;
      sound->waiting = false;
    }
    int64_t early = sound->drop < made ? sound->drop : made;
    sound->drop -= early;
    int64_t wanted = made - early < sound->remaining ? made - early : sound->remaining;
    if (wanted == 0) continue;
    spread(sound, made);
    sound->remaining -= wanted;
    *samples = sound->samples + (size_t)early * sound->request.channels;
    *count = (int)wanted;
    return 1;
  }
  return 0;
}
