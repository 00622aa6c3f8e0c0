// SPDX-License-Identifier: Apache-2.0

/// A stream that accepts no more output, like a terminal whose connection is cut.
enum BlockedStream {
  /// The start of a script: it makes a pipe at `$1`, keeps it open, and fills it.
  static let script = #"mkfifo "$1"; exec 7<>"$1"; yes | dd bs=4096 count=64 oflag=nonblock of="$1" 2>/dev/null; "#
}
