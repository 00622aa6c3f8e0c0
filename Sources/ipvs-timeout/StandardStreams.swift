// SPDX-License-Identifier: Apache-2.0

internal import Glibc
internal import SystemPackage

/// Standard output and standard error, each written to with one system call.
enum StandardStreams {
  /// Gives every standard stream that the caller has closed a file that refuses what is done to it, so that no socket
  /// takes its place and is written to.
  static func ensureOpen() {
    for stream in 0...2 where fcntl(CInt(stream), F_GETFD) < 0 {
      _ = open("/dev/null", stream == 0 ? O_WRONLY : O_RDONLY)
    }
  }

  /// Writes text to standard output.
  ///
  /// - Throws: ``Failure``, when it cannot be written.
  static func print(_ text: String) throws(Failure) {
    guard !text.isEmpty else { return }
    signal(SIGPIPE, SIG_IGN)
    do {
      try FileDescriptor.standardOutput.writeAll(text.utf8)
    } catch Errno.brokenPipe {
      throw .outputClosed
    } catch {
      let errno = error as? Errno ?? .ioError
      throw Failure(
        "cannot write the result to standard output: \(errno.description), errno \(errno.rawValue);"
          + " what was asked for has been done, only its report is lost", .refused)
    }
  }

  /// Writes a line to standard error, where there is one to write to.
  static func report(_ line: String?) {
    guard let line else { return }
    signal(SIGPIPE, SIG_IGN)
    _ = try? FileDescriptor.standardError.writeAll((line + "\n").utf8)
  }
}
