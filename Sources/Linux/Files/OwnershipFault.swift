// SPDX-License-Identifier: Apache-2.0

package import Glibc

/// The reason why a file or directory is not trusted: somebody else than root and the caller could have made it or may
/// change it.
package enum OwnershipFault: Error, Hashable, Sendable {
  /// It is a symbolic link.
  case link
  /// It is not a directory.
  case notDirectory
  /// It is not a regular file.
  case notFile
  /// It belongs to this user.
  case owner(UInt32)
  /// Its group or everybody may write to it.
  case writable

  /// The fault of a file; `nil` if it is trusted.
  ///
  /// - Parameters:
  ///   - file: The attributes of the file, of the link itself if it is one.
  ///   - isDirectory: Whether it must be a directory. If not, it must be a regular file.
  package init?(of file: stat, isDirectory: Bool) {
    let type = file.st_mode & S_IFMT
    guard type != S_IFLNK else {
      self = .link
      return
    }
    guard type == (isDirectory ? S_IFDIR : S_IFREG) else {
      self = isDirectory ? .notDirectory : .notFile
      return
    }
    guard file.isOfRootOrCaller else {
      self = .owner(file.st_uid)
      return
    }
    guard file.st_mode & (S_IWGRP | S_IWOTH) != 0 else { return nil }
    self = .writable
  }
}

extension stat {
  /// Whether it belongs to root or to the caller, who need not be protected from themselves.
  var isOfRootOrCaller: Bool { st_uid == 0 || st_uid == geteuid() }
}

extension OwnershipFault: CustomStringConvertible {
  /// The reason, as it follows "because".
  package var description: String {
    switch self {
    case .link: "it is a symbolic link"
    case .notDirectory: "it is not a directory"
    case .notFile: "it is not a regular file"
    case .owner(let user): "it belongs to user \(user)"
    case .writable: "other users may write to it"
    }
  }
}
