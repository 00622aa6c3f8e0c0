// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Glibc
internal import SystemPackage
internal import Text

/// Standard output and standard error, each written to with one system call.
///
/// On the way that every call of the program takes, so with `write` itself: `print` costs more.
enum StandardStreams {
  /// Writes text to standard output.
  ///
  /// - Throws: ``Failure``, when it cannot be written.
  static func print(_ text: borrowing TextBuffer) throws(Failure) {
    switch write(text, to: STDOUT_FILENO) {
    case 0: return
    case EPIPE: throw .outputClosed
    case let failure:
      throw Failure(
        "cannot write the result to standard output (\(Errno(rawValue: failure).description), errno \(failure));"
          + " make it writable and try again, after a change with `ipvs-timeout show`", .refused)
    }
  }

  /// Writes text to standard output, as all that a command does.
  ///
  /// - Returns: Success.
  /// - Throws: ``Failure``, when it cannot be written.
  static func print(_ string: String) throws(Failure) -> ExitStatus {
    var text = TextBuffer()
    text.append(string)
    try print(text)
    return .success
  }

  /// Writes a line to standard error, where there is one to write to; what the program does goes on without it.
  static func report(_ line: String) {
    draw(line + "\n")
  }

  /// Has the program go on when nobody reads its output any more, until it finds out by writing.
  static func outliveReader() {
    signal(SIGPIPE, SIG_IGN)
  }

  /// Writes text to standard error, where there is one to write to.
  static func draw(_ string: String) {
    outliveReader()
    var text = TextBuffer()
    text.append(string)
    _ = write(text, to: STDERR_FILENO)
  }

  /// Says on standard error that an answer came another way than expected, if it did.
  static func report(_ fallback: Fallback) {
    if let sentence = fallback.sentence { report("ipvs-timeout: \(sentence)") }
  }

  /// Writes all of a text; returns the errno that stopped it, or 0.
  ///
  /// Where nobody reads any more, SIGPIPE ends the program as it ends others; where the caller had it ignored, EPIPE
  /// is what comes.
  private static func write(_ text: borrowing TextBuffer, to stream: CInt) -> CInt {
    text.withBytes { bytes in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(stream, bytes.baseAddress?.advanced(by: written), bytes.count - written)
        if count >= 0 {
          written += count
        } else if errno != EINTR {
          return errno
        }
      }
      return 0
    }
  }
}
