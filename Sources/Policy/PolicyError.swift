// SPDX-License-Identifier: Apache-2.0

public import SystemPackage

/// Why there is no policy.
public enum PolicyError: Error, Sendable, Hashable {
  /// The file cannot be read, or is not one to obey.
  case unreadable(FilePath, PolicyObstacle)
  /// There are mistakes in the file: all of them, in order.
  case mistakes([PolicyMistake])

  /// The errno of the system; `nil` where there was none.
  public var errno: Errno? {
    guard case .unreadable(_, .refused(let errno)) = self else { return nil }
    return errno
  }
}

/// What keeps a file from being read as a policy.
public enum PolicyObstacle: Error, Sendable, Hashable {
  /// The system refused to open or to read it, with its errno.
  case refused(Errno)
  /// It is a directory, a FIFO, a device or a socket.
  case notRegular
  /// Users other than its owner and group may write to it.
  case writableByOthers
  /// It is larger than 16 MiB.
  case tooLarge
}
