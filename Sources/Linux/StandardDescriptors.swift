// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The standard streams that the caller has closed.
package enum StandardDescriptors {
  /// Opens something in place of each closed stream, on which reading and writing fails.
  ///
  /// Otherwise the next file that is opened would be used as that stream. Programs that are started later still find
  /// the streams closed.
  package static func take() {
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
      // A directory can be neither read nor written, and is always there.
      _ = open("/", O_RDONLY | O_CLOEXEC)
    }
  }
}
