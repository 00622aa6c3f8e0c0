// SPDX-License-Identifier: Apache-2.0

internal import Glibc
package import SystemPackage

extension FilePath {
  /// The first file on the way to a program that lets other users decide what runs; `nil` if there is none.
  ///
  /// Others are all users except root and the caller. They decide if they own or can write to the program, or if they
  /// own or can write to a directory on the way to it: then they can put another program there. Symbolic links are
  /// followed one by one, because each of them is in a directory, too.
  ///
  /// In a directory with the sticky bit, such as `/tmp`, others cannot replace a directory of root's. So such a
  /// directory may be on the way to the program, but must not hold the program itself or a link.
  ///
  /// If the system does not show a file, the answer is that file.
  package var writableByOthers: FilePath? {
    var walk = TrustWalk(self)
    return walk.firstUntrusted()
  }
}

/// Goes from the root directory to a file, one component after another.
private struct TrustWalk {
  /// The part of the way that has been checked; it has no link.
  private var here: FilePath = "/"
  /// The components that follow, the last one first.
  private var ahead: [FilePath.Component]
  /// How many links it may still follow: as many as the kernel follows.
  private var links = 40

  init(_ path: FilePath) {
    ahead = path.components.reversed()
  }

  mutating func firstUntrusted() -> FilePath? {
    while let next = ahead.popLast() {
      guard let directory = FileOwnership(here), !directory.isChangedByOthers else { return here }
      switch next.kind {
      case .currentDirectory: continue
      case .parentDirectory: here.removeLastComponent()
      case .regular:
        let path = here.appending(next)
        guard let file = FileOwnership(path), !file.isChangedByOthers else { return path }
        // Where everybody may make files, only a directory cannot be replaced by anything that matters.
        guard file.kind == S_IFDIR || !directory.isOpenToOthers else { return here }
        guard file.kind == S_IFLNK else {
          here = path
          continue
        }
        guard links > 0, let target = FileReader.linkTarget(of: path).map({ FilePath($0) }) else { return path }
        links -= 1
        ahead += target.components.reversed()
        if target.isAbsolute { here = "/" }
      }
    }
    return nil
  }
}

/// Who can change a file.
private struct FileOwnership {
  /// The kind of file, as in `st_mode`.
  let kind: mode_t
  /// Whether its mode lets others write to it.
  let isOpenToOthers: Bool
  /// Whether others can change it, or replace files in it.
  let isChangedByOthers: Bool

  /// - Parameter path: The path of a file. If it is a link, the link itself is meant.
  init?(_ path: FilePath) {
    var file = stat()
    guard path.withPlatformString({ lstat($0, &file) }) == 0 else { return nil }
    kind = file.st_mode & S_IFMT
    // (The mode of a link means nothing. The group root has no members except root.)
    let writers = file.st_gid == 0 ? S_IWOTH : S_IWOTH | S_IWGRP
    isOpenToOthers = kind != S_IFLNK && file.st_mode & writers != 0
    let isSticky = kind == S_IFDIR && file.st_mode & S_ISVTX != 0
    // In a user namespace, the owner of the host's files is usually unknown. A program there has no power outside.
    let isTrusted = file.isOfRootOrCaller || file.st_uid == FileOwnership.unknownUser && FileOwnership.isInUserNamespace
    isChangedByOthers = isOpenToOthers && !isSticky || !isTrusted
  }

  /// The number that the system shows for a user who has none in the user namespace.
  private static let unknownUser: uid_t = 65_534

  /// The initial user namespace maps the whole 32-bit range onto itself, in one line.
  private static var isInUserNamespace: Bool {
    guard let map = try? FileReader.kernelText(of: "/proc/self/uid_map") else { return false }
    return map.split(whereSeparator: \.isWhitespace) != ["0", "0", "4294967295"]
  }
}
