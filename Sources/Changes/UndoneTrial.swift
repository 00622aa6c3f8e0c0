// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import Namespaces
internal import SystemPackage

/// A trial whose process was killed before it could put back what it had set.
package struct UndoneTrial: Sendable, Hashable {
  /// Where its record is.
  package let path: String
  /// What it had set; `nil` where that cannot be read.
  package let record: TrialRecord?
  /// When it was written, in nanoseconds.
  package let time: Int
  private let directory: ChangeDirectory

  /// Whether there may be any; this is on the way that every call takes, and costs one system call.
  package static func mayBe(in directory: ChangeDirectory = .usual) -> Bool { access(directory.trials, F_OK) == 0 }

  /// All that there are, in the order in which they were begun.
  package static func all(in directory: ChangeDirectory = .usual) -> [UndoneTrial] {
    let names = (try? DirectoryNames.all(in: FilePath(directory.trials))) ?? []
    return names.compactMap { UndoneTrial("\(directory.trials)/\($0)", directory) }.sorted { $0.time < $1.time }
  }

  /// Forgets it, and whatever else its process has left here.
  package func forget() {
    directory.removeTrial(path)
    // The file is named for its process.
    if let process = path.split(separator: "/").last?.split(separator: ".").first.flatMap({ Int32($0) }) {
      unlink(directory.lock(within: process))
    }
  }

  /// The one with this record; `nil` where it is still under way, or has ended meanwhile.
  private init?(_ path: String, _ directory: ChangeDirectory) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var file = stat()
    // Whoever has ended meanwhile has removed it before it was unlocked.
    guard flock(descriptor, LOCK_SH | LOCK_NB) == 0, fstat(descriptor, &file) == 0, file.st_nlink > 0,
      file.st_mode & S_IFMT == S_IFREG
    else { return nil }
    self.path = path
    self.directory = directory
    time = file.nanoseconds
    record = (try? WholeFile.rest(of: FileDescriptor(rawValue: descriptor))).flatMap(TrialRecord.init)
  }
}

extension stat {
  /// When the file was written.
  var nanoseconds: Int { st_mtim.tv_sec * 1_000_000_000 + st_mtim.tv_nsec }
}
