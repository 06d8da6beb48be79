#ifndef CLIBAV_SOURCE_H
#define CLIBAV_SOURCE_H

#include "CLibAV.h"

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>

/// The demuxers and decoders that may run, by libav's names.
#define ALLOWED_FORMATS "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts"
#define ALLOWED_CODECS \
  "h264,hevc,vp8,vp9,libdav1d,av1,mpeg4,mpeg2video,mpeg1video,mjpeg,prores,theora,ffv1,rawvideo"

/// Those that may run too where sound is wanted.
#define ALLOWED_SOUND_FORMATS "wav,w64,aiff,caf,flac,ogg,mp3,aac"
#define ALLOWED_SOUND_CODECS \
  "aac,mp3float,mp3,mp2float,mp2,ac3,eac3,opus,libopus,vorbis,libvorbis,flac,alac,wmav1,wmav2,adpcm_ms," \
  "adpcm_ima_wav,pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le," \
  "pcm_f32be,pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw"

/// An output orientation: rows and columns swapped, then each axis reversed.
struct orientation {
  bool transposed, reversed_x, reversed_y;
};

struct source {
  int descriptor;
  int64_t deadline;  // microseconds of av_gettime_relative; 0: none
  struct source_limits limits;
  AVIOContext *io;
  AVFormatContext *format;
  AVStream *stream;
  AVCodecContext *decoder;
  AVPacket *packet;
  AVFrame *previous, *current;
  int64_t time, length;
  int64_t damaged;
  int failures;  // packets in a row that did not decode
  bool draining, decoded, starved;
  struct orientation orientation;
  struct SwsContext *scaler;
  uint8_t *plane, *upright;
  size_t plane_size, upright_size;
};

/// Sets the fault that `code` of libav means, or `otherwise`. Returns -1.
int fault_set(struct fault *fault, enum fault_kind kind, const char *text);
int fault_from(struct fault *fault, const struct source *source, int code, enum fault_kind otherwise);

int fault_too_large(struct fault *fault, const struct source *source);

/// An AVIOContext over a descriptor that is a regular file.
AVIOContext *descriptor_io(int *descriptor, bool writable);
void descriptor_io_free(AVIOContext **io);

/// Opens the container and chooses the first stream of pictures or of sound, without a decoder. NULL iff `fault`
/// was set.
struct source *source_open_container(
    int descriptor, enum AVMediaType type, struct source_limits limits, struct fault *fault);

/// Makes the decoder of the chosen stream, one of `codecs`, to be set up further and then opened. 0; -1: `fault` was
/// set.
int source_make_decoder(struct source *source, const char *codecs, struct fault *fault);
int source_open_decoder(struct source *source, struct fault *fault);

/// Decodes the next frame of the stream into `current`. 1: there is one; 0: the stream has ended; -1: `fault` was
/// set.
int source_receive(struct source *source, struct fault *fault);

/// Makes `buffer` at least `size` bytes large; what it held is lost. false iff there is no memory.
bool source_reserve(uint8_t **buffer, size_t *capacity, size_t size);

/// Lets the first track of the finished .mp4 be shown for `seconds` at most: packets that only serve the
/// decoding of others come after. 0, or a code of libav's.
int trim_first_track(int descriptor, double seconds);

struct orientation orientation_of(const AVStream *stream);

#endif
