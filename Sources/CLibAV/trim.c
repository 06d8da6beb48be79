#include "source.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include <libavutil/intreadwrite.h>

enum { HEAD = 8 };

/// A box: its letters and the place of its contents in the bytes around it.
struct box {
  uint8_t *contents;
  size_t size;
};

/// The first box `name` among `parent`'s; no contents iff there is none.
static struct box child(struct box parent, const char *name) {
  for (size_t place = 0; parent.contents && place + HEAD <= parent.size;) {
    size_t size = AV_RB32(parent.contents + place);
    if (size < HEAD || size > parent.size - place) break;
    if (!memcmp(parent.contents + place + 4, name, 4))
      return (struct box){parent.contents + place + HEAD, size - HEAD};
    place += size;
  }
  return (struct box){0};
}

/// The contents of the file's `moov`, in memory of its own, and their place in the file.
static struct box read_movie(int descriptor, off_t *contents) {
  uint8_t head[16];
  for (off_t place = 0; pread(descriptor, head, sizeof head, place) >= HEAD;) {
    uint64_t size = AV_RB32(head);
    if (size == 1) size = AV_RB64(head + 8);
    if (size < HEAD || size > INT64_MAX / 2) break;
    if (!memcmp(head + 4, "moov", 4) && size < UINT32_MAX) {
      *contents = place + HEAD;
      struct box movie = {av_malloc(size - HEAD), size - HEAD};
      if (movie.contents && pread(descriptor, movie.contents, movie.size, *contents) == (ssize_t)movie.size)
        return movie;
      av_free(movie.contents);
      break;
    }
    place += (off_t)size;
  }
  return (struct box){0};
}

/// Lowers the big-endian word at `place` of a version 0 box to `most`.
static void lower(struct box box, size_t place, uint32_t most) {
  if (box.size >= place + 4 && box.contents[0] == 0 && AV_RB32(box.contents + place) > most)
    AV_WB32(box.contents + place, most);
}

int trim_first_track(int descriptor, double seconds) {
  off_t place = 0;
  struct box movie = read_movie(descriptor, &place);
  if (!movie.contents) return AVERROR(EIO);
  struct box header = child(movie, "mvhd"), track = child(movie, "trak");
  struct box edits = child(child(track, "edts"), "elst");
  double scale = header.size >= 20 ? AV_RB32(header.contents + 12) : 0;
  uint32_t most = (uint32_t)fmin(llrint(seconds * scale), UINT32_MAX);
  uint32_t count = edits.size >= 8 ? AV_RB32(edits.contents + 4) : 0;
  // The last edit is the one that shows pictures; one before it only delays them.
  if (scale > 0 && count > 0 && edits.size >= 8 + (size_t)count * 12) {
    lower(edits, 8 + (size_t)(count - 1) * 12, most);
    lower(child(track, "tkhd"), 20, most);
    lower(header, 16, most);
  }
  ssize_t written = pwrite(descriptor, movie.contents, movie.size, place);
  int code = written == (ssize_t)movie.size ? 0 : AVERROR(written < 0 ? errno : ENOSPC);
  av_free(movie.contents);
  return code;
}
