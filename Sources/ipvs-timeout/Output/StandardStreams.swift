// SPDX-License-Identifier: Apache-2.0

internal import Directors
internal import Glibc
internal import SystemPackage
internal import Text

/// Standard output and standard error, each written to with one system call.
///
/// Every call of the program writes, so this uses `write` itself, which costs less than `print`.
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

  /// Writes text to standard output, for commands that do nothing else.
  ///
  /// - Returns: Success.
  /// - Throws: ``Failure``, when it cannot be written.
  static func print(_ string: String) throws(Failure) -> ExitStatus {
    var text = TextBuffer()
    text.append(string)
    try print(text)
    return .success
  }

  /// Writes a line to standard error.
  ///
  /// If that fails, the program continues without it.
  static func report(_ line: String) {
    draw(line + "\n")
  }

  /// Lets the program continue when the reader of its output has gone; a later write reports that.
  static func outliveReader() {
    signal(SIGPIPE, SIG_IGN)
    outliveFileLimit()
  }

  /// Lets the program continue when its output becomes larger than a file may be (`ulimit -f`); a later write reports
  /// that.
  static func outliveFileLimit() {
    signal(SIGXFSZ, SIG_IGN)
  }

  /// Writes text to standard error.
  ///
  /// If that fails, the program continues without it.
  static func draw(_ string: String) {
    outliveReader()
    var text = TextBuffer()
    text.append(string)
    _ = write(text, to: STDERR_FILENO)
  }

  /// Reports on standard error that another backend answered than expected.
  static func report(_ fallback: Fallback) {
    if let sentence = fallback.sentence { report("ipvs-timeout: \(sentence)") }
  }

  /// Writes a whole text; returns the errno of a failure, or 0.
  ///
  /// If the reader has gone, SIGPIPE ends the program like any other. If the caller ignores SIGPIPE, the errno is EPIPE.
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
