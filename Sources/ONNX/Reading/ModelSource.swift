import Tensors

/// What the messages of one file refer to: the file's own bytes, the files beside it, and the place where
/// oddities are noted.
struct ModelSource {
  let file: MappedFile
  var external: ExternalFiles
  var notes: Notes

  init(file: MappedFile, notes: Notes) {
    (self.file, self.notes) = (file, notes)
    external = ExternalFiles(beside: file)
  }
}
