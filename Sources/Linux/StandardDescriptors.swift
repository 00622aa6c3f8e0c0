// SPDX-License-Identifier: Apache-2.0

internal import Glibc

/// The standard streams that the caller has closed.
package enum StandardDescriptors {
  /// Puts something in the place of each that refuses what is done to it.
  ///
  /// What is opened there otherwise would be taken for the stream. What is run later still finds them closed.
  package static func take() {
    for stream in STDIN_FILENO...STDERR_FILENO where fcntl(stream, F_GETFD) < 0 {
      // A directory can be neither read nor written, and is always there.
      _ = open("/", O_RDONLY | O_CLOEXEC)
    }
  }
}
