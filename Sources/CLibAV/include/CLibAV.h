#ifndef CLIBAV_H
#define CLIBAV_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// What stopped a call. `text` names the format, codec or system error where the kind has one.
enum fault_kind {
  FAULT_NONE = 0,
  FAULT_NOT_MEDIA,        // no demuxer recognises the bytes
  FAULT_FORMAT_REFUSED,   // a demuxer recognises them, but it is not on the list; text: its name
  FAULT_DAMAGED,          // the container's index cannot be read
  FAULT_NO_VIDEO,         // no video stream but attached pictures
  FAULT_NO_SOUND,         // no audio stream
  FAULT_CHANNELS,         // the channels cannot be mixed to those that are wanted
  FAULT_CODEC_REFUSED,    // the codec is not on the list; text: its name
  FAULT_NO_FRAMES,        // no packet of the stream decodes
  FAULT_TOO_LARGE,        // the picture has more pixels than the limit; text: the limit
  FAULT_MEMORY,
  FAULT_DEADLINE,
  FAULT_READ,             // the samples to encode; text: the system's words
  FAULT_WRITE,            // text: the system's words
  FAULT_CANNOT_HOLD,      // .mp4 cannot hold the video codec; text: its name
  FAULT_ENCODER,          // the AAC encoder refused; text: libav's words
};

struct fault {
  enum fault_kind kind;
  char text[128];
};

struct source_limits {
  int64_t max_pixels;
  double deadline_seconds;  // wall time until the first frame is decoded
};

/// A rational number of seconds or of frames a second; `den` 0: unknown.
struct ratio {
  int64_t num, den;
};

struct source_facts {
  int coded_width, coded_height;  // as stored
  int width, height;              // as displayed, after rotation
  int rotation;                   // clockwise degrees: 0, 90, 180, 270
  bool mirrored;                  // flipped left to right before the rotation
  int64_t frame_count;            // stated by the container; 0: unknown
  double duration;                // seconds stated by the container; negative: unknown
  bool duration_is_of_video;      // stated for the video stream, not for the longest stream
  struct ratio average_rate;
  struct ratio time_base;         // seconds a tick
  bool has_audio;
  const char *codec, *container;
};

/// A video file being decoded, one frame at a time. Not for use from two threads.
struct source;

/// Opens the container on `descriptor`, a regular file. NULL iff `fault` was set.
struct source *source_open(int descriptor, struct source_limits limits, struct fault *fault);
void source_close(struct source *source);
struct source_facts source_describe(const struct source *source);

/// Decodes the next frame, which becomes the current one; the current one becomes the previous one.
/// 1: there is one; 0: the stream has ended; -1: `fault` was set.
int source_advance(struct source *source, struct fault *fault);

/// Goes to a key frame at or before `ticks` of presentation time, or to the beginning where the container
/// cannot seek or `ticks` is INT64_MIN. Both frames are forgotten.
void source_seek(struct source *source, int64_t ticks);

/// Presentation time and duration (0: unknown) of the current frame in ticks; times increase.
int64_t source_time(const struct source *source);
int64_t source_length(const struct source *source);
/// Packets and frames that the decoder found damaged so far.
int64_t source_damaged(const struct source *source);

/// Draws the previous (`true`) or current (`false`) frame upright as 8-bit RGB. The pixels stay valid until
/// the next call.
const uint8_t *source_render(
    struct source *source, bool previous, int *width, int *height, struct fault *fault);

struct sound_request {
  int rate, channels;  // of the samples that are wanted
  double start;        // seconds after the first picture, or the first sample where there are no pictures
  int64_t count;       // samples a channel at most
};

/// The sound of a file being decoded. Not for use from two threads.
struct sound;

/// Opens the container on `descriptor`, a regular file. NULL iff `fault` was set.
struct sound *sound_open(
    int descriptor, struct source_limits limits, struct sound_request request, struct fault *fault);
void sound_close(struct sound *sound);

/// Gives the next `count` samples, the channels interleaved; they stay valid until the next call. Where the sound
/// has gaps they are silent. 1: there are some; 0: the sound has ended; -1: `fault` was set.
int sound_advance(struct sound *sound, const float **samples, int *count, struct fault *fault);
/// Packets and frames that the decoder found damaged so far.
int64_t sound_damaged(const struct sound *sound);

struct mux_request {
  int video, audio, output;  // descriptors: regular file; interleaved f32 samples; regular file
  double start, duration;    // seconds of the video; a negative duration: to its end
  int channels, sample_rate;
  int64_t bit_rate;
};

/// Writes an .mp4 of the video stream's own packets and `audio` as AAC, both cut to the duration.
/// false iff `fault` was set.
bool mux_write(struct mux_request request, struct source_limits limits, struct fault *fault);

struct sandbox_limits {
  uint64_t memory_bytes;  // private memory
  uint64_t cpu_seconds;
  uint64_t file_bytes;    // size of any file written
};

/// Confines this process for good: no descriptor above 5, no core dump, limited memory, processor time and
/// file size, no new privileges, death with its parent and, where the kernel has Landlock, no file or
/// network but the descriptors it holds. Returns the Landlock version in force, 0 where there is none.
int sandbox_enter(struct sandbox_limits limits);

#endif
